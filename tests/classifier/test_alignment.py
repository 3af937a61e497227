"""Alignment: where the normalised words stand in the text as it was written."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.alignment import align
from data.registry.registry import Registry
from data.starter import starter_cases
from data.text import normalise

# Pieces that normalisation changes in each of its ways, between any other characters.
PIECES = (
    "yg", "gada", "PJU", "terimakasih", "BanjirSampai", "@PemkotSby", "jlnnn", "http://a.id/x",
    "www.b.id", "ﬁle", "Ａ", "e\u0301", "\u200b", "\u00ad", "\x1c", "\u2028", "½", "℡", "İ", "Σ",
    "\u1100\u1161", "\ud800", "rusak,berat", "a_b", "...", "\t", "\r\n", " ",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map("".join)


@given(texts)
@example("\u0301a \u0301")
@example("a\x1cb http://\x1cc")
def test_the_words_are_those_that_the_model_reads(text: str) -> None:
    words = align(text)
    assert " ".join(word.text for word in words) == normalise(text)
    assert all(0 <= word.start < word.end <= len(text) for word in words)


@given(texts)
def test_words_follow_each_other_without_overlap_or_share_a_span(text: str) -> None:
    spans = list(dict.fromkeys((word.start, word.end) for word in align(text)))
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_every_starter_text_is_aligned_word_by_word(registry: Registry) -> None:
    for case in starter_cases(registry.mandates):
        text = case.complaint.words
        words = align(text)
        assert " ".join(word.text for word in words) == normalise(text)
        assert not any(" " in text[word.start : word.end] for word in words), case.complaint.id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pak, jlnnn RUSAAAK!", [("pak", "Pak"), ("jalan", "jlnnn"), ("rusak", "RUSAAAK")]),
        ("(BanjirSampai)", [("banjir", "Banjir"), ("sampai", "Sampai")]),
        ("got/selokan", [("got", "got"), ("selokan", "selokan")]),
        ("PJU", [("lampu", "PJU"), ("jalan", "PJU")]),
        ("lihat:http://a.id/b", [("lihat", "lihat"), ("tautan", "http://a.id/b")]),
        ("ru\u200bsak", [("rusak", "ru\u200bsak")]),
        ("ﬁle", [("file", "ﬁle")]),
        ("", []),
        ("?! …", []),
    ],
)
def test_a_word_has_the_span_that_it_was_read_from(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert [(word.text, text[word.start : word.end]) for word in align(text)] == expected


def test_a_long_piece_without_blanks_is_read_in_one() -> None:
    text = "BanjirSampai" * 30
    words = align(text)
    assert " ".join(word.text for word in words) == normalise(text)
    assert {(word.start, word.end) for word in words} == {(0, len(text))}
