"""Splits by time: what is tuned on the latest cases is never fitted on them."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.complaint import LabelledCase

_SMALLEST = 200  # cases from which a source gives some of its own to tuning
_WANTED = 250  # cases that a source gives to tuning if that is at most a quarter of it


def latest(cases: Sequence[LabelledCase], share: float) -> NDArray[np.bool_]:
    """A mask of the latest cases of each source, shape (n,).

    Cases without a date are ordered by their place in the file. A source of fewer than 200 cases
    gives none; a small one gives up to a quarter: few cases tell settings apart only by luck.
    """
    sources: dict[str, list[int]] = defaultdict(list)
    for position, case in enumerate(cases):
        sources[case.source].append(position)
    mask = np.zeros(len(cases), dtype=bool)
    for positions in sources.values():
        if len(positions) < _SMALLEST:
            continue
        ordered = sorted(positions, key=lambda i: (_time(cases[i]), i))
        given = max(share, min(0.25, _WANTED / len(ordered)))
        mask[ordered[len(ordered) - round(len(ordered) * given) :]] = True
    return mask


def drawn(cases: Sequence[LabelledCase], share: float) -> NDArray[np.bool_]:
    """A mask drawn by the hash of each case's id, or text: the same whatever else there is."""
    keys = (case.complaint.id or case.complaint.text for case in cases)
    digests = (hashlib.sha256(key.encode()).digest() for key in keys)
    return np.array([digest[0] < 256 * share for digest in digests], dtype=bool)


def _time(case: LabelledCase) -> str:
    created = case.complaint.created_at
    return created.isoformat() if created else ""
