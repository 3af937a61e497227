"""Figures against values worked out by hand."""

import pytest

from evaluation.metrics import macro_f1, top

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
