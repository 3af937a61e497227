"""How well texts about several matters are parted, and how often texts about one are.

Run as ``python -m benchmarks.matters [--bundle FOLDER] [--shared ../shared] [--tune]``. The texts
of data/tables/matters were written for this: test.jsonl is reported on, develop.jsonl is what
``--tune`` chooses the limits on, together with real complaints of Surabaya (other ones than those
reported on), nearly all of which are about one matter.
"""

import argparse
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from classifier.desks import DeskRanker, Wording
from classifier.heads import HeadReader
from classifier.matters import LIMITS, Kind, Limits, Probabilities, Segment, find_matters
from classifier.router import Router
from data.cases import load_cases
from data.complaint import Complaint
from data.home import active_bundle
from data.text import TABLES, normalise

_REAL = 1000  # real complaints reported on, and twice as many others to choose limits with
_FOLDS = 5
_MOST_ONE, _MOST_REAL = 0.05, 0.015  # texts that may be split when choosing: about one, real


@dataclass
class Text:
    """A text with what the router knows of it; scores and desks are looked up once.

    ``gold`` holds the mandates and the offsets where their matters begin; empty: not known.
    """

    text: str
    gold: list[tuple[str, int]]
    whole: Probabilities
    reader: "Reader"
    register: str = ""

    def __post_init__(self) -> None:
        self._scores: dict[str, Probabilities] = {}
        self._desks: dict[str, str] = {}

    def score(self, parts: Sequence[str]) -> list[Probabilities]:
        new = [part for part in parts if part not in self._scores]
        if new:
            self._scores |= zip(new, self.reader.score(new), strict=True)
        return [self._scores[part] for part in parts]

    def desk(self, mandate: str) -> str:
        if mandate not in self._desks:
            self._desks[mandate] = self.reader.desk(mandate)
        return self._desks[mandate]

    def matters(self, limits: Limits) -> list[Segment]:
        return find_matters(self.text, self.score, self.desk, self.whole, limits)


class Reader:
    """Scores and desks for the parts of one complaint, as the router has them."""

    def __init__(self, router: Router, heads: HeadReader, ranker: DeskRanker, complaint: Complaint):
        self._model, self._heads, self._ranker = router.bundle.model, heads, ranker
        self._labels = router.bundle.labels["mandate"]
        self._place, _ = router.place(complaint, router.door_of(complaint))
        self._text = normalise(complaint.words)
        rows = self._model.scores([complaint.words])
        self._hint = heads.level_hint({head: found[0] for head, found in rows.items()})

    def score(self, parts: Sequence[str]) -> list[Probabilities]:
        rows = self._model.scores(parts)
        found: list[Probabilities] = []
        for i in range(len(parts)):
            scores = {head: row[i] for head, row in rows.items()}
            shares = self._heads.mandate_probabilities(scores, self._place)
            found.append(dict(zip(self._labels, shares.tolist(), strict=True)))
        return found

    def desk(self, mandate: str) -> str:
        ranked = self._ranker.rank(self._place, [(mandate, 1.0)], self._hint, self._text, Wording())
        return ranked[0][0].unit_id if ranked else mandate


def main() -> None:
    """Measure, or choose limits, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--tune", action="store_true")
    chosen = parser.parse_args()
    router = Router.load(chosen.bundle or active_bundle())
    real = list(_real(router, chosen.shared, tune=chosen.tune))
    if chosen.tune:
        _tune(list(_written(router, "develop")), real)
        return
    print("| measure | figure |\n|---|---|")
    for name, figure in _figures(list(_written(router, "test"))).items():
        print(f"| {name} | {figure} |")
    split = sum(len(text.matters(LIMITS)) > 1 for text in real)
    print(f"| real complaints of Surabaya split | {split} of {len(real)} |")


def _written(router: Router, name: str) -> Iterator[Text]:
    lines = (TABLES / "matters" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for row, text in zip(rows, _texts(router, (Complaint(r["text"]) for r in rows)), strict=True):
        text.gold = [(m["mandate"], text.text.index(m["from"])) for m in row["matters"]]
        text.register = row["register"]
        yield text


def _real(router: Router, shared: Path, *, tune: bool) -> Iterator[Text]:
    path = shared / "data" / "surabaya.csv"
    if not path.exists():
        return iter(())
    cases = load_cases(path).cases
    random.Random(1).shuffle(cases)
    drawn = cases[: 2 * _REAL] if tune else cases[2 * _REAL : 3 * _REAL]
    complaints = (Complaint(case.complaint.words, door="Kota Surabaya") for case in drawn)
    return _texts(router, complaints)


def _texts(router: Router, complaints: Iterable[Complaint]) -> Iterator[Text]:
    bundle = router.bundle
    heads = HeadReader(bundle)
    ranker = DeskRanker(bundle.registry, bundle.desks, bundle.counts.nowhere)
    for complaint in complaints:
        reader = Reader(router, heads, ranker, complaint)
        yield Text(complaint.words, [], reader.score([complaint.words])[0], reader)


def _figures(texts: Sequence[Text]) -> dict[str, str]:
    """What is reported on written texts, name → figure."""
    n: Counter[str] = Counter()
    times = []
    for text in texts:
        start = time.perf_counter()
        reader = text.reader
        found = find_matters(text.text, reader.score, reader.desk, text.whole)
        times.append(1000 * (time.perf_counter() - start))
        n.update(_judged(text, found))
    quantiles = statistics.quantiles(times, n=100)
    two, split = n["two"], n["split"]
    return {
        "texts about two matters split in two": _share(split, two),
        "of those, cut in the right sentence": _share(n["cut"], split),
        "of those, cut at the very word": _share(n["exact"], split),
        "of those, both mandates right": _share(n["mandates"], split),
        "of those, both desks right": _share(n["desks"], split),
        "texts about two matters split in three": _share(n["three"], two),
        "texts about one matter split": _share(n["wrong"], n["one"]),
        "time a text, median": f"{statistics.median(times):.2f} ms",
        "time a text, 99th percentile": f"{quantiles[98]:.2f} ms",
    }


def _judged(text: Text, found: Sequence[Segment]) -> Iterator[str]:
    """What is counted for one text."""
    if len(text.gold) == 1:
        yield "one"
        if len(found) > 1:
            yield "wrong"
        return
    yield "two"
    if len(found) != 2:
        if len(found) > 2:
            yield "three"
        return
    yield "split"
    mandates = [mandate for mandate, _ in text.gold]
    cut, meant = found[1].start, text.gold[1][1]
    between = text.text[min(cut, meant) : max(cut, meant)]
    if not any(mark in between for mark in ".!?;\n"):
        yield "cut"
    if cut == meant:
        yield "exact"
    if [segment.mandate for segment in found] == mandates:
        yield "mandates"
    if all(text.desk(s.mandate) == text.desk(m) for s, m in zip(found, mandates, strict=True)):
        yield "desks"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / max(whole, 1):.1%})"


def _tune(written: Sequence[Text], real: Sequence[Text]) -> None:
    """Print the limits that split most texts rightly, and how such a choice does on texts that
    it was not made with."""
    order = random.Random(2).sample(range(len(written)), len(written))
    folds = {position: i % _FOLDS for i, position in enumerate(order)}
    table = [(limits, *_counted(limits, written, real)) for limits in _grid()]
    held: Counter[str] = Counter()
    for fold in range(_FOLDS):
        inside = [i for i in folds if folds[i] != fold]
        _, judged, _ = max(table, key=lambda row: _worth(row[1], inside, row[2]))
        held.update(what for i in folds if folds[i] == fold for what in judged[i])
    best, judged, share = max(table, key=lambda row: _worth(row[1], list(folds), row[2]))
    everything = Counter(what for found in judged for what in found)
    print(f"chosen: {best}\non all of them: {dict(everything)}, real split {share:.2%}")
    print(f"held out, {_FOLDS} folds: {dict(held)}")


def _grid() -> Iterator[Limits]:
    for marked, linked, plain, inner, evidence in product(
        (-3.0, -1.5, 0.0), (-4.5, -3.0, -1.5), (1.0, 2.0, 3.0), (0.0, 1.0), (1.0, 1.5, 2.0)
    ):
        penalty: dict[Kind, float] = {
            "list": marked + 1.5,
            "marked": marked,
            "linked": linked,
            "inner": plain + inner,
            "plain": plain,
        }
        yield Limits(penalty, evidence=evidence)


def _counted(
    limits: Limits, written: Sequence[Text], real: Sequence[Text]
) -> tuple[list[list[str]], float]:
    """What is counted of each written text, and the share of real ones that are split."""
    judged = [list(_judged(text, text.matters(limits))) for text in written]
    split = sum(len(text.matters(limits)) > 1 for text in real)
    return judged, split / max(len(real), 1)


def _worth(judged: Sequence[Sequence[str]], inside: Sequence[int], real: float) -> float:
    n = Counter(what for i in inside for what in judged[i])
    if n["wrong"] > _MOST_ONE * n["one"] or real > _MOST_REAL:
        return -real - n["wrong"]
    return n["cut"] + n["mandates"] - n["wrong"]


if __name__ == "__main__":
    main()
