"""How well a bundle routes labelled cases, in figures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.router import Router
from data.complaint import LabelledCase, category_key
from evaluation.calibration import brier, calibration_error, reliability
from evaluation.metrics import macro_f1, top
from evaluation.outcomes import Outcome, outcomes
from evaluation.selective import PRECISIONS, Curve, exact_interval, risk_coverage

Row = tuple[int, str, str]  # rank of the right answer, the label, the first answer


def evaluate(
    router: Router, cases: Sequence[LabelledCase], door: str | None = None
) -> dict[str, Any]:
    """Figures over the cases that have the label in question.

    Args:
        router: of the bundle.
        cases: labelled cases.
        door: region through which all of them came, or None.
    """
    return figures(list(outcomes(router, cases, door)))


def figures(found: Sequence[Outcome]) -> dict[str, Any]:
    """Figures of outcomes.

    Returns:
        ``n``; for unit, mandate, category and kind ``top1`` with its exact 95 % ``interval`` (None
        without cases), ``top3``, ``macro_f1``, ``n``; ``calibration`` of the first unit's
        probability: ``ece``, ``brier``, the same ``uncalibrated``, and the ``bins`` of equal
        width; ``shortlists``: level → ``coverage`` and mean ``size``; ``risk_coverage``:
        ``aurc`` and ``coverage_at`` a precision ("0.95"), 0 where it is never reached;
        ``auto_route``: ``n`` of labelled cases, ``share``, ``precision`` with its exact 95 %
        ``interval`` (both None without such cases), and how many more were ``audited`` instead;
        ``urgent``: how many were flagged; ``unresolved_labels`` with their counts.
    """
    labelled = [o for o in found if o.label]
    sure, right = answers(labelled)
    auto = np.array([o.auto for o in labelled], dtype=bool)
    routed = int(auto.sum())
    return {
        "n": len(found),
        "unit": _ranked(_unit(o) for o in labelled),
        "mandate": _ranked(_mandate(o) for o in labelled),
        "category": _ranked(_category(o) for o in found if o.case.category),
        "kind": _ranked(_kind(o) for o in found if o.case.kind),
        "calibration": {
            **_calibration(sure, right),
            "uncalibrated": _errors(
                np.array([o.recommendation.uncalibrated for o in labelled]), right
            ),
        },
        "shortlists": _shortlists(labelled),
        "risk_coverage": _risk_coverage(risk_coverage(sure, right)),
        "auto_route": {
            "n": routed,
            "share": round(float(auto.mean()), 4) if len(auto) else 0.0,
            "precision": round(float(right[auto].mean()), 4) if routed else None,
            "interval": _rounded(exact_interval(int(right[auto].sum()), routed)),
            "audited": sum(o.audited for o in labelled),
        },
        "urgent": sum(o.recommendation.urgency is not None for o in found),
        "unresolved_labels": dict(Counter(o.case.unit for o in labelled if not o.resolved)),
    }


def answers(labelled: Sequence[Outcome]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n,) probabilities of the first units, and whether these were right."""
    return (
        np.array([o.probability for o in labelled], dtype=np.float64),
        np.array([o.right for o in labelled], dtype=bool),
    )


def _calibration(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> dict[str, Any]:
    bins = reliability(sure, right)
    return {
        **_errors(sure, right),
        "bins": [
            {key: round(v, 4) if isinstance(v, float) else v for key, v in asdict(b).items()}
            for b in bins
        ],
    }


def _errors(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> dict[str, float]:
    return {
        "ece": round(calibration_error(sure, right), 4),
        "brier": round(brier(sure, right), 4),
    }


def _shortlists(labelled: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """How often each shortlist held the labelled unit, and how long it was."""
    found = {}
    for level in sorted({level for o in labelled for level in o.recommendation.shortlists}):
        some = [o for o in labelled if level in o.recommendation.shortlists]
        sizes = [len(o.recommendation.shortlists[level]) for o in some]
        found[level] = {
            "coverage": round(float(np.mean([o.listed(level) for o in some])), 4),
            "size": round(float(np.mean(sizes)), 2),
        }
    return found


def _risk_coverage(curve: Curve) -> dict[str, Any]:
    return {
        "aurc": round(curve.aurc, 4),
        "coverage_at": {f"{p:.2f}": round(curve.coverage_at(p), 4) for p in PRECISIONS},
    }


def _rounded(interval: tuple[float, float] | None) -> list[float] | None:
    return [round(bound, 4) for bound in interval] if interval else None


def _ranked(rows: Iterable[Row]) -> dict[str, Any]:
    rows = list(rows)
    ranks = [rank for rank, _, _ in rows]
    return {
        "top1": round(top(ranks, 1), 4),
        "interval": _rounded(exact_interval(ranks.count(0), len(ranks))),
        "top3": round(top(ranks, 3), 4),
        "macro_f1": round(macro_f1([row[1] for row in rows], [row[2] for row in rows]), 4),
        "n": len(rows),
    }


def _unit(o: Outcome) -> Row:
    assert o.label is not None
    answer = o.first.unit_id if o.first else ""
    return o.rank, o.label.unit_id, o.label.unit_id if o.right else answer


def _mandate(o: Outcome) -> Row:
    assert o.label is not None
    return o.mandate_rank, o.label.mandate, o.first.mandate if o.first else ""


def _category(o: Outcome) -> Row:
    return _by_label(o.case.category, o.recommendation.categories)


def _kind(o: Outcome) -> Row:
    return _by_label(o.case.kind, o.recommendation.kinds)


def _by_label(label: str, ranked: Sequence[tuple[str, float]]) -> Row:
    answers = [category_key(answer) for answer, _ in ranked]
    key = category_key(label)
    return (
        answers.index(key) if key in answers else -1,
        key,
        answers[0] if answers else "",
    )
