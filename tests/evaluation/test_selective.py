"""Risk, coverage and exact intervals against values worked out by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest

from evaluation.selective import Curve, exact_interval, exact_intervals, risk_coverage


def curve(*pairs: tuple[float, bool]) -> Curve:
    return risk_coverage(np.array([p for p, _ in pairs]), np.array([r for _, r in pairs]))


STEPS = ((0.9, True), (0.8, True), (0.7, False), (0.6, True), (0.5, False))


def test_the_error_of_the_surest_cases_at_each_threshold() -> None:
    found = curve(*STEPS)
    assert found.thresholds.tolist() == [0.9, 0.8, 0.7, 0.6, 0.5]
    assert found.coverage.tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1])
    assert found.risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 4, 2 / 5])
    assert found.aurc == pytest.approx((1 / 3 + 1 / 4 + 2 / 5) / 5)


def test_coverage_at_a_precision_is_the_largest_that_holds_it() -> None:
    found = curve(*STEPS)
    assert found.coverage_at(1) == found.coverage_at(0.8) == pytest.approx(0.4)
    assert found.coverage_at(0.75) == pytest.approx(0.8)  # past a worse threshold before it
    assert found.coverage_at(0.6) == 1
    assert curve((0.9, False), (0.1, True)).coverage_at(0.9) == 0


def test_the_point_at_a_precision_names_its_threshold() -> None:
    assert curve(*STEPS).point_at(0.75) == (0.6, pytest.approx(0.8))
    assert curve((0.9, False), (0.1, False)).point_at(0.5) is None


def test_no_threshold_parts_cases_of_the_same_probability() -> None:
    found = curve((0.9, True), (0.9, False), (0.9, True), (0.2, False))
    assert found.thresholds.tolist() == [0.9, 0.2]
    assert found.coverage_at(0.99) == 0
    assert found.coverage_at(0.6) == pytest.approx(0.75)


def test_the_order_of_cases_does_not_matter() -> None:
    pairs = [(0.9, True), (0.9, False), (0.9, True), (0.2, False), (0.2, True)]
    one, other = curve(*pairs), curve(*pairs[::-1])
    assert one.aurc == pytest.approx(other.aurc)
    assert one.risk.tolist() == other.risk.tolist()


def test_equal_probabilities_count_as_in_random_order() -> None:
    # The error expected among the first 1, 2 and 3 of them is the same: 1/3.
    assert curve((0.5, True), (0.5, True), (0.5, False)).aurc == pytest.approx(1 / 3)


def test_a_good_order_has_less_area_than_a_bad_one() -> None:
    good = [(1 - i / 100, i < 70) for i in range(100)]
    bad = [(1 - i / 100, i >= 30) for i in range(100)]
    assert curve(*good).aurc < 0.1 < 0.5 < curve(*bad).aurc
    assert curve(*good).risk[-1] == pytest.approx(curve(*bad).risk[-1])


def test_one_case_and_none() -> None:
    assert curve((0.3, True)).aurc == 0
    assert curve((0.3, True)).coverage_at(0.99) == 1
    assert curve((0.3, False)).aurc == 1
    nothing = risk_coverage(np.array([]), np.array([], dtype=bool))
    assert (nothing.aurc, nothing.coverage_at(0.9), len(nothing.risk)) == (0, 0, 0)


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (0, 20), (20, 20), (7, 10), (950, 1000)])
def test_intervals_are_those_of_clopper_and_pearson(hits: int, n: int) -> None:
    expected = binomtest(hits, n).proportion_ci(0.95, method="exact")
    assert exact_interval(hits, n) == pytest.approx((expected.low, expected.high))


def test_many_intervals_are_each_as_if_alone_and_nothing_has_none() -> None:
    both = exact_intervals([0, 3], [5, 4])
    assert both.tolist() == [
        pytest.approx(exact_interval(0, 5)),
        pytest.approx(exact_interval(3, 4)),
    ]
    assert exact_interval(0, 0) is None
