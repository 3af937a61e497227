"""How well a bundle routes labelled cases."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from classifier.recommendation import Candidate, Recommendation
from classifier.router import Router
from data.complaint import LabelledCase, as_entered, category_key
from data.registry.units import NOWHERE, Unit
from evaluation.labels import label_unit
from evaluation.metrics import calibration_error, macro_f1, top

_BATCH = 256
_RANKS = 10


def rank_of(recommendation: Recommendation, label: Unit | None) -> int:
    """The rank at which the label's unit stands, -1 if it does not.

    A label without a place ("Dinas Perhubungan") is met by that mandate's unit anywhere.
    """
    if label is None:
        return -1
    for rank, candidate in enumerate(recommendation.candidates):
        if matches(candidate, label):
            return rank
    return -1


def matches(candidate: Candidate | Unit, label: Unit) -> bool:
    """Whether a candidate is the label's unit."""
    if candidate.unit_id == label.unit_id:
        return True
    placeless = label.unit_id.startswith(f"{NOWHERE}/") and ":" not in label.unit_id
    return placeless and candidate.mandate == label.mandate and candidate.region_code != "ID"


def batches(
    router: Router, cases: Sequence[LabelledCase], door: str | None
) -> Iterator[tuple[LabelledCase, Recommendation]]:
    """Each case with its recommendation; no label column is looked at."""
    for start in range(0, len(cases), _BATCH):
        part = cases[start : start + _BATCH]
        routed = router.route([as_entered(c) for c in part], door=door, top=_RANKS)
        yield from zip(part, routed, strict=True)


def evaluate(
    router: Router, cases: Sequence[LabelledCase], door: str | None = None
) -> dict[str, Any]:
    """Figures over the cases that have the label in question.

    Args:
        router: of the bundle.
        cases: labelled cases.
        door: region through which all of them came, or None.

    Returns:
        ``n``; for unit, mandate, category and kind ``top1``, ``top3``, ``macro_f1``, ``n``;
        ``calibration.ece`` of the first unit's probability; ``auto_route`` share and precision;
        ``unresolved_labels`` with their counts.
    """
    tally = _Tally(router)
    for case, recommendation in batches(router, cases, door):
        tally.add(case, recommendation)
    return {"n": len(cases), **tally.figures()}


class _Tally:
    """Collects what the figures need, case by case."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._ranks: dict[str, list[int]] = {"unit": [], "mandate": [], "category": [], "kind": []}
        self._truth: dict[str, list[str]] = {name: [] for name in self._ranks}
        self._first: dict[str, list[str]] = {name: [] for name in self._ranks}
        self._sure: list[float] = []
        self._auto: list[bool] = []
        self._unresolved: dict[str, int] = {}

    def add(self, case: LabelledCase, recommendation: Recommendation) -> None:
        if case.unit:
            self._add_unit(case, recommendation)
        if case.category:
            self._add_ranked("category", case.category, recommendation.categories)
        if case.kind:
            self._add_ranked("kind", case.kind, recommendation.kinds)

    def _add_ranked(self, name: str, label: str, ranked: Sequence[tuple[str, float]]) -> None:
        answers = [category_key(answer) for answer, _ in ranked]
        key = category_key(label)
        self._note(
            name, answers.index(key) if key in answers else -1, key, answers[0] if answers else ""
        )

    def _add_unit(self, case: LabelledCase, recommendation: Recommendation) -> None:
        found = label_unit(case, self._router.registry)
        assert found is not None
        label, resolved = found
        if not resolved:
            self._unresolved[case.unit] = self._unresolved.get(case.unit, 0) + 1
        rank = rank_of(recommendation, label)
        first = recommendation.candidates[0] if recommendation.candidates else None
        answer = first.unit_id if first else ""
        self._note("unit", rank, label.unit_id, label.unit_id if rank == 0 else answer)
        mandates = list(dict.fromkeys(c.mandate for c in recommendation.candidates))
        place = mandates.index(label.mandate) if label.mandate in mandates else -1
        self._note("mandate", place, label.mandate, mandates[0] if mandates else "")
        self._sure.append(first.probability if first else 0.0)
        self._auto.append(recommendation.decision == "auto-route")

    def _note(self, name: str, rank: int, truth: str, answer: str) -> None:
        self._ranks[name].append(rank)
        self._truth[name].append(truth)
        self._first[name].append(answer)

    def figures(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, ranks in self._ranks.items():
            found[name] = {
                "top1": round(top(ranks, 1), 4),
                "top3": round(top(ranks, 3), 4),
                "macro_f1": round(macro_f1(self._truth[name], self._first[name]), 4),
                "n": len(ranks),
            }
        right = np.asarray(self._ranks["unit"]) == 0
        auto = np.asarray(self._auto, dtype=bool)
        found["calibration"] = {"ece": round(calibration_error(np.asarray(self._sure), right), 4)}
        found["auto_route"] = {
            "share": round(float(auto.mean()), 4) if len(auto) else 0.0,
            "precision": round(float(right[auto].mean()), 4) if auto.any() else None,
        }
        found["unresolved_labels"] = self._unresolved
        return found
