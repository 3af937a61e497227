"""Sparse rows turned around: which cases hold a column, so that similar ones are found quickly."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Postings:
    """Cases by the word columns that they hold.

    Attributes:
        starts: where each column's postings begin, shape (columns + 1,).
        cases: numbers of the cases, shape (postings,).
        values: their weights in the column, shape (postings,), float32 or float16.
    """

    starts: NDArray[np.int32]
    cases: NDArray[np.int32]
    values: NDArray[np.floating[Any]]

    def similarities(
        self, columns: NDArray[np.int32], values: NDArray[np.float32], size: int
    ) -> NDArray[np.float32]:
        """The inner product of a sparse row with each of ``size`` cases, shape (size,).

        Args:
            columns: of the row, ascending; those beyond the postings' columns are not compared.
            values: their weights.
            size: number of cases.
        """
        known = int(np.searchsorted(columns, len(self.starts) - 1))
        columns, values = columns[:known], values[:known]
        firsts = self.starts[columns]
        counts = self.starts[columns + 1] - firsts
        ends = np.cumsum(counts, dtype=np.int64)
        # All postings of the columns, one column after the other, gathered at once.
        at = np.arange(counts.sum()) + np.repeat(firsts - (ends - counts), counts)
        weights = self.values[at] * np.repeat(values, counts)
        return np.bincount(self.cases[at], weights, minlength=size).astype(np.float32)


def turn(
    indptr: NDArray[np.int64], indices: NDArray[np.int32], data: NDArray[np.float32], width: int
) -> Postings:
    """The rows of a CSR matrix as float16 postings.

    Args:
        indptr: where each row begins, shape (rows + 1,).
        indices: columns, all below ``width``, shape (values,).
        data: their values, shape (values,).
        width: number of columns.
    """
    order = np.argsort(indices, kind="stable")
    rows = np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))
    starts = np.concatenate([[0], np.cumsum(np.bincount(indices, minlength=width))])
    return Postings(starts.astype(np.int32), rows[order], data[order].astype(np.float16))


def strongest(similarities: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """Numbers of the ``most`` largest values, largest first; of equal ones the first comes first.

    A few passes for the maximum are several times as fast as sorting all of them.
    """
    left = similarities.copy()
    found = np.empty(min(most, len(left)), np.int64)
    for rank in range(len(found)):
        found[rank] = best = left.argmax()
        left[best] = -np.inf
    return found
