"""Calibrated probabilities and the cases behind them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.calibration import CalibrationCases, Ranked, calibrate, group_of, log_odds
from classifier.jurisdiction import NAMED, OPEN, PLACED, Place
from classifier.settings import Proof
from data.registry.units import Unit

UNITS = [Unit(f"35.78/u{i}", f"Dinas {i}", "Kota", f"u{i}", "35.78", (f"u{i}",)) for i in range(8)]
PROOFS = st.builds(
    Proof, st.integers(0, 500), st.floats(0.01, 4), st.floats(-4, 4), st.just({"0.9": {"": 0.1}})
)


@st.composite
def rankings(draw: st.DrawFn) -> Ranked:
    """Units with probabilities that sum to at most 1, the likeliest first."""
    weights = draw(st.lists(st.floats(1e-6, 1), max_size=8))
    whole = sum(weights) * draw(st.floats(1, 5)) if weights else 1.0
    shares = sorted((weight / whole for weight in weights), reverse=True)
    return list(zip(UNITS, shares, strict=False))


@given(rankings(), PROOFS)
def test_units_keep_their_order_and_sum_to_one_at_most(ranked: Ranked, proof: Proof) -> None:
    found = calibrate(ranked, proof)
    assert [unit for unit, _ in found] == [unit for unit, _ in ranked]
    probabilities = [p for _, p in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 <= p <= 1 for p in probabilities)
    assert sum(probabilities) <= 1 + 1e-9


@given(rankings(), PROOFS)
def test_the_first_gets_its_line_and_the_others_keep_their_proportions(
    ranked: Ranked, proof: Proof
) -> None:
    found = [p for _, p in calibrate(ranked, proof)]
    if not ranked:
        return
    odds = log_odds(np.array([ranked[0][1]]))[0] * proof.slope + proof.intercept
    assert found[0] == pytest.approx(1 / (1 + np.exp(-odds)))
    for (_, before), after in zip(ranked[2:], found[2:], strict=True):
        assert after * ranked[1][1] == pytest.approx(before * found[1])


@given(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)), PROOFS)
def test_a_surer_case_stays_surer(pair: tuple[float, float], proof: Proof) -> None:
    less, more = sorted(pair)
    low, high = (calibrate([(UNITS[0], p)], proof)[0][1] for p in (less, more))
    assert low <= high


def test_a_sum_slightly_above_one_does_no_harm() -> None:
    ranked = [(UNITS[0], 1.0000001), (UNITS[1], 1e-9)]
    probabilities = [p for _, p in calibrate(ranked, Proof(200, 1.2, 0.3))]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1 + 1e-6


def test_without_a_proof_nothing_changes() -> None:
    ranked = [(UNITS[0], 0.6), (UNITS[1], 0.2)]
    assert calibrate(ranked, None) == ranked
    assert calibrate([], Proof(200, 0.5, 0.1)) == []
    for (_, before), (_, after) in zip(ranked, calibrate(ranked, Proof(200)), strict=True):
        assert after == pytest.approx(before)


def test_log_odds_stay_finite() -> None:
    odds = log_odds(np.array([0.0, 0.5, 1.0]))
    assert np.isfinite(odds).all()
    assert odds[1] == 0
    assert odds[0] == pytest.approx(-odds[2])


# -- the group whose cases speak for a place


@pytest.mark.parametrize(
    ("regencies", "context", "group"),
    [
        ({"35.78": 0.9}, PLACED, "35.78"),
        ({"33.74": 0.9}, PLACED, PLACED),  # too few cases of its own
        ({}, PLACED, PLACED),
        ({"35.78": 0.9}, NAMED, NAMED),  # those cases came with fields or a door
        ({"35.78": 0.3}, OPEN, OPEN),
    ],
)
def test_groups(regencies: dict[str, float], context: str, group: str) -> None:
    assert group_of(Place(regencies, {}, "", "", context), {"35.78"}) == group


# -- the cases as a table


ROW = st.lists(
    st.tuples(
        st.sampled_from(["35.78", "open"]),
        st.sampled_from(["jalan", "air"]),
        st.sampled_from(["jalan", "desk:x"]),
        *[st.floats(0, 1).map(lambda p: round(p, 6))] * 4,
        st.booleans(),
        st.integers(0, 3),
    )
)
COLUMNS = ["group", "mandate", "label", "raw", "probability", "second", "labelled"]
COLUMNS += ["right", "block"]


@given(ROW)
def test_what_is_written_is_what_is_read(rows: list[tuple[object, ...]]) -> None:
    table = {name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)}
    cases = CalibrationCases.from_row(json.loads(json.dumps(table)))
    assert len(cases) == len(rows)
    assert json.loads(json.dumps(cases.to_row())) == table
    kept = cases.where(cases.right)
    assert len(kept) == sum(table["right"])  # type: ignore[arg-type]
    assert kept.right.all()


def test_probabilities_are_written_short() -> None:
    cases = CalibrationCases.from_row({name: [1 / 3] for name in COLUMNS})
    assert cases.to_row()["raw"] == [0.333333]


@pytest.mark.parametrize("name", COLUMNS)
def test_unequal_columns_are_refused(name: str) -> None:
    row = {column: [0, 1] for column in COLUMNS}
    with pytest.raises(ValueError, match="calibration cases differ in length"):
        CalibrationCases.from_row(row | {name: [0]})


def test_no_case_is_an_empty_table() -> None:
    assert len(CalibrationCases.none()) == 0
    assert set(CalibrationCases.none().to_row()) == set(COLUMNS)
