"""Earlier labelled cases that say much the same as a complaint."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from classifier.errors import BundleError
from classifier.postings import Postings, strongest, turn
from data.masking import mask

SHOWN = 300  # characters of a case's text that are kept
_COMMON = 0.1  # share of the cases from which a word tells them apart no more
_FEW = 100  # cases that may always hold a word
_POSTINGS, _CASES = "cases.safetensors", "cases.jsonl"

Rows = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """A case that people routed: its text and the unit that got it."""

    id: str
    unit_id: str
    unit: str
    text: str


class CaseIndex:
    """Earlier cases, found by the rarer words and word pairs that they share with a text.

    Words that more than a tenth of the cases hold are not compared: they make up most of the
    postings and move the order little (of the five nearest to each of 600 later cases of Surabaya,
    60.3 % had gone to its unit, with them and without). Cases are kept as lines of JSON, read when
    asked for.
    """

    def __init__(
        self, postings: Postings, common: NDArray[np.int32], lines: Sequence[bytes]
    ) -> None:
        self._postings = postings
        self._common = common
        self._lines = lines
        self._compared = np.ones(len(postings.starts) - 1, np.bool_)
        self._compared[common] = False

    @classmethod
    def build(cls, rows: Rows, words: int, cases: Sequence[EarlierCase]) -> "CaseIndex":
        """The index of some cases, whose texts are masked and cut here.

        Args:
            rows: the cases' features as (indptr, indices, data), as ``Featuriser.rows`` gives them.
            words: width of the word block, which alone is compared.
            cases: in the order of the rows.
        """
        indptr, indices, data = rows
        row = np.repeat(np.arange(len(cases)), np.diff(indptr))
        held = np.bincount(indices[indices < words], minlength=words)
        often = held > max(_FEW, _COMMON * len(cases))
        kept = indices < words
        kept[kept] = ~often[indices[kept]]
        row, indices, data = row[kept], indices[kept], data[kept]
        lengths = np.sqrt(np.bincount(row, data.astype(np.float64) ** 2, minlength=len(cases)))
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(cases)))])
        unit = (data / lengths[row]).astype(np.float32)
        lines = [json.dumps(asdict(_shown(case)), ensure_ascii=False).encode() for case in cases]
        common = np.flatnonzero(often).astype(np.int32)
        return cls(turn(starts, indices, unit, words), common, lines)

    def __len__(self) -> int:
        return len(self._lines)

    def case(self, position: int) -> EarlierCase:
        """One case; its text is masked and cut."""
        return EarlierCase(**json.loads(self._lines[position]))

    def nearest(
        self, columns: NDArray[np.int32], values: NDArray[np.float32], k: int = 5
    ) -> list[tuple[int, float]]:
        """The most similar cases as (position, cosine from 0 to 1), the most similar first.

        Args:
            columns: a text's features, as ``Featuriser.row`` gives them.
            values: their weights.
            k: how many cases at most; those that share no compared word are never among them.
        """
        found = self._cosines(columns, values)
        best = strongest(found, k)
        return [(int(i), min(1.0, float(found[i]))) for i in best if found[i] > 0]

    def closest(self, columns: NDArray[np.int32], values: NDArray[np.float32]) -> float:
        """The cosine (0 to 1) of the most similar case: low for a text unlike all cases."""
        return min(1.0, float(self._cosines(columns, values).max(initial=0.0)))

    def save(self, folder: Path) -> None:
        """Write the postings (safetensors) and the cases (JSON Lines) into an existing folder."""
        arrays = {
            "starts": self._postings.starts,
            "cases": self._postings.cases,
            "values": self._postings.values,
            "common": self._common,
        }
        save_file(arrays, folder / _POSTINGS)
        (folder / _CASES).write_bytes(b"".join(line + b"\n" for line in self._lines))

    @classmethod
    def load(cls, folder: Path) -> "CaseIndex":
        """Read what ``save`` wrote.

        Raises:
            BundleError: the two files do not belong together.
            OSError, SafetensorError: a file is missing or damaged.
        """
        arrays = load_file(folder / _POSTINGS)
        lines = (folder / _CASES).read_bytes().splitlines()
        if arrays["cases"].max(initial=-1) >= len(lines):
            raise BundleError(f"{folder / _CASES}: cases are missing; copy the bundle again")
        postings = Postings(arrays["starts"], arrays["cases"], arrays["values"])
        return cls(postings, arrays["common"], lines)

    def _cosines(
        self, columns: NDArray[np.int32], values: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        known = int(np.searchsorted(columns, len(self._compared)))
        compared = self._compared[columns[:known]]
        columns, values = columns[:known][compared], values[:known][compared]
        length = float(np.sqrt(values @ values))
        found = self._postings.similarities(columns, values, len(self))
        return found / np.float32(length) if length else found


def _shown(case: EarlierCase) -> EarlierCase:
    """The case as it may be stored: masked before it is cut, since half a number is found by
    no mask."""
    text = mask(case.text)
    if len(text) > SHOWN:
        text = f"{text[: SHOWN - 1].rstrip()}…"
    return EarlierCase(case.id, case.unit_id, case.unit, text)
