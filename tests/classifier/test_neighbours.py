"""Neighbours: the units of the most similar earlier cases."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifier.features import Featuriser, build
from classifier.models.neighbours import Neighbours

CASES = (
    ("kostum tari sobek", 0),
    ("latihan tari batal", 0),
    ("lampu jalan padam", 1),
    ("jalan gelap lampu mati", 1),
    ("kartu keluarga hilang", 2),
)
CLASSES = 4  # no case went to the last


@pytest.fixture(scope="module")
def featuriser() -> Featuriser:
    return build([text for text, _ in CASES], min_count=1)


def index(featuriser: Featuriser, cases: Sequence[tuple[str, int]]) -> Neighbours:
    width = len(featuriser.words)
    table = np.zeros((len(cases), width), np.float32)
    for number, (text, _) in enumerate(cases):
        columns, values = featuriser.row(text)
        kept = columns < width
        table[number, columns[kept]] = values[kept]
    starts = np.concatenate([[0], np.cumsum((table > 0).sum(axis=0))]).astype(np.int32)
    postings = np.argwhere(table.T > 0)
    return Neighbours(
        starts=starts,
        cases=postings[:, 1].astype(np.int32),
        values=table.T[table.T > 0].astype(np.float32),
        units=np.array([unit for _, unit in cases], np.int32),
        classes=CLASSES,
    )


@pytest.fixture(scope="module")
def neighbours(featuriser: Featuriser) -> Neighbours:
    return index(featuriser, CASES)


def shares(neighbours: Neighbours, featuriser: Featuriser, text: str) -> np.ndarray:
    return np.exp(neighbours.score(*featuriser.row(text)))


@pytest.mark.parametrize(("text", "unit"), CASES)
def test_a_case_finds_its_own_unit(
    neighbours: Neighbours, featuriser: Featuriser, text: str, unit: int
) -> None:
    assert shares(neighbours, featuriser, text).argmax() == unit


def test_shares_sum_to_one_and_an_unseen_unit_has_next_to_none(
    neighbours: Neighbours, featuriser: Featuriser
) -> None:
    found = shares(neighbours, featuriser, "lampu jalan")
    assert found.shape == (CLASSES,)
    assert found.sum() == pytest.approx(1, abs=1e-5)
    assert found[3] < 1e-4


def test_votes_are_squares_of_the_cosine(featuriser: Featuriser) -> None:
    both = index(featuriser, [("lampu jalan padam", 0), ("jalan gelap lampu mati", 1)])
    text = "lampu jalan padam"
    width = len(featuriser.words)

    def vector(written: str) -> np.ndarray:
        row = np.zeros(width)
        columns, values = featuriser.row(written)
        row[columns[columns < width]] = values[columns < width]
        return row

    first = (vector(text) @ vector(text)) ** 2
    second = (vector(text) @ vector("jalan gelap lampu mati")) ** 2
    assert shares(both, featuriser, text)[0] == pytest.approx(first / (first + second), abs=1e-3)


@pytest.mark.parametrize("text", ["", "zzz qqq", "😀"])
def test_without_a_common_word_no_unit_is_preferred(
    neighbours: Neighbours, featuriser: Featuriser, text: str
) -> None:
    np.testing.assert_allclose(shares(neighbours, featuriser, text), 1 / CLASSES, atol=1e-3)


def test_letters_alone_do_not_vote(neighbours: Neighbours, featuriser: Featuriser) -> None:
    np.testing.assert_allclose(
        shares(neighbours, featuriser, "lampux jalanx"), 1 / CLASSES, atol=1e-3
    )


def test_an_index_of_no_case_gives_even_shares(featuriser: Featuriser) -> None:
    none = Neighbours(
        starts=np.zeros(len(featuriser.words) + 1, np.int32),
        cases=np.empty(0, np.int32),
        values=np.empty(0, np.float32),
        units=np.empty(0, np.int32),
        classes=CLASSES,
    )
    np.testing.assert_allclose(shares(none, featuriser, "lampu"), 1 / CLASSES, atol=1e-6)


def test_the_stored_arrays_are_the_index(neighbours: Neighbours) -> None:
    arrays = neighbours.arrays()
    assert int(arrays["near/classes"][0]) == CLASSES
    for name in ("starts", "cases", "values", "units"):
        np.testing.assert_array_equal(arrays[f"near/{name}"], getattr(neighbours, name))
