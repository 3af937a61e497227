"""Chooses temperatures, blending and the auto-route threshold on cases kept for tuning."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from classifier.local import Groups, blend, log_softmax

TEMPERATURES = (1.0, 1.3, 1.6, 2.0, 2.5, 3.2, 4.0)
SHARES = (0.0, 0.3, 0.5, 0.7)
_FLOOR = 1e-9
_FEWEST = 50  # cases above a threshold from which its precision counts


def set_likelihood(logits: NDArray[np.float64], possible: Sequence[Sequence[int]]) -> float:
    """Mean log-probability of each row's set of possible labels."""
    probabilities = np.exp(log_softmax(logits))
    mass = [probabilities[i, list(options)].sum() for i, options in enumerate(possible)]
    return float(np.mean(np.log(np.maximum(mass, _FLOOR))))


def temperature(scores: NDArray[np.float32], labels: NDArray[np.int64], default: float) -> float:
    """The temperature that makes the labels likeliest; ``default`` without cases."""
    kept = labels >= 0
    if kept.sum() < _FEWEST:
        return default
    options = [[int(label)] for label in labels[kept]]
    chosen = scores[kept].astype(np.float64)
    return max(TEMPERATURES, key=lambda t: set_likelihood(chosen * t, options))


def pooled_temperature(
    scores: NDArray[np.float32], possible: Sequence[Sequence[int]], default: float
) -> float:
    """The pooled head's temperature that makes the true mandates likeliest, else ``default``.

    Args:
        scores: shape (n, labels).
        possible: the labels that would be right for each row.
    """
    if not len(scores):
        return default
    wide = scores.astype(np.float64)
    return max(TEMPERATURES, key=lambda t: set_likelihood(wide * t, possible))


def local_settings(
    pooled: NDArray[np.float64],
    local: NDArray[np.float32],
    groups: Groups,
    possible: Sequence[Sequence[int]],
) -> tuple[float, float]:
    """Temperature and share of a local head that make the true mandates likeliest.

    Args:
        pooled: log-probabilities of the pooled head, shape (n, labels).
        local: the local head's scores, shape (n, local labels).
        groups: of the regency.
        possible: the labels that would be right for each row.
    """
    return max(
        product(TEMPERATURES, SHARES),
        key=lambda pair: set_likelihood(blend(pooled, local, groups, *pair), possible),
    )


def threshold(
    probabilities: NDArray[np.float64], right: NDArray[np.bool_], precision: float
) -> float:
    """The smallest top-1 probability above which at least that share of cases is right.

    Above 1 (never) if no 50 cases reach it. The empirical precision on the tuning cases, without a
    confidence bound.
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    count = np.arange(1, len(order) + 1)
    shares = np.cumsum(right[order]) / count
    last = np.append(ranked[1:] < ranked[:-1], True)  # cases of one probability go out together
    enough = np.flatnonzero((shares >= precision) & (count >= _FEWEST) & last)
    return float(ranked[enough[-1]]) if len(enough) else 1.01
