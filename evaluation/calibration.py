"""Whether probabilities mean what they say."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """The cases whose probability lies between two bounds.

    Attributes:
        low: lower bound (contained).
        high: upper bound (contained in the last bin alone).
        n: how many cases.
        right: how many of them were right.
        probability: mean probability; None without cases.
        share: share of right ones; None without cases.
    """

    low: float
    high: float
    n: int
    right: int
    probability: float | None
    share: float | None


def reliability(
    probabilities: NDArray[np.float64], right: NDArray[np.bool_], bins: int = BINS
) -> list[Bin]:
    """Cases by probability in bins of equal width, empty ones too.

    Args:
        probabilities: (n,) of the answers, between 0 and 1.
        right: (n,) whether each answer was right.
        bins: how many.
    """
    places = np.clip((probabilities * bins).astype(int), 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    hits = np.bincount(places, weights=right, minlength=bins)
    totals = np.bincount(places, weights=probabilities, minlength=bins)
    return [
        Bin(
            low=i / bins,
            high=(i + 1) / bins,
            n=int(counts[i]),
            right=int(hits[i]),
            probability=float(totals[i] / counts[i]) if counts[i] else None,
            share=float(hits[i] / counts[i]) if counts[i] else None,
        )
        for i in range(bins)
    ]


def calibration_error(
    probabilities: NDArray[np.float64], right: NDArray[np.bool_], bins: int = BINS
) -> float:
    """Expected calibration error with bins of equal width (Naeini et al., AAAI 2015)."""
    found = reliability(probabilities, right, bins)
    return float(sum(gap * n for gap, n in _gaps(found)) / max(1, len(probabilities)))


def brier(probabilities: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean squared distance of the first answer's probability from 1 if right, 0 if wrong (Brier,
    1950, of the event "the first answer is right"); 0 is perfect, 0 without cases."""
    return float(np.mean((probabilities - right) ** 2)) if len(probabilities) else 0.0


def _gaps(bins: list[Bin]) -> Iterator[tuple[float, int]]:
    for found in bins:
        if found.share is not None and found.probability is not None:
            yield abs(found.share - found.probability), found.n
