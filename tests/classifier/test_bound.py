"""The lower bound of a precision that was counted on cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from classifier.policy import lower_bound


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bound_is_clopper_and_pearsons(pair: tuple[int, int]) -> None:
    right, n = pair
    exact = binomtest(right, n, alternative="greater").proportion_ci(0.95, method="exact").low
    assert lower_bound(right, n) == pytest.approx(exact, abs=1e-9)


def test_the_bound_lies_above_the_truth_in_one_of_twenty_draws_at_most() -> None:
    random = np.random.default_rng(5)
    draws = random.binomial(150, 0.93, 4_000)
    missed = np.mean([lower_bound(int(right), 150) > 0.93 for right in draws])
    assert 0.01 < missed <= 0.055


def test_the_bound_tightens_with_cases_and_with_less_confidence() -> None:
    assert lower_bound(19, 20) < lower_bound(190, 200) < lower_bound(1900, 2000) < 0.95
    assert lower_bound(190, 200, 0.99) < lower_bound(190, 200, 0.9)
