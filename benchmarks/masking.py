"""How much personal data the masks find, and how often they mask what is none.

Run as ``python -m benchmarks.masking [--part develop|test] [--show]``. The texts of
data/tables/masking were written for this, with invented data of nobody: rules are made by the
files develop*.jsonl; test.jsonl, with the ordinary texts of ordinary.jsonl, is reported on. The
figures of each file come apart, then those of all of them.

A number counts as masked if no four of its digits in a row are left, an e-mail address if its part
before the @ is gone, a plate if it is gone, a name if each of its words (three letters or more) is.
"""

import argparse
import json
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from data.masking import mask
from data.text import TABLES

_FOLDER = TABLES / "masking"
_PARTS = {"develop": ["develop*.jsonl"], "test": ["test.jsonl", "ordinary.jsonl"]}
_ROUNDS = 5  # times a text is masked for the clock; the fastest counts


def main() -> None:
    """Measure and print a table for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=_PARTS, default="test")
    parser.add_argument("--show", action="store_true", help="list misses and false masks")
    chosen = parser.parse_args()
    paths = sorted(path for name in _PARTS[chosen.part] for path in _FOLDER.glob(name))
    files = {path.name: _rows(path) for path in paths}
    for name, rows in files.items():
        _report(name, rows, chosen.show)
    _report("together", [row for rows in files.values() for row in rows], show=False)


def _report(title: str, rows: Sequence[dict[str, Any]], show: bool) -> None:
    """Print the figures of some texts, and what was missed or falsely masked if asked to."""
    print(f"\n| {title} | figure |\n|---|---|")
    misses = _recall([row for row in rows if row["personal"]])
    ordinary: list[str] = [row["text"] for row in rows if not row["personal"]]
    false = [(text, mask(text)) for text in ordinary if mask(text) != text]
    print(f"| ordinary texts with a false mask | {_share(len(false), len(ordinary))} |")
    print(f"| a text, median | {_median([row['text'] for row in rows]):.3f} ms |")
    if show:
        for kind, value, masked in misses:
            print(f"\nmissed {kind} {value!r}\n  {masked!r}")
        for text, masked in false:
            print(f"\nfalse in {text!r}\n  {masked!r}")


def _rows(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [{"personal": []} | json.loads(line) for line in lines]


def _recall(rows: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Print the share of values found, by kind; the kind, value and masked text of each missed."""
    found: dict[str, list[bool]] = defaultdict(list)
    misses = []
    for row in rows:
        masked = mask(row["text"])
        for item in row["personal"]:
            kind, value = item["kind"], item["value"]
            gone = is_masked(kind, value, row["text"], masked)
            group = kind if kind in {"NAME", "EMAIL", "PLATE"} else "numbers"
            usual = {"NAME after a usual marker"} if item.get("marker") == "usual" else set()
            for name in {group, kind} | usual:
                found[name].append(gone)
            if not gone:
                misses.append((kind, value, masked))
    for name in sorted(found, key=lambda name: (name != "numbers", name != "NAME", name)):
        print(f"| recall, {name} | {_share(sum(found[name]), len(found[name]))} |")
    return misses


def is_masked(kind: str, value: str, text: str, masked: str) -> bool:
    """Whether the masked text no longer holds the value, by the measure of its kind."""
    if kind == "NAME":
        words = re.findall(r"[^\W\d_]{3,}", value)
        return all(_times(word, masked) <= _times(word, text) - value.count(word) for word in words)
    if kind == "EMAIL":
        own = re.escape(re.split(r"[@ (\[]", value)[0])
        return not re.search(rf"(?<!\w){own}(?!\w)", masked)
    if kind == "PLATE":
        return value not in masked
    digits = re.sub(r"\D", "", value)
    fours = {digits[i : i + 4] for i in range(len(digits) - 3)}
    left, whole = (re.sub(r"(?<=\d)[ ._()-]{1,3}(?=\d)", "", form) for form in (masked, text))
    return all(left.count(four) < max(whole.count(four), 1) for four in fours)


def _times(word: str, text: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _median(texts: Sequence[str], timed: Callable[[str], str] = mask) -> float:
    """Median over texts of the fastest of some runs, in milliseconds."""
    figures = []
    for text in texts:
        runs = []
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            timed(text)
            runs.append(time.perf_counter() - start)
        figures.append(1000 * min(runs))
    return statistics.median(figures)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / max(whole, 1):.1%})"


if __name__ == "__main__":
    main()
