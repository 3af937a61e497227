"""Calibration against values worked out by hand."""

import numpy as np
import pytest

from evaluation.calibration import brier, calibration_error, reliability

# -- expected calibration error


def ece(pairs: list[tuple[float, bool]], **bins: int) -> float:
    probabilities = np.array([p for p, _ in pairs], dtype=np.float64)
    return calibration_error(probabilities, np.array([r for _, r in pairs], dtype=bool), **bins)


def test_a_perfectly_calibrated_toy_has_no_error() -> None:
    quarter = [(0.25, True)] + [(0.25, False)] * 3
    half = [(0.5, True), (0.5, False)] * 4
    sure = [(1.0, True)] * 5
    never = [(0.0, False)] * 2
    assert ece([*quarter, *half, *sure, *never]) == pytest.approx(0)


def test_error_is_the_gap_of_each_bin_by_its_share_of_cases() -> None:
    pairs = [(0.9, True), (0.9, False), (0.6, True)]
    # two thirds of the cases are 0.4 too sure, one third is 0.4 too unsure
    assert ece(pairs, bins=10) == pytest.approx(2 / 3 * 0.4 + 1 / 3 * 0.4)


def test_gaps_within_a_bin_cancel_out_and_across_bins_do_not() -> None:
    within = [(0.91, False), (0.99, True), (0.95, True), (0.95, True)]
    assert ece(within, bins=10) == pytest.approx(0.95 - 0.75)
    across = [(0.25, True), (0.75, False)]
    assert ece(across, bins=2) == pytest.approx(0.75)
    assert ece(across, bins=1) == pytest.approx(0)


def test_always_sure_and_never_right_is_the_worst() -> None:
    assert ece([(1.0, False)] * 4) == 1
    assert ece([(0.0, True)] * 4) == 1


def test_the_order_of_cases_does_not_matter() -> None:
    pairs = [(0.1, False), (0.4, True), (0.8, True), (0.82, False), (1.0, True)]
    assert ece(pairs) == pytest.approx(ece(pairs[::-1]))


def test_no_case_has_no_error() -> None:
    assert ece([]) == 0


def test_many_drawn_cases_are_nearly_calibrated_and_too_sure_ones_are_not() -> None:
    random = np.random.default_rng(1)
    probabilities = random.random(20_000)
    right = random.random(20_000) < probabilities
    assert calibration_error(probabilities, right) < 0.02
    assert calibration_error(np.sqrt(probabilities), right) > 0.1


# -- bins


def test_bins_cover_every_probability_once_and_keep_empty_ones() -> None:
    probabilities = np.array([0.0, 0.09, 0.1, 0.55, 0.99, 1.0])
    bins = reliability(probabilities, np.array([True, False, True, True, False, True]), 10)
    assert [(b.low, b.high) for b in bins] == [(i / 10, (i + 1) / 10) for i in range(10)]
    assert [b.n for b in bins] == [2, 1, 0, 0, 0, 1, 0, 0, 0, 2]
    assert [b.right for b in bins] == [1, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert bins[0].probability == pytest.approx(0.045)
    assert bins[0].share == bins[9].share == 0.5
    assert bins[2].probability is bins[2].share is None


def test_bins_of_nothing_are_empty() -> None:
    assert [b.n for b in reliability(np.array([]), np.array([], dtype=bool))] == [0] * 15


# -- Brier score


def test_brier_is_the_mean_squared_distance() -> None:
    probabilities = np.array([0.8, 0.8, 0.1])
    assert brier(probabilities, np.array([True, False, False])) == pytest.approx(0.69 / 3)
    assert brier(np.array([1.0, 0.0]), np.array([True, False])) == 0
    assert brier(np.array([1.0, 0.0]), np.array([False, True])) == 1
    assert brier(np.array([]), np.array([], dtype=bool)) == 0
