"""How surely danger to life or limb is found: on the written test texts, and on real complaints.

Run as ``python -m benchmarks.urgency [--bundle FOLDER] [--shared ../shared]``. The detector is
fitted anew from the examples and the starter cases unless a folder with a saved one is given. The
test texts taught nothing and chose nothing. Of real complaints only the share flagged is given:
nobody has judged them.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from classifier.urgency import Urgency, UrgencyDetector
from data.cases import load_cases
from data.registry.registry import Registry
from data.starter import starter_cases
from data.urgency import FOLDER, Example, load_dangers, load_examples
from training.fit.urgency import fit_urgency

_TIMED = 1000


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, help="a folder with a saved detector")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    given = parser.parse_args()
    ordinary = [c.complaint.words for c in starter_cases(Registry.from_tables().mandates)]
    if given.bundle:
        detector = UrgencyDetector.load(given.bundle)
    else:
        table = load_dangers()
        examples = load_examples([danger.id for danger in table.dangers])
        detector, figures = fit_urgency(table, examples, ordinary)
        print("Cross-validated on the examples and the starter cases:", figures.to_row())
    print(f"\nOne text: {_milliseconds(detector, ordinary):.2f} ms\n")
    dangers = [danger.id for danger in detector.table.dangers]
    report(detector, load_examples(dangers, [FOLDER / "test.jsonl"]))
    cases = given.shared / "data" / "surabaya.csv"
    if cases.is_file():
        texts = [case.complaint.words for case in load_cases(cases).cases]
        flagged = sum(detector.find(text) is not None for text in texts)
        print(f"\nReal complaints: {flagged} of {len(texts)} flagged ({flagged / len(texts):.2%})")


def report(detector: UrgencyDetector, examples: Sequence[Example]) -> None:
    """Print what the detector finds among texts whose danger is known."""
    found = [(example, detector.find(example.text)) for example in examples]
    urgent = [(example, answer) for example, answer in found if example.urgent]
    others = [(example, answer) for example, answer in found if not example.urgent]
    numbers = {danger.id: danger.number for danger in detector.table.dangers}
    right = [(example, answer) for example, answer in urgent if answer]
    print(f"Recall: {_share(urgent)}; flagged though not urgent: {_share(others)}")
    print(f"Danger right: {_mean([a.danger == e.danger for e, a in right])}", end="; ")
    print(f"number right: {_mean([a.number == numbers[e.danger] for e, a in right])}\n")
    print("| danger | recall |\n|---|---|")
    for name, part in _groups(urgent, lambda example: example.danger):
        print(f"| {name} | {_share(part)} |")
    print("\n| register | recall | flagged though not urgent |\n|---|---|---|")
    wrongly = dict(_groups(others, lambda example: example.register))
    for name, part in _groups(urgent, lambda example: example.register):
        print(f"| {name} | {_share(part)} | {_share(wrongly.get(name, []))} |")


Found = list[tuple[Example, Urgency | None]]


def _groups(found: Found, key: Callable[[Example], str]) -> Iterator[tuple[str, Found]]:
    for name in sorted({key(example) for example, _ in found}):
        yield name, [(example, answer) for example, answer in found if key(example) == name]


def _share(found: Found) -> str:
    return _mean([answer is not None for _, answer in found])


def _mean(values: Sequence[bool]) -> str:
    return f"{sum(values)} of {len(values)} ({sum(values) / len(values):.1%})" if values else "-"


def _milliseconds(detector: UrgencyDetector, texts: Sequence[str]) -> float:
    """Milliseconds that a text takes on average, words' memories filled."""
    chosen = random.Random(0).sample(list(texts), _TIMED)
    for text in chosen:
        detector.find(text)
    start = time.perf_counter()
    for text in chosen:
        detector.find(text)
    return 1000 * (time.perf_counter() - start) / len(chosen)


if __name__ == "__main__":
    main()
