"""Splits by time: what is chosen on some cases is never fitted on them."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.complaint import LabelledCase

_SMALLEST = 200  # labelled cases from which a source gives some of its own to tuning


def time_blocks(
    cases: Sequence[LabelledCase], labelled: NDArray[np.bool_], count: int
) -> NDArray[np.int64]:
    """The number of each labelled case's block of time in its source, shape (n,); else -1.

    Each source is cut into ``count`` stretches of time of the same number of cases. Cases without
    a date are ordered by their place in the file. A source of fewer than 200 labelled cases has no
    blocks: few cases tell settings apart only by luck.
    """
    sources: dict[str, list[int]] = defaultdict(list)
    for position in np.flatnonzero(labelled).tolist():
        sources[cases[position].source].append(position)
    numbers = np.full(len(cases), -1, dtype=np.int64)
    for positions in sources.values():
        if len(positions) >= _SMALLEST:
            ordered = sorted(positions, key=lambda i: (_time(cases[i]), i))
            for number, block in enumerate(np.array_split(np.array(ordered), count)):
                numbers[block] = number
    return numbers


def drawn(cases: Sequence[LabelledCase], share: float) -> NDArray[np.bool_]:
    """A mask drawn by the hash of each case's id, or text: the same whatever else there is."""
    keys = (case.complaint.id or case.complaint.text for case in cases)
    digests = (hashlib.sha256(key.encode()).digest() for key in keys)
    return np.array([digest[0] < 256 * share for digest in digests], dtype=bool)


def _time(case: LabelledCase) -> str:
    created = case.complaint.created_at
    return created.isoformat() if created else ""
