"""Every format gives the same table, and what cannot be read says why."""

import hashlib
import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import PintuError
from data.reading import cell_text, read_table

KNOWN = frozenset({"id", "text", "unit", "created_at"})


def workbook(path: Path, sheets: dict[str, Any]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which "owner/name" is a data set on disk; the network is never asked."""
    import datasets
    import huggingface_hub

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "kota" / "aduan").mkdir(parents=True)
    return tmp_path / "kota" / "aduan"


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("id;text\n1;jalan “A”\n".encode("cp1252"))
    table = read_table(path, KNOWN)
    assert (table.columns, table.header) == (["id", "text"], 1)
    assert table.rows == [(2, ["1", "jalan “A”"])]
    assert [problem.severity for problem in table.problems] == ["warning"]
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_json_lines_keep_their_line_and_may_lack_keys(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "a\u2028b"}\n\n{"unit": "u", "text": "c"}\n', encoding="utf-8")
    table = read_table(path, KNOWN)
    assert table.columns == ["text", "unit"]
    assert table.rows == [(1, ["a\u2028b", None]), (3, ["c", "u"])]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "a"', "not valid JSON at character 13"),
        ("[1, 2]", "not a JSON object"),
        ('"hanya teks"', "not a JSON object"),
        (f'{{"text": {"9" * 5000}}}', "number too long"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_json_line_is_an_error_of_that_line(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f'{{"text": "baik"}}\n{line}\n{{"text": "juga"}}\n', encoding="utf-8")
    table = read_table(path, KNOWN)
    assert [number for number, _ in table.rows] == [1, 3]
    assert [(p.line, p.severity) for p in table.problems] == [(2, "error")]
    assert reason in table.problems[0].reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"text": "a"}]', "a JSON array"),
        ('{\n"text": "a"\n}', "no line is a JSON object; line 1: not valid JSON"),
    ],
)
def test_json_that_is_not_one_object_a_line_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PintuError, match=message):
        read_table(path, KNOWN)


def test_xlsx_with_titles_blank_rows_and_cells_of_every_type(tmp_path: Path) -> None:
    rows = [
        ["Laporan bulan Mei"],
        [],
        ["id", "text", "created_at"],
        [12.0, "jalan", datetime(2021, 1, 4)],
        [],
        ["x", True, datetime(2021, 1, 4, 23, 45)],
        ["y"],
    ]
    table = read_table(workbook(tmp_path / "x.xlsx", {"Mei": rows}), KNOWN)
    assert (table.columns, table.header) == (["id", "text", "created_at"], 3)
    assert [(line, [cell_text(cell) for cell in cells]) for line, cells in table.rows] == [
        (4, ["12", "jalan", "2021-01-04"]),
        (6, ["x", "True", "2021-01-04T23:45:00"]),
        (7, ["y", "", ""]),
    ]
    assert table.problems == []


def test_xlsx_reads_the_sheet_with_the_cases_and_tells_of_others(tmp_path: Path) -> None:
    sheets = {
        "Sampul": [["Rekap laporan"]],
        "Data": [["id", "text", "unit"], [1, "a", "u"]],
        "Lama": [["id", "text"], [2, "b"]],
    }
    table = read_table(workbook(tmp_path / "x.xlsx", sheets), KNOWN)
    assert table.rows == [(2, [1, "a", "u"])]
    assert [(p.line, p.severity) for p in table.problems] == [(0, "warning")]
    assert "'Lama'" in table.problems[0].reason


def test_xlsx_cells_without_a_column_are_told(tmp_path: Path) -> None:
    rows = [["id", "text"], [1, "a", None, "tersasar"]]
    table = read_table(workbook(tmp_path / "x.xlsx", {"A": rows}), KNOWN)
    assert table.rows == [(2, [1, "a"])]
    assert [(p.line, p.severity) for p in table.problems] == [(2, "warning")]


def test_parquet_with_nulls_and_timestamps(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    columns = {"text": ["a", None], "created_at": [None, datetime(2021, 1, 4, 5)], "id": [7, 8]}
    pq.write_table(pa.table(columns), path)
    table = read_table(path, KNOWN)
    assert table.columns == ["text", "created_at", "id"]
    assert [(line, [cell_text(cell) for cell in cells]) for line, cells in table.rows] == [
        (1, ["a", "", "7"]),
        (2, ["", "2021-01-04T05:00:00", "8"]),
    ]


def test_parquet_leaves_no_copy_in_the_librarys_cache(hub: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), hub / "x.parquet")
    read_table(hub / "x.parquet", KNOWN)
    assert not (hub.parent.parent / "cache").exists()


def test_a_hub_data_set_gives_its_train_split_and_tells_of_others(hub: Path) -> None:
    (hub / "train.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n', encoding="utf-8")
    (hub / "test.jsonl").write_text('{"text": "c"}\n', encoding="utf-8")
    table = read_table("hf:kota/aduan", KNOWN)
    assert table.rows == [(1, ("a",)), (2, ("b",))]
    assert [(p.line, p.severity) for p in table.problems] == [(0, "warning")]
    assert "'test'" in table.problems[0].reason
    assert len(table.sha256) == 64


def test_a_hub_data_set_with_several_splits_and_no_train_is_refused(hub: Path) -> None:
    for split in ("test", "validation"):
        (hub / f"{split}.jsonl").write_text('{"text": "a"}\n', encoding="utf-8")
    with pytest.raises(PintuError, match="no split 'train' among"):
        read_table("hf:kota/aduan", KNOWN)


def test_the_hash_of_a_hub_data_set_follows_its_rows(hub: Path) -> None:
    hashes = []
    for text in ("a", "b", "a"):
        (hub / "train.jsonl").write_text(json.dumps({"text": text}), encoding="utf-8")
        hashes.append(read_table("hf:kota/aduan", KNOWN).sha256)
    assert hashes[0] == hashes[2] != hashes[1]


@pytest.mark.parametrize("source", ["hf:kota/tidak-ada", "kota/tidak-ada"])
def test_a_hub_data_set_that_cannot_be_had_is_an_error(hub: Path, source: str) -> None:
    with pytest.raises(PintuError, match="hf:kota/tidak-ada: cannot be loaded"):
        read_table(source, KNOWN)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"", "the file is empty"),
        ("x.csv", b" \r\n\0\0", "the file is empty"),
        ("x.csv", b"\xd0\xcf\x11\xe0 old", "old .xls or password"),
        ("x.xlsx", b"text\nisi", "not a .xlsx file inside"),
        ("x.parquet", b"text\nisi", "not a .parquet file inside"),
        ("x.xlsx", b"PK\x03\x04 broken", "cannot be read as .xlsx"),
        ("x.parquet", b"PAR1 broken", "cannot be read as Parquet"),
        ("x.csv.gz", b"\x1f\x8b\x08", "compressed"),
        ("x.csv", b"\n<html><table>", "a web page or XML"),
        ("x.docx", b"text", "suffix '.docx' is not known"),
        ("x", b"text", "suffix '' is not known"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(PintuError, match=message) as caught:
        read_table(path, KNOWN)
    assert str(path) in str(caught.value)


def test_xlsx_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PintuError, match="no rows"):
        read_table(workbook(tmp_path / "x.xlsx", {"A": []}), KNOWN)


def test_an_xlsx_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"A": [["text"], ["isi"]]}).rename(tmp_path / "x.csv")
    assert read_table(path, KNOWN).rows == [(2, ["isi"])]


@pytest.mark.parametrize("name", ["data/x.csv", "tidak-ada.jsonl"])
def test_a_path_that_is_not_there_is_not_taken_for_a_hub_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PintuError, match="there is no such file"):
        read_table(name, KNOWN)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PintuError, match="cannot be read"):
        read_table(tmp_path, KNOWN)


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.reading.MAX_BYTES", 10)
    path = tmp_path / "x.csv"
    path.write_text("text\nlebih dari sepuluh\n", encoding="utf-8")
    with pytest.raises(PintuError, match="split it"):
        read_table(path, KNOWN)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        ("  apa adanya ", "  apa adanya "),
        (5522719.0, "5522719"),
        (1.5, "1.5"),
        (7, "7"),
        (False, "False"),
        (date(2021, 1, 4), "2021-01-04"),
        (time(23, 45, 54), "23:45:54"),
    ],
)
def test_a_cell_becomes_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize("value", [["a"], {"a": 1}, b"a"])
def test_a_cell_that_is_no_single_value_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="neither text nor a number nor a date"):
        cell_text(value)
