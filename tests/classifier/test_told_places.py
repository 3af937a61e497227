"""Places that a complaint does not tell, and those that it tells twice."""

from dataclasses import replace

import pytest

from classifier.jurisdiction import (
    NAMED,
    OPEN,
    PLACED,
    Place,
    conflicting_places,
    tells_no_place,
)
from classifier.recommendation import Candidate, Mention
from data.complaint import Complaint
from data.registry.regions import Region, Regions
from data.registry.registry import Registry

SURABAYA, SEMARANG, MALANG = "35.78", "33.74", "35.07"
HERE = Candidate("35.78/jalan", "Dinas", "Kota", "jalan", SURABAYA, 0.9)
PLACELESS = Candidate("-/jalan", "Dinas", "", "jalan", None, 0.9)
NATION = Candidate("ID/bank", "Bank", "Bank", "perbankan", "ID", 0.9)


@pytest.fixture(scope="module")
def regions(registry: Registry) -> Regions:
    inside = (Region("35.78.10", "Tambaksari"), Region("35.78.10.1007", "Ploso"))
    return Regions([*registry.regions, *inside])


def mention(*candidates: tuple[str, float]) -> Mention:
    return Mention(0, 4, "Nama", candidates)


def conflict(regions: Regions, field: str, *mentions: Mention) -> tuple[str, str] | None:
    return conflicting_places(Complaint("isi", regency=field), mentions, regions)


# -- told twice


def test_a_field_and_a_text_that_name_different_regencies(regions: Regions) -> None:
    found = conflict(regions, "Kota Surabaya", mention((SEMARANG, 0.95)))
    assert found == ("Kota Surabaya", "Kota Semarang")


def test_the_surest_of_the_places_in_the_text_is_named(regions: Regions) -> None:
    mentions = (mention((MALANG, 0.82)), mention((SEMARANG, 0.97), (MALANG, 0.02)))
    assert conflict(regions, "Surabaya", *mentions) == ("Surabaya", "Kota Semarang")


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("Kota Surabaya", SURABAYA),
        ("surabaya", SURABAYA),
        ("Kota Surabaya", "35.78.10.1007"),  # a village inside it
        ("Malang", MALANG),  # the city and the regency of that name
        ("Malang", "35.73"),
    ],
)
def test_a_text_that_names_the_fields_place_is_no_contradiction(
    regions: Regions, field: str, code: str
) -> None:
    assert conflict(regions, field, mention((code, 0.95))) is None
    assert conflict(regions, field, mention((code, 0.95)), mention((SEMARANG, 0.99))) is None


def test_a_namesake_of_the_fields_place_is_no_contradiction(regions: Regions) -> None:
    """ "Malang" may be the city or the regency around it."""
    assert conflict(regions, "Kota Malang", mention((MALANG, 0.95))) is None


def test_a_doubtful_place_in_the_text_contradicts_nothing(regions: Regions) -> None:
    assert conflict(regions, "Kota Surabaya", mention((SEMARANG, 0.7))) is None


@pytest.mark.parametrize("field", ["", "Kota Antah", "-", "😀"])
def test_without_a_known_field_there_is_nothing_to_contradict(regions: Regions, field: str) -> None:
    assert conflict(regions, field, mention((SEMARANG, 0.95))) is None


def test_a_province_in_the_text_contradicts_no_regency(regions: Regions) -> None:
    assert conflict(regions, "Kota Surabaya", mention(("33", 0.95))) is None
    assert conflict(regions, "Kota Surabaya") is None


# -- not told


@pytest.mark.parametrize(
    ("candidates", "context", "missing"),
    [
        ([PLACELESS, HERE], OPEN, True),
        ([HERE, PLACELESS], OPEN, False),  # earlier cases know where such texts belong
        ([replace(HERE, probability=0.5), PLACELESS], OPEN, True),  # they only guess
        ([replace(NATION, probability=0.5), PLACELESS], OPEN, False),
        ([NATION, PLACELESS], OPEN, False),  # one desk for the whole nation
        ([PLACELESS], PLACED, False),
        ([PLACELESS], NAMED, False),
        ([], OPEN, False),
    ],
)
def test_a_place_is_missing_where_the_desk_needs_one(
    candidates: list[Candidate], context: str, missing: bool
) -> None:
    assert tells_no_place(Place({}, {}, "", "", context), candidates) is missing
