"""SP4N-LAPOR!'s export is read as it comes, and its columns mean what the schema says."""

import csv
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from data.cases import load_cases
from data.errors import PintuError
from data.sp4n import COLUMNS, UNUSED, is_export, to_schema

ROW = {
    "Tracking ID": "7000001",
    "Tanggal Laporan Masuk": "04 Jan 2021",
    "Waktu Laporan Masuk": "23:45:54",
    "Klasifikasi Laporan": "Pengaduan Berkadar Pengawasan",
    "ID Kategori": "12.0",
    "Kategori": "Jalan Berlubang",
    "Judul Laporan": "Jalan desa rusak",
    "Isi Laporan Awal": "Jalan di depan balai desa berlubang sejak musim hujan.",
    "Isi Laporan Akhir": "Jalan di depan balai desa berlubang.",
    "Tipe Laporan (Anonim/Rahasia)": "Anonim",
    "Sumber Laporan": "Website",
    "Instansi Induk": "Pemerintah Kabupaten Sleman",
    "ID Instansi Terdisposisi": "99",
    "Instansi Terdisposisi": "Dinas Pekerjaan Umum Kab. Sleman",
    "Status Laporan": "Selesai",
    "Alasan Tunda/Arsip": "",
    "Provinsi": "Daerah Istimewa Yogyakarta",
    "Kota/Kabupaten": "Sleman",
    "Kecamatan": "Ngaglik",
    "Kelurahan": "Tidak Diketahui",
}


def export(path: Path, *rows: dict[str, str], titles: int = 0, delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, delimiter=delimiter)
        writer.writerows([[f"Laporan Ringkas {n}"] for n in range(titles)])
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
    return path


def test_every_column_of_the_export_is_known() -> None:
    assert set(ROW) <= set(COLUMNS) | set(UNUSED)
    assert is_export(["isi laporan  AWAL"])
    assert not is_export(["id", "text", "unit"])


def test_a_row_becomes_a_case(tmp_path: Path) -> None:
    loaded = load_cases(export(tmp_path / "x.csv", ROW))
    assert loaded.problems == []
    (case,) = loaded.cases
    complaint = case.complaint
    assert complaint.id == "7000001"
    assert complaint.title == "Jalan desa rusak"
    assert complaint.text == ROW["Isi Laporan Awal"]
    assert complaint.created_at == datetime(2021, 1, 4, 23, 45, 54)
    assert complaint.channel == "Website"
    assert complaint.door == case.agency == "Pemerintah Kabupaten Sleman"
    assert complaint.province == "Daerah Istimewa Yogyakarta"
    assert complaint.regency == "Kabupaten Sleman"
    assert (complaint.district, complaint.village) == ("Ngaglik", "")
    assert (case.kind, case.category) == ("complaint", "Jalan Berlubang")
    assert case.unit == "Dinas Pekerjaan Umum Kab. Sleman"


@pytest.mark.parametrize("titles", [1, 7, 28])
def test_the_header_may_stand_below_titles(tmp_path: Path, titles: int) -> None:
    loaded = load_cases(export(tmp_path / "x.csv", ROW, titles=titles, delimiter=";"))
    assert [case.line for case in loaded.cases] == [titles + 2]
    assert loaded.problems == []


def test_xlsx_with_titles_and_real_date_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    row = ROW | {"Tracking ID": 7000001, "Tanggal Laporan Masuk": date(2021, 1, 4)}
    row |= {"Waktu Laporan Masuk": time(23, 45, 54)}
    for cells in (["Laporan Ringkas"], [], list(row), list(row.values())):
        sheet.append(cells)
    book.save(tmp_path / "x.xlsx")
    loaded = load_cases(tmp_path / "x.xlsx")
    assert loaded.problems == []
    (case,) = loaded.cases
    assert (case.line, case.complaint.id) == (4, "7000001")
    assert case.complaint.created_at == datetime(2021, 1, 4, 23, 45, 54)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Pengaduan Berkadar Pengawasan", "complaint"),
        ("Pengaduan Tidak Berkadar Pengawasan", "complaint"),
        ("Aspirasi", "aspiration"),
        ("Permintaan Informasi", "information"),
        ("", ""),
        ("Tidak Diketahui", ""),
    ],
)
def test_the_classification_becomes_the_kind(tmp_path: Path, written: str, kind: str) -> None:
    loaded = load_cases(export(tmp_path / "x.csv", ROW | {"Klasifikasi Laporan": written}))
    assert [case.kind for case in loaded.cases] == [kind]
    assert loaded.problems == []


@pytest.mark.parametrize("awal", ["", "Tidak Diketahui"])
def test_without_the_first_text_the_edited_one_is_taken(tmp_path: Path, awal: str) -> None:
    loaded = load_cases(export(tmp_path / "x.csv", ROW | {"Isi Laporan Awal": awal}))
    assert [case.complaint.text for case in loaded.cases] == [ROW["Isi Laporan Akhir"]]


def test_unknown_labels_are_empty(tmp_path: Path) -> None:
    labels = ("Kategori", "Instansi Induk", "Instansi Terdisposisi", "Kecamatan")
    row = ROW | dict.fromkeys(labels, "Tidak Diketahui")
    (case,) = load_cases(export(tmp_path / "x.csv", row)).cases
    found = (case.category, case.agency, case.unit, case.complaint.door, case.complaint.district)
    assert found == ("", "", "", "", "")


@pytest.mark.parametrize("text", ["Isi Laporan Awal", "Isi Laporan Akhir"])
def test_any_other_column_may_be_missing(tmp_path: Path, text: str) -> None:
    (case,) = load_cases(export(tmp_path / "x.csv", {text: ROW[text]})).cases
    assert case.complaint.text == ROW[text]


def test_without_a_text_column_the_columns_found_are_named(tmp_path: Path) -> None:
    row = {name: ROW[name] for name in ("Tracking ID", "Kategori")}
    with pytest.raises(PintuError, match="the columns found are Tracking ID, Kategori"):
        load_cases(export(tmp_path / "x.csv", row))


def test_faults_name_the_exports_own_columns(tmp_path: Path) -> None:
    row = ROW | {"Tanggal Laporan Masuk": "04/01/2021", "Klasifikasi Laporan": "Lainnya"}
    loaded = load_cases(export(tmp_path / "x.csv", row, row | {"Isi Laporan Awal": ""}))
    assert {(problem.line, problem.column, problem.severity) for problem in loaded.problems} == {
        (2, "Tanggal Laporan Masuk", "warning"),
        (2, "Klasifikasi Laporan", "warning"),
        (3, "Tanggal Laporan Masuk", "warning"),
        (3, "Klasifikasi Laporan", "warning"),
        (3, "Tracking ID", "warning"),
    }


def test_a_column_that_the_export_does_not_have_is_told(tmp_path: Path) -> None:
    loaded = load_cases(export(tmp_path / "x.csv", ROW | {"Catatan": "…"}))
    assert [(p.column, p.severity) for p in loaded.problems] == [("Catatan", "warning")]


@pytest.mark.parametrize(
    ("written", "regency"),
    [
        ("Bandung", "Kabupaten Bandung"),
        ("Kota Bandung", "Kota Bandung"),
        ("Kab. Bandung", "Kab. Bandung"),
        ("Kotabaru", "Kabupaten Kotabaru"),
        ("", ""),
    ],
)
def test_a_regency_without_its_type_is_a_kabupaten(written: str, regency: str) -> None:
    assert to_schema({"regency": written})["regency"] == regency


@pytest.mark.parametrize(
    ("day", "hour", "moment"),
    [
        ("04 Jan 2021", "02:50:25 PM", "04 Jan 2021 02:50:25 PM"),
        ("04 Jan 2021", "", "04 Jan 2021"),
        ("2021-01-04T23:45:54", "23:45:54", "2021-01-04T23:45:54"),
        ("", "23:45:54", ""),
    ],
)
def test_day_and_time_are_joined(day: str, hour: str, moment: str) -> None:
    assert to_schema({"created_at": day, "time": hour})["created_at"] == moment
