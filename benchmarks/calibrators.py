"""Ways to calibrate the first unit's probability, each fitted on all blocks of time but one."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from venn_abers import VennAbers

from classifier.calibration import CalibrationCases, log_odds
from evaluation.calibration import brier, calibration_error

Floats = NDArray[np.float64]
Fit = Callable[[Floats, NDArray[np.bool_], Floats], Floats]
_EDGE = 1e-3


def compare(cases: CalibrationCases) -> list[dict[str, Any]]:
    """A row for each way: mean log-loss, Brier score and calibration error over held-out blocks."""
    rows = []
    for name, fit in _WAYS.items():
        found = np.zeros(len(cases))
        for block in np.unique(cases.block):
            held = cases.block == block
            found[held] = fit(cases.raw[~held], cases.right[~held], cases.raw[held])
        found = np.clip(found, _EDGE, 1 - _EDGE)
        loss = -np.log(np.where(cases.right, found, 1 - found)).mean()
        rows.append(
            {
                "calibration": name,
                "log-loss": f"{loss:.4f}",
                "Brier": f"{brier(found, cases.right):.4f}",
                "ECE": f"{calibration_error(found, cases.right):.4f}",
            }
        )
    return rows


def _none(_raw: Floats, _right: NDArray[np.bool_], new: Floats) -> Floats:
    return new


def _platt(raw: Floats, right: NDArray[np.bool_], new: Floats) -> Floats:
    line = LogisticRegression().fit(log_odds(raw)[:, None], right)
    found: Floats = line.predict_proba(log_odds(new)[:, None])[:, 1]
    return found


def _temperature(raw: Floats, right: NDArray[np.bool_], new: Floats) -> Floats:
    signs = np.where(right, 1.0, -1.0) * log_odds(raw)
    best = min(np.arange(0.2, 2.0, 0.05), key=lambda t: np.logaddexp(0.0, -t * signs).mean())
    return 1.0 / (1.0 + np.exp(-best * log_odds(new)))


def _isotonic(raw: Floats, right: NDArray[np.bool_], new: Floats) -> Floats:
    found: Floats = IsotonicRegression(out_of_bounds="clip").fit(raw, right).predict(new)
    return found


def _venn_abers(raw: Floats, right: NDArray[np.bool_], new: Floats) -> Floats:
    machine = VennAbers()
    machine.fit(np.column_stack([1 - raw, raw]), right.astype(int))
    found: Floats = machine.predict_proba(np.column_stack([1 - new, new]))[0][:, 1]
    return found


_WAYS: dict[str, Fit] = {
    "none": _none,
    "temperature": _temperature,
    "Platt": _platt,
    "isotonic": _isotonic,
    "Venn–Abers": _venn_abers,
}
