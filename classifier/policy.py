"""Which complaints may go out without a person, at a promised share of right answers.

Thresholds are chosen on calibration cases alone. For each mandate: the smallest probability above
which its own cases kept the target. For the place as a whole: the smallest probability at which
the lower Clopper–Pearson bound (Clopper & Pearson, Biometrika 1934) of the precision of everything
that would go out keeps the target. So that choosing does not flatter itself, the mandates'
thresholds that a case is counted with come from the other blocks of time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from classifier.calibration import CalibrationCases

ALWAYS, NEVER = "always", "never"
CONFIDENCE = 0.95  # of the bound
SUPPORT = 30  # calibration cases above a mandate's threshold that it needs
# Distances to the second unit that are tried; the widest that costs nothing is kept.
_MARGINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
# How much stricter than the target each mandate is held, as shares of what is left to 1: a weak
# mandate may otherwise keep the bound of all from being met. The one that lets most out is kept.
_STRICTER = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
_NO = 2.0  # a threshold that no probability reaches

Rule = str | float


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator promises and forbids.

    Attributes:
        target: share of right answers among what is routed without a person; None: the bundle's.
        audit_share: share of it that people see all the same, to check the promise.
        mandates: mandate → "always", "never", or a target of its own.
    """

    target: float | None = None
    audit_share: float = 0.02
    mandates: Mapping[str, Rule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MandateRow:
    """A line of the policy table, counted on calibration cases.

    ``threshold`` above 1 means never. ``cases`` had this mandate first, ``routed`` of them would
    have gone out, ``right`` of those to the labelled unit.
    """

    mandate: str
    cases: int
    threshold: float
    routed: int
    right: int


@dataclass(frozen=True, slots=True)
class Limits:
    """When a case of one group may go out.

    Attributes:
        thresholds: mandate → smallest probability of the first unit; a missing one means never.
        margin: smallest distance to the second unit's probability.
        bound: lower bound of the precision on calibration cases; 0 if nothing may go out.
        table: how each mandate fared, the largest first.
    """

    thresholds: Mapping[str, float]
    margin: float = 0.0
    bound: float = 0.0
    table: tuple[MandateRow, ...] = ()

    def allow(self, mandate: str, probability: float, second: float) -> bool:
        """Whether the first unit may get the case without a person."""
        near = probability - second < self.margin
        return probability >= self.thresholds.get(mandate, _NO) and not near


def choose_limits(cases: CalibrationCases, policy: Policy, target: float) -> dict[str, Limits]:
    """Limits of each group of calibration cases.

    Args:
        cases: with calibrated probabilities.
        policy: the operator's.
        target: the bundle's own, where the policy names none.
    """
    wanted = target if policy.target is None else policy.target
    return {
        str(group): _limits(cases.where(cases.group == group), policy, wanted)
        for group in np.unique(cases.group)
    }


def lower_bound(
    right: ArrayLike, cases: ArrayLike, confidence: float = CONFIDENCE
) -> NDArray[np.float64]:
    """The one-sided Clopper–Pearson bound below shares of ``right`` in ``cases``, same shape."""
    hits, counts = np.asarray(right), np.asarray(cases)
    found: NDArray[np.float64] = betaincinv(np.maximum(hits, 1), counts - hits + 1, 1 - confidence)
    return np.where(hits > 0, found, 0.0)


def _limits(cases: CalibrationCases, policy: Policy, target: float) -> Limits:
    forced = np.array([policy.mandates.get(m) == ALWAYS for m in cases.mandate], dtype=bool)
    strictness = [target + step * (1.0 - target) for step in _STRICTER]
    best = max(
        (_common(cases, policy, floor, target, forced) for floor in strictness),
        key=lambda common: common.routed,
    )
    thresholds = {
        mandate: 0.0 if policy.mandates.get(mandate) == ALWAYS else max(best.threshold, own)
        for mandate, own in _own_thresholds(cases, policy, best.floor).items()
        if own <= 1.0 and (best.routed or policy.mandates.get(mandate) == ALWAYS)
    }
    table = _table(cases, thresholds, best.margin, forced)
    return Limits(thresholds, best.margin, best.bound, table)


@dataclass(frozen=True, slots=True)
class _Common:
    """What holds for all mandates of a group, and how many calibration cases would go out."""

    floor: float
    threshold: float = _NO
    margin: float = 0.0
    bound: float = 0.0
    routed: int = 0


def _common(
    cases: CalibrationCases,
    policy: Policy,
    floor: float,
    target: float,
    forced: NDArray[np.bool_],
) -> _Common:
    """The threshold and margin with which most cases go out at the target.

    Args:
        cases: of one group.
        policy: the operator's.
        floor: share of right answers that each mandate has to keep by itself.
        target: share that the bound has to keep.
        forced: cases that go out whatever their probability; they count for nothing here.
    """
    honest = np.full(len(cases), _NO)
    for block in np.unique(cases.block):
        held = cases.block == block
        others = _own_thresholds(cases.where(~held), policy, floor)
        honest[held] = [others.get(mandate, _NO) for mandate in cases.mandate[held]]
    distance = cases.probability - cases.second
    passing = (cases.probability >= honest) & ~forced
    best = _Common(floor)
    for margin in _MARGINS:
        kept = passing & (distance >= margin)
        found, bound = _smallest(cases.probability[kept], cases.right[kept], target)
        routed = int((cases.probability[kept] >= found).sum())
        if routed and routed >= best.routed:
            best = _Common(floor, found, margin, bound, routed)
    return best


def _own_thresholds(cases: CalibrationCases, policy: Policy, target: float) -> dict[str, float]:
    """Mandate → the smallest probability above which its cases kept the target."""
    found: dict[str, float] = {}
    for mandate in {*np.unique(cases.mandate).tolist(), *policy.mandates}:
        rule = policy.mandates.get(mandate)
        mine = cases.mandate == mandate
        if rule == ALWAYS:
            found[mandate] = 0.0
        elif rule != NEVER and mine.any():
            wanted = target if rule is None else float(rule)
            found[mandate] = _kept(cases.probability[mine], cases.right[mine], wanted)
    return found


def _kept(probability: NDArray[np.float64], right: NDArray[np.bool_], target: float) -> float:
    """The smallest threshold above which enough cases kept the target, by plain counting."""
    ranked, shares, counts, last = _cumulate(probability, right)
    enough = np.flatnonzero((shares / counts >= target) & (counts >= SUPPORT) & last)
    return float(ranked[enough[-1]]) if len(enough) else _NO


def _smallest(
    probability: NDArray[np.float64], right: NDArray[np.bool_], target: float
) -> tuple[float, float]:
    """The smallest threshold at which the lower bound keeps the target, and that bound."""
    if not len(probability):
        return _NO, 0.0
    ranked, hits, counts, last = _cumulate(probability, right)
    bounds = lower_bound(hits, counts)
    enough = np.flatnonzero((bounds >= target) & last)
    if not len(enough):
        return _NO, 0.0
    return float(ranked[enough[-1]]), float(bounds[enough[-1]])


def _cumulate(
    probability: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Probabilities from the surest down, right and all cases so far, and where equals end."""
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    counts = np.arange(1, len(order) + 1)
    last = np.append(ranked[1:] < ranked[:-1], True)  # cases of one probability go out together
    return ranked, np.cumsum(right[order]), counts, last


def _table(
    cases: CalibrationCases,
    thresholds: Mapping[str, float],
    margin: float,
    forced: NDArray[np.bool_],
) -> tuple[MandateRow, ...]:
    limits = np.array([thresholds.get(mandate, _NO) for mandate in cases.mandate])
    sure = (cases.probability >= limits) & (cases.probability - cases.second >= margin)
    out = forced | sure
    rows = []
    for mandate in np.unique(cases.mandate).tolist():
        mine = cases.mandate == mandate
        rows.append(
            MandateRow(
                mandate,
                int(mine.sum()),
                thresholds.get(mandate, _NO),
                int((mine & out).sum()),
                int((mine & out & cases.right).sum()),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.cases, row.mandate)))


def counted(limits: Sequence[Limits]) -> tuple[int, int, int]:
    """Calibration cases of some groups: all, those that would go out, and those right."""
    rows = [row for limit in limits for row in limit.table]
    return sum(r.cases for r in rows), sum(r.routed for r in rows), sum(r.right for r in rows)
