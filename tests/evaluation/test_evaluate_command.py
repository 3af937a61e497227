"""``pintu evaluate``: figures as JSON, and what cannot be read or written."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from classifier.bundle import file_hash
from data.errors import PintuError
from evaluation.commands import evaluate

Call = Callable[..., Result]
HEADER = "id,text,regency,unit,category,kind\n"
ROWS = (
    "1,Lampu jalan di gang kami padam,Kota Malang,Dinas Perhubungan,Penerangan Jalan,pengaduan\n"
    "2,KTP saya belum dicetak,Kota Malang,Disdukcapil,Kependudukan,pengaduan\n"
    "3,Sanggar tari bocor,Kota Malang,Balai Cakra Buana,,\n"
)


@pytest.fixture
def call(bundle: Path) -> Call:
    def run(*args: object) -> Result:
        return CliRunner().invoke(evaluate, [str(arg) for arg in (bundle, *args)])

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kasus.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


def fault(result: Result) -> str:
    """What the entry point prints after "pintu: "; anything but a PintuError is a bug."""
    assert isinstance(result.exception, PintuError), repr(result.exception)
    return str(result.exception)


def test_figures_are_printed_and_written(
    call: Call, file: Path, bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "figures.json"
    result = call("--cases", file, "--json", out)
    assert result.exit_code == 0
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures == json.loads(result.stdout)
    assert figures["n"] == 3
    counts = {name: figures[name]["n"] for name in ("unit", "mandate", "category", "kind")}
    assert counts == {"unit": 3, "mandate": 3, "category": 2, "kind": 2}
    for name in counts:
        assert {"top1", "top3", "macro_f1", "n"} <= set(figures[name])
    assert 0 <= figures["calibration"]["ece"] <= 1
    assert figures["unresolved_labels"] == {"Balai Cakra Buana": 1}
    assert figures["bundle"] == {
        "name": bundle.name,
        "sha256": file_hash(bundle / "manifest.json"),
    }
    assert figures["data"] == {str(file): file_hash(file)}


def test_evaluating_twice_gives_the_same_figures(call: Call, file: Path) -> None:
    assert call("--cases", file).stdout == call("--cases", file).stdout


def test_several_files_are_measured_together(call: Call, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "lain.csv"
    other.write_text("text,unit\nlampu jalan padam,Dinas Perhubungan\n", encoding="utf-8")
    figures = json.loads(call("--cases", file, "--cases", other).stdout)
    assert figures["n"] == 4
    assert set(figures["data"]) == {str(file), str(other)}


def test_unreadable_rows_are_told_and_left_out(call: Call, file: Path) -> None:
    file.write_text(f"{HEADER}rahasia,,,,,\n{ROWS}", encoding="utf-8")
    result = call("--cases", file)
    assert "line 2" in result.stderr
    assert "rahasia" not in result.stderr
    assert json.loads(result.stdout)["n"] == 3


def test_a_door_can_be_given(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("text,unit\nlampu jalan padam,Dishub Kota Manado\n", encoding="utf-8")
    assert json.loads(call("--cases", path).stdout)["unit"]["top1"] == 0
    given = call("--cases", path, "--regency", "Kota Manado")
    assert json.loads(given.stdout)["unit"]["top1"] == 1
    assert "Atlantis" in fault(call("--cases", path, "--door", "Kota Atlantis"))


def test_figures_that_cannot_be_written_are_told(call: Call, file: Path, tmp_path: Path) -> None:
    for out in (tmp_path / "no" / "f.json", tmp_path):
        assert "--json" in fault(call("--cases", file, "--json", out))


def test_a_page_is_written_and_the_figures_are_the_same(
    call: Call, file: Path, bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "laporan.html"
    result = call("--cases", file, "--door", "Kota Malang", "--report", out)
    assert result.exit_code == 0
    html = out.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert file_hash(file) in html
    assert file_hash(bundle / "manifest.json") in html
    assert "Balai Cakra Buana" in html
    assert "Kota Malang" in html
    assert result.stdout == call("--cases", file, "--door", "Kota Malang").stdout


def test_a_page_that_cannot_be_written_is_told_after_the_figures(
    call: Call, file: Path, tmp_path: Path
) -> None:
    result = call("--cases", file, "--report", tmp_path)
    assert "--report" in fault(result)
    assert json.loads(result.stdout)["n"] == 3


@pytest.mark.parametrize("content", [None, "", "unit\nDinas Sosial\n"])
def test_cases_that_cannot_be_used_are_told(
    call: Call, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert "x.csv" in fault(call("--cases", path))


def test_what_is_no_bundle_is_told(file: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(evaluate, [str(tmp_path / "none"), "--cases", str(file)])
    assert "no bundle" in fault(result)
