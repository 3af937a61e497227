"""The units of the most similar earlier cases, found by the words that they share."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.postings import Postings, strongest

_NEAREST = 20  # cases that vote
_FLOOR = 1e-6  # vote of a unit that none of them went to


@dataclass(frozen=True)
class Neighbours(Postings):
    """Earlier cases as postings, with the units that they went to.

    Attributes:
        units: for each case the position of its unit's label, shape (cases,).
        classes: number of labels.
    """

    units: NDArray[np.int32]
    classes: int

    def score(self, columns: NDArray[np.int32], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-shares of the units among the nearest cases, shape (classes,).

        A case votes with the square of its cosine similarity.
        """
        similarity = self.similarities(columns, values, len(self.units))
        nearest = strongest(similarity, _NEAREST)
        votes = np.full(self.classes, _FLOOR, np.float32)
        np.add.at(votes, self.units[nearest], similarity[nearest] ** 2)
        logs: NDArray[np.float32] = np.log(votes / votes.sum())
        return logs

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays to store, by name."""
        return {
            "near/starts": self.starts,
            "near/cases": self.cases,
            "near/values": self.values,
            "near/units": self.units,
            "near/classes": np.array([self.classes], np.int32),
        }
