"""Mandate × jurisdiction → units: probabilities that add up, and what moves them."""

from collections.abc import Mapping, Sequence

import pytest

from classifier.cells import Said
from classifier.desks import DeskRanker, Desks, Wording, cell_key
from classifier.jurisdiction import NAMED, OPEN, PLACED, Place
from data.registry.registry import Registry
from data.registry.units import Unit
from data.text import normalise

SURABAYA, SEMARANG = "35.78", "33.74"
ROADS = "35.78/dinas-sumber-daya-air-dan-bina-marga"
SOEWANDHIE = "35.78/rsud-dr-mohamad-soewandhie"
HOSPITALS = (SOEWANDHIE, "35.78/rsud-bhakti-dharma-husada", "35.78/rsud-eka-candrarini")
SILENT = Said(frozenset(), frozenset())
Ranked = dict[str, float]


def at(
    regencies: Mapping[str, float] | None = None,
    *,
    district: str = "",
    village: str = "",
    context: str = PLACED,
) -> Place:
    regencies = {SURABAYA: 0.98} if regencies is None else regencies
    provinces: dict[str, float] = {}
    for code, probability in regencies.items():
        provinces[code[:2]] = provinces.get(code[:2], 0.0) + probability
    return Place(regencies, provinces, district, village, context)


NOWHERE = at({}, context=OPEN)


def ranked(
    ranker: DeskRanker,
    mandates: Mapping[str, float],
    place: Place,
    *,
    text: str = "",
    hint: Mapping[str, float] | None = None,
    wording: Wording | None = None,
) -> Ranked:
    found = ranker.rank(
        place, list(mandates.items()), hint or {}, normalise(text), wording or Wording()
    )
    probabilities = [p for _, p in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert len({unit.unit_id for unit, _ in found}) == len(found)
    assert all(p >= 0 for p in probabilities)
    assert sum(probabilities) <= sum(mandates.values()) + 1e-6
    return {unit.unit_id: p for unit, p in found}


@pytest.fixture(scope="module")
def ranker(registry: Registry) -> DeskRanker:
    return DeskRanker(registry, Desks(), {})


# -- sums


PLACES = (
    at(),
    NOWHERE,
    at({SURABAYA: 0.5, SEMARANG: 0.4}),
    at({"32.04": 0.6, "32.73": 0.39}, district="Soreang", village="Cingcin"),
    at({SEMARANG: 0.9}, context=NAMED),
)


@pytest.mark.parametrize("place", PLACES)
def test_every_mandate_gives_no_more_than_its_probability(
    ranker: DeskRanker, registry: Registry, place: Place
) -> None:
    for mandate in registry.mandates:
        assert ranked(ranker, {mandate: 0.8}, place), mandate


def test_no_probability_is_lost_where_one_city_alone_serves_a_mandate(ranker: DeskRanker) -> None:
    """Surabaya's profile has a unit for telecommunications; elsewhere only the nation has."""
    alone = ranked(ranker, {"telekomunikasi": 1.0}, at({SEMARANG: 0.98}))
    assert sum(alone.values()) == pytest.approx(1, abs=0.05)
    either = ranked(ranker, {"telekomunikasi": 1.0}, at({SURABAYA: 0.5, SEMARANG: 0.48}))
    assert sum(either.values()) == pytest.approx(1, abs=0.05)


def test_the_shares_of_a_cell_sum_to_one(ranker: DeskRanker, registry: Registry) -> None:
    for mandate, facts in registry.mandates.items():
        for level in ("nation", "province", "regency"):
            if level in facts.levels:
                region = {"nation": "ID", "province": "35", "regency": SURABAYA}[level]
                shares = [share for _, share in ranker.cell(mandate, level, region, SILENT)]
                assert sum(shares) == pytest.approx(1), (mandate, level)
                assert min(shares) > 0


def test_the_shares_of_the_levels_sum_to_one(ranker: DeskRanker, registry: Registry) -> None:
    for mandate in registry.mandates:
        for place in (at(), NOWHERE):
            shares = ranker.level_shares(mandate, place, {"regency": 2.5, "nation": 0.1})
            assert sum(shares.values()) == pytest.approx(1)


# -- units


def test_several_mandates_of_one_unit_add_up(ranker: DeskRanker) -> None:
    road = ranked(ranker, {"jalan": 0.5}, at())[ROADS]
    drain = ranked(ranker, {"drainase": 0.4}, at())[ROADS]
    both = ranked(ranker, {"jalan": 0.5, "drainase": 0.4}, at())
    assert both[ROADS] == pytest.approx(road + drain)
    assert next(iter(both)) == ROADS


def test_the_door_decides_which_city_answers(ranker: DeskRanker) -> None:
    assert next(iter(ranked(ranker, {"jalan": 1.0}, at({SEMARANG: 0.98})))) == "33.74/jalan"
    assert next(iter(ranked(ranker, {"jalan": 1.0}, at()))) == ROADS


def test_two_possible_cities_share_by_their_probability(ranker: DeskRanker) -> None:
    found = ranked(ranker, {"kependudukan": 1.0}, at({SURABAYA: 0.6, SEMARANG: 0.3}))
    there, here = "33.74/kependudukan", "35.78/dinas-kependudukan-dan-pencatatan-sipil"
    assert found[here] == pytest.approx(2 * found[there])


def test_without_a_place_the_desk_is_somewhere(ranker: DeskRanker) -> None:
    found = ranker.rank(NOWHERE, [("kependudukan", 1.0)], {}, "", Wording())
    unit, _ = found[0]
    assert (unit.unit_id, unit.region_code) == ("-/kependudukan", None)


def test_without_a_place_earlier_cases_say_where_such_texts_belong(registry: Registry) -> None:
    taught = DeskRanker(registry, Desks(), {"kependudukan": {SEMARANG: 40.0}})
    found = ranked(taught, {"kependudukan": 1.0}, NOWHERE)
    assert next(iter(found)) == "33.74/kependudukan"
    # A place that is known is not overruled.
    placed = ranked(taught, {"kependudukan": 1.0}, at())
    assert placed.get("33.74/kependudukan", 0.0) < 0.05


def own_desk(region: str) -> Unit:
    return Unit(f"{region}/desk:balai-x", "Balai X", "", "desk:balai-x", region, ("desk:balai-x",))


def test_a_desk_of_its_own_answers_for_its_label(registry: Registry) -> None:
    own = own_desk(SEMARANG)
    desks = Desks(units={own.unit_id: own}, own={own.mandate: [own.unit_id]})
    found = ranked(DeskRanker(registry, desks, {}), {own.mandate: 0.7, "jalan": 0.2}, NOWHERE)
    assert found[own.unit_id] == pytest.approx(0.7)


def test_desks_of_one_name_in_two_cities_are_told_apart_by_the_place(registry: Registry) -> None:
    twins = [own_desk(SURABAYA), own_desk(SEMARANG)]
    units = {unit.unit_id: unit for unit in twins}
    ranker = DeskRanker(registry, Desks(units=units, own={"desk:balai-x": list(units)}), {})
    for unit in twins:
        found = ranked(ranker, {"desk:balai-x": 1.0}, at({str(unit.region_code): 0.9}))
        assert next(iter(found)) == unit.unit_id


# -- what cases have taught


def test_counted_units_of_a_cell_rise(registry: Registry) -> None:
    key = cell_key("rumah-sakit", SURABAYA)
    desks = Desks(cells={key: {"35.78/rsud-eka-candrarini": 60.0}})
    place = at()
    taught = ranked(DeskRanker(registry, desks, {}), {"rumah-sakit": 1.0}, place)
    plain = ranked(DeskRanker(registry, Desks(), {}), {"rumah-sakit": 1.0}, place)
    assert next(iter(taught)) == "35.78/rsud-eka-candrarini"
    assert next(iter(plain)) != "35.78/rsud-eka-candrarini"
    # What cases cannot know stays possible.
    assert taught[SOEWANDHIE] > 0


def test_a_unit_that_only_labels_know_can_answer(registry: Registry) -> None:
    uptd = Unit("33.74/jalan:uptd-x", "UPTD Jalan X", "Pemkot", "jalan", SEMARANG, ("jalan",))
    desks = Desks(
        cells={cell_key("jalan", SEMARANG): {uptd.unit_id: 50.0}}, units={uptd.unit_id: uptd}
    )
    place = at({SEMARANG: 0.98})
    assert (
        next(iter(ranked(DeskRanker(registry, desks, {}), {"jalan": 1.0}, place))) == uptd.unit_id
    )


def test_counted_levels_move_the_level(registry: Registry) -> None:
    desks = Desks(levels={PLACED: {"jalan": {"nation": 300.0, "regency": 3.0}}})
    taught = DeskRanker(registry, desks, {})
    assert taught.level_shares("jalan", at(), {})["nation"] > 0.9
    # They were counted for complaints with a place only.
    assert taught.level_shares("jalan", NOWHERE, {})["nation"] < 0.9


def test_the_texts_own_hint_moves_the_level(ranker: DeskRanker) -> None:
    plain = ranker.level_shares("jalan", at(), {})
    hinted = ranker.level_shares("jalan", at(), {"nation": 20.0, "regency": 0.5})
    assert hinted["nation"] > plain["nation"]
    assert hinted["regency"] < plain["regency"]


def test_what_the_wording_says_has_its_share(ranker: DeskRanker, registry: Registry) -> None:
    unit = registry.units("jalan", "regency", SEMARANG)[0]
    wording = Wording({"jalan": [(unit, 1.0)]}, 0.6)
    found = ranked(ranker, {"jalan": 1.0}, NOWHERE, wording=wording)
    assert found[unit.unit_id] == pytest.approx(0.6)
    assert sum(found.values()) == pytest.approx(1, abs=0.01)


# -- names in the text


def shares_of(ranker: DeskRanker, mandate: str, text: str, ids: Sequence[str]) -> list[float]:
    found = ranked(ranker, {mandate: 1.0}, at(), text=text)
    return [found[unit_id] for unit_id in ids]


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("Antre di RSUD dr. Mohamad Soewandhie dari subuh", HOSPITALS[0]),
        ("perawat rsud bhakti dharma husada galak", HOSPITALS[1]),
        ("parkir RSUD EKA CANDRARINI penuh", HOSPITALS[2]),
    ],
)
def test_a_hospital_rises_by_its_own_name(ranker: DeskRanker, text: str, raised: str) -> None:
    named = dict(zip(HOSPITALS, shares_of(ranker, "rumah-sakit", text, HOSPITALS), strict=True))
    silent = dict(zip(HOSPITALS, shares_of(ranker, "rumah-sakit", "", HOSPITALS), strict=True))
    assert max(named, key=lambda unit_id: named[unit_id]) == raised
    assert named[raised] > silent[raised]
    assert sum(named.values()) == pytest.approx(sum(silent.values()))


@pytest.mark.parametrize("text", ["antre di RSUD dari subuh", "dharmawangsa macet", "eka pergi"])
def test_common_words_and_parts_of_names_raise_none(ranker: DeskRanker, text: str) -> None:
    silent = shares_of(ranker, "rumah-sakit", "", HOSPITALS)
    assert shares_of(ranker, "rumah-sakit", text, HOSPITALS) == pytest.approx(silent)


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("Rekening Bank Mandiri saya diblokir", "ID/bank-mandiri"),
        ("kartu BRI tertelan di mesin", "ID/bri"),
        ("saldo di bni berkurang sendiri", "ID/bni"),
    ],
)
def test_a_named_agency_comes_before_its_sisters(
    ranker: DeskRanker, registry: Registry, text: str, agency: str
) -> None:
    sisters = [u.unit_id for u in registry.units("perbankan", "nation", "ID")]
    named = ranked(ranker, {"perbankan": 1.0}, NOWHERE, text=text)
    silent = ranked(ranker, {"perbankan": 1.0}, NOWHERE)
    assert max(sisters, key=lambda unit_id: named[unit_id]) == agency
    assert named[agency] > 5 * silent[agency]


# -- district and village offices


def test_offices_carry_the_written_name(ranker: DeskRanker) -> None:
    place = at(district="Tambaksari", village="Ploso")
    units = {
        unit.unit_id: unit
        for mandate in ("kecamatan", "kelurahan")
        for unit, _ in ranker.rank(place, [(mandate, 1.0)], {}, "", Wording())
    }
    assert units["35.78/kecamatan:tambaksari"].name == "Kecamatan Tambaksari"
    assert units["35.78/kelurahan:ploso"].name == "Kelurahan Ploso"
    assert units["35.78/kelurahan:ploso"].agency == "Pemerintah Kota Surabaya"


def test_an_office_that_nothing_names_is_somewhere_in_the_city(ranker: DeskRanker) -> None:
    found = ranked(ranker, {"kelurahan": 1.0}, at())
    assert next(iter(found)) == "35.78/kelurahan"


def test_village_namesakes_are_told_apart_where_labels_do(registry: Registry) -> None:
    office = registry.office("kelurahan", "village", "Wonorejo - Rungkut", SURABAYA)
    place = at(district="Rungkut", village="Wonorejo")
    taught = DeskRanker(registry, Desks(units={office.unit_id: office}), {})
    plain = DeskRanker(registry, Desks(), {})
    assert next(iter(ranked(taught, {"kelurahan": 1.0}, place))) == office.unit_id
    assert next(iter(ranked(plain, {"kelurahan": 1.0}, place))) == "35.78/kelurahan:wonorejo"
    other = at(district="Tegalsari", village="Wonorejo")
    assert next(iter(ranked(taught, {"kelurahan": 1.0}, other))) == "35.78/kelurahan:wonorejo"


def test_asking_again_gives_the_same(ranker: DeskRanker) -> None:
    mandates = {"jalan": 0.5, "rumah-sakit": 0.3, "kelurahan": 0.1}
    place = at(village="Ploso")
    first = ranked(ranker, mandates, place, text="rsud bhakti dharma husada")
    ranked(ranker, mandates, place)  # a named unit must not linger in what is remembered
    assert ranked(ranker, mandates, place, text="rsud bhakti dharma husada") == first
