"""The seam that every text model fills, and the table of known kinds."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from data.errors import PintuError

Scores = Mapping[str, NDArray[np.float32]]

BACKENDS = {"linear": "classifier.models.linear:LinearModel"}


class TextModel(Protocol):
    """Turns texts into scores; knows neither labels nor thresholds."""

    def scores(self, texts: Sequence[str], only: Sequence[str] | None = None) -> Scores:
        """Head name → (n, k) float32 logits, rows in the order of the texts.

        Args:
            texts: any number of them.
            only: the heads that are wanted; by default all.
        """

    def save(self, folder: Path) -> None:
        """Write the model's arrays into an existing folder."""


def load_model(backend: str, folder: Path) -> TextModel:
    """The model of that backend from its folder; the backend's class is imported only here.

    Raises:
        PintuError: the backend is not known.
    """
    if backend not in BACKENDS:
        raise PintuError(f"unknown backend {backend!r}; known are: {', '.join(BACKENDS)}")
    module, name = BACKENDS[backend].split(":")
    return cast(TextModel, getattr(import_module(module), name).load(folder))
