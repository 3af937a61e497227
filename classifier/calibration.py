"""Cases that no part of the model was fitted on, and what they make of a probability."""

from collections.abc import Container
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.jurisdiction import PLACED, Place
from classifier.settings import Proof
from data.registry.units import Unit

_EDGE = 1e-4  # a probability is kept that far from 0 and 1 before its odds are taken

Ranked = list[tuple[Unit, float]]


@dataclass(frozen=True)
class CalibrationCases:
    """One column a fact, one row a case; the arrays have shape (n,).

    Attributes:
        group: ``group_of`` its place.
        mandate: of the first unit.
        label: mandate of the labelled unit.
        raw: probability of the first unit as the desks give it.
        probability: the same, calibrated.
        second: calibrated probability of the second unit.
        labelled: calibrated probability of the labelled unit, 0 where it was not found.
        right: whether the first unit is the labelled one.
        block: number of the block of time that it was held out with.
    """

    group: NDArray[np.str_]
    mandate: NDArray[np.str_]
    label: NDArray[np.str_]
    raw: NDArray[np.float64]
    probability: NDArray[np.float64]
    second: NDArray[np.float64]
    labelled: NDArray[np.float64]
    right: NDArray[np.bool_]
    block: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.group)

    def where(self, mask: NDArray[np.bool_]) -> "CalibrationCases":
        """The rows of a mask, shape (n,)."""
        return CalibrationCases(**{f.name: getattr(self, f.name)[mask] for f in fields(self)})

    def to_row(self) -> dict[str, list[Any]]:
        """Columns as plain lists, probabilities rounded to 6 decimals."""
        found: dict[str, list[Any]] = {}
        for column in fields(self):
            values = getattr(self, column.name)
            rounded = values.round(6) if values.dtype.kind == "f" else values
            found[column.name] = rounded.tolist()
        return found

    @classmethod
    def from_row(cls, row: dict[str, list[Any]]) -> "CalibrationCases":
        """What ``to_row`` gave.

        Raises:
            ValueError: the columns differ in length.
        """
        kinds = {"group": np.str_, "mandate": np.str_, "label": np.str_, "right": np.bool_}
        kinds["block"] = np.int64
        columns = [(f.name, kinds.get(f.name, np.float64)) for f in fields(cls)]
        made = cls(**{name: np.array(row[name], dtype=kind) for name, kind in columns})
        if len({len(getattr(made, column.name)) for column in fields(made)}) > 1:
            raise ValueError("columns of calibration cases differ in length")
        return made

    @classmethod
    def none(cls) -> "CalibrationCases":
        """No case at all."""
        return cls.from_row({column.name: [] for column in fields(cls)})


def group_of(place: Place, known: Container[str]) -> str:
    """The group whose calibration cases speak for a place: its regency's, else its context's."""
    if place.context == PLACED and place.likeliest in known:
        return place.likeliest
    return place.context


def log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """ln p / (1 - p), with p kept off 0 and 1."""
    kept = np.clip(probability, _EDGE, 1 - _EDGE)
    odds: NDArray[np.float64] = np.log(kept / (1 - kept))
    return odds


def calibrate(ranked: Ranked, proof: Proof | None) -> Ranked:
    """Units with calibrated probabilities, in the same order.

    The first unit gets the probability with which such first units were right; the others share
    what is left in their own proportions, none above the first.
    """
    if not ranked or proof is None:
        return ranked
    first = min(ranked[0][1], 1.0)
    odds = float(log_odds(np.array([first]))[0]) * proof.slope + proof.intercept
    new = 1.0 / (1.0 + float(np.exp(-odds)))
    if len(ranked) == 1:
        return [(ranked[0][0], new)]
    factor = (1.0 - new) / max(1.0 - first, _EDGE)
    factor = min(factor, new / max(ranked[1][1], 1e-12))
    return [(ranked[0][0], new), *((unit, min(p * factor, new)) for unit, p in ranked[1:])]
