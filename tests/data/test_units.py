"""Units composed of a mandate and a region: identifiers, names, governments."""

from pathlib import Path

import pytest

from data.registry.regions import Level
from data.registry.registry import Registry
from data.registry.units import government, unit_id, village_prefix

PLACES = """code,name
35.78.10,Tambaksari
35.78.10.1007,Pacar Kembang
32.04.12,Cileunyi
32.04.12.2001,Cileunyi Kulon
32.04.30.2004,Sukamaju
32.04.31,Majalaya
32.04.31.2005,Sukamaju
"""


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    path: Path = tmp_path_factory.mktemp("places") / "places.csv"
    path.write_text(PLACES, encoding="utf-8")
    return Registry.from_tables(places=path)


def test_an_identifier_tells_region_mandate_and_qualifier() -> None:
    assert unit_id("35.71", "kesehatan") == "35.71/kesehatan"
    assert unit_id(None, "kesehatan") == "-/kesehatan"
    assert unit_id("35.71", "puskesmas", "pesantren") == "35.71/puskesmas:pesantren"


@pytest.mark.parametrize(
    ("level", "region", "place"),
    [
        ("regency", "35.71", "Kota Kediri"),
        ("regency", "35.06", "Kabupaten Kediri"),
        ("province", "17", "Provinsi Bengkulu"),
        ("province", "31", "Provinsi DKI Jakarta"),
        ("province", "34", "Provinsi DI Yogyakarta"),
    ],
)
def test_a_local_office_bears_its_place(
    registry: Registry, level: Level, region: str, place: str
) -> None:
    unit = registry.somewhere("kesehatan", level, region)
    assert (unit.name, unit.agency) == (f"Dinas Kesehatan {place}", f"Pemerintah {place}")


def test_an_office_somewhere_bears_no_place(registry: Registry) -> None:
    unit = registry.somewhere("kesehatan", "regency", None)
    assert (unit.name, unit.agency, unit.region_code) == ("Dinas Kesehatan", "", None)


def test_the_cities_of_jakarta_have_a_suku_dinas(registry: Registry) -> None:
    unit = registry.somewhere("kesehatan", "regency", "31.74")
    assert unit.name == "Suku Dinas Kesehatan Kota Administrasi Jakarta Selatan"


def test_a_matter_without_an_office_of_its_own_goes_to_the_usual_one(registry: Registry) -> None:
    (unit,) = registry.units("drainase", "regency", "35.71")
    assert unit.unit_id == "35.71/jalan"
    assert {"jalan", "drainase"} <= set(unit.serves)


def test_a_branch_belongs_to_its_agency(registry: Registry) -> None:
    (unit,) = registry.units("jaminan-kesehatan", "regency", "35.71")
    assert unit.agency == "BPJS Kesehatan"
    assert registry.office("kepolisian", "district", "Pesantren", "35.71").agency == (
        "Kepolisian Negara Republik Indonesia"
    )


def test_the_main_agency_of_a_mandate_comes_first(registry: Registry) -> None:
    units = registry.units("kependudukan", "nation", None)
    assert units[0].unit_id == "ID/ditjen-dukcapil"
    assert units[0].agency == "Kementerian Dalam Negeri"


def test_a_level_at_which_nobody_answers_gives_no_unit(registry: Registry) -> None:
    assert list(registry.units("imigrasi", "village", "35.78.10.1007")) == []


def test_an_office_of_an_imported_place_has_its_code(registry: Registry, placed: Registry) -> None:
    unit = placed.office("kecamatan", "district", "Tambaksari", "35.78")
    assert (unit.unit_id, unit.region_code) == ("35.78.10/kecamatan", "35.78.10")
    assert unit.agency == "Pemerintah Kota Surabaya"
    unit = registry.office("kecamatan", "district", "Tambaksari", "35.78")
    assert (unit.unit_id, unit.region_code) == ("35.78/kecamatan:tambaksari", "35.78")


def test_a_village_is_desa_or_kelurahan_by_its_code(placed: Registry) -> None:
    desa = placed.office("kelurahan", "village", "Cileunyi Kulon", "32.04")
    kelurahan = placed.office("kelurahan", "village", "Pacar Kembang", "35.78")
    assert (desa.name, kelurahan.name) == ("Desa Cileunyi Kulon", "Kelurahan Pacar Kembang")
    assert village_prefix(None) == "Kelurahan"


@pytest.mark.parametrize(
    "written", ["Sukamaju - Majalaya", "Sukamaju-Majalaya", "Sukamaju, Kec. Majalaya"]
)
def test_the_district_tells_villages_of_one_name_apart(placed: Registry, written: str) -> None:
    assert placed.office("kelurahan", "village", "Sukamaju", "32.04").region_code == "32.04"
    unit = placed.office("kelurahan", "village", written, "32.04")
    assert unit.unit_id == "32.04.31.2005/kelurahan"


def test_without_imported_places_name_and_district_make_one_identifier(registry: Registry) -> None:
    names = ("Desa Sukamaju Kecamatan Majalaya", "Kelurahan Sukamaju - Majalaya")
    found = {registry.resolve(name, "32.04").unit for name in names}
    assert {unit and unit.unit_id for unit in found} == {"32.04/kelurahan:sukamajumajalaya"}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Desa Sukamaju", "Desa Sukamaju"),
        ("Lurah Sukamaju", "Kelurahan Sukamaju"),
        ("Kantor Wali Nagari Sukamaju", "Nagari Sukamaju"),
        ("Kapanewon Depok", "Kapanewon Depok"),
        ("Camat Depok", "Kecamatan Depok"),
        ("Kelurahan dr. Soetomo", "Kelurahan dr. Soetomo"),
        ("Kelurahan Kali Rungkut - Rungkut", "Kelurahan Kali Rungkut - Rungkut"),
        ("Polsek Depok", "Kepolisian Sektor Depok"),
    ],
)
def test_a_place_office_keeps_the_word_for_it(registry: Registry, written: str, name: str) -> None:
    unit = registry.resolve(written, "34.04").unit
    assert unit is not None
    assert unit.name == name


def test_the_government_of_a_place_is_its_regencys(placed: Registry) -> None:
    regions = placed.regions
    assert government(regions, regions.get("35.78.10.1007")) == "Pemerintah Kota Surabaya"
    assert government(regions, regions.get("35")) == "Pemerintah Provinsi Jawa Timur"
    assert government(regions, None) == ""


def test_a_registry_read_back_from_its_row_is_the_same(registry: Registry) -> None:
    row = registry.to_row()
    again = Registry.from_row(row)
    assert again.to_row() == row
    names = ("Dinas Pertanahan Kota Makassar", "RSUD Koja", "BBWS Brantas", "DLH Kota Kediri")
    assert [again.resolve(n).unit for n in names] == [registry.resolve(n).unit for n in names]
