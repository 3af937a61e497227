"""Temperatures and thresholds, on toys whose answer is known."""

import numpy as np
import pytest

from classifier.local import log_softmax
from training.calibrate import (
    TEMPERATURES,
    pooled_temperature,
    set_likelihood,
    temperature,
    threshold,
)


def drawn_cases(true: float, n: int = 4_000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and labels drawn with the probabilities that the true temperature gives."""
    random = np.random.default_rng(11)
    scores = random.normal(size=(n, 4)).astype(np.float32)
    probabilities = np.exp(log_softmax(scores.astype(np.float64) * true))
    draws = random.random((n, 1))
    return scores, (draws > probabilities.cumsum(axis=1)).sum(axis=1).clip(max=3)


def test_the_likelihood_of_a_set_is_the_sum_of_its_labels() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]))
    expected = (np.log(0.8) + np.log(0.8)) / 2
    assert set_likelihood(logits, [[0, 1], [2]]) == pytest.approx(expected)


def test_an_impossible_label_costs_much_and_not_everything() -> None:
    logits = np.array([[0.0, -2_000.0]])
    assert -50 < set_likelihood(logits, [[1]]) < -10


@pytest.mark.parametrize("true", [TEMPERATURES[0], TEMPERATURES[2], TEMPERATURES[-1]])
def test_the_temperature_that_drew_the_labels_is_found(true: float) -> None:
    scores, labels = drawn_cases(true)
    assert temperature(scores, labels, 1.0) == true
    assert pooled_temperature(scores, [[int(label)] for label in labels], 9.0) == true


def test_unlabelled_rows_do_not_count() -> None:
    scores, labels = drawn_cases(TEMPERATURES[-1])
    noise = np.random.default_rng(12).normal(size=scores.shape).astype(np.float32)
    both, kept = np.vstack([scores, noise]), np.concatenate([labels, np.full(len(labels), -1)])
    assert temperature(both, kept, 1.0) == TEMPERATURES[-1]


@pytest.mark.parametrize("n", [0, 10])
def test_too_few_cases_change_nothing(n: int) -> None:
    scores, labels = drawn_cases(8.0, n) if n else (np.empty((0, 4), np.float32), np.empty(0, int))
    assert temperature(scores, labels, 3.5) == 3.5


def test_no_case_gives_the_default_for_the_pooled_head() -> None:
    assert pooled_temperature(np.empty((0, 4), np.float32), [], 3.5) == 3.5


# -- the threshold from which a case goes out by itself


def precision(probabilities: np.ndarray, right: np.ndarray, found: float) -> float:
    return float(right[probabilities >= found].mean())


def test_the_threshold_is_the_lowest_that_keeps_the_precision() -> None:
    probabilities = np.linspace(0.99, 0.50, 100)
    right = np.arange(100) < 60  # 60 right, then none: 60 of 63 are 95.2 %, 60 of 64 less
    found = threshold(probabilities, right, 0.95)
    assert found == pytest.approx(probabilities[62])
    assert precision(probabilities, right, found) >= 0.95


def test_order_of_the_cases_does_not_matter() -> None:
    probabilities = np.linspace(0.99, 0.50, 100)
    right = np.arange(100) < 60
    mixed = np.random.default_rng(0).permutation(100)
    assert threshold(probabilities[mixed], right[mixed], 0.95) == pytest.approx(probabilities[62])


def test_where_no_threshold_holds_nothing_goes_out() -> None:
    probabilities = np.linspace(0.99, 0.50, 200)
    assert threshold(probabilities, np.zeros(200, bool), 0.95) > 1
    assert threshold(probabilities, np.arange(200) % 2 == 0, 0.95) > 1


@pytest.mark.parametrize("n", [0, 1, 49])
def test_a_few_cases_prove_nothing(n: int) -> None:
    assert threshold(np.full(n, 0.99), np.ones(n, bool), 0.95) > 1


def test_all_right_lets_all_out() -> None:
    probabilities = np.linspace(0.99, 0.50, 80)
    assert threshold(probabilities, np.ones(80, bool), 0.95) == pytest.approx(0.50)


def test_equal_probabilities_go_out_together_or_not_at_all() -> None:
    """60 right and 40 wrong cases of one probability: at 0.9 the precision is 60 %, not 95 %."""
    probabilities = np.full(100, 0.9)
    right = np.arange(100) < 60
    found = threshold(probabilities, right, 0.95)
    assert found > 1 or precision(probabilities, right, found) >= 0.95


def test_random_cases_keep_the_promised_precision() -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        probabilities = np.round(random.random(300), 2)
        right = random.random(300) < probabilities**0.3
        found = threshold(probabilities, right, 0.9)
        if found <= 1:
            assert (probabilities >= found).sum() >= 50
            assert precision(probabilities, right, found) >= 0.9, seed
