"""Normalisation and cleaning of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text import clean, informal_words, normalise


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text(st.characters(exclude_categories=[])))
def test_cleaned_text_can_always_be_written(text: str) -> None:
    clean(text).encode("utf-8")
    normalise(text).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jalannn   RUSAK!!", "jalan rusak"),
        ("lampu mati, blm diperbaiki", "lampu mati belum diperbaiki"),
        ("lihat https://contoh.id/a?b=1 ya", "lihat tautan ya"),
        ("terima kasih @pln", "terima kasih pln"),
        ("Air keruhSudah lama", "air keruh sudah lama"),
        ("\uff21\uff49\uff52", "air"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_no_formal_word_is_itself_informal() -> None:
    words = informal_words()
    assert not {part for full in words.values() for part in full.split()} & set(words)


def test_clean_drops_invisible_and_half_characters() -> None:
    assert clean(" air\u200b ke\u00adruh\ufeff \x00di\ud83d sini\x7f ") == "air keruh di sini"


def test_clean_keeps_lines_and_visible_signs() -> None:
    assert clean("Satu.\nDua \U0001f600") == "Satu.\nDua \U0001f600"
