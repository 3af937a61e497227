"""Decisions on later cases of the client's data: what goes out, how right, and what helps.

Run as ``python -m benchmarks.decisions [--shared ../shared] [--json FILE]``. The same splits as
``benchmarks.accuracy``; thresholds, calibration and shortlists come from calibration blocks of the
past alone. Prints Markdown tables: decisions, the authority rules on and off, the policy tried on
each calibration block in turn, texts out of scope, and what an explanation costs.
"""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.accuracy import Bundles, arguments, past_and_later
from benchmarks.calibrators import compare
from classifier.policy import Policy, choose_limits
from classifier.router import Router
from data.complaint import Complaint, LabelledCase, as_entered
from data.starter import SCOPE, scope_cases
from evaluation.evaluate import evaluate

Row = dict[str, Any]
_TIMED = 300  # complaints that are explained


def main() -> None:
    """Measure everything and print the tables."""
    given = arguments(__doc__)
    parts = past_and_later(given.shared / "data")
    with tempfile.TemporaryDirectory() as scratch:
        router = Bundles(Path(scratch)).train("pooled", [past for past, _ in parts])
        found = measure(router, [later.cases for _, later in parts])
    for title, rows in found.items():
        print(f"\n### {title}\n")
        print(table(rows))
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def measure(router: Router, later: Sequence[Sequence[LabelledCase]]) -> dict[str, list[Row]]:
    """Title → rows."""
    surabaya, bandung, lapor = later
    tests = (
        ("Surabaya", surabaya, "Kota Surabaya"),
        ("Kabupaten Bandung", bandung, "Kabupaten Bandung"),
        ("LAPOR! 2017", lapor, None),
    )
    cases = router.bundle.calibration
    return {
        "Decisions on later cases": [_decisions(router, *test) for test in tests],
        "Authority rules": [row for test in tests for row in _rules(router, *test)],
        "The policy of the other blocks, tried on one block": _blocks(router),
        **{
            f"Calibration on held-out blocks, {group}": compare(cases.where(cases.group == group))
            for group in ("35.78", "32.04")
        },
        "Texts out of scope": [_scope(router)],
        "Explanation": [_explanation(router, surabaya[:_TIMED])],
    }


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    heads = list(rows[0]) if rows else []
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(str(row[head]) for head in heads)} |" for row in rows]
    return "\n".join(lines)


def _decisions(router: Router, name: str, cases: Sequence[LabelledCase], door: str | None) -> Row:
    figures = evaluate(router, cases, door)
    auto, calibration = figures["auto_route"], figures["calibration"]
    before = calibration["uncalibrated"]
    return {
        "cases": name,
        "n": figures["unit"]["n"],
        "auto-routed": _percent(auto["share"]),
        "and audited": _percent(auto["audited"] / max(1, figures["unit"]["n"])),
        "precision": _percent(auto["precision"]),
        "ECE (without calibration)": f"{calibration['ece']:.3f} ({before['ece']:.3f})",
        "Brier (without)": f"{calibration['brier']:.3f} ({before['brier']:.3f})",
        **{
            f"shortlist {level}": f"{row['coverage']:.3f}, {row['size']:.2f} units"
            for level, row in figures["shortlists"].items()
        },
    }


def _rules(router: Router, name: str, cases: Sequence[LabelledCase], door: str | None) -> list[Row]:
    tuned = router.bundle.settings
    weights = {"off": {"": 0.0}, "as tuned": tuned.rule_weights, "full": {"": 1.0}}
    rows = []
    for label, chosen in weights.items():
        router.use(replace(tuned, rule_weights=chosen))
        unit = evaluate(router, cases, door)["unit"]
        rows.append(
            {"cases": name, "rules": label, "unit top-1": unit["top1"], "top-3": unit["top3"]}
        )
    router.use(tuned)
    return rows


def _blocks(router: Router) -> list[Row]:
    """What limits chosen without a block of time would have done in it."""
    cases = router.bundle.calibration
    rows = []
    for block in np.unique(cases.block):
        others = choose_limits(cases.where(cases.block != block), Policy(), 0.95)
        for group, limits in others.items():
            mine = cases.where((cases.block == block) & (cases.group == group))
            triples = zip(mine.mandate, mine.probability, mine.second, strict=True)
            out = np.array([limits.allow(*triple) for triple in triples], dtype=bool)
            if out.any():
                rows.append(
                    {
                        "group": group,
                        "block": int(block) + 1,
                        "n": len(mine),
                        "auto-routed": _percent(float(out.mean())),
                        "precision": _percent(float(mine.right[out].mean())),
                    }
                )
    return rows


def _scope(router: Router) -> Row:
    cases = scope_cases([SCOPE / "test.jsonl"])
    answers = router.route([case.complaint for case in cases])
    flagged = [
        any(reason.code in ("out_of_scope", "not_a_complaint") for reason in answer.reasons)
        for answer in answers
    ]
    outside = [f for f, case in zip(flagged, cases, strict=True) if case.scope == "outside"]
    inside = [f for f, case in zip(flagged, cases, strict=True) if case.scope == "inside"]
    return {
        "written texts": len(cases),
        "outside, flagged": _percent(float(np.mean(outside))),
        "near misses flagged": _percent(float(np.mean(inside))),
    }


def _explanation(router: Router, cases: Sequence[LabelledCase]) -> Row:
    complaints = [as_entered(case) for case in cases]
    plain = _times(complaints, lambda c: router.route([c]))
    explained = _times(complaints, lambda c: router.route([c], explained=True))
    return {
        "one text, median ms": f"{median(plain):.2f}",
        "explained, median ms": f"{median(explained):.2f}",
        "added, median ms": f"{median(np.subtract(explained, plain).tolist()):.2f}",
    }


def _times(complaints: Sequence[Complaint], run: Callable[[Complaint], object]) -> list[float]:
    """Milliseconds that each took, the faster of two runs."""
    rounds = []
    for _ in range(2):
        times = []
        for complaint in complaints:
            start = time.perf_counter()
            run(complaint)
            times.append(1000 * (time.perf_counter() - start))
        rounds.append(times)
    return [min(pair) for pair in zip(*rounds, strict=True)]


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


if __name__ == "__main__":
    main()
