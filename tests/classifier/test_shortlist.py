"""Shortlists: the units among which the right one is at a promised level."""

from hypothesis import given
from hypothesis import strategies as st

from classifier.calibration import Ranked
from classifier.settings import Proof
from classifier.shortlist import shortlists
from data.registry.units import Unit

NAMES = ("jalan", "air", "sampah")
LONGEST = 12


def units(*probabilities: float) -> Ranked:
    """Units of the mandates in turn."""
    return [
        (Unit(f"35.78/u{i}", f"Dinas {i}", "Kota", NAMES[i % 3], "35.78", (NAMES[i % 3],)), p)
        for i, p in enumerate(probabilities)
    ]


@st.composite
def rankings(draw: st.DrawFn) -> Ranked:
    weights = draw(st.lists(st.floats(1e-5, 1), min_size=1, max_size=30))
    return units(*sorted((weight / sum(weights) for weight in weights), reverse=True))


@st.composite
def proofs(draw: st.DrawFn) -> Proof:
    """Limits that fall as the level rises, as limits do; not each mandate has its own."""
    low = {name: draw(st.floats(0, 1)) for name in draw(st.sets(st.sampled_from(NAMES)))}
    low |= {"": draw(st.floats(0, 1))}
    high = {name: limit * draw(st.floats(0, 1)) for name, limit in low.items()}
    return Proof(500, shortlist={"0.9": low, "0.95": high})


@given(rankings(), proofs())
def test_a_list_is_short_begins_with_the_first_and_grows_with_the_level(
    ranked: Ranked, proof: Proof
) -> None:
    found = shortlists(ranked, proof)
    assert set(found) == {"0.9", "0.95"}
    ids = [unit.unit_id for unit, _ in ranked]
    for listed in found.values():
        assert listed[0] == ids[0]
        assert len(listed) <= LONGEST
        assert list(listed) == [unit_id for unit_id in ids if unit_id in listed]  # likeliest first
    assert set(found["0.9"]) <= set(found["0.95"])


def test_a_unit_is_listed_from_the_limit_of_its_mandate() -> None:
    proof = Proof(500, shortlist={"0.9": {"": 0.3, "air": 0.1}})
    ranked = units(0.4, 0.15, 0.25, 0.2)  # jalan, air, sampah, jalan
    assert shortlists(ranked, proof) == {"0.9": ("35.78/u0", "35.78/u1")}
    sharper = Proof(500, shortlist={"0.9": {"": 0.3, "air": 0.16}})
    assert shortlists(ranked, sharper) == {"0.9": ("35.78/u0",)}


def test_the_first_is_listed_whatever_the_limit() -> None:
    proof = Proof(500, shortlist={"0.9": {"": 0.5, "air": 0.05}})
    assert shortlists(units(0.2, 0.1), proof)["0.9"] == ("35.78/u0", "35.78/u1")


def test_without_a_limit_the_list_still_ends() -> None:
    proof = Proof(500, shortlist={"0.95": {"": 0.0}})
    assert len(shortlists(units(*[1 / 40] * 40), proof)["0.95"]) == LONGEST
    assert len(shortlists(units(0.99, 0.001), proof)["0.95"]) == 1  # nobody needs the second


def test_without_calibration_there_is_no_list() -> None:
    assert shortlists(units(0.9), None) == {}
    assert shortlists([], Proof(500, shortlist={"0.9": {"": 0.1}})) == {}
    assert shortlists(units(0.9), Proof(500)) == {}
