"""What the category of a text says of its mandate, where a regency's cases pair the two.

A second, coarser look at the words: the category head was taught topics instead of units, and a
topic's cases went to few units. Mixed in, it helps to tell sure cases from doubtful ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.local import Groups, log_softmax

_PRIOR_CASES = 2.0  # cases of the regency's mean that each category begins with
_LEAST = 1e-4


@dataclass(frozen=True)
class TopicTable:
    """The categories of one regency and the groups of mandates that their cases went to.

    Attributes:
        columns: the categories' columns in the category head, shape (categories,).
        groups: share of each group among a category's cases, shape (categories, groups).
    """

    columns: NDArray[np.int64]
    groups: NDArray[np.float64]

    def log_shares(self, scores: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
        """Log of the groups' shares by the categories' probabilities, shape (n, groups).

        Args:
            scores: of the category head, shape (n, its labels).
            temperature: factor on them.
        """
        known = log_softmax(scores[:, self.columns].astype(np.float64) * temperature)
        shares: NDArray[np.float64] = np.log(np.exp(known) @ self.groups + _LEAST)
        return shares


def topic_table(
    counts: Mapping[str, Mapping[str, float]], categories: Sequence[str], groups: Groups
) -> TopicTable:
    """The table of a regency.

    Args:
        counts: category → main mandate of the unit → cases there.
        categories: labels of the category head.
        groups: of the regency.
    """
    numbers = {name: i for i, name in enumerate(groups.names)}
    kept = [category for category in categories if category in counts]
    table = np.zeros((len(kept), len(groups.names)))
    for row, category in enumerate(kept):
        for mandate, cases in counts[category].items():
            if mandate in numbers:
                table[row, numbers[mandate]] += cases
    mean = table.sum(axis=0) / max(table.sum(), 1.0)
    table = (table + _PRIOR_CASES * mean) / (table.sum(axis=1, keepdims=True) + _PRIOR_CASES)
    position = {category: i for i, category in enumerate(categories)}
    return TopicTable(np.array([position[c] for c in kept], dtype=np.int64), table)
