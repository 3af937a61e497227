"""What may go out without a person: thresholds that keep a promise, and who may not ride along."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.calibration import CalibrationCases
from classifier.policy import ALWAYS, NEVER, Limits, Policy, choose_limits, counted, lower_bound

HERE = "35.78"


def cases(
    mandate: Sequence[str] | str,
    probability: Sequence[float],
    right: Sequence[bool],
    *,
    second: Sequence[float] | float = 0.0,
    block: Sequence[int] | None = None,
    group: str = HERE,
) -> CalibrationCases:
    """Calibration cases; the blocks of time take turns unless they are given."""
    n = len(probability)
    names = [mandate] * n if isinstance(mandate, str) else list(mandate)
    return CalibrationCases(
        group=np.full(n, group),
        mandate=np.array(names, dtype=np.str_),
        label=np.array(names, dtype=np.str_),
        raw=np.asarray(probability, dtype=np.float64),
        probability=np.asarray(probability, dtype=np.float64),
        second=np.broadcast_to(np.asarray(second, dtype=np.float64), n).copy(),
        labelled=np.asarray(probability, dtype=np.float64),
        right=np.asarray(right, dtype=bool),
        block=np.arange(n) % 4 if block is None else np.asarray(block),
    )


def joined(*parts: CalibrationCases) -> CalibrationCases:
    rows = [part.to_row() for part in parts]
    return CalibrationCases.from_row({k: [v for row in rows for v in row[k]] for k in rows[0]})


def drawn(n: int, seed: int, mandates: Sequence[str] = ("jalan", "air")) -> CalibrationCases:
    """Cases whose probabilities are true."""
    random = np.random.default_rng(seed)
    probability = random.beta(4, 1, n)
    second = (1 - probability) * random.random(n)
    right = random.random(n) < probability
    return cases(random.choice(mandates, n).tolist(), probability, right, second=second)


def limits_of(
    found: CalibrationCases,
    target: float = 0.9,
    mandates: Mapping[str, str | float] | None = None,
) -> Limits:
    return choose_limits(found, Policy(mandates=mandates or {}), target)[HERE]


def out(found: CalibrationCases, limits: Limits) -> np.ndarray:
    """Which cases these limits let out."""
    rows = zip(found.mandate, found.probability, found.second, strict=True)
    return np.array([limits.allow(str(m), float(p), float(s)) for m, p, s in rows], dtype=bool)


# -- the promise on the calibration cases


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([0.8, 0.9, 0.95]), st.integers(0, 500))
def test_nothing_goes_out_but_under_a_bound_that_keeps_the_target(
    seed: int, target: float, n: int
) -> None:
    found = joined(drawn(n, seed), drawn(5, seed + 1, ["sampah"]))
    limits = limits_of(found, target)
    assert bool(limits.thresholds) == (limits.bound >= target)
    assert limits.bound == 0 or limits.bound >= target
    assert "sampah" not in limits.thresholds
    assert out(found, limits).any() == bool(limits.thresholds)


@pytest.mark.parametrize("target", [0.85, 0.95])
def test_the_promise_holds_on_new_cases(target: float) -> None:
    """Chosen on 900 cases, kept on 20,000 others in at least nine of ten draws."""
    kept = []
    for seed in range(40):
        limits = limits_of(drawn(900, seed), target)
        fresh = drawn(20_000, 1_000 + seed)
        passed = (
            fresh.probability >= np.array([limits.thresholds.get(m, 2.0) for m in fresh.mandate])
        ) & (fresh.probability - fresh.second >= limits.margin)
        if passed.any():
            kept.append(float(fresh.right[passed].mean()) >= target)
    assert len(kept) > 20  # cases do go out
    assert np.mean(kept) >= 0.9


def test_where_no_threshold_holds_nothing_goes_out() -> None:
    for right in (np.zeros(300, bool), np.arange(300) % 2 == 0):
        limits = limits_of(cases("jalan", np.linspace(0.99, 0.5, 300), right))
        assert (dict(limits.thresholds), limits.bound) == ({}, 0.0)
        assert not limits.allow("jalan", 1.0, 0.0)


def test_all_right_lets_all_out() -> None:
    probability = np.linspace(0.99, 0.5, 200)
    limits = limits_of(cases("jalan", probability, np.ones(200, bool)))
    assert limits.thresholds["jalan"] == pytest.approx(0.5, abs=0.01)
    assert limits.allow("jalan", 0.51, 0.0)
    assert not limits.allow("jalan", 0.49, 0.0)


def test_order_of_the_cases_does_not_matter() -> None:
    found = drawn(600, 3)
    mixed = np.random.default_rng(0).permutation(600)
    parts = {name: np.array(values)[mixed].tolist() for name, values in found.to_row().items()}
    expected = limits_of(CalibrationCases.from_row(found.to_row()))
    assert limits_of(CalibrationCases.from_row(parts)) == expected


def test_equal_probabilities_go_out_together_or_not_at_all() -> None:
    """240 right and 160 wrong cases of one probability: whatever their order, 60 % is no 90 %."""
    found = cases("jalan", np.full(400, 0.9), np.arange(400) < 240)
    assert not limits_of(found).thresholds
    two = cases("jalan", np.repeat([0.95, 0.9], 200), np.arange(400) < 240)
    limits = limits_of(two)
    assert limits.thresholds["jalan"] == pytest.approx(0.95)
    assert out(two, limits).sum() == 200


def test_a_higher_target_lets_less_out() -> None:
    routed = [
        sum(counted([limits_of(drawn(500, seed), target)])[1] for seed in range(12))
        for target in (0.8, 0.9, 0.95)
    ]
    assert routed == sorted(set(routed), reverse=True)


# -- few cases, other mandates, other groups


@pytest.mark.parametrize("n", [1, 29])
def test_a_mandate_with_too_few_cases_is_never_routed(n: int) -> None:
    found = joined(
        cases("jalan", np.full(300, 0.97), np.ones(300, bool)),
        cases("air", np.full(n, 0.99), np.ones(n, bool)),
    )
    limits = limits_of(found)
    assert set(limits.thresholds) == {"jalan"}
    assert not limits.allow("air", 1.0, 0.0)


def test_a_wrong_mandate_cannot_ride_on_a_good_one() -> None:
    """Together they keep 90 %, and the bound with them: the bad one must stay in all the same."""
    found = joined(
        cases("jalan", np.full(900, 0.97), np.ones(900, bool)),
        cases("air", np.full(60, 0.97), np.arange(60) % 2 == 0),
    )
    assert lower_bound(930, 960) > 0.9
    limits = limits_of(found)
    assert set(limits.thresholds) == {"jalan"}


def test_a_threshold_proves_itself_on_other_blocks_of_time() -> None:
    """One block alone was all right: what it taught is not counted with its own cases."""
    block = np.repeat([0, 1, 2, 3], 100)
    found = cases("jalan", np.full(400, 0.97), block == 2, block=block)
    assert not limits_of(found, 0.8).thresholds
    lone = cases("jalan", np.full(400, 0.97), np.ones(400, bool), block=[2] * 400)
    assert not limits_of(lone, 0.8).thresholds


def test_without_cases_there_are_no_limits() -> None:
    assert choose_limits(CalibrationCases.none(), Policy(), 0.9) == {}
    assert counted([]) == (0, 0, 0)


def test_each_group_is_judged_by_its_own_cases() -> None:
    good = cases("jalan", np.full(300, 0.9), np.ones(300, bool))
    bad = cases("jalan", np.full(300, 0.9), np.arange(300) % 2 == 0, group="open")
    limits = choose_limits(joined(good, bad), Policy(), 0.9)
    assert set(limits) == {HERE, "open"}
    assert limits[HERE].allow("jalan", 0.9, 0.0)
    assert not limits["open"].allow("jalan", 1.0, 0.0)


# -- what an operator says


def half_good(n: int = 400) -> CalibrationCases:
    """A sure mandate, and one that is right in 85 of 100 cases."""
    return joined(
        cases("jalan", np.full(n, 0.97), np.ones(n, bool)),
        cases("air", np.full(n, 0.9), np.arange(n) % 20 >= 3),
    )


def test_the_operators_target_comes_before_the_bundles() -> None:
    found = half_good()
    assert choose_limits(found, Policy(target=0.8), 0.95)[HERE].allow("air", 0.9, 0.0)
    assert not choose_limits(found, Policy(), 0.95)[HERE].allow("air", 0.9, 0.0)
    assert not choose_limits(found, Policy(target=0.999), 0.5)[HERE].thresholds


def test_a_mandate_may_have_a_target_of_its_own() -> None:
    found = half_good()
    assert set(limits_of(found, 0.9).thresholds) == {"jalan"}
    assert set(limits_of(found, 0.9, {"air": 0.8}).thresholds) == {"jalan", "air"}
    assert set(limits_of(found, 0.8, {"air": 0.95}).thresholds) == {"jalan"}


def test_an_own_target_does_not_lower_the_promise_of_the_place() -> None:
    """Nothing but that mandate's cases: the whole must keep the place's own target."""
    found = cases("air", np.full(400, 0.9), np.arange(400) % 20 >= 3)
    assert not limits_of(found, 0.95, {"air": 0.8}).thresholds


def test_never_means_never() -> None:
    limits = limits_of(half_good(), 0.8, {"jalan": NEVER})
    assert set(limits.thresholds) == {"air"}
    assert not limits.allow("jalan", 1.0, 0.0)


def test_always_needs_no_proof_and_gives_none_to_others() -> None:
    found = cases("air", np.full(400, 0.9), np.arange(400) % 2 == 0)
    limits = limits_of(found, 0.95, {"air": ALWAYS, "sampah": ALWAYS})
    assert set(limits.thresholds) == {"air", "sampah"}
    assert limits.allow("air", 0.01, 0.0)
    assert limits.allow("sampah", 0.01, 0.0)
    both = joined(found, cases("jalan", np.full(400, 0.97), np.ones(400, bool)))
    assert limits_of(both, 0.95, {"air": ALWAYS}).thresholds["jalan"] == pytest.approx(0.97)
    weak = joined(
        cases("jalan", np.full(900, 0.97), np.ones(900, bool)),
        cases("air", np.full(60, 0.97), np.arange(60) % 2 == 0),
    )
    assert limits_of(weak, 0.99, {"jalan": ALWAYS}).bound == 0.0


def test_the_table_counts_what_always_lets_out() -> None:
    """Whatever the margin: the operator said so."""
    found = joined(
        cases("jalan", np.full(300, 0.97), np.ones(300, bool)),
        cases("air", np.full(100, 0.5), np.arange(100) < 70, second=0.45),
    )
    rows = {row.mandate: row for row in limits_of(found, 0.9, {"air": ALWAYS}).table}
    assert (rows["air"].cases, rows["air"].routed, rows["air"].right) == (100, 100, 70)


# -- the distance to the second unit


def test_near_seconds_are_kept_back_where_they_are_the_wrong_ones() -> None:
    """At one probability only the distance to the second unit tells right from wrong."""
    second = np.where(np.arange(600) % 3 == 0, 0.38, 0.0)
    found = cases("jalan", np.full(600, 0.6), second == 0, second=second)
    limits = limits_of(joined(found, cases("air", np.full(9, 0.6), np.ones(9, bool))), 0.6)
    assert limits.allow("jalan", 0.6, 0.0)
    plain = limits_of(cases("jalan", np.full(600, 0.6), np.ones(600, bool), second=0.5))
    assert plain.margin <= 0.1
    assert plain.allow("jalan", 0.6, 0.5)


def test_the_widest_margin_that_costs_nothing_is_kept() -> None:
    found = cases("jalan", np.full(300, 0.8), np.ones(300, bool), second=0.15)
    limits = limits_of(found)
    assert limits.margin == 0.5
    assert limits.allow("jalan", 0.8, 0.29)
    assert not limits.allow("jalan", 0.8, 0.31)


def test_a_margin_never_holds_back_where_nothing_may_go_out() -> None:
    """There it means nothing, and every case would be called ambiguous."""
    limits = limits_of(cases("jalan", np.full(300, 0.8), np.zeros(300, bool), second=0.1))
    assert (dict(limits.thresholds), limits.margin) == ({}, 0.0)


# -- the table


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([{}, {"air": ALWAYS}, {"air": NEVER}]))
def test_the_table_counts_every_case_once(seed: int, mandates: dict[str, str]) -> None:
    found = drawn(300, seed, ["jalan", "air", "sampah"])
    limits = limits_of(found, 0.85, mandates)
    passed = out(found, limits)
    assert counted([limits])[0] == 300
    for row in limits.table:
        mine = found.mandate == row.mandate
        assert row.cases == mine.sum()
        if mandates.get(row.mandate) != ALWAYS:
            assert row.routed == (mine & passed).sum()
            assert row.right == (mine & passed & found.right).sum()
        assert 0 <= row.right <= row.routed <= row.cases
        assert (row.threshold > 1) == (row.mandate not in limits.thresholds)
    sizes = [row.cases for row in limits.table]
    assert sizes == sorted(sizes, reverse=True)
