"""Where a complaint belongs: door, fields and text, alone and against each other."""

from collections.abc import Sequence

import pytest

from classifier.jurisdiction import (
    NAMED,
    OPEN,
    PLACED,
    Counts,
    Place,
    context_of,
    field_key,
    key_of,
    locate,
    named_regencies,
    signatures,
)
from classifier.recommendation import Mention
from data.complaint import Complaint
from data.registry.regions import Region, Regions
from data.registry.registry import Registry

SURABAYA, SEMARANG, MALANG_REGENCY = "35.78", "33.74", "35.07"
BANDUNG_CITY, BANDUNG_REGENCY = "32.73", "32.04"
IMPORTED = (
    Region("35.78.03", "Rungkut"),
    Region("35.78.03.1003", "Wonorejo"),
    Region("35.78.08", "Tegalsari"),
    Region("35.78.08.1001", "Wonorejo"),
    Region("35.78.10", "Tambaksari"),
    Region("35.78.10.1007", "Ploso"),
)


@pytest.fixture(scope="module")
def regions(registry: Registry) -> Regions:
    return Regions([*registry.regions, *IMPORTED])


def mention(*candidates: tuple[str, float]) -> Mention:
    return Mention(0, 4, "Nama", candidates)


@pytest.fixture(scope="module")
def place(regions: Regions):
    def find(
        door: str | None = None,
        mentions: Sequence[Mention] = (),
        counts: Counts | None = None,
        **fields: str,
    ) -> Place:
        complaint = Complaint("isi laporan", **fields)
        found = locate(complaint, door, mentions, regions, counts or Counts())
        assert 0 <= sum(found.regencies.values()) <= 1 + 1e-9
        assert 0 <= sum(found.provinces.values()) <= 1 + 1e-9
        return found

    return find


def best(found: Place) -> str | None:
    return max(found.regencies, key=lambda code: found.regencies[code], default=None)


# -- one source alone


def test_nothing_known_leaves_everything_open(place) -> None:
    found = place()
    assert (dict(found.regencies), dict(found.provinces)) == ({}, {})
    assert (found.district, found.village, found.context) == ("", "", OPEN)


def test_names_that_no_region_bears_are_as_good_as_none(place) -> None:
    found = place(province="Antah", regency="Kota Berantah")
    assert not found.regencies
    assert not found.provinces
    assert found.context == OPEN


@pytest.mark.parametrize("door", [SURABAYA, "35.78.10"])
def test_the_door_is_where_it_belongs(place, door: str) -> None:
    found = place(door)
    assert found.regencies[SURABAYA] > 0.9
    assert found.provinces["35"] > 0.9
    assert found.context == PLACED


def test_the_field_is_where_it_belongs(place) -> None:
    found = place(regency="Kota Surabaya")
    assert found.regencies[SURABAYA] > 0.9
    assert found.context == PLACED


def test_the_text_is_where_it_belongs(place) -> None:
    found = place(mentions=[mention((SEMARANG, 0.9))])
    assert found.regencies[SEMARANG] > 0.8
    assert found.context == NAMED


def test_a_place_inside_a_regency_names_the_regency(place) -> None:
    found = place(mentions=[mention(("35.78.10.1007", 0.95))])
    assert best(found) == SURABAYA
    assert found.context == NAMED


def test_a_doubtful_mention_does_not_place_a_complaint(place) -> None:
    """What is more likely no place than a place must not make a regency likely."""
    found = place(mentions=[mention((SEMARANG, 0.3))])
    assert found.context == OPEN
    assert found.regencies.get(SEMARANG, 0.0) <= 0.5


def test_a_bare_name_of_city_and_regency_keeps_both(place) -> None:
    found = place(regency="Bandung")
    assert set(found.regencies) == {BANDUNG_CITY, BANDUNG_REGENCY}
    assert best(found) == BANDUNG_CITY


def test_the_province_field_tells_namesakes_apart(place) -> None:
    assert best(place(regency="Kepulauan Yapen", province="Papua")) == "91.05"
    # A province that does not fit is not trusted more than the regency's own name.
    assert best(place(regency="Kota Surabaya", province="Jawa Barat")) == SURABAYA


# -- sources together


def test_agreement_is_surer_than_each_alone(place) -> None:
    alone = max(place(SURABAYA).regencies[SURABAYA], place(regency="Surabaya").regencies[SURABAYA])
    both = place(SURABAYA, regency="Kota Surabaya").regencies[SURABAYA]
    assert both > alone


def test_door_against_field_keeps_both_the_door_first(place) -> None:
    found = place(SURABAYA, regency="Kabupaten Malang")
    assert set(found.regencies) == {SURABAYA, MALANG_REGENCY}
    assert found.regencies[SURABAYA] > found.regencies[MALANG_REGENCY] > 0.05


def test_cases_can_teach_that_the_field_is_right_against_the_door(place) -> None:
    counts = Counts(evidence={key_of((1, -1, 0)): [2, 200], key_of((-1, 1, 0)): [198, 200]})
    assert best(place(SURABAYA, regency="Kabupaten Malang", counts=counts)) == MALANG_REGENCY


def test_text_against_field_keeps_both_the_field_first(place) -> None:
    found = place(mentions=[mention((SEMARANG, 0.95))], regency="Kota Surabaya")
    assert found.regencies[SURABAYA] > found.regencies[SEMARANG] > 0.05
    assert found.regencies[SURABAYA] < place(regency="Kota Surabaya").regencies[SURABAYA]
    assert found.context == PLACED


def test_text_against_door_keeps_both_the_door_first(place) -> None:
    found = place(SURABAYA, [mention((SEMARANG, 0.95))])
    assert found.regencies[SURABAYA] > found.regencies[SEMARANG] > 0.1


def test_field_and_text_together_outweigh_a_door(place) -> None:
    found = place(SURABAYA, [mention((SEMARANG, 0.95))], regency="Kota Semarang")
    assert found.regencies[SEMARANG] >= found.regencies[SURABAYA]


# -- what the wording of a field has meant in labelled cases


def test_a_wording_means_what_cases_say_it_means(place) -> None:
    counts = Counts(fields={"kota bandung": {BANDUNG_REGENCY: 27.0, BANDUNG_CITY: 3.0}})
    found = place(regency="Kota Bandung", counts=counts)
    assert best(found) == BANDUNG_REGENCY
    assert best(place(regency="Kota Bandung")) == BANDUNG_CITY


def test_case_and_points_are_no_difference_of_wording(place) -> None:
    assert field_key(Complaint("x", regency=" KOTA  Bandung. ")) == "kota bandung"
    assert field_key(Complaint("x")) == ""


def test_a_few_cases_do_not_change_what_a_wording_means(place) -> None:
    counts = Counts(fields={"kota bandung": {BANDUNG_REGENCY: 3.0}})
    assert best(place(regency="Kota Bandung", counts=counts)) == BANDUNG_CITY


def test_a_wording_that_no_table_knows_can_be_learnt(place) -> None:
    counts = Counts(fields={"pahlawan": {SURABAYA: 40.0}})
    found = place(regency="Pahlawan", counts=counts)
    assert best(found) == SURABAYA
    assert found.context == PLACED


# -- provinces


@pytest.mark.parametrize("fields", [{}, {"province": "Jawa Barat"}])
def test_a_province_door_tells_the_province_and_no_regency(place, fields: dict[str, str]) -> None:
    found = place("35", **fields)
    assert not found.regencies
    assert max(found.provinces, key=lambda c: found.provinces[c]) == "35"
    assert found.context == PLACED


def test_a_province_door_leaves_the_regency_to_the_field(place) -> None:
    found = place("35", regency="Kabupaten Malang")
    assert best(found) == MALANG_REGENCY
    assert found.provinces["35"] > 0.9


def test_a_province_stands_in_the_field_or_the_text(place) -> None:
    assert place(province="Riau").provinces["14"] > 0.8
    assert place(mentions=[mention(("14", 0.9))]).provinces["14"] > 0.8


def test_regencies_bring_their_provinces(place) -> None:
    found = place(SURABAYA, regency="Kota Semarang")
    assert found.provinces["35"] == pytest.approx(found.regencies[SURABAYA])
    assert found.provinces["33"] == pytest.approx(found.regencies[SEMARANG])


# -- districts and villages


def test_district_and_village_come_from_the_fields(place) -> None:
    found = place(regency="Kota Surabaya", district="Kec. Tambaksari", village="Kel. Ploso")
    assert (found.district, found.village) == ("35.78.10", "35.78.10.1007")


def test_what_is_not_imported_stays_as_it_was_written(place) -> None:
    found = place(regency="Kota Semarang", district=" Gunungpati ", village="Sekaran")
    assert (found.district, found.village) == ("Gunungpati", "Sekaran")


def test_namesakes_are_told_apart_by_their_district(place) -> None:
    fields = {"regency": "Kota Surabaya", "village": "Wonorejo"}
    assert place(**fields, district="Rungkut").village == "35.78.03.1003"
    assert place(**fields, district="Tegalsari").village == "35.78.08.1001"
    assert place(**fields).village == "Wonorejo"


def test_without_fields_the_text_names_district_and_village(place) -> None:
    found = place(SURABAYA, [mention(("35.78.10.1007", 0.9))])
    assert (found.district, found.village) == ("35.78.10", "35.78.10.1007")


def test_a_field_comes_before_the_text(place) -> None:
    found = place(SURABAYA, [mention(("35.78.10", 0.9))], district="Rungkut")
    assert found.district == "35.78.03"


@pytest.mark.parametrize(("code", "probability"), [("35.78.10", 0.3), ("33.74.01", 0.9)])
def test_doubtful_or_distant_mentions_are_no_district(place, code: str, probability: float) -> None:
    assert place(SURABAYA, [mention((code, probability))], regency="Surabaya").district == ""


# -- the parts


def test_signatures_say_what_speaks_for_and_against_each_regency() -> None:
    found = dict(signatures(SURABAYA, {MALANG_REGENCY: 1.0}, {SEMARANG: 0.9}))
    assert found == {SURABAYA: (1, -1, -1), MALANG_REGENCY: (-1, 1, -1), SEMARANG: (-1, -1, 1)}
    assert dict(signatures(None, {}, {})) == {}
    assert dict(signatures(SURABAYA, {}, {})) == {SURABAYA: (1, 0, 0)}


def test_the_surest_mention_of_a_regency_counts() -> None:
    mentions = [mention((SURABAYA, 0.2), ("35", 0.1)), mention(("35.78.10", 0.7))]
    assert named_regencies(mentions) == {SURABAYA: 0.7}


def test_rates_move_from_expectation_to_what_was_counted() -> None:
    signature = (0, 1, 0)
    expected = Counts().rate(signature)
    few = Counts(evidence={key_of(signature): [0, 2]}).rate(signature)
    many = Counts(evidence={key_of(signature): [0, 2000]}).rate(signature)
    assert expected > few > many
    assert many < 0.01


@pytest.mark.parametrize(
    ("placed", "named", "context"),
    [
        (True, {}, PLACED),
        (True, {SEMARANG: 0.9}, PLACED),
        (False, {SEMARANG: 0.9}, NAMED),
        (False, {SEMARANG: 0.4}, OPEN),
        (False, {}, OPEN),
    ],
)
def test_contexts(placed: bool, named: dict[str, float], context: str) -> None:
    assert context_of(placed, named) == context
