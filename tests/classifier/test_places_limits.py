"""The place finder on odd and long texts, its tables, and what it costs."""

import os
import time
import tracemalloc
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.place_names import ordinary_words
from classifier.places import PlaceFinder
from classifier.recommendation import Mention
from data.errors import TableError
from data.registry.regions import TABLES, Region, Regions, read_regions

PLACES = (
    ("35.78.10", "Tambaksari"),
    ("35.78.10.1002", "Ploso"),
    ("35.78.21.1004", "Dukuh Kupang"),
    ("35.15.18", "Waru"),
    ("35.28.10", "Waru"),
    ("35.07.13", "Kepanjen"),
)


@lru_cache(maxsize=1)
def finder() -> PlaceFinder:
    regions = read_regions(TABLES / "regions.csv")
    return PlaceFinder(Regions([*regions, *(Region(code, name) for code, name in PLACES)]))


def total(mention: Mention) -> float:
    return sum(probability for _, probability in mention.candidates)


@pytest.mark.parametrize(
    "text",
    ["", " ", "😀😀", "\x00\x00", "kec.", "kab. kota", "İİİ Bandung", "-", "Kel/Desa :"],
)
def test_odd_texts_are_no_error(text: str) -> None:
    check_spans(text, finder().find(text, regency="35.78"))


def test_offsets_hold_where_lower_case_is_longer() -> None:
    (mention,) = finder().find("İİİ 😀 di Bandung\x00")
    assert mention.text == "Bandung"


@pytest.mark.parametrize("unit", ["Bandung ", "Kab. Kota ", "jl raya ", "kec. kel. ", "a", "\x00"])
def test_the_longest_texts_take_no_more_than_seconds(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    began = time.process_time()
    check_spans(text, finder().find(text))
    assert time.process_time() - began < 3


def check_spans(text: str, mentions: list[Mention]) -> None:
    free = 0
    for mention in mentions:
        assert free <= mention.start < mention.end <= len(text)
        assert mention.text == text[mention.start : mention.end]
        assert 0.05 <= total(mention) <= 1 + 1e-9
        free = mention.end


PIECES = (
    "Kab. kota kec. Kel. desa di jl. pak - dan / @sby 12 😀 Malang Bandung Barat bandung Batu, "
    "Jawa Timur Sidoarjo Waru Tambaksari ploso GENTENG kupang Kepanjen Toli-Toli \x00"
)
WORDS = st.sampled_from([*PIECES.split(), "\n"])


@given(
    st.one_of(st.text(), st.lists(WORDS, max_size=25).map(" ".join)),
    st.sampled_from([None, "35.78", "32.04", "35"]),
)
def test_spans_are_inside_ordered_and_apart(text: str, regency: str | None) -> None:
    check_spans(text, finder().find(text, regency=regency))


def test_faults_of_the_table_are_listed_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("# a comment\nbatu\t0.02\tstone\nmalang\tmany\nsolo\t2\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        ordinary_words(path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["line 3", "line 4"]


def test_every_ordinary_word_has_a_probability() -> None:
    words = ordinary_words()
    assert len(words) > 500
    assert all(0 < weight < 1 for weight in words.values())


def shared() -> Path:
    root = Path(__file__).parents[2]
    path = Path(os.environ.get("PINTU_SHARED", root.parent / "shared")) / "data" / "wilayah.csv"
    if not path.is_file():
        pytest.skip("the imported districts and villages are not there; set PINTU_SHARED")
    return path


def test_all_places_are_ready_soon_and_in_little_memory() -> None:
    known = {region.code: region for region in read_regions(shared())}
    known.update({region.code: region for region in read_regions(TABLES / "regions.csv")})
    regions = Regions(known.values())
    began = time.process_time()
    PlaceFinder(regions)
    assert time.process_time() - began < 1.5
    tracemalloc.start()
    places = PlaceFinder(regions)
    for code in ("35.78", "32.73", "33.74"):
        places.find("kel. Sukajadi", regency=code)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 120e6
