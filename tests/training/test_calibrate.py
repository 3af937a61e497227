"""Temperatures and blends, on toys whose answer is known."""

import numpy as np
import pytest

from classifier.local import Groups, log_softmax
from training.calibrate import (
    SHARES,
    TEMPERATURES,
    TOPIC_SHARES,
    local_settings,
    pooled_temperature,
    set_likelihood,
    temperature,
    topic_share,
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


# -- the weights of a regency's own head and of its categories

GROUPS = Groups(np.arange(4), np.eye(4), np.arange(4), ("a", "b", "c", "d"))
FLAT = np.full((400, 4), np.log(0.25))
LABELS = np.arange(400) % 4
TELLING = np.where(LABELS[:, None] == np.arange(4), 2.0, 0.0).astype(np.float32)
MISLEADING = np.roll(TELLING, 1, axis=1)
OPTIONS = [[int(label)] for label in LABELS]


def test_a_head_that_knows_its_regency_is_heard() -> None:
    chosen = local_settings(FLAT, TELLING, GROUPS, OPTIONS)
    assert chosen == (TEMPERATURES[-1], SHARES[-1])


def test_a_head_that_misleads_is_not_heard() -> None:
    assert local_settings(FLAT, MISLEADING, GROUPS, OPTIONS)[1] == 0.0


def test_categories_that_tell_are_heard_and_others_are_not() -> None:
    chosen = (2.0, 0.3)
    silent = np.zeros_like(TELLING)
    for scores, share in ((TELLING, TOPIC_SHARES[-1]), (MISLEADING, 0.0)):
        topics = log_softmax(3.0 * scores.astype(np.float64))
        assert topic_share(FLAT, silent, GROUPS, chosen, topics, OPTIONS) == share
