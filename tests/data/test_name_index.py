"""The written names of the tables, how they are compared, mended and searched."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from data.registry.index import NameEntry, NameIndex
from data.registry.names import canonical, sorted_key, without_umbrella, written_out
from data.registry.registry import Registry
from data.registry.search import WordSearch
from data.registry.spelling import Speller
from data.registry.tables import read_agencies, read_mandates
from data.registry.units import Composer

CATEGORIES = {
    "kependudukan": "Administrasi Kependudukan dan Pencatatan Sipil",
    "jalan": "Infrastruktur Jalan",
    "listrik": "Listrik",
    "bantuan-sosial": "Bantuan Sosial",
    "air-minum": "Layanan Air Minum",
}


@pytest.fixture(scope="module")
def index(registry: Registry) -> NameIndex:
    return NameIndex.of_tables(Composer(read_mandates(), read_agencies(), registry.regions))


def test_no_written_name_stands_for_two_desks(index: NameIndex) -> None:
    desks: dict[tuple[str, tuple[str, ...]], set[object]] = defaultdict(set)
    for entry in index.entries:
        assert entry.words, entry.name
        desks[entry.level, entry.words].add(entry.desk)
    assert {name for name, found in desks.items() if len(found) > 1} == set()


def test_names_of_the_same_words_differ_in_their_first_functions(index: NameIndex) -> None:
    """Only the order tells them apart, so it must do so for certain."""
    alike: dict[tuple[str, str], list[NameEntry]] = defaultdict(list)
    for entry in index.entries:
        alike[entry.level, entry.key].append(entry)
    for entries in alike.values():
        for entry in entries:
            found = index.find(entry.words, entry.level)
            assert found is not None
            assert found.desk == entry.desk, entry.name


def test_an_office_of_its_own_is_told_from_the_usual_one(registry: Registry) -> None:
    """A mandate that another's office serves by default does not list that office as its own."""
    for mandate in registry.mandates.values():
        for level, desk in mandate.levels.items():
            usual = registry.mandates[desk.office].levels[level] if desk.office else None
            assert not usual or not set(desk.names) & set(usual.names), mandate.id


def test_categories_are_those_of_sp4n(shared: Path, registry: Registry) -> None:
    path = shared / "data" / "reference" / "sp4n_category_ids.csv"
    with path.open(encoding="utf-8-sig", newline="") as handle:
        official = {cell.strip() for row in csv.reader(handle) for cell in row}
    assert {m.id for m in registry.mandates.values() if m.category.strip() not in official} == set()


@pytest.mark.parametrize(("mandate", "category"), CATEGORIES.items())
def test_well_known_mandates_have_their_category(
    registry: Registry, mandate: str, category: str
) -> None:
    assert registry.mandates[mandate].category == category


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DISDUKCAPIL KAB. SIAK", "Dinas Kependudukan & Catatan Sipil Kabupaten Siak"),
        ("Satpol PP", "Satuan Polisi Pamong Praja"),
        ("Ditjen Pajak RI", "Direktorat Jenderal Pajak"),
        ("RSU Daerah dr. Rasidin", "Rumah Sakit Umum Daerah Rasidin"),
        ("Dinas Koperasi, Usaha Mikro, Kecil dan Menengah", "Dinas Koperasi UMKM"),
        ("Yth. Kepala Dinas Sosial", "Dinas Sosial"),
        ("Bapak Walikota Bogor", "Wali Kota Kota Bogor"),
        ("Lapas Kelas IIA Jember", "Lapas Jember"),
        ("Dinas Sosial Daerah Istimewa Yogyakarta", "Dinas Sosial DIY"),
        ("Sudin LH", "Suku Dinas LH"),
    ],
)
def test_ways_of_writing_one_name_have_the_same_words(one: str, other: str) -> None:
    assert sorted_key(canonical(one)) == sorted_key(canonical(other))


def test_abbreviations_are_written_out_by_kind_of_office() -> None:
    assert written_out(["dinas", "pu", "sda"]) == ["dinas", "sumber", "daya", "air"]
    assert written_out(["bagian", "sda"]) == ["bagian", "sumber", "daya", "alam"]
    assert without_umbrella(["dinas", "pekerjaan", "umum"]) == ["dinas", "pekerjaan", "umum"]


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("kesehtan", "kesehatan"),
        ("lingkugan", "lingkungan"),
        ("komomunikasi", "komunikasi"),
        ("perikanan", "perikanan"),
        ("perizinan", "perizinan"),
        ("pertahanan", "pertahanan"),
        ("dinsa", "dinsa"),
        ("disnakre", "disnakre"),
    ],
)
def test_only_unknown_words_are_mended(written: str, mended: str) -> None:
    words = ["kesehatan", "lingkungan", "komunikasi", "perikanan", "perizinan", "pertanahan"]
    speller = Speller([*words, "disnaker", "dinas"], ["pertahanan"])
    assert speller.mended([written]) == [mended]


def test_a_word_between_two_known_ones_is_left() -> None:
    assert Speller(["pertanian", "pertaniat"], []).mended(["pertaniam"]) == ["pertaniam"]


def test_the_search_ranks_by_rare_words() -> None:
    names = ["dinas sosial", "dinas kesehatan", "dinas kesehatan hewan", "dinas air", "kantor air"]
    search = WordSearch([name.split() for name in names])
    assert next(names[i] for i in search.nearest(["dinas", "kesehtan"])) == "dinas kesehatan"
    assert next(names[i] for i in search.nearest(["kesehatan"])) == "dinas kesehatan"
    assert [names[i] for i in search.nearest(["sos"])] == ["dinas sosial"]
    assert list(search.nearest(["xyz"])) == []
    assert list(WordSearch([]).nearest(["dinas"])) == []
