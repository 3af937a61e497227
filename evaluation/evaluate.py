"""How well a bundle routes labelled cases, in figures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from classifier.router import Router
from data.complaint import LabelledCase, category_key
from evaluation.metrics import calibration_error, macro_f1, top
from evaluation.outcomes import Outcome, outcomes

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
        ``n``; for unit, mandate, category and kind ``top1``, ``top3``, ``macro_f1``, ``n``;
        ``calibration.ece`` of the first unit's probability; ``auto_route`` share and precision;
        ``unresolved_labels`` with their counts.
    """
    labelled = [o for o in found if o.label]
    right = np.array([o.right for o in labelled], dtype=bool)
    sure = np.array([o.probability for o in labelled])
    auto = np.array([o.auto for o in labelled], dtype=bool)
    return {
        "n": len(found),
        "unit": _ranked(_unit(o) for o in labelled),
        "mandate": _ranked(_mandate(o) for o in labelled),
        "category": _ranked(_category(o) for o in found if o.case.category),
        "kind": _ranked(_kind(o) for o in found if o.case.kind),
        "calibration": {"ece": round(calibration_error(sure, right), 4)},
        "auto_route": {
            "share": round(float(auto.mean()), 4) if len(auto) else 0.0,
            "precision": round(float(right[auto].mean()), 4) if auto.any() else None,
        },
        "unresolved_labels": dict(Counter(o.case.unit for o in labelled if not o.resolved)),
    }


def _ranked(rows: Iterable[Row]) -> dict[str, float]:
    rows = list(rows)
    ranks = [rank for rank, _, _ in rows]
    return {
        "top1": round(top(ranks, 1), 4),
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
