"""How many of the surest answers can be trusted: risk and coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

PRECISIONS = (0.99, 0.95, 0.90)
_ROUNDING = 1e-12
_TAIL = 0.025  # on each side of an interval


@dataclass(frozen=True, slots=True)
class Curve:
    """The error among the surest answers, at every threshold that parts two cases.

    Attributes:
        thresholds: (k,) distinct probabilities, the highest first.
        coverage: (k,) share of all cases with at least that probability.
        risk: (k,) share of wrong ones among them.
        aurc: area under the curve: the mean risk over the surest 1, 2, …, n cases (Geifman,
            Uziel and El-Yaniv, ICLR 2019). Cases of the same probability count as if in random
            order, so the order of the cases does not matter. 0 without cases.
    """

    thresholds: NDArray[np.float64]
    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    aurc: float

    def point_at(self, precision: float) -> tuple[float, float] | None:
        """The lowest threshold that holds at least that precision, and its coverage; None if
        there is none. It is chosen on these very cases, so new ones will do a little worse."""
        held = np.flatnonzero(1 - self.risk >= precision - _ROUNDING)
        if not len(held):
            return None
        return float(self.thresholds[held[-1]]), float(self.coverage[held[-1]])

    def coverage_at(self, precision: float) -> float:
        """The coverage of ``point_at``; 0 if there is none."""
        point = self.point_at(precision)
        return point[1] if point else 0.0


def risk_coverage(probabilities: NDArray[np.float64], right: NDArray[np.bool_]) -> Curve:
    """The curve of (n,) probabilities and whether each of these answers was right."""
    n = len(probabilities)
    if not n:
        empty = np.empty(0)
        return Curve(empty, empty, empty, 0.0)
    order = np.argsort(-probabilities, kind="stable")
    sure, wrong = probabilities[order], (~right[order]).cumsum().astype(float)
    ends = np.append(np.flatnonzero(np.diff(sure)), n - 1)  # the last case of each probability
    counts = np.arange(1, n + 1)
    # Between two thresholds, as many wrong ones as in the mean over all orders of equal cases.
    expected = np.interp(counts, np.append(0, ends + 1), np.append(0.0, wrong[ends]))
    return Curve(
        thresholds=sure[ends],
        coverage=(ends + 1) / n,
        risk=wrong[ends] / (ends + 1),
        aurc=float(np.mean(expected / counts)),
    )


def exact_interval(hits: int, n: int) -> tuple[float, float] | None:
    """The exact 95 % interval of a share (Clopper and Pearson, Biometrika 1934), if of any."""
    if not n:
        return None
    low, high = exact_intervals([hits], [n])[0]
    return float(low), float(high)


def exact_intervals(hits: Sequence[int], n: Sequence[int]) -> NDArray[np.float64]:
    """(k, 2) exact 95 % intervals of k shares, each of at least one case."""
    right, all_ = np.asarray(hits, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(invalid="ignore"):  # no hit, or nothing but hits, gives nan
        low = betaincinv(right, all_ - right + 1, _TAIL)
        high = betaincinv(right + 1, all_ - right, 1 - _TAIL)
    low, high = np.where(right == 0, 0.0, low), np.where(right == all_, 1.0, high)
    return np.stack([low, high], axis=1)
