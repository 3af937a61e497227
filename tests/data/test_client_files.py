"""The client's own files load whole, and their checks find what is known to be in them."""

from datetime import datetime
from pathlib import Path

import pytest

from data.cases import load_cases
from data.checks import check_cases
from data.errors import PintuError
from data.registry.registry import Registry


@pytest.mark.parametrize(
    ("name", "usable"),
    [("surabaya", 9647), ("bandung_regency", 1433), ("lapor2017", 1278), ("bandung_tweets", 4045)],
)
def test_every_row_is_usable(shared: Path, name: str, usable: int) -> None:
    loaded = load_cases(shared / "data" / f"{name}.csv")
    assert len(loaded.cases) == usable
    assert loaded.errors == []


def test_every_row_of_the_export_and_of_the_tweets_has_its_date(shared: Path) -> None:
    for name in ("bandung_regency", "bandung_tweets"):
        cases = load_cases(shared / "data" / f"{name}.csv").cases
        assert all(case.complaint.created_at for case in cases)


def test_the_stemmed_file_needs_its_text_column_named(shared: Path) -> None:
    path = shared / "data" / "laporgub.csv"
    with pytest.raises(PintuError, match="found are id, stemmed_text, province, category"):
        load_cases(path)
    assert len(load_cases(path, columns={"text": "stemmed_text"}).cases) == 8006


def test_the_check_finds_the_near_identical_texts(shared: Path, registry: Registry) -> None:
    loaded = load_cases(shared / "data" / "bandung_regency.csv")
    found = check_cases(loaded, registry, datetime(2026, 1, 1))
    assert found.errors == []
    assert found.counts["texts in groups of near-identical ones"] > 40
    assert found.conflicts
