"""Accuracy on later cases of the client's data, flat TF-IDF + LinearSVC in the same run.

Run as ``python -m benchmarks.accuracy [--shared ../shared] [--json FILE]``. Splits are by time:
Surabaya before and from 1 December 2022, Kabupaten Bandung's latest quarter, the last 30 % of
LAPOR! 2017 by case number. The test parts are read once, at the end.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.flat import flat_baseline
from classifier.router import Router
from data.cases import Cases, load_cases
from data.complaint import LabelledCase
from data.home import places_file
from data.registry.registry import Registry
from evaluation.evaluate import evaluate
from training.config import Config
from training.pipeline import train

LATER = datetime(2022, 12, 1)


def main() -> None:
    """Measure everything and print a table."""
    given = arguments(__doc__)
    rows = measure(given.shared / "data")
    print(table(rows))
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def arguments(description: str | None) -> argparse.Namespace:
    """The options of a benchmark that reads the client's data: ``shared`` and ``json``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if not (given.shared / "data").is_dir():
        raise SystemExit(f"{given.shared}: no data/ in it; give --shared FOLDER")
    return given


def measure(folder: Path) -> list[dict[str, Any]]:
    """A row of figures for each train and test pair."""
    surabaya, bandung, lapor = past_and_later(folder)
    everything = [surabaya[0], bandung[0], lapor[0]]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        bundles = Bundles(Path(scratch))
        pooled = bundles.train("pooled", everything)
        tests = (
            ("Surabaya, later", surabaya, "Kota Surabaya"),
            ("Kabupaten Bandung, later", bandung, "Kabupaten Bandung"),
            ("Kabupaten Bandung, later, door unknown", bandung, None),
            ("LAPOR! 2017, later", lapor, None),
        )
        for name, (past, later), door in tests:
            rows.append(_row(name, "all three", pooled, later, door))
            rows[-1]["flat"] = flat_baseline(past.cases, later.cases)
        rows[0]["train_seconds"] = round(bundles.seconds["pooled"], 1)
        without = bundles.train("without-bandung", [surabaya[0], lapor[0]])
        rows.append(
            _row(
                "Kabupaten Bandung, no case of it",
                "Surabaya, LAPOR!",
                without,
                bandung[1],
                "Kabupaten Bandung",
            )
        )
        without = bundles.train("without-surabaya", [bandung[0], lapor[0]])
        rows.append(
            _row(
                "Surabaya, no case of it", "Bandung, LAPOR!", without, surabaya[1], "Kota Surabaya"
            )
        )
        starter = bundles.train("starter", [])
        rows.append(
            _row("Surabaya, starter cases alone", "none", starter, surabaya[1], "Kota Surabaya")
        )
        rows[-1]["train_seconds"] = round(bundles.seconds["starter"], 1)
    return rows


def past_and_later(folder: Path) -> list[tuple[Cases, Cases]]:
    """Surabaya, Kabupaten Bandung and LAPOR! 2017, each as past and later cases."""
    return [
        split(load_cases(folder / "surabaya.csv"), before=LATER),
        split(load_cases(folder / "bandung_regency.csv"), share=0.75),
        split(load_cases(folder / "lapor2017.csv"), share=0.7),
    ]


class Bundles:
    """Trains bundles into a scratch folder and keeps the time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._registry = Registry.from_tables(places=places_file())
        self.seconds: dict[str, float] = {}

    def train(self, name: str, sources: Sequence[Cases]) -> Router:
        start = time.perf_counter()
        train(sources, self._folder / name, self._registry, Config())
        self.seconds[name] = time.perf_counter() - start
        return Router.load(self._folder / name)


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = [
        "| cases | trained on | n | unit top-1 / top-3 / macro-F1 | mandate top-1 / top-3 "
        "| ECE | flat SVM top-1 / top-3 / macro-F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        unit, mandate, flat = row["unit"], row["mandate"], row.get("flat")
        baseline = (
            f"{flat['top1']:.3f} / {flat['top3']:.3f} / {flat['macro_f1']:.3f}" if flat else ""
        )
        lines.append(
            f"| {row['name']} | {row['trained_on']} | {unit['n']} "
            f"| {unit['top1']:.3f} / {unit['top3']:.3f} / {unit['macro_f1']:.3f} "
            f"| {mandate['top1']:.3f} / {mandate['top3']:.3f} | {row['ece']:.3f} | {baseline} |"
        )
    return "\n".join(lines)


def _row(
    name: str, trained_on: str, router: Router, later: Cases, door: str | None
) -> dict[str, Any]:
    figures = evaluate(router, later.cases, door)
    return {
        "name": name,
        "trained_on": trained_on,
        "unit": figures["unit"],
        "mandate": figures["mandate"],
        "category": figures["category"],
        "kind": figures["kind"],
        "ece": figures["calibration"]["ece"],
        "auto_route": figures["auto_route"],
        "unresolved": sum(figures["unresolved_labels"].values()),
    }


def split(
    cases: Cases, *, before: datetime | None = None, share: float = 0.0
) -> tuple[Cases, Cases]:
    """Past and later cases, only those with a unit."""
    labelled = sorted((c for c in cases.cases if c.unit), key=_moment)
    cut = round(len(labelled) * share)
    if before is not None:
        cut = sum(_moment(case)[0] < before for case in labelled)
    return _part(cases, labelled[:cut]), _part(cases, labelled[cut:])


def _part(cases: Cases, kept: list[LabelledCase]) -> Cases:
    return Cases(kept, [], cases.source, cases.sha256)


def _moment(case: LabelledCase) -> tuple[datetime, int]:
    """Order in time: the date, else the number in the id (they were given in time)."""
    digits = "".join(filter(str.isdigit, case.complaint.id)) or "0"
    return case.complaint.created_at or datetime.min, int(digits)


if __name__ == "__main__":
    main()
