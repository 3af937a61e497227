"""Many real names of many cities, and what must never become of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.registry.registry import Registry
from data.registry.resolve import MAX_NAME

HERE = Path(__file__).parent


def _table() -> Iterator[list[str]]:
    for line in (HERE / "unit_names.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def _cities() -> dict[str, list[str]]:
    cities: dict[str, list[str]] = {}
    for line in (HERE / "city_units.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = cities.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            names.append(line)
    return cities


CITIES = _cities()


@pytest.mark.parametrize(("name", "papers", "mandate", "code"), _table())
def test_a_real_name_leads_to_its_mandate_and_region(
    registry: Registry, name: str, papers: str, mandate: str, code: str
) -> None:
    region = registry.regions.find(papers)[0] if papers else None
    unit = registry.resolve(name, region).unit
    assert unit is not None
    assert (unit.mandate, unit.region_code or "-") == (mandate, code)


@pytest.mark.parametrize("region", CITIES)
def test_units_side_by_side_are_never_one(registry: Registry, region: str) -> None:
    first: dict[str, str] = {}
    for name in CITIES[region]:
        unit = registry.resolve(name, region).unit
        assert unit is not None, name
        assert first.setdefault(unit.unit_id, name) == name


@pytest.mark.parametrize("region", CITIES)
def test_composed_names_lead_back_to_their_unit(registry: Registry, region: str) -> None:
    level = "regency" if "." in region else "province"
    for mandate in registry.mandates:
        for unit in registry.units(mandate, level, region):
            found = registry.resolve(unit.name).unit
            assert found is not None, unit.name
            assert found.unit_id == unit.unit_id


def test_national_names_lead_back_to_their_agency(registry: Registry) -> None:
    for agency in registry.agencies.values():
        found = registry.resolve(agency.name).unit
        assert found is not None
        assert found.unit_id == f"ID/{agency.id}"


@pytest.mark.parametrize(
    ("name", "mandates"),
    [
        ("Dinas Pendidikan dan Kebudayaan Kota Kediri", {"pendidikan-dasar", "kebudayaan"}),
        ("Dinas Sosial dan Tenaga Kerja Kota Kediri", {"bantuan-sosial", "ketenagakerjaan"}),
        ("Dinas PUPR dan Perhubungan Kabupaten Nias", {"jalan", "drainase", "lalu-lintas"}),
        ("Satpol PP dan Damkar Kota Solok", {"ketertiban-umum", "pemadam"}),
    ],
)
def test_a_combined_office_serves_all_its_functions(
    registry: Registry, name: str, mandates: set[str]
) -> None:
    unit = registry.resolve(name).unit
    assert unit is not None
    assert mandates <= set(unit.serves)


def test_an_office_beside_the_usual_one_does_not_serve_its_mandates(registry: Registry) -> None:
    unit = registry.resolve("Dinas PU Sumber Daya Air Kabupaten Malang").unit
    assert unit is not None
    assert unit.serves == ("sungai-irigasi",)


@pytest.mark.parametrize(
    ("name", "mandate"),
    [
        ("Dinas Pertanian dan Perikanan Kabupaten Nias", "pertanian"),
        ("Dinas Perikanan dan Pertanian Kabupaten Nias", "kelautan-perikanan"),
        ("Dinas Kebersihan dan Pertamanan Kota Kediri", "persampahan"),
        ("Dinas Pertamanan dan Kebersihan Kota Kediri", "pertamanan"),
        ("Dinas UKM, Koperasi dan Perindustrian Kota Kediri", "koperasi-ukm"),
    ],
)
def test_the_first_function_is_the_main_one(registry: Registry, name: str, mandate: str) -> None:
    unit = registry.resolve(name).unit
    assert unit is not None
    assert unit.mandate == mandate


@pytest.mark.parametrize(
    ("name", "unit_id"),
    [
        ("Dinas Perizinan Kota Kediri", "35.71/perizinan"),
        ("Dinas Perikanan Kota Kediri", "35.71/kelautan-perikanan"),
        ("Dinas Pertanian Kota Kediri", "35.71/pertanian"),
        ("Dinas Pertanahan Kota Kediri", "35.71/pertanahan:dinas-pertanahan"),
        ("Dinas Pertamanan Kota Kediri", "35.71/pertamanan"),
        ("Dinas Pertambangan Kota Kediri", "35.71/pertambangan"),
        ("Kecamatan Pesantren Kota Kediri", "35.71/kecamatan:pesantren"),
        ("Kelurahan Pesantren Kota Kediri", "35.71/kelurahan:pesantren"),
        ("Kantor Pertanahan Kota Kediri", "35.71/pertanahan"),
    ],
)
def test_names_of_like_letters_stay_apart(registry: Registry, name: str, unit_id: str) -> None:
    unit = registry.resolve(name).unit
    assert unit is not None
    assert unit.unit_id == unit_id


@pytest.mark.parametrize(
    "name",
    [
        "Dinas Pertahanan Kota Kediri",
        "Dinas Perhutanan Kota Kediri",
        "Dinas Perpajakan Kota Kediri",
        "Dinas Kesehatan dan Dinas Sosial Kota Kediri",
        "PMI Kota Kediri",
        "Kecamatan",
        "Dinas",
    ],
)
def test_what_is_no_known_office_is_not_guessed(registry: Registry, name: str) -> None:
    resolution = registry.resolve(name)
    assert resolution.unit is None
    assert resolution.reason


@pytest.mark.parametrize(
    ("name", "region", "unit_id"),
    [
        ("KPU", None, "ID/kpu"),
        ("KPU", "35.71", "35.71/pemilu"),
        ("KPU", "35", "35/pemilu"),
        ("Dinas Kesehatan Provinsi", "35.71", "35/kesehatan"),
        ("Dinas Kesehatan", "ID", "-/kesehatan"),
        ("Dinas ESDM", "35.71", "35/pertambangan"),
        ("Samsat Kota Kediri", None, "35/pajak-kendaraan:kota-kediri"),
        ("Jawa Timur", None, "35/pemerintahan-umum"),
        ("RSUD Dr. Soetomo", "35.78", "35/rumah-sakit:rsud-dr-soetomo"),
        ("Dinas Kesehatan Kediri", "35.71", "35.71/kesehatan"),
        ("Dinas Kesehatan Pekanbaru, Riau", None, "14.71/kesehatan"),
        ("Kecamatan Mojoroto Kota Kediri Provinsi Jawa Timur", None, "35.71/kecamatan:mojoroto"),
        ("Bidang Sarana Dinas Sosial Kota Kediri", None, "35.71/bantuan-sosial:bidang-sarana"),
        ("BPJS Kesehatan Cabang Jakarta Ceger", None, "31/jaminan-kesehatan:jakarta-ceger"),
    ],
)
def test_papers_and_words_settle_the_place(
    registry: Registry, name: str, region: str | None, unit_id: str
) -> None:
    unit = registry.resolve(name, region).unit
    assert unit is not None
    assert unit.unit_id == unit_id


def test_a_local_office_is_no_branch_of_the_ministry(registry: Registry) -> None:
    local, branch = (
        registry.resolve(name, "73.71").unit for name in ("Dinas Pertanahan", "Kantor Pertanahan")
    )
    assert local is not None
    assert branch is not None
    assert local.agency == "Pemerintah Kota Makassar"
    assert branch.agency.startswith("Kementerian Agraria")


@pytest.mark.parametrize("length", [250, MAX_NAME, MAX_NAME + 1, 100_000])
def test_long_names_are_read_up_to_a_limit(registry: Registry, length: int) -> None:
    name = "Dinas Kesehatan Kota Kediri ".ljust(length)
    resolution = registry.resolve(name)
    assert (resolution.unit is None) == (length > MAX_NAME)
    assert len(resolution.name) <= MAX_NAME


@given(st.text(max_size=80), st.sampled_from([None, "ID", "35", "35.78", "35.78.10", "99.99"]))
def test_any_text_gives_a_unit_or_a_reason(
    registry: Registry, name: str, region: str | None
) -> None:
    resolution = registry.resolve(name, region)
    assert (resolution.unit is None) == bool(resolution.reason)
