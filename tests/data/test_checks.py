"""The report says what is wrong with a set of cases, and shows no text of theirs."""

from datetime import datetime
from pathlib import Path

import pytest

from data.cases import Cases, load_cases
from data.checks import Report, check_cases
from data.registry.registry import Registry

NOW = datetime(2024, 6, 1)
LONG = "Air di saluran depan rumah meluap tiap hujan deras dan masuk ke teras warga sekitar"
HEADER = "text,created_at,agency,unit"


def load(tmp_path: Path, *rows: str) -> Cases:
    path = tmp_path / "x.csv"
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    return load_cases(path)


def report(tmp_path: Path, registry: Registry, *rows: str) -> Report:
    return check_cases(load(tmp_path, *rows), registry, NOW)


def test_clean_cases_give_counts_alone(tmp_path: Path, registry: Registry) -> None:
    found = report(
        tmp_path,
        registry,
        "lampu jalan padam,2024-01-01,Pemerintah Kota Malang,Dinas Perhubungan",
        "sampah menumpuk,2024-01-02,Pemerintah Kota Malang,Dinas Lingkungan Hidup",
        "jalan licin,2024-01-03,,",
    )
    assert not any((found.problems, found.duplicates, found.conflicts, found.unresolved))
    assert found.counts["cases"] == 3
    assert found.counts["with a unit"] == 2
    assert found.counts["with a unit that the registry knows"] == 2
    assert found.counts["with a date"] == 3
    assert found.lines()[0].startswith(f"{tmp_path / 'x.csv'} (sha256 ")
    assert len(found.lines()) == 1 + len(found.counts)


def test_every_unusable_row_is_listed_however_many(tmp_path: Path, registry: Registry) -> None:
    found = report(tmp_path, registry, *["baik,,,"] * 3, *["kurang"] * 40, *[",,,u"] * 5)
    assert found.counts["rows that cannot be used"] == 45
    lines = found.lines(limit=2)
    for line in range(5, 45):
        assert any(entry.startswith(f"  line {line}: 1 cells where") for entry in lines)
    for line in range(45, 50):
        assert f"  line {line}, text: there is no text" in lines


def test_warnings_of_one_kind_stand_together(tmp_path: Path, registry: Registry) -> None:
    found = report(tmp_path, registry, *(f"laporan {n},01/02/2024,," for n in range(12)))
    (entry,) = [line for line in found.lines() if "cannot be told apart" in line]
    assert "(lines 2, 3, 4, 5, 6, 7, 8, 9 and 4 more)" in entry


def test_dates_to_come_and_of_long_ago_are_told(tmp_path: Path, registry: Registry) -> None:
    rows = ["a,1999-12-31,,", "b,2024-05-31,,", "c,2024-06-02,,"]
    found = report(tmp_path, registry, *rows)
    assert [(p.line, p.reason, p.severity) for p in found.problems] == [
        (2, "the date is before 2000", "warning"),
        (4, "the date is in the future", "warning"),
    ]


@pytest.mark.parametrize("falling", [False, True])
def test_a_row_against_the_order_of_time_is_told(
    tmp_path: Path, registry: Registry, falling: bool
) -> None:
    days = [f"2023-03-{day:02}" for day in range(1, 29)]
    days = days[::-1] if falling else days
    days[10:10] = ["2023-12-03" if falling else "2022-03-12"]
    found = report(tmp_path, registry, *(f"laporan {n},{day},," for n, day in enumerate(days)))
    assert [problem.line for problem in found.problems] == [12]
    assert "breaks the order of time" in found.problems[0].reason


def test_rows_in_no_order_are_told_once(tmp_path: Path, registry: Registry) -> None:
    days = [f"2023-03-{1 + (n * 13) % 28:02}" for n in range(28)]
    found = report(tmp_path, registry, *(f"laporan {n},{day},," for n, day in enumerate(days)))
    assert [(p.line, p.reason) for p in found.problems] == [
        (0, "the rows are not in order of time")
    ]


def test_near_identical_texts_are_grouped_by_line(tmp_path: Path, registry: Registry) -> None:
    found = report(tmp_path, registry, f"{LONG},,,", "jalan licin,,,", f"{LONG.upper()} pak,,,")
    assert found.duplicates == [(2, 4)]
    assert found.conflicts == []
    assert "  lines 2, 4" in found.lines()


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        ("Dinas Sosial", "Dinas Kesehatan", True),
        ("Dinas Sosial", "DINAS SOSIAL KOTA MALANG", False),
        ("Dinas Sosial", "Dinas Sosial Provinsi Jawa Timur", True),
        ("Kelurahan Ploso", "Kelurahan Menur", False),
        ("Dinas Sosial", "Meja Serbaguna Antah", True),
        ("Meja Serbaguna Antah", "meja serbaguna antah", False),
        ("Dinas Sosial", "", False),
    ],
)
def test_near_identical_texts_at_different_desks_contradict_each_other(
    tmp_path: Path, registry: Registry, one: str, other: str, conflict: bool
) -> None:
    rows = [f"{LONG},,Pemerintah Kota Malang,{unit}" for unit in (one, other)]
    found = report(tmp_path, registry, *rows)
    assert found.duplicates == [(2, 3)]
    assert bool(found.conflicts) == conflict
    if conflict:
        assert found.conflicts[0].lines == (2, 3)
        assert set(found.conflicts[0].units) == {one, other}


def test_units_that_the_registry_does_not_know_come_most_frequent_first(
    tmp_path: Path, registry: Registry
) -> None:
    rows = [
        "satu,,Pemerintah Kota Malang,Kursi Kosong Raya",
        "dua,,Pemerintah Kota Malang,Meja Serbaguna Antah",
        "tiga,,Pemerintah Kota Malang,Meja Serbaguna Antah",
    ]
    found = report(tmp_path, registry, *rows)
    assert [(u.name, u.region, u.lines) for u in found.unresolved] == [
        ("Meja Serbaguna Antah", "35.73", (3, 4)),
        ("Kursi Kosong Raya", "35.73", (2,)),
    ]
    assert all(unknown.reason for unknown in found.unresolved)
    assert any("Meja Serbaguna Antah in 35.73 (lines 3, 4): " in line for line in found.lines())


def test_long_lists_end_with_how_many_more(tmp_path: Path, registry: Registry) -> None:
    found = report(tmp_path, registry, *(f"laporan {n},,,Meja Antah {n}x{n}" for n in range(5)))
    assert len(found.unresolved) == 5
    assert "  … and 3 more" in found.lines(limit=2)


def test_the_report_shows_no_text_and_no_overlong_unit(tmp_path: Path, registry: Registry) -> None:
    secret = "rahasia pelapor"
    rows = [f"{LONG} {secret},kapan,,{secret * 10}", f"{LONG} {secret},,,", secret]
    lines = report(tmp_path, registry, *rows).lines()
    assert not any(secret in line for line in lines)
    assert any("(a value of 150 characters)" in line for line in lines)
