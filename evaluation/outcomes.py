"""What a bundle answered about labelled cases, case by case: every figure is made from these."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifier.recommendation import Candidate, Recommendation
from classifier.router import Router
from data.complaint import LabelledCase, as_entered
from data.registry.units import NOWHERE, Unit
from evaluation.labels import label_unit

RANKS = 10  # candidates asked for
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case, the answer to it, and how they compare.

    Attributes:
        case: the labelled case.
        recommendation: the answer, with up to ``RANKS`` candidates.
        label: the unit that the case's label names; None without a label.
        resolved: False where the registry does not know the label's name.
        rank: where the label's unit stands among the candidates (0 is first), -1 if it does not.
        mandate_rank: the same for its mandate among the candidates' mandates.
    """

    case: LabelledCase
    recommendation: Recommendation
    label: Unit | None
    resolved: bool
    rank: int
    mandate_rank: int

    @property
    def first(self) -> Candidate | None:
        """The first candidate."""
        candidates = self.recommendation.candidates
        return candidates[0] if candidates else None

    @property
    def probability(self) -> float:
        """Of the first candidate; 0 without one."""
        return self.first.probability if self.first else 0.0

    @property
    def right(self) -> bool:
        """Whether the first candidate is the label's unit."""
        return self.rank == 0

    @property
    def auto(self) -> bool:
        """Whether the case would have been routed without a person."""
        return self.recommendation.decision == "auto-route"

    @property
    def audited(self) -> bool:
        """Whether it would have been, had it not been drawn for the audit."""
        return any(reason.code == "audit" for reason in self.recommendation.reasons)

    def listed(self, level: str) -> bool:
        """Whether the shortlist of a level holds the label's unit."""
        shortlist = self.recommendation.shortlists.get(level, ())
        label = self.label
        return label is not None and any(
            candidate.unit_id in shortlist and matches(candidate, label)
            for candidate in self.recommendation.candidates
        )


def outcomes(
    router: Router, cases: Sequence[LabelledCase], door: str | None = None
) -> Iterator[Outcome]:
    """Outcomes in the order of the cases; no label column is looked at while routing.

    Args:
        router: of the bundle.
        cases: labelled cases.
        door: region through which all of them came, or None.
    """
    for start in range(0, len(cases), _BATCH):
        part = cases[start : start + _BATCH]
        routed = router.route([as_entered(c) for c in part], door=door, top=RANKS)
        for case, recommendation in zip(part, routed, strict=True):
            yield _outcome(router, case, recommendation)


def matches(candidate: Candidate | Unit, label: Unit) -> bool:
    """Whether a candidate is the label's unit.

    A label without a place ("Dinas Perhubungan") is met by that mandate's unit anywhere.
    """
    if candidate.unit_id == label.unit_id:
        return True
    placeless = label.unit_id.startswith(f"{NOWHERE}/") and ":" not in label.unit_id
    return placeless and candidate.mandate == label.mandate and candidate.region_code != "ID"


def rank_of(recommendation: Recommendation, label: Unit | None) -> int:
    """The rank at which the label's unit stands, -1 if it does not."""
    if label is None:
        return -1
    ranks = (i for i, c in enumerate(recommendation.candidates) if matches(c, label))
    return next(ranks, -1)


def _outcome(router: Router, case: LabelledCase, recommendation: Recommendation) -> Outcome:
    found = label_unit(case, router.registry)
    if found is None:
        return Outcome(case, recommendation, None, True, -1, -1)
    label, resolved = found
    mandates = list(dict.fromkeys(c.mandate for c in recommendation.candidates))
    rank = mandates.index(label.mandate) if label.mandate in mandates else -1
    return Outcome(case, recommendation, label, resolved, rank_of(recommendation, label), rank)
