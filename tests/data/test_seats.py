"""The seats of regencies."""

from pathlib import Path

import pytest

from data.errors import TableError
from data.registry.regions import TABLES, Regions, level_of, read_regions
from data.registry.seats import read_seats


def test_seats_lead_to_their_regency() -> None:
    seats = read_seats()
    assert seats["sampit"] == "62.02"
    assert seats["watampone"] == "73.08"
    assert seats["cikarang"] == "32.16"
    assert seats["wangi wangi"] == "74.07"


def test_every_seat_belongs_to_a_known_regency_with_another_name() -> None:
    regions = Regions(read_regions(TABLES / "regions.csv"))
    for name, code in read_seats().items():
        region = regions.get(code)
        assert region is not None
        assert level_of(code) == "regency"
        assert regions.named(name) == []


def test_a_name_of_two_seats_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "seats.csv"
    path.write_text("code,name\n62.02,Sampit\n62.01,Sampit\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"Sampit is the seat of 62\.02 and 62\.01"):
        read_seats(path)
