"""Rows of delimited text keep their lines; damage is reported where it is and goes no further."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.delimited import MAX_BROKEN, MAX_FIELD, DelimitedTable
from data.errors import PintuError

KNOWN = frozenset({"id", "text", "unit"})
HEADER = "id,text,unit\n"


def read(text: str) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    table = DelimitedTable(text, KNOWN, "x.csv")
    rows = list(table)
    return rows, [(problem.line, problem.severity) for problem in table.problems]


def test_a_row_has_the_physical_line_where_it_begins() -> None:
    rows, problems = read(HEADER + '1,"dua\nbaris",a\n\n2,satu,b\n')
    assert rows == [(2, ["1", "dua\nbaris", "a"]), (5, ["2", "satu", "b"])]
    assert problems == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(end: str) -> None:
    rows, _ = read(f"id,text,unit{end}1,a,b{end}2,c,d")
    assert rows == [(2, ["1", "a", "b"]), (3, ["2", "c", "d"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_column_names(delimiter: str) -> None:
    text = f"id{delimiter}text{delimiter}unit\n1{delimiter}a, b; c{delimiter}d\n"
    rows, problems = read(text if delimiter not in ",;" else text.replace("a, b; c", '"a, b; c"'))
    assert rows == [(2, ["1", "a, b; c", "d"])]
    assert problems == []


def test_titles_above_the_header_are_passed_over() -> None:
    table = DelimitedTable("sep=;\nLaporan, bulan Mei\n;;\nid;text;unit\n1;a;b\n", KNOWN, "x.csv")
    assert (table.header, table.columns) == (4, ["id", "text", "unit"])
    assert list(table) == [(5, ["1", "a", "b"])]


def test_a_header_cell_may_hold_a_line_break() -> None:
    table = DelimitedTable('id,text,"unit\nkerja"\n1,a,b\n', KNOWN, "x.csv")
    assert table.columns == ["id", "text", "unit\nkerja"]
    assert list(table) == [(3, ["1", "a", "b"])]


@pytest.mark.parametrize(
    "below",
    [
        '2,"baik",b\n3,"baik",c\n',
        "2,baik,b\n3,baik,c\n",
        '2,"",b\n3,baik,"c"\n',
        '2,"dua ""kata""",b\n3,baik,c\n',
    ],
)
def test_an_unclosed_quote_is_reported_and_swallows_nothing(below: str) -> None:
    rows, problems = read(HEADER + '1,"tidak ditutup,a\n' + below)
    assert [line for line, _ in rows] == [3, 4]
    assert problems == [(2, "error")]


def test_an_unclosed_quote_in_the_last_row_is_reported() -> None:
    rows, problems = read(HEADER + '1,baik,a\n2,"tidak ditutup,b')
    assert (rows, problems) == ([(2, ["1", "baik", "a"])], [(3, "error")])


def test_each_of_several_unclosed_quotes_is_reported() -> None:
    rows, problems = read(HEADER + '1,"buka,a\n2,baik,b\n3,"buka,c\n4,baik,d\n')
    assert [line for line, _ in rows] == [3, 5]
    assert problems == [(2, "error"), (4, "error")]


def test_the_lines_lost_to_an_unclosed_quote_are_named() -> None:
    table = DelimitedTable(HEADER + '1,"buka\nsambungan\nsambungan lagi\n5,a,b\n', KNOWN, "x.csv")
    assert [line for line, _ in table] == [5]
    assert "lines 2 to 4 cannot be read" in table.problems[0].reason


def test_quotes_that_are_not_doubled_are_read_as_text_with_a_warning() -> None:
    rows, problems = read(HEADER + '1,"kata "siap" saja\nlalu diam",a\n2,baik,b\n3,baik,c\n')
    assert rows[0] == (2, ["1", 'kata "siap" saja\nlalu diam', "a"])
    assert [line for line, _ in rows] == [2, 4, 5]
    assert problems == [(2, "warning")]


def test_quotes_inside_a_bare_cell_are_text() -> None:
    rows, problems = read(HEADER + '1,papan "awas" roboh,a\n')
    assert (rows, problems) == ([(2, ["1", 'papan "awas" roboh', "a"])], [])


@pytest.mark.parametrize("row", ["1,pendek", "1,panjang,a,b", '1,"dua\nbaris"'])
def test_a_row_with_a_wrong_number_of_cells_is_an_error(row: str) -> None:
    rows, problems = read(f"{HEADER}{row}\n9,baik,z\n")
    assert [cells for _, cells in rows] == [["9", "baik", "z"]]
    assert problems == [(2, "error")]


def test_empty_cells_beyond_the_header_and_blank_rows_are_no_fault() -> None:
    rows, problems = read(HEADER + "1,a,b,,\n,,\n\n,,,,\n2,c,d\n")
    assert rows == [(2, ["1", "a", "b"]), (6, ["2", "c", "d"])]
    assert problems == []


def test_a_cell_above_the_csv_modules_own_limit_is_read() -> None:
    long = "x" * (csv.field_size_limit() + 1)
    rows, problems = read(f"{HEADER}1,{long},b\n")
    assert (len(rows[0][1][1]), problems) == (len(long), [])


def test_a_cell_over_the_limit_is_an_error_and_the_limit_of_others_stays() -> None:
    before = csv.field_size_limit()
    rows, problems = read(f"{HEADER}1,{'x' * (MAX_FIELD + 1)},b\n2,baik,c\n")
    assert rows == [(3, ["2", "baik", "c"])]
    assert problems == [(2, "error")]
    assert csv.field_size_limit() == before


def test_a_file_full_of_broken_quotes_is_refused_as_a_whole() -> None:
    broken = "".join(f'{n},"buka,a\n{n},baik,b\n' for n in range(MAX_BROKEN + 1))
    with pytest.raises(PintuError, match=r"x\.csv: line \d+: more than"):
        read(HEADER + broken)


@given(
    st.lists(
        st.lists(st.text("ab \"',;\n|é", min_size=1), min_size=3, max_size=3),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "text", "unit"])
    writer.writerows(rows)
    found, problems = read(out.getvalue())
    assert [cells for _, cells in found] == rows
    assert problems == []
