"""``pintu route``: one text or a file, to the terminal or into a file."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from classifier.commands import route
from classifier.router import Router
from data.complaint import MAX_TEXT, Complaint
from data.errors import PintuError

ROOT = Path(__file__).parents[2]
LAMP = "Lampu jalan di gang kami padam sejak Senin"
IDENTITY = "KTP elektronik saya sudah tiga bulan belum dicetak"


@pytest.fixture
def call(bundle: Path):
    """Runs the command with the starter bundle."""

    def run(*args: object) -> Result:
        return CliRunner().invoke(route, [str(arg) for arg in ("--bundle", bundle, *args)])

    return run


def fault(result: Result) -> str:
    """What the entry point prints after "pintu: "; anything but a PintuError is a bug."""
    assert isinstance(result.exception, PintuError), repr(result.exception)
    assert (result.exit_code, result.stdout) == (1, "")
    return str(result.exception)


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def jsonl(path: Path, *objects: dict[str, Any] | str) -> Path:
    lines = [o if isinstance(o, str) else json.dumps(o, ensure_ascii=False) for o in objects]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# -- one text


def test_one_text_is_shown_in_indonesian(call) -> None:
    result = call(LAMP, "--regency", "Kota Surabaya")
    assert result.exit_code == 0
    assert "pengaduan" in result.stdout
    assert "1. " in result.stdout
    assert "Dinas Perhubungan" in result.stdout.split("1. ")[1].splitlines()[0]
    assert result.stderr == ""


def test_one_text_as_json_is_what_the_library_answers(call, bundle: Path) -> None:
    result = call(LAMP, "--door", "Kota Surabaya", "--json")
    expected = Router.load(bundle).route([Complaint(LAMP)], door="Kota Surabaya")[0].to_row()
    assert rows(result) == [expected]


def test_fields_of_the_complaint_can_be_given(call) -> None:
    text = "Pegawai kantor kelurahan tidak pernah ada di loket"
    fields = ("--district", "Rungkut", "--village", "Kalirungkut", "--province", "Jawa Timur")
    result = call(text, "--regency", "Kota Surabaya", *fields, "--json")
    assert rows(result)[0]["candidates"][0]["unit"] == "Kelurahan Kalirungkut"


@pytest.mark.parametrize("text", ["", "   ", "x" * (MAX_TEXT + 1)])
def test_a_text_that_cannot_be_read_is_told(call, text: str) -> None:
    assert fault(call(text)).startswith("TEXT ")


@pytest.mark.parametrize("text", ["😀", "a" * MAX_TEXT, "-", "— tidak ada —"])
def test_odd_texts_are_routed(call, text: str) -> None:
    result = call("--json", "--", text)
    assert result.exit_code == 0
    assert rows(result)[0]["candidates"]


def test_an_unknown_door_is_told_with_the_remedy(call) -> None:
    message = fault(call(LAMP, "--regency", "Kota Atlantis"))
    assert "Kota Atlantis" in message
    assert "35.78" in message


def test_the_number_of_candidates_is_set_by_top(call) -> None:
    result = call(LAMP, "--door", "35.78", "--json", "--top", 2)
    assert len(rows(result)[0]["candidates"]) == 2


def test_a_profile_gives_its_own_units(call, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        'region: "33.74"\nunits:\n  - name: Dinas Terang\n    mandates: [penerangan-jalan]\n',
        encoding="utf-8",
    )
    given = ("--door", "Kota Semarang", "--json", "--profile", path)
    assert rows(call(LAMP, *given))[0]["candidates"][0]["unit"] == "Dinas Terang"
    path.write_text("region: Antah\nunits: []\n", encoding="utf-8")
    assert "Antah" in fault(call(LAMP, *given))


# -- a file


def check_rows(found: list[dict[str, Any]], ids: list[str]) -> None:
    assert [row["id"] for row in found] == ids
    for row in found:
        assert {"id", "kind", "category", "decision", "candidates"} <= set(row)
        assert row["kind"] in ("complaint", "aspiration", "information", "none")
        assert row["decision"] in ("auto-route", "review", "ask")
        probabilities = [c["probability"] for c in row["candidates"]]
        assert probabilities == sorted(probabilities, reverse=True)
        for candidate in row["candidates"]:
            assert set(candidate) == {
                "unit_id",
                "unit",
                "agency",
                "mandate",
                "region_code",
                "probability",
            }


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_file_is_routed_in_its_order(call, tmp_path: Path, suffix: str) -> None:
    ids = [f"id-{(7 * i) % 40}" for i in range(40)]
    texts = [f"{LAMP}, RT {i}" if i % 2 else f"{IDENTITY}, kata RT {i}" for i in range(40)]
    path = tmp_path / f"aduan{suffix}"
    if suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([("id", "text"), *zip(ids, texts, strict=True)])
    else:
        pairs = zip(ids, texts, strict=True)
        jsonl(path, *({"id": number, "text": text} for number, text in pairs))
    out = tmp_path / "routes.jsonl"
    result = call("--file", path, "--out", out, "--door", "Kota Surabaya")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "40 routed, 0 rows" in result.stderr
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    check_rows(found, ids)
    mandates = [row["candidates"][0]["mandate"] for row in found]
    assert mandates == ["kependudukan", "lalu-lintas"] * 20


def test_more_rows_than_a_batch_stay_in_order(call, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "x.jsonl", *({"id": str(i), "text": LAMP} for i in range(300)))
    result = call("--file", path, "--top", 1)
    assert result.exit_code == 0
    check_rows(rows(result), [str(i) for i in range(300)])


def test_rows_that_cannot_be_read_are_told_and_the_rest_is_routed(call, tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "x.jsonl",
        {"id": "1", "text": LAMP},
        "{rusak: rahasia",
        {"id": "3", "text": ""},
        {"id": "4", "text": IDENTITY},
        {"id": "5", "text": "rahasia " * 3_000},
    )
    out = tmp_path / "routes.jsonl"
    result = call("--file", path, "--out", out)
    assert result.exit_code == 1
    check_rows([json.loads(line) for line in out.read_text("utf-8").splitlines()], ["1", "4"])
    for line in (2, 3, 5):
        assert f"line {line}" in result.stderr
    assert "2 routed, 3 rows" in result.stderr
    assert "rahasia" not in result.stderr
    assert LAMP not in result.stderr


def test_unreadable_rows_of_a_csv_file_are_told_with_their_line(call, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"id,text\n1,{LAMP}\n2\n3,{IDENTITY}\n", encoding="utf-8")
    result = call("--file", path)
    assert result.exit_code == 1
    assert "line 3" in result.stderr
    check_rows(rows(result), ["1", "3"])


def test_half_a_character_in_one_row_does_not_stop_the_others(call, tmp_path: Path) -> None:
    """JSON may hold a lone surrogate, which no UTF-8 can be written with."""
    odd = '{"id": "\\ud83d1", "text": "lampu padam di \\ud83dBandung\\ude00"}'
    path = jsonl(tmp_path / "x.jsonl", odd, {"id": "2", "text": LAMP})
    out = tmp_path / "routes.jsonl"
    result = call("--file", path, "--out", out)
    assert isinstance(result.exception, SystemExit | None), repr(result.exception)
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert found[-1]["id"] == "2"


def test_warnings_are_told_and_are_no_error(call, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "x.jsonl", {"id": "1", "text": LAMP, "created_at": "31/12/2023"})
    result = call("--file", path)
    assert result.exit_code == 0
    assert "line 1" in result.stderr


def test_label_columns_of_a_file_change_no_answer(call, tmp_path: Path) -> None:
    labels = {"kind": "none", "category": "Taman", "agency": "Kota Manado", "unit": "Dinas Sosial"}
    bare = jsonl(tmp_path / "a.jsonl", {"id": "1", "text": LAMP, "regency": "Kota Surabaya"})
    full = jsonl(
        tmp_path / "b.jsonl", {"id": "1", "text": LAMP, "regency": "Kota Surabaya"} | labels
    )
    assert rows(call("--file", bare)) == rows(call("--file", full))


@pytest.mark.parametrize("content", [None, "", "id\n1\n", "text\n"])
def test_a_file_that_holds_nothing_to_route_is_told(
    call, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert "x.csv" in fault(call("--file", path, "--out", tmp_path / "out.jsonl"))
    assert not (tmp_path / "out.jsonl").exists()


# -- where it is written


def test_what_is_there_stays_until_all_is_routed(call, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "x.jsonl", {"text": LAMP})
    out = tmp_path / "out" / "routes.jsonl"
    out.parent.mkdir()
    out.write_text("old\n")
    assert "Antah" in fault(call("--file", path, "--out", out, "--door", "Antah"))
    assert [p.name for p in out.parent.iterdir()] == ["routes.jsonl"]
    assert out.read_text() == "old\n"
    assert call("--file", path, "--out", out).exit_code == 0
    assert [p.name for p in out.parent.iterdir()] == ["routes.jsonl"]
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1


def test_one_text_can_be_written_to_a_file(call, tmp_path: Path) -> None:
    out = tmp_path / "one.jsonl"
    result = call(LAMP, "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert len(json.loads(out.read_text(encoding="utf-8"))["candidates"]) >= 1


@pytest.mark.parametrize("out", ["missing/routes.jsonl", "folder"])
def test_a_place_that_cannot_be_written_is_told(call, tmp_path: Path, out: str) -> None:
    (tmp_path / "folder").mkdir()
    assert "--out" in fault(call(LAMP, "--out", tmp_path / out))
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["folder"]


def test_a_reader_that_goes_away_is_no_traceback(bundle: Path, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "x.jsonl", *({"id": str(i), "text": LAMP} for i in range(600)))
    command = [sys.executable, "-m", "pintu", "route", "--file", path, "--bundle", bundle]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["id"] == "0"
        process.stdout.close()
        errors = process.stderr.read()
        process.wait(timeout=60)
    assert process.returncode == 1
    assert b"Traceback" not in errors
