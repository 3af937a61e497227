"""The commands ``units``, ``mandates``, ``cases`` and ``places``."""

import json
from pathlib import Path
from time import process_time

import pytest
from click.testing import CliRunner, Result

from data import commands
from data.errors import PintuError
from data.home import places_file
from data.registry.registry import Registry

KEYS = {"name", "unit_id", "unit", "agency", "mandate", "region_code", "candidates"}


def _resolve(*args: str) -> Result:
    return CliRunner().invoke(commands.units, ["resolve", *args])


def test_a_name_is_resolved_to_a_json_line() -> None:
    result = _resolve("--json", "Dishub Kota Bekasi")
    assert result.exit_code == 0
    row = json.loads(result.output)
    assert set(row) >= KEYS
    assert (row["unit_id"], row["mandate"]) == ("32.75/lalu-lintas", "lalu-lintas")
    assert row["agency"] == "Pemerintah Kota Bekasi"


def test_an_unknown_name_gives_reason_and_candidates() -> None:
    row = json.loads(_resolve("--json", "Toko Bunga Mawar").output)
    assert row["unit_id"] is None
    assert row["reason"]
    assert set(row["candidates"][0]) == KEYS - {"name", "candidates"}


def test_names_are_read_from_a_file_for_a_regency(tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("Dishub\n\nDinkes\n", encoding="utf-8")
    result = _resolve("--file", str(file), "--regency", "Kota Malang")
    assert [line.split("\t")[1] for line in result.output.splitlines()] == [
        "35.73/lalu-lintas",
        "35.73/kesehatan",
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["Dishub", "--regency", "Kota Antahberantah"], "is no known region; write its full name"),
        (["--file", "no-such-file.txt"], "--file no-such-file.txt: No such file"),
    ],
)
def test_faulty_options_are_named(args: list[str], message: str) -> None:
    error = _resolve(*args).exception
    assert isinstance(error, PintuError)
    assert message in str(error)


def test_without_names_the_usage_is_shown() -> None:
    result = _resolve()
    assert result.exit_code == 2
    assert "give NAMES or --file FILE" in result.output


def test_all_mandates_are_listed(registry: Registry) -> None:
    lines = CliRunner().invoke(commands.mandates).output.splitlines()
    assert [line.split("\t")[0] for line in lines] == list(registry.mandates)
    assert all(line.count("\t") == 3 for line in lines)


def test_a_file_of_cases_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    rows = "text,unit\nlampu jalan padam,Dishub Kota Bekasi\nsampah menumpuk,Toko Bunga Mawar\n"
    file.write_text(rows, encoding="utf-8")
    result = CliRunner().invoke(commands.cases, ["check", str(file)])
    assert result.exit_code == 0
    assert "Toko Bunga Mawar" in result.output
    assert "lampu jalan" not in result.output


def test_unusable_rows_give_exit_code_one(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("text,unit\n,Dishub Kota Bekasi\nair keruh,PDAM Kota Malang\n", "utf-8")
    result = CliRunner().invoke(commands.cases, ["check", str(file)])
    assert result.exit_code == 1
    assert "rows that cannot be used" in result.output


def test_imported_places_are_used_from_then_on(tmp_path: Path) -> None:
    file = tmp_path / "villages.csv"
    file.write_text("kode,nama\n3578101007,PACAR KEMBANG\n", encoding="utf-8")
    result = CliRunner().invoke(commands.places, ["import", str(file)])
    assert result.exit_code == 0
    assert "village: 1" in result.output
    assert places_file() is not None
    row = json.loads(_resolve("--json", "Kelurahan Pacarkembang Kota Surabaya").output)
    assert row["unit_id"] == "35.78.10.1007/kelurahan"


def test_a_thousand_names_take_less_than_two_seconds(tmp_path: Path) -> None:
    offices = (
        "Dinas Kesehatan",
        "Dishub",
        "Kelurahan Sidodadi",
        "Dinas Kesehtan",
        "Antah Berantah",
    )
    names = [f"{office} {number}" for number in range(100) for office in offices]
    names += [f"{office} Kota {city}" for city in ("Kediri", "Solok") for office in offices * 50]
    file = tmp_path / "names.txt"
    file.write_text("\n".join(names), encoding="utf-8")
    start = process_time()
    result = _resolve("--file", str(file), "--regency", "Kota Samarinda", "--json")
    assert process_time() - start < 2
    assert len(result.output.splitlines()) == len(names) == 1_000


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"Dinas Caf\xe9\n", "not UTF-8 at byte 9; save it as UTF-8"), (b"\n \n", "holds no name")],
)
def test_faulty_files_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "names.txt"
    file.write_bytes(content)
    result = _resolve("--file", str(file))
    assert result.exit_code != 0
    assert message in result.output + str(result.exception)


def test_half_a_character_in_a_name_does_no_harm() -> None:
    result = _resolve("--json", "Dinas Kesehatan\udc80 Kota Kediri")
    assert result.exit_code == 0
    assert json.loads(result.output)["unit_id"] == "35.71/kesehatan"


def test_places_that_cannot_be_imported_leave_the_old_ones(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    for text in ("code,name\n35.78.10,Tambaksari\n", "code,name\n35.78.1,Salah\n"):
        file.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(commands.places, ["import", str(file)])
    assert isinstance(result.exception, PintuError)
    known = places_file()
    assert known is not None
    assert known.read_text(encoding="utf-8").splitlines() == ["code,name", "35.78.10,Tambaksari"]
