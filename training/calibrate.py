"""Chooses temperatures and blends on cases kept for tuning."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from classifier.local import Groups, blend, log_softmax

TEMPERATURES = (1.0, 1.3, 1.6, 2.0, 2.5, 3.2, 4.0)
SHARES = (0.0, 0.3, 0.5, 0.7)
TOPIC_SHARES = (0.0, 0.15, 0.3, 0.45)
_FLOOR = 1e-9
_MISSED = 0.01  # share of ordinary cases that may be taken to be out of scope
_OUTSIDE = (-0.2, 0.2)  # margins between which the limit lies
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


def topic_share(
    pooled: NDArray[np.float64],
    local: NDArray[np.float32],
    groups: Groups,
    chosen: tuple[float, float],
    topics: NDArray[np.float64],
    possible: Sequence[Sequence[int]],
) -> float:
    """The weight of the text's category that makes the true mandates likeliest.

    Args:
        pooled: as for ``local_settings``; so are ``local``, ``groups`` and ``possible``.
        chosen: what ``local_settings`` chose.
        topics: log-shares of the groups by the text's category, shape (n, groups).
    """
    return max(
        TOPIC_SHARES,
        key=lambda share: set_likelihood(
            blend(pooled, local, groups, *chosen, (topics, share)), possible
        ),
    )


def outside_limit(scores: NDArray[np.float32]) -> float:
    """The margin of the scope head that one in a hundred cases that desks answered for exceeds.

    Args:
        scores: of the scope head for such cases, shape (n, 2): inside, outside.
    """
    if len(scores) < _FEWEST:
        return 0.0
    margins = np.exp(scores[:, 1].astype(np.float64)) - 1.0  # back from the logits
    return float(np.clip(np.quantile(margins, 1.0 - _MISSED), *_OUTSIDE))
