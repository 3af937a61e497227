"""National agencies named in a text."""

import pytest

from classifier.agencies import AgencyFinder
from data.registry.registry import Registry
from data.registry.tables import Agency
from data.text import normalise

INVENTED = (
    Agency("lumbung", "Badan Lumbung Nasional", "pangan", ("BLN", "Lumbung Nasional")),
    Agency("lumbung-kota", "Lumbung Nasional Kota", "pangan"),
    Agency("pos-senja", "Pos Senja", "pos", ("PS", "Pos Senja Persero")),
)


@pytest.fixture(scope="module")
def finder() -> AgencyFinder:
    return AgencyFinder(INVENTED)


def found(finder: AgencyFinder, text: str) -> set[str]:
    return set(finder.find(normalise(text)))


@pytest.mark.parametrize(
    ("text", "agencies"),
    [
        ("Beras dari Badan Lumbung Nasional apek", {"lumbung"}),
        ("beras BLN apek!", {"lumbung"}),
        ("kiriman (Pos Senja) hilang", {"pos-senja"}),
        ("BLN dan pos senja saling lempar", {"lumbung", "pos-senja"}),
        ("bln pos senja", {"lumbung", "pos-senja"}),
        ("lumbung nasional kota tutup", {"lumbung", "lumbung-kota"}),
        ("pos ronda kosong, senja gelap", set()),
        ("blnya mahal, ablnb", set()),
        ("", set()),
        ("😀", set()),
    ],
)
def test_names_and_aliases_are_found_as_whole_words(
    finder: AgencyFinder, text: str, agencies: set[str]
) -> None:
    assert found(finder, text) == agencies


def test_names_of_two_letters_are_not_sought(finder: AgencyFinder) -> None:
    assert found(finder, "ps saya hilang") == set()


def test_one_name_of_two_agencies_means_both() -> None:
    both = AgencyFinder(
        [Agency("a", "Balai Anu", "jalan", ("BAN",)), Agency("b", "Badan Anu", "jalan", ("BAN",))]
    )
    assert found(both, "lapor ke ban saja") == {"a", "b"}


def test_no_agencies_are_found_nowhere() -> None:
    assert found(AgencyFinder([]), "bank mandiri") == set()


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("tagihan PLN bulan ini melonjak", "pln"),
        ("antre bbm di spbu pertamina", "pertamina"),
        ("uang saya di Bank Mandiri raib", "bank-mandiri"),
        ("Kartu BPJS Kesehatan nonaktif", "bpjs-kesehatan"),
    ],
)
def test_agencies_of_the_tables(registry: Registry, text: str, agency: str) -> None:
    assert agency in found(AgencyFinder(registry.agencies.values()), text)
