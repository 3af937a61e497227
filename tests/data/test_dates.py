"""Dates are read by table, and refused where a guess would be needed."""

from datetime import datetime

import pytest

from data.dates import parse_date


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2021-01-04", datetime(2021, 1, 4)),
        ("2021-01-04T23:45:54", datetime(2021, 1, 4, 23, 45, 54)),
        ("2021-01-04 23:45", datetime(2021, 1, 4, 23, 45)),
        ("2021-01-04T23:45:54.25", datetime(2021, 1, 4, 23, 45, 54, 250_000)),
        ("04 Jan 2021", datetime(2021, 1, 4)),
        ("4 Januari 2021 7.30", datetime(2021, 1, 4, 7, 30)),
        ("21 Des 2015, 02:50:25 PM", datetime(2015, 12, 21, 14, 50, 25)),
        ("21 Des 2015, 12:05:00 AM", datetime(2015, 12, 21, 0, 5)),
        ("21 Des 2015 12:05 PM", datetime(2015, 12, 21, 12, 5)),
        ("  29  Feb  2024  23:45:54 ", datetime(2024, 2, 29, 23, 45, 54)),
        ("01-Agt-2020", datetime(2020, 8, 1)),
    ],
)
def test_reads_iso_and_named_months(written: str, moment: datetime) -> None:
    assert parse_date(written) == moment


def test_knows_every_month_in_full_and_short_in_indonesian_and_english() -> None:
    names = {
        1: "Januari Jan January",
        2: "Februari Pebruari Feb February",
        3: "Maret Mar March",
        4: "April Apr",
        5: "Mei May",
        6: "Juni Jun June",
        7: "Juli Jul July",
        8: "Agustus Agu Agt Ags Aug August",
        9: "September Sep Sept",
        10: "Oktober Okt Oct October",
        11: "November Nopember Nov Nop",
        12: "Desember Des Dec December",
    }
    for month, written in names.items():
        for name in written.split():
            assert parse_date(f"04 {name} 2021") == datetime(2021, month, 4)
            assert parse_date(f"04 {name.upper()} 2021") == datetime(2021, month, 4)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2021-01-04T23:00:00Z", datetime(2021, 1, 5, 6)),
        ("2021-01-04T23:00:00+07:00", datetime(2021, 1, 4, 23)),
        ("2021-01-04T23:00:00-0300", datetime(2021, 1, 5, 9)),
        ("04 Jan 2021 09:00 WIT", datetime(2021, 1, 4, 7)),
        ("04 Jan 2021 09:00 WIB", datetime(2021, 1, 4, 9)),
    ],
)
def test_a_zone_is_turned_into_western_indonesian_time(written: str, moment: datetime) -> None:
    assert parse_date(written) == moment


@pytest.mark.parametrize(
    "written", ["04/01/2021", "25/12/2021", "4-1-2021", "04.01.21", "2021/1/4"]
)
def test_refuses_a_date_whose_day_and_month_could_be_swapped(written: str) -> None:
    with pytest.raises(ValueError, match="cannot be told apart"):
        parse_date(written)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("31 Feb 2021", "no such day"),
        ("2021-13-01", "no such day"),
        ("2021-01-04 25:00", "no such day or time"),
        ("2021-01-04 13:00 PM", "no such day or time"),
        ("9999-12-31T23:00:00-12:00", "no such day or time"),
        ("2021-01-04T10:00:00+99:00", "no such day or time"),
        ("04 Foo 2021", "month's name"),
        ("44200", "not a date"),
        ("20210104", "not a date"),
        ("kemarin", "not a date"),
        ("", "not a date"),
    ],
)
def test_says_why_a_date_cannot_be_read(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        parse_date(written)
    assert not written or written not in str(caught.value)
