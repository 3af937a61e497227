"""What a labelled case teaches: mandates, level, unit; names that no table knows."""

import pytest

from data.complaint import Complaint, LabelledCase
from data.registry.registry import Registry
from training.targets import OWN_DESK, Target, make_targets, unit_level

SURABAYA, SEMARANG = "Pemerintah Kota Surabaya", "Pemerintah Kota Semarang"


@pytest.fixture(scope="module")
def target(registry: Registry):
    def make(unit: str = "", agency: str = "", text: str = "isi", **labels: str) -> Target:
        fields = {k: labels.pop(k) for k in ("door", "regency", "province") if k in labels}
        case = LabelledCase(Complaint(text, **fields), unit=unit, agency=agency, **labels)
        (found,) = make_targets([case], registry)
        assert found.case is case
        return found

    return make


def test_a_resolved_unit_teaches_all_mandates_that_it_serves(target) -> None:
    found = target("Dinas Sumber Daya Air dan Bina Marga", SURABAYA)
    assert found.resolved
    assert found.unit is not None
    assert found.unit.region_code == "35.78"
    assert found.mandates == ("jalan", "drainase", "sungai-irigasi")
    assert found.level == "regency"


@pytest.mark.parametrize(
    "known",
    [
        {"agency": SEMARANG},
        {"door": SEMARANG},
        {"regency": "Kota Semarang"},
        {"door": "33.74"},
    ],
)
def test_a_bare_name_stands_in_the_papers_of_its_region(target, known: dict[str, str]) -> None:
    assert target("Dinas Sosial", **known).unit.unit_id == "33.74/bantuan-sosial"


def test_a_place_in_the_name_comes_before_the_papers(target) -> None:
    found = target("Dinas Perhubungan Provinsi Jawa Timur", SURABAYA)
    assert found.unit.region_code == "35"
    assert found.level == "province"


@pytest.mark.parametrize(
    ("unit", "level"),
    [
        ("Kementerian Sosial", "nation"),
        ("Dinas Kesehatan Provinsi Bali", "province"),
        ("Dinas Kesehatan Kabupaten Sleman", "regency"),
        ("Kecamatan Tembalang", "district"),
        ("Kelurahan Sekaran", "village"),
    ],
)
def test_the_level_is_that_of_the_unit(target, registry: Registry, unit: str, level: str) -> None:
    found = target(unit, SEMARANG)
    assert found.level == unit_level(found.unit, registry) == level


def test_a_name_that_nothing_resolves_becomes_a_desk_of_its_own(target) -> None:
    found = target("Balai Cakra Buana", SEMARANG)
    assert not found.resolved
    assert found.unit.name == "Balai Cakra Buana"
    assert found.unit.agency == SEMARANG
    assert found.unit.region_code == "33.74"
    assert found.mandates == found.unit.serves == (found.unit.mandate,)
    assert found.unit.mandate.startswith(OWN_DESK)


def test_one_written_name_is_one_desk_however_it_is_written(target) -> None:
    first, second = target("Balai Cakra Buana", SEMARANG), target("balai cakra  BUANA", SEMARANG)
    assert first.unit.unit_id == second.unit.unit_id
    other = target("Balai Cakra Buana", SURABAYA)
    assert other.unit.unit_id != first.unit.unit_id


def test_a_desk_of_its_own_without_a_place_is_somewhere(target) -> None:
    assert target("Balai Cakra Buana").unit.region_code is None


def test_a_case_without_a_unit_teaches_no_mandate(target) -> None:
    found = target(kind="aspiration", category="Taman")
    assert (found.mandates, found.unit, found.level) == ((), None, "")
    assert found.case.kind == "aspiration"


def test_a_starter_case_teaches_its_mandate_and_level_and_no_unit(target) -> None:
    found = target(mandate="jalan", level="nation")
    assert (found.mandates, found.level, found.unit) == (("jalan",), "nation", None)


def test_targets_keep_the_order_of_the_cases(registry: Registry) -> None:
    cases = [LabelledCase(Complaint(f"isi {i}"), unit="Dinas Sosial") for i in range(5)]
    assert [t.case for t in make_targets(cases, registry)] == cases
    assert make_targets([], registry) == []
