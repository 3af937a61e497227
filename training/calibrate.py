"""Chooses temperatures, blending and the auto-route threshold on cases kept for tuning."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from classifier.decision import Settings

TEMPERATURES = (2.0, 3.0, 4.0, 5.0, 6.5, 8.0)
SHARES = (0.0, 0.3, 0.5, 0.7)
_FLOOR = 1e-9
_FEWEST = 50  # cases above a threshold from which its precision counts


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Row-wise log-softmax, shape (n, k)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    normed: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normed


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


def mandate_settings(
    settings: Settings,
    scores: NDArray[np.float32],
    local: NDArray[np.float32] | None,
    possible: Sequence[Sequence[int]],
) -> Settings:
    """Temperature and share of the local heads that make the true mandates likeliest.

    Args:
        settings: where the chosen values are put.
        scores: the pooled head's scores, shape (n, k).
        local: the local heads' scores on the same labels, rows of NaN where a case has none.
        possible: the labels that would be right for each row.
    """

    def likelihood(pair: tuple[float, float]) -> float:
        chosen, share = pair
        logits = log_softmax(scores.astype(np.float64) * chosen)
        if local is not None and share:
            has = ~np.isnan(local[:, 0])
            near = log_softmax(local[has].astype(np.float64) * chosen)
            logits[has] = (1 - share) * logits[has] + share * near
        return set_likelihood(logits, possible)

    shares = SHARES if local is not None else (settings.local_share,)
    chosen, share = max(product(TEMPERATURES, shares), key=likelihood)
    return replace(settings, temperature=chosen, local_share=share)


def threshold(
    probabilities: NDArray[np.float64], right: NDArray[np.bool_], precision: float
) -> float:
    """The smallest top-1 probability above which at least that share of cases is right.

    Above 1 (never) if no 50 cases reach it. The empirical precision on the tuning cases, without a
    confidence bound.
    """
    order = np.argsort(-probabilities, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((shares >= precision) & (np.arange(len(order)) >= _FEWEST - 1))
    return float(probabilities[order[enough[-1]]]) if len(enough) else 1.01
