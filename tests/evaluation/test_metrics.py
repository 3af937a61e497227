"""Figures against values worked out by hand."""

import numpy as np
import pytest

from evaluation.metrics import calibration_error, macro_f1, top

# -- the share among the first k


@pytest.mark.parametrize(
    ("ranks", "k", "share"),
    [
        ([0, 1, 2, 3, -1], 1, 1 / 5),
        ([0, 1, 2, 3, -1], 3, 3 / 5),
        ([0, 1, 2, 3, -1], 99, 4 / 5),
        ([0, 0], 1, 1.0),
        ([-1, -1], 3, 0.0),
        ([], 1, 0.0),
    ],
)
def test_top(ranks: list[int], k: int, share: float) -> None:
    assert top(ranks, k) == pytest.approx(share)


# -- macro-F1


def test_macro_f1_counts_every_label_the_same() -> None:
    truth = ["a", "a", "b", "c"]
    predicted = ["a", "b", "b", "a"]
    # a: 1 right of 2 predicted and 2 true: 1/2; b: 1 of 2 and 1: 2/3; c: never predicted: 0.
    assert macro_f1(truth, predicted) == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)


def test_macro_f1_counts_labels_that_were_only_predicted() -> None:
    # a: 1 of 1 and 2: 2/3; z is never true: 0.
    assert macro_f1(["a", "a"], ["a", "z"]) == pytest.approx((2 / 3 + 0) / 2)


def test_macro_f1_of_all_right_all_wrong_and_nothing() -> None:
    assert macro_f1(["a", "b"], ["a", "b"]) == 1
    assert macro_f1(["a", "b"], ["b", "a"]) == 0
    assert macro_f1([], []) == 0


def test_a_frequent_label_does_not_hide_a_rare_one() -> None:
    truth = ["a"] * 98 + ["b"] * 2
    # a: 98 of 100 and 98: 196/198; b: 0.
    assert macro_f1(truth, ["a"] * 100) == pytest.approx(196 / 198 / 2)


# -- calibration


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
