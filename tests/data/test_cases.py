"""Cases are loaded whole or refused with line, column and reason; nothing is dropped silently."""

import hashlib
import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data import sp4n
from data.cases import CASE_FIELDS, Cases, load_cases, papers_region, to_dataset
from data.complaint import MAX_TEXT, Complaint, LabelledCase
from data.errors import PintuError
from data.registry.registry import Registry

HEADER = "id,text,created_at,kind,unit\n"


def load(tmp_path: Path, content: str | bytes, name: str = "x.csv", **columns: str) -> Cases:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_cases(path, columns=columns)


def faults(loaded: Cases) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.column, problem.severity) for problem in loaded.problems]


def test_every_field_of_the_schema_is_read(tmp_path: Path) -> None:
    header = ",".join(CASE_FIELDS)
    cells = {field: f"isi {field}" for field in CASE_FIELDS}
    cells |= {"created_at": "2021-01-04T05:06:07", "kind": "information"}
    loaded = load(tmp_path, f"{header}\n{','.join(cells[field] for field in CASE_FIELDS)}\n")
    assert loaded.problems == []
    (case,) = loaded.cases
    assert case.complaint.created_at == datetime(2021, 1, 4, 5, 6, 7)
    for field in set(CASE_FIELDS) - {"created_at"}:
        holder = case if hasattr(case, field) else case.complaint
        assert getattr(holder, field) == cells[field]
    assert case.source == loaded.source == str(tmp_path / "x.csv")


def test_the_documentation_describes_every_field_and_every_column_of_the_export() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "cases.md").read_text(encoding="utf-8")
    for name in (*CASE_FIELDS, *sp4n.COLUMNS, *sp4n.UNUSED):
        assert f"`{name}`" in text


def test_only_the_text_is_required(tmp_path: Path) -> None:
    loaded = load(tmp_path, "text\njalan rusak\n")
    assert loaded.cases == [LabelledCase(Complaint("jalan rusak"), line=2)]
    assert loaded.problems == []


def test_the_same_cases_come_from_every_format(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "jalan\nrusak", "created_at": "2021-01-04T05:06:00", "unit": "Dinas A"},
        {"id": "b", "text": "lampu mati", "created_at": "2021-01-05T00:00:00", "unit": ""},
    ]
    csv_text = 'id,text,created_at,unit\na,"jalan\nrusak",2021-01-04T05:06:00,Dinas A\n'
    expected = load(tmp_path, csv_text + "b,lampu mati,2021-01-05,\n").cases
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "x.parquet")
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in (rows[0], rows[0].values(), rows[1].values()):
        book.active.append(list(cells))
    book.save(tmp_path / "x.xlsx")
    found = {
        "csv": expected,
        "jsonl": load(tmp_path, lines, "x.jsonl").cases,
        "parquet": load_cases(tmp_path / "x.parquet").cases,
        "xlsx": load_cases(tmp_path / "x.xlsx").cases,
    }
    assert {key: [case.line for case in cases] for key, cases in found.items()} == {
        "csv": [2, 4],
        "jsonl": [1, 2],
        "parquet": [1, 2],
        "xlsx": [2, 3],
    }
    for cases in found.values():
        assert [(c.complaint, c.unit) for c in cases] == [(c.complaint, c.unit) for c in expected]


def test_the_hash_is_of_the_files_bytes(tmp_path: Path) -> None:
    content = b"text\njalan rusak\n"
    assert load(tmp_path, content).sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("cell", ["", "   ", "\u200b", "Tidak Diketahui"])
def test_a_row_without_text_is_an_error(tmp_path: Path, cell: str) -> None:
    loaded = load(tmp_path, f"{HEADER}1,{cell},,,u\n2,baik,,,u\n")
    assert [case.line for case in loaded.cases] == [3]
    assert faults(loaded) == [(2, "text", "error")]
    assert loaded.errors == loaded.problems
    assert loaded.warnings == []


def test_a_text_over_the_limit_is_an_error_and_not_cut(tmp_path: Path) -> None:
    fits, long = "x" * MAX_TEXT, "x" * (MAX_TEXT + 1)
    loaded = load(tmp_path, f"text\n{fits}\n{long}\n")
    assert [len(case.complaint.text) for case in loaded.cases] == [MAX_TEXT]
    assert faults(loaded) == [(3, "text", "error")]
    assert str(MAX_TEXT) in loaded.problems[0].reason


def test_an_unreadable_date_leaves_the_row_usable(tmp_path: Path) -> None:
    loaded = load(tmp_path, HEADER + "1,baik,04/01/2021,,u\n")
    assert [case.complaint.created_at for case in loaded.cases] == [None]
    assert faults(loaded) == [(2, "created_at", "warning")]
    assert "cannot be told apart" in loaded.problems[0].reason


def test_null_bytes_are_taken_out_and_told(tmp_path: Path) -> None:
    loaded = load(tmp_path, HEADER + "1,jalan\0 rusak sekali di sini,,,u\n")
    assert [case.complaint.text for case in loaded.cases] == ["jalan rusak sekali di sini"]
    assert faults(loaded) == [(2, "text", "warning")]


def test_an_unknown_kind_is_left_empty_and_told(tmp_path: Path) -> None:
    loaded = load(tmp_path, HEADER + "1,baik,,usul saja,u\n2,baik,,nonesuch,u\n")
    assert [case.kind for case in loaded.cases] == ["", ""]
    assert faults(loaded) == [(2, "kind", "warning"), (3, "kind", "warning")]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("complaint", "complaint"),
        ("ASPIRATION", "aspiration"),
        ("none", "none"),
        ("pengaduan", "complaint"),
        ("Permintaan informasi", "information"),
        ("bukan laporan", "none"),
    ],
)
def test_kinds_are_known_in_english_and_indonesian(tmp_path: Path, written: str, kind: str) -> None:
    loaded = load(tmp_path, f"{HEADER}1,baik,,{written},u\n")
    assert ([case.kind for case in loaded.cases], loaded.problems) == ([kind], [])


def test_a_doubled_id_is_told_and_both_rows_are_kept(tmp_path: Path) -> None:
    loaded = load(tmp_path, HEADER + "1,satu,,,u\n2,dua,,,u\n1,tiga,,,u\n,empat,,,u\n,lima,,,u\n")
    assert len(loaded.cases) == 5
    assert faults(loaded) == [(4, "id", "warning")]
    assert "line 2" in loaded.problems[0].reason


def test_columns_that_are_not_read_are_told(tmp_path: Path) -> None:
    loaded = load(tmp_path, "text,kategori,\nbaik,jalan,3\n")
    assert faults(loaded) == [(1, "kategori", "warning")]


def test_a_value_that_is_no_text_is_told(tmp_path: Path) -> None:
    loaded = load(tmp_path, '{"text": "baik", "unit": ["a"]}\n{"text": {"a": 1}}\n', "x.jsonl")
    assert [case.unit for case in loaded.cases] == [""]
    assert faults(loaded) == [(1, "unit", "warning"), (2, "text", "warning"), (2, "text", "error")]


def test_problems_of_reading_and_of_the_cells_come_in_the_order_of_lines(tmp_path: Path) -> None:
    content = HEADER + '1,,,,u\n2,"buka,,,u\n3,baik,kapan,,u\n4,pendek\n5,baik,,,u\n'
    loaded = load(tmp_path, content)
    assert faults(loaded) == [
        (2, "text", "error"),
        (3, "", "error"),
        (4, "created_at", "warning"),
        (5, "", "error"),
    ]
    assert [case.line for case in loaded.cases] == [4, 6]


def test_no_problem_repeats_what_stands_in_a_cell(tmp_path: Path) -> None:
    secret = "rahasia"
    content = f'{HEADER}{secret},,{secret},{secret},{secret}\n{secret},"{secret},,,\n'
    content += f"{secret},a\0b{secret} dan lain,{secret},{secret},{secret}\n" * 2
    content += f"{secret}\n"
    loaded = load(tmp_path, content)
    assert len(loaded.problems) >= 5
    assert not any(secret in str(problem) for problem in loaded.problems)


def test_a_problem_is_written_with_line_and_column(tmp_path: Path) -> None:
    loaded = load(tmp_path, HEADER + "1,,,,u\n")
    assert [str(problem) for problem in loaded.problems] == ["line 2, text: there is no text"]


def test_columns_may_be_named_by_the_caller(tmp_path: Path) -> None:
    content = "sep;;\nIsi Aduan;OPD;id\njalan rusak;Dinas A;9\n"
    loaded = load(tmp_path, content, text="isi aduan", unit="OPD")
    (case,) = loaded.cases
    assert (case.complaint.text, case.unit, case.complaint.id) == ("jalan rusak", "Dinas A", "9")
    assert loaded.problems == []


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        ("", {}, "the file is empty"),
        ("id,text\n", {}, "a header and no row"),
        ("id,isi\n1,a\n", {}, "no column 'text'; the columns found are id, isi"),
        ("text,text\na,b\n", {}, "column 'text' stands 2 times"),
        ("id,isi\n1,a\n", {"text": "teks"}, "no column 'teks' for 'text'"),
        ("id,isi\n1,a\n", {"teks": "isi"}, "no field teks; the fields are"),
        ("1,jalan di depan rumah kami rusak parah\n2,b\n", {}, "the columns found are …, …"),
    ],
)
def test_a_source_without_usable_columns_is_refused(
    tmp_path: Path, content: str, columns: dict[str, str], message: str
) -> None:
    with pytest.raises(PintuError, match=message):
        load(tmp_path, content, **columns)


def test_rows_that_are_all_unusable_are_a_report_and_no_exception(tmp_path: Path) -> None:
    loaded = load(tmp_path, HEADER + "1,pendek\n2,,,,u\n")
    assert loaded.cases == []
    assert [problem.line for problem in loaded.errors] == [2, 3]


def test_the_library_gets_a_dataset_and_what_it_writes_is_read_back(tmp_path: Path) -> None:
    content = HEADER + "1,jalan,2021-01-04T05:06:07,complaint,Dinas A\n2,lampu,,,\n"
    cases = load(tmp_path, content).cases
    dataset = to_dataset(cases)
    assert dataset.column_names == [*CASE_FIELDS, "line"]
    assert dataset["created_at"][:] == ["2021-01-04T05:06:07", ""]
    assert (dataset["text"][:], dataset["line"][:]) == (["jalan", "lampu"], [2, 3])
    dataset.to_parquet(tmp_path / "again.parquet")
    dataset.to_json(tmp_path / "again.jsonl")
    dataset.to_csv(tmp_path / "again.csv")
    for again in ("again.parquet", "again.jsonl", "again.csv"):
        found = load_cases(tmp_path / again)
        assert [(c.complaint, c.unit) for c in found.cases] == [
            (c.complaint, c.unit) for c in cases
        ]
        assert [problem.column for problem in found.problems] == ["line"]


def test_a_csv_file_is_read_without_the_heavy_libraries(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("text\nbaik\n", encoding="utf-8")
    script = (
        "import sys; from data.cases import load_cases; load_cases(sys.argv[1]); "
        "print({'datasets', 'pyarrow', 'pandas', 'openpyxl'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "x.csv")]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "set()"


def test_ten_thousand_rows_take_under_a_second_and_a_half(tmp_path: Path) -> None:
    words = "Mohon perbaikan jalan “Kenanga” yang rusak di depan balai warga. " * 5
    content = HEADER + "".join(f"{n},{words},2021-01-04,,Dinas A\n" for n in range(10_000))
    start = time.process_time()
    loaded = load(tmp_path, content)
    assert time.process_time() - start < 1.5
    assert len(loaded.cases) == 10_000


@pytest.mark.parametrize(
    ("complaint", "agency", "code"),
    [
        (Complaint("x", door="Pemerintah Kabupaten Bandung"), "", "32.04"),
        (Complaint("x", door="35.78"), "Pemerintah Kota Malang", "35.78"),
        (Complaint("x", door="Pemkot Surabaya"), "", "35.78"),
        (Complaint("x", door="Pemerintah Provinsi Jawa Barat"), "", "32"),
        (Complaint("x", door="Pemerintah Daerah Istimewa Yogyakarta"), "", "34"),
        (Complaint("x", door="Kementerian Sosial"), "Pemerintah Kota Malang", "35.73"),
        (Complaint("x", regency="Kota Bandung"), "Dinas Kesehatan Kab. Bandung", "32.04"),
        (Complaint("x", regency="Kabupaten Malang", province="Jawa Timur"), "", "35.07"),
        (Complaint("x", regency="Malang", province="Jawa Barat"), "", "35.73"),
        (Complaint("x", province="Jawa Timur"), "", "35"),
        (Complaint("x", regency="Antah Berantah", province="Jawa Timur"), "", "35"),
        (Complaint("x", door="Website"), "", None),
        (Complaint("x"), "", None),
    ],
)
def test_the_region_of_the_papers_is_the_doors_then_the_agencys_then_the_places(
    registry: Registry, complaint: Complaint, agency: str, code: str | None
) -> None:
    assert papers_region(LabelledCase(complaint, agency=agency), registry.regions) == code
