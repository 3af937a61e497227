"""Splits: the latest cases for tuning, or a draw that nothing else changes."""

import random
from datetime import datetime, timedelta

import numpy as np
import pytest

from data.complaint import Complaint, LabelledCase
from training.splits import drawn, latest

START = datetime(2023, 1, 1)


def case(number: int, source: str = "a", day: int | None = None) -> LabelledCase:
    created = None if day is None else START + timedelta(days=day)
    return LabelledCase(
        Complaint(f"isi {number}", id=f"{source}-{number}", created_at=created), source=source
    )


def days(cases: list[LabelledCase], mask: np.ndarray) -> list[datetime]:
    return [c.complaint.created_at for c, m in zip(cases, mask, strict=True) if m]  # type: ignore[misc]


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4])
def test_no_fitted_case_is_later_than_a_tuning_case(share: float) -> None:
    order = list(range(1_000))
    random.Random(4).shuffle(order)
    cases = [case(i, day=day) for i, day in enumerate(order)]
    mask = latest(cases, share)
    assert mask.shape == (1_000,)
    assert mask.dtype == bool
    assert max(days(cases, ~mask)) < min(days(cases, mask))
    assert share <= mask.mean() <= max(share, 0.25) + 0.01


def test_a_large_source_gives_the_share_that_was_asked_for() -> None:
    cases = [case(i, day=i) for i in range(20_000)]
    assert latest(cases, 0.12).sum() == 2_400


def test_each_source_gives_its_own_latest() -> None:
    old = [case(i, "old", i) for i in range(400)]
    new = [case(i, "new", 5_000 + i) for i in range(300)]
    cases = [c for pair in zip(old, new, strict=False) for c in pair] + old[300:]
    mask = latest(cases, 0.12)
    for source in ("old", "new"):
        mine = [c.source == source for c in cases]
        assert 0.1 < mask[mine].mean() <= 0.26
        assert max(days(cases, mine & ~mask)) < min(days(cases, mine & mask))


def test_without_dates_the_place_in_the_file_is_the_order() -> None:
    mask = latest([case(i) for i in range(400)], 0.12)
    kept = int(mask.sum())
    assert mask[-kept:].all()
    assert not mask[:-kept].any()


def test_a_small_source_gives_none() -> None:
    small, large = (
        [case(i, "s", 9_000 + i) for i in range(60)],
        [case(i, "l", i) for i in range(400)],
    )
    mask = latest([*small, *large], 0.12)
    assert not mask[:60].any()
    assert mask[60:].any()


def test_no_cases_give_an_empty_mask() -> None:
    assert latest([], 0.12).shape == drawn([], 0.12).shape == (0,)


def test_splitting_twice_gives_the_same() -> None:
    cases = [case(i, day=i % 50) for i in range(500)]
    np.testing.assert_array_equal(latest(cases, 0.2), latest(list(cases), 0.2))


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
