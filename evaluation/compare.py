"""Two bundles on the same cases: what differs, and how certain that is.

Intervals are percentile bootstraps of paired cases (Efron and Tibshirani, An Introduction to the
Bootstrap, 1993, ch. 13). Near-identical cases are drawn together, as one group (Davison and
Hinkley, Bootstrap Methods, 1997, §3.8): they are right or wrong together, and counted one by one
they would make every interval too narrow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from data.complaint import LabelledCase
from data.duplicates import near_duplicates
from data.errors import PintuError
from evaluation.calibration import BINS
from evaluation.outcomes import Outcome

RESAMPLES = 4_000
FIGURES = ("unit_top1", "unit_top3", "mandate_top1", "auto_share", "auto_precision", "ece")
_SEED = 7
_AT_ONCE = 200  # resamples held in memory together
_LIMITS = (2.5, 97.5)
_ALPHA = 0.05

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of two models on the same cases.

    Attributes:
        a: of the first model; None where undefined (the precision of nothing).
        b: of the second.
        difference: b - a.
        low: lower limit of the difference's 95 % interval; None where undefined.
        high: upper limit.
    """

    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None


def compare(first: Sequence[Outcome], second: Sequence[Outcome]) -> dict[str, Any]:
    """What two bundles answered about the same cases, in the same order.

    Args:
        first: outcomes of bundle A.
        second: outcomes of bundle B.

    Returns:
        ``n`` labelled cases in ``groups`` of near-identical ones; ``without_label``; for each of
        ``FIGURES`` the fields of ``Difference``; ``mcnemar`` on unit top-1; ``read_differently``:
        labels that the two bundles' registries take for different units (each bundle is measured
        by its own); ``verdict``.

    Raises:
        PintuError: no case has a unit.
    """
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a.label and b.label]
    if not pairs:
        raise PintuError("--cases: no case has a unit, so nothing can be compared; add `unit`")
    a, b = [x for x, _ in pairs], [x for _, x in pairs]
    groups = group_numbers([x.case for x in a])
    found = dict(zip(FIGURES, differences(_tally(a), _tally(b), groups, _figures), strict=True))
    mcnemar = paired_test(np.array([x.right for x in a]), np.array([x.right for x in b]), groups)
    return {
        "n": len(pairs),
        "groups": int(groups.max()) + 1,
        "without_label": len(first) - len(pairs),
        "read_differently": sum(x.label != y.label for x, y in pairs),
        "figures": found,
        "mcnemar": mcnemar,
        "verdict": verdict(found["unit_top1"], mcnemar["p"]),
    }


def group_numbers(cases: Sequence[LabelledCase]) -> NDArray[np.int64]:
    """The number of each case's group of near-identical texts, shape (n,), from 0 without gaps."""
    leaders = np.arange(len(cases))
    for group in near_duplicates(case.complaint.words for case in cases):
        leaders[group] = group[0]
    numbers: NDArray[np.int64] = np.unique(leaders, return_inverse=True)[1]
    return numbers


def differences(
    first: Floats, second: Floats, groups: NDArray[np.int64], figures: Callable[[Floats], Floats]
) -> list[Difference]:
    """Figures of two models on the same cases; both are resampled with the same draws.

    Args:
        first: what each case adds to the sums that the figures are made of, shape (n, k), n > 0.
        second: the same for the other model.
        groups: the group of each case, shape (n,); whole groups are drawn.
        figures: turns sums of shape (…, k) into figures of shape (…, m), NaN where undefined.

    Returns:
        m differences. A resample in which a figure is undefined does not count for its limits.
    """
    width = first.shape[1]
    sums = np.zeros((int(groups.max()) + 1, 2 * width))
    np.add.at(sums, groups, np.hstack([first, second]))
    drawn = _resample(sums)
    whole = sums.sum(axis=0)
    a, b = figures(whole[:width]), figures(whole[width:])
    spread = figures(drawn[:, width:]) - figures(drawn[:, :width])
    return [
        Difference(*map(_number, (a[i], b[i], b[i] - a[i], *_limits(spread[:, i]))))
        for i in range(len(a))
    ]


def paired_test(first: Bools, second: Bools, groups: NDArray[np.int64]) -> dict[str, Any]:
    """McNemar's exact test (Psychometrika 12, 1947): a binomial test on what only one had right.

    A group of near-identical cases counts once, for the model with more of them right; without
    such groups this is the test on cases as it is written down everywhere.

    Args:
        first: whether the first model was right, shape (n,).
        second: the same for the second.
        groups: the group of each case, shape (n,).

    Returns:
        ``only_a`` and ``only_b`` in cases, ``groups_a`` and ``groups_b`` in groups, and ``p``.
    """
    net = np.bincount(groups, second.astype(float) - first.astype(float))
    for_a, for_b = int((net < 0).sum()), int((net > 0).sum())
    p = binomtest(for_b, for_a + for_b).pvalue if for_a + for_b else 1.0
    return {
        "only_a": int((first & ~second).sum()),
        "only_b": int((second & ~first).sum()),
        "groups_a": for_a,
        "groups_b": for_b,
        "p": float(p),
    }


def verdict(top1: Difference, p: float) -> str:
    """One plain line: a model is better only where the interval and the test both say so."""
    written = f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"
    sure = p < _ALPHA and top1.low is not None and top1.high is not None
    if sure and top1.low is not None and top1.low > 0:
        return f"B is better: {points(top1)}, {written}"
    if sure and top1.high is not None and top1.high < 0:
        return f"A is better: {points(_turned(top1))}, {written}"
    return f"no difference that these cases can show: {points(top1)}, {written}"


def points(found: Difference) -> str:
    """A difference of shares in points: "+1.2 points (0.4 … 2.0)"."""
    if found.difference is None or found.low is None or found.high is None:
        return "-"
    low, high = (f"{round(100 * limit, 1) + 0.0:.1f}" for limit in (found.low, found.high))
    return f"{round(100 * found.difference, 1) + 0.0:+.1f} points ({low} … {high})"


def _turned(found: Difference) -> Difference:
    numbers = (found.difference, found.high, found.low)
    return Difference(found.b, found.a, *(None if x is None else -x for x in numbers))


def _tally(found: Sequence[Outcome]) -> Floats:
    """What each case adds to the sums behind ``FIGURES``, shape (n, 6 + BINS)."""
    ranks = np.array([o.rank for o in found])
    right = np.array([o.right for o in found])
    auto = np.array([o.auto for o in found])
    sure = np.array([o.probability for o in found])
    gaps = np.zeros((len(found), BINS))
    places = np.clip((sure * BINS).astype(int), 0, BINS - 1)
    gaps[np.arange(len(found)), places] = right - sure
    top3 = (ranks >= 0) & (ranks < 3)
    mandate = np.array([o.mandate_rank == 0 for o in found])
    columns = (np.ones(len(found)), right, top3, mandate, auto, auto & right, gaps)
    return np.column_stack(columns).astype(np.float64)


def _figures(sums: Floats) -> Floats:
    """``FIGURES`` of sums, shape (…, 6); the ECE is that of ``calibration.calibration_error``."""
    n, auto = sums[..., :1], sums[..., 4:5]
    precision = np.divide(sums[..., 5:6], auto, out=np.full_like(auto, np.nan), where=auto > 0)
    gap = np.abs(sums[..., 6:]).sum(axis=-1, keepdims=True) / n
    return np.concatenate([sums[..., 1:5] / n, precision, gap], axis=-1)


def _resample(sums: Floats) -> Floats:
    """Column sums of ``RESAMPLES`` draws of as many rows with replacement."""
    random = np.random.default_rng(_SEED)
    size = len(sums)
    starts = size * np.arange(_AT_ONCE)[:, np.newaxis]
    found = []
    for _ in range(RESAMPLES // _AT_ONCE):
        drawn = random.integers(size, size=(_AT_ONCE, size)) + starts
        times = np.bincount(drawn.ravel(), minlength=_AT_ONCE * size).reshape(_AT_ONCE, size)
        found.append(times @ sums)
    return np.concatenate(found)


def _limits(spread: Floats) -> tuple[float, float]:
    known = spread[~np.isnan(spread)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.percentile(known, _LIMITS)
    return float(low), float(high)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
