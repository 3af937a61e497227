"""Splits: blocks of time for tuning and proof, or a draw that nothing else changes."""

import random
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.complaint import Complaint, LabelledCase
from training.splits import drawn, time_blocks

START = datetime(2023, 1, 1)
SMALLEST = 200


def case(number: int, source: str = "a", day: int | None = None) -> LabelledCase:
    created = None if day is None else START + timedelta(days=day)
    return LabelledCase(
        Complaint(f"isi {number}", id=f"{source}-{number}", created_at=created), source=source
    )


def blocks_of(cases: list[LabelledCase], count: int = 4) -> np.ndarray:
    return time_blocks(cases, np.ones(len(cases), dtype=bool), count)


def days(cases: list[LabelledCase], mask: np.ndarray) -> list[datetime]:
    return [c.complaint.created_at for c, m in zip(cases, mask, strict=True) if m]  # type: ignore[misc]


# -- blocks of time


@pytest.mark.parametrize("count", [2, 4, 5])
def test_no_case_of_a_block_is_later_than_one_of_the_next(count: int) -> None:
    order = list(range(1_000))
    random.Random(4).shuffle(order)
    cases = [case(i, day=day) for i, day in enumerate(order)]
    blocks = blocks_of(cases, count)
    assert blocks.shape == (1_000,)
    assert set(blocks.tolist()) == set(range(count))
    for number in range(count - 1):
        assert max(days(cases, blocks == number)) < min(days(cases, blocks == number + 1))


@given(st.integers(SMALLEST, 900), st.integers(1, 7))
def test_blocks_are_of_one_size(n: int, count: int) -> None:
    sizes = np.bincount(blocks_of([case(i, day=i) for i in range(n)], count), minlength=count)
    assert sizes.sum() == n
    assert sizes.max() - sizes.min() <= 1


def test_each_source_is_cut_alone() -> None:
    old = [case(i, "old", i) for i in range(400)]
    new = [case(i, "new", 5_000 + i) for i in range(300)]
    cases = [c for pair in zip(old, new, strict=False) for c in pair] + old[300:]
    blocks = blocks_of(cases)
    for source, size in (("old", 100), ("new", 75)):
        mine = np.array([c.source == source for c in cases])
        assert np.bincount(blocks[mine]).tolist() == [size] * 4
        assert max(days(cases, mine & (blocks == 0))) < min(days(cases, mine & (blocks == 3)))
    alone = blocks_of(new)
    assert alone.tolist() == blocks[[c.source == "new" for c in cases]].tolist()


def test_without_dates_the_place_in_the_file_is_the_order() -> None:
    assert blocks_of([case(i) for i in range(400)]).tolist() == sorted([0, 1, 2, 3] * 100)


@pytest.mark.parametrize("n", [0, 1, 60, SMALLEST - 1])
def test_a_small_source_has_none(n: int) -> None:
    small = [case(i, "s", 9_000 + i) for i in range(n)]
    large = [case(i, "l", i) for i in range(400)]
    blocks = blocks_of([*small, *large])
    assert (blocks[:n] == -1).all()
    assert (blocks[n:] >= 0).all()
    assert (blocks_of([case(i, day=i) for i in range(SMALLEST)]) >= 0).all()


def test_only_labelled_cases_are_in_a_block_and_count() -> None:
    cases = [case(i, day=i) for i in range(600)]
    labelled = np.arange(600) % 2 == 0
    blocks = time_blocks(cases, labelled, 4)
    assert (blocks[~labelled] == -1).all()
    assert np.bincount(blocks[labelled]).tolist() == [75] * 4
    assert (time_blocks(cases, np.arange(600) < SMALLEST - 1, 4) == -1).all()


def test_no_cases_have_no_blocks() -> None:
    assert blocks_of([]).shape == drawn([], 0.12).shape == (0,)


def test_cutting_twice_gives_the_same() -> None:
    cases = [case(i, day=i % 50) for i in range(500)]
    np.testing.assert_array_equal(blocks_of(cases), blocks_of(list(cases)))


# -- the draw


def test_a_case_is_drawn_or_not_whatever_stands_beside_it() -> None:
    cases = [case(i) for i in range(600)]
    everyone = dict(zip((c.complaint.id for c in cases), drawn(cases, 0.2), strict=True))
    some = cases[::-3]
    assert [everyone[c.complaint.id] for c in some] == drawn(some, 0.2).tolist()


def test_about_the_share_is_drawn() -> None:
    cases = [case(i) for i in range(4_000)]
    assert drawn(cases, 0.12).mean() == pytest.approx(0.12, abs=0.02)
    assert not drawn(cases, 0.0).any()
    assert drawn(cases, 1.0).all()


def test_a_larger_share_keeps_what_a_smaller_one_drew() -> None:
    cases = [case(i) for i in range(500)]
    assert (drawn(cases, 0.3) >= drawn(cases, 0.1)).all()


def test_cases_without_an_id_are_drawn_too() -> None:
    """A file without an id column must not be all in or all out."""
    cases = [LabelledCase(Complaint(f"isi {i}"), line=i, source="a") for i in range(400)]
    assert 0 < drawn(cases, 0.2).sum() < 400
