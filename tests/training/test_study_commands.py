"""``pintu replay`` and ``pintu audit-labels``: output, refusals, a replay that goes on."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from data.cases import Cases
from data.errors import PintuError
from training.study_commands import audit_labels, replay

Call = Callable[..., Result]
FIELDS = ("id", "text", "created_at", "agency", "unit")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, mixes: dict[str, Cases]) -> Path:
    """Cases of one city, spread over three months."""
    path = tmp_path_factory.mktemp("files") / "semarang.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(FIELDS)
        for i, case in enumerate(mixes["semarang"].cases):
            day = f"2024-{1 + i % 3:02}-10"
            text = case.complaint.text
            writer.writerow([f"={i}", f"{text}, wa 081234567890", day, case.agency, case.unit])
    return path


def call(command: click.Command, *args: object) -> Result:
    return CliRunner().invoke(command, [str(arg) for arg in args])


def replayed(*args: object) -> Result:
    small = ("--no-starter", "--set", "min_count=1", "--set", "local_cases=40")
    return call(replay, *args, *small, "--from", "2024-02")


def fault(result: Result) -> str:
    assert isinstance(result.exception, PintuError), repr(result.exception)
    return str(result.exception)


# -- replay


def test_a_replay_prints_writes_draws_and_goes_on(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    out, plot = tmp_path / "r.json", tmp_path / "r.svg"
    first = replayed("--cases", file, "--json", out, "--plot", plot)
    assert first.exit_code == 0, first.output
    heads = [line for line in first.stdout.splitlines() if "cases" in line]
    assert [line.split(":")[0] for line in heads] == ["2024-02", "2024-03", "2024-02 to 2024-03"]
    for title in ("unit top-1", "unit top-3", "mandate top-1", "mandate top-3"):
        assert first.stdout.count(title) == 3
    written = json.loads(out.read_text(encoding="utf-8"))
    assert [row["name"] for row in written["periods"]] == ["2024-02", "2024-03"]
    assert written["total"]["n"] == sum(row["n"] for row in written["periods"])
    assert plot.is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "r.svg"]

    # As if it had been killed in March: February's answers are taken from the file as they stand.
    marked = written["periods"][:1]
    marked[0]["retrained"]["unit"] = [9] * marked[0]["n"]
    out.write_text(json.dumps({"made_of": written["made_of"], "periods": marked}), "utf-8")
    second = replayed("--cases", file, "--json", out)
    assert second.exit_code == 0, second.output
    again = json.loads(out.read_text(encoding="utf-8"))
    assert again["periods"][1] == written["periods"][1]
    assert again["periods"][0]["figures"]["unit_top1"]["b"] == 0


def test_a_file_of_another_replay_is_not_written_over(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    for content, told in (
        ("[]", "holds no replay"),
        ("{", "holds no replay"),
        ('{"made_of": {"every": "quarter"}, "periods": []}', "with another config"),
    ):
        out.write_text(content, encoding="utf-8")
        assert told in fault(replayed("--cases", file, "--json", out))
        assert out.read_text(encoding="utf-8") == content


def test_what_would_fail_at_the_end_fails_before_training(file: Path, tmp_path: Path) -> None:
    assert "ends in .svg" in fault(replayed("--cases", file, "--plot", tmp_path / "r.png"))
    missing = tmp_path / "no" / "r.svg"
    assert "no folder" in fault(replayed("--cases", file, "--plot", missing))
    assert "--regency" in fault(replayed("--cases", file, "--regency", "Kota Atlantis"))
    assert "no_such" in fault(call(replay, "--cases", file, "--set", "no_such=1"))
    assert "is no month" in fault(call(replay, "--cases", file, "--from", "kemarin"))
    assert "x.csv" in fault(call(replay, "--cases", tmp_path / "x.csv"))
    assert call(replay, "--cases", file, "--every", "week").exit_code == 2


# -- audit-labels


def test_an_audit_writes_a_masked_table(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("cleanlab")
    out = tmp_path / "suspicious.csv"
    result = call(audit_labels, "--cases", file, "--out", out, "--top", 12)
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    assert "the 12 most suspicious of" in result.stderr
    with out.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["rank"] for row in rows] == [str(i) for i in range(1, 13)]
    assert [row["quality"] for row in rows] == sorted(row["quality"] for row in rows)
    for row in rows:
        assert row["source"] == str(file)
        assert row["id"].startswith("'=")
        assert row["text"].endswith("wa [TELEPON]")
        assert row["label_mandate"] != row["suggested_mandate"]


def test_an_audit_refuses_what_it_cannot_do(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    assert "x.csv" in fault(call(audit_labels, "--cases", tmp_path / "x.csv", "--out", out))
    missing = tmp_path / "no" / "o.csv"
    assert "no folder" in fault(call(audit_labels, "--cases", file, "--out", missing))
    assert call(audit_labels, "--cases", file, "--out", out, "--top", 0).exit_code == 2
    out.write_text("mine", encoding="utf-8")
    assert "exists already" in fault(call(audit_labels, "--cases", file, "--out", out))
    assert out.read_text(encoding="utf-8") == "mine"
