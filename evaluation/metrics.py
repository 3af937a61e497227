"""Figures of ranked answers."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score


def top(ranks: Sequence[int], k: int) -> float:
    """Share of cases whose right answer stands among the first ``k`` (rank 0 is first, -1 none)."""
    found = np.asarray(ranks)
    return float(np.mean((found >= 0) & (found < k))) if len(found) else 0.0


def macro_f1(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Mean F1 over all labels that stand in truth or prediction, each counting the same."""
    if not truth:
        return 0.0
    return float(f1_score(list(truth), list(predicted), average="macro", zero_division=0))
