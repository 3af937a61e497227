"""Features: what a text becomes before any weight is applied."""

import numpy as np
import pytest

from classifier.features import MAX_WORDS, Featuriser, build, letter_features, word_features

TEXTS = (
    "lampu jalan padam sejak kemarin",
    "jalan berlubang di depan pasar",
    "sampah menumpuk di pasar, bau sekali",
    "Lampu PADAM lagi, jalan gelap",
    "KTP belum jadi padahal sudah lama",
)


@pytest.fixture(scope="module")
def featuriser() -> Featuriser:
    return build(TEXTS, min_count=1)


def dense(featuriser: Featuriser, text: str) -> np.ndarray:
    row = np.zeros(featuriser.columns, np.float32)
    columns, values = featuriser.row(text)
    row[columns] = values
    return row


def test_words_and_pairs_of_neighbours() -> None:
    assert word_features(["jalan", "rusak", "parah"]) == [
        "jalan",
        "rusak",
        "parah",
        "jalan rusak",
        "rusak parah",
    ]
    assert word_features([]) == []


def test_letters_know_the_borders_of_a_word() -> None:
    assert letter_features("pju", 3, 4) == ["<pj", "pju", "ju>", "<pju", "pju>"]
    assert letter_features("a", 4, 5) == []


def test_many_texts_give_the_rows_of_each_alone(featuriser: Featuriser) -> None:
    texts = [*TEXTS, "", "kata asing belaka zzzz", TEXTS[0]]
    indptr, indices, data = featuriser.rows(texts)
    assert len(indptr) == len(texts) + 1
    assert indptr[-1] == len(indices) == len(data)
    for i, text in enumerate(texts):
        columns, values = featuriser.row(text)
        np.testing.assert_array_equal(indices[indptr[i] : indptr[i + 1]], columns)
        np.testing.assert_array_equal(data[indptr[i] : indptr[i + 1]], values)


def test_no_text_gives_no_row(featuriser: Featuriser) -> None:
    indptr, indices, data = featuriser.rows([])
    assert indptr.tolist() == [0]
    assert len(indices) == len(data) == 0


@pytest.mark.parametrize("text", TEXTS)
def test_each_block_has_unit_length(featuriser: Featuriser, text: str) -> None:
    row = dense(featuriser, text)
    words, letters = np.split(row, [len(featuriser.words)])
    assert np.linalg.norm(words) == pytest.approx(1, abs=1e-6)
    assert np.linalg.norm(letters) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("text", [TEXTS[0], "jalan jalan jalan", "x"])
def test_columns_ascend_and_none_stands_twice(featuriser: Featuriser, text: str) -> None:
    columns, values = featuriser.row(text)
    assert (np.diff(columns) > 0).all()
    assert values.dtype == np.float32
    assert (values > 0).all()


@pytest.mark.parametrize("text", ["", "   ", "😀 😀", "!!! ???", "\x00", "qqq wwqxz"])
def test_what_is_unknown_gives_an_empty_row(featuriser: Featuriser, text: str) -> None:
    columns, values = featuriser.row(text)
    assert len(columns) == len(values) == 0


def test_unknown_words_change_nothing_but_the_letters_they_share(featuriser: Featuriser) -> None:
    known = dense(featuriser, "lampu jalan padam")
    width = len(featuriser.words)
    # "qqq" has no n-gram that any text has; put at the end it breaks no pair either.
    np.testing.assert_array_equal(dense(featuriser, "lampu jalan padam qqq"), known)
    # A misspelt word is lost as a word and still shares letters with the right one.
    misspelt = dense(featuriser, "lampxu jalan padam")
    assert misspelt[featuriser.words["lampu"]] == 0
    assert misspelt[width:] @ known[width:] > 0.6


def test_spelling_is_normalised_before(featuriser: Featuriser) -> None:
    formal = dense(featuriser, "jalan padam")
    np.testing.assert_array_equal(dense(featuriser, "  JALAN…PADAAAAM!!"), formal)
    np.testing.assert_array_equal(dense(featuriser, "jln padam"), formal)


def test_words_beyond_the_limit_are_not_read(featuriser: Featuriser) -> None:
    filler = " ".join(["padam"] * (MAX_WORDS - 1))
    last = dense(featuriser, f"{filler} lampu")
    assert last[featuriser.words["lampu"]] > 0
    beyond = dense(featuriser, f"{filler} padam lampu ktp sampah")
    assert beyond[featuriser.words["lampu"]] == 0
    np.testing.assert_array_equal(beyond, dense(featuriser, f"{filler} padam"))


def test_rare_features_weigh_more_than_common_ones(featuriser: Featuriser) -> None:
    row = dense(featuriser, "jalan gelap")
    assert row[featuriser.words["gelap"]] > row[featuriser.words["jalan"]]


def test_only_features_of_enough_texts_are_kept() -> None:
    twice = build(TEXTS, min_count=2)
    assert {"jalan", "lampu", "padam", "pasar"} <= set(twice.words)
    assert "gelap" not in twice.words
    # A word three times in one text stands in one text.
    assert "bau" not in build(["bau bau bau", "jalan"], min_count=2).words


def test_columns_of_words_come_before_those_of_letters(featuriser: Featuriser) -> None:
    assert sorted(featuriser.words.values()) == list(range(len(featuriser.words)))
    assert sorted(featuriser.letters.values()) == list(
        range(len(featuriser.words), featuriser.columns)
    )
    assert featuriser.idf.shape == (featuriser.columns,)


def test_the_same_texts_give_the_same_columns_in_any_order() -> None:
    forward, backward = build(TEXTS, min_count=1), build(TEXTS[::-1], min_count=1)
    assert forward.words == backward.words
    assert forward.letters == backward.letters
    np.testing.assert_array_equal(forward.idf, backward.idf)


def test_a_remembered_word_gives_the_same_row_again(featuriser: Featuriser) -> None:
    fresh = build(TEXTS, min_count=1)
    for _ in range(3):
        np.testing.assert_array_equal(dense(featuriser, TEXTS[2]), dense(fresh, TEXTS[2]))
