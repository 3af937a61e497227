"""``pintu train``: refusals before anything is fitted, settings, and where they come from."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from classifier.router import Router
from data.cases import Cases
from data.complaint import Complaint
from data.errors import PintuError
from data.home import active_bundle
from training.commands import train

Call = Callable[..., Result]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "bundle"


@pytest.fixture
def call(out: Path) -> Call:
    """Trains into ``out`` without starter cases."""

    def run(*args: object) -> Result:
        options = ("--out", out, "--no-starter", *args)
        return CliRunner().invoke(train, [str(option) for option in options])

    return run


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, mixes: dict[str, Cases]) -> Path:
    """One of the mixes as a CSV file."""
    path = tmp_path_factory.mktemp("files") / "semarang.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "text", "created_at", "agency", "unit", "category", "kind"])
        for case in mixes["semarang"].cases:
            complaint = case.complaint
            row = [complaint.id, complaint.text, complaint.created_at, case.agency, case.unit]
            writer.writerow([*row, case.category, "pengaduan"])
    return path


def fault(result: Result, out: Path) -> str:
    """What the entry point prints after "pintu: "; anything but a PintuError is a bug."""
    assert isinstance(result.exception, PintuError), repr(result.exception)
    assert not out.exists()
    return str(result.exception)


def test_a_bundle_is_trained_and_counted(call: Call, file: Path, out: Path) -> None:
    result = call("--cases", file, "--set", "min_count=1")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "62 labelled and 0 starter cases, 1 unresolved" in result.stderr
    answer = Router.load(out).route([Complaint("gong dan kenong di sanggar pecah")])[0]
    assert answer.candidates[0].unit == "Balai Cakra Buana"
    assert [path.name for path in out.parent.iterdir()] == ["bundle"]
    with pytest.raises(PintuError):
        active_bundle()


def test_a_bundle_can_be_made_the_active_one(call: Call, file: Path, out: Path) -> None:
    assert call("--cases", file, "--activate").exit_code == 0
    assert active_bundle() == out.resolve()


def test_settings_come_from_a_file_with_options_over_it(
    call: Call, file: Path, out: Path, tmp_path: Path
) -> None:
    config = tmp_path / "train.toml"
    config.write_text("min_count = 2\nseed = 4\n", encoding="utf-8")
    given = ("--config", config, "--set", "min_count=1", "--set", "category_cases=3")
    assert call("--cases", file, *given).exit_code == 0
    used = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["config"]
    assert (used["min_count"], used["seed"], used["category_cases"]) == (1, 4, 3)


def test_a_profile_resolves_the_labels(call: Call, file: Path, out: Path, tmp_path: Path) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text(
        'region: "33.74"\nunits:\n  - name: Balai Cakra Buana\n    mandates: [kebudayaan]\n',
        encoding="utf-8",
    )
    result = call("--cases", file, "--profile", profile, "--set", "min_count=1")
    assert "0 unresolved" in result.stderr
    answer = Router.load(out).route([Complaint("gong dan kenong di sanggar pecah")])[0]
    assert answer.candidates[0].unit_id == "33.74/balai-cakra-buana"


def test_unreadable_rows_are_told_and_left_out(call: Call, out: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    case = {"text": "lampu jalan padam", "unit": "Dinas Perhubungan", "regency": "Kota Malang"}
    path.write_text(f"{json.dumps(case)}\n{{rahasia\n", encoding="utf-8")
    result = call("--cases", path, "--set", "min_count=1")
    assert "line 2" in result.stderr
    assert "rahasia" not in result.stderr
    assert "1 labelled" in result.stderr


# -- refusals


def test_an_unknown_setting_lists_the_settings(call: Call, file: Path, out: Path) -> None:
    message = fault(call("--cases", file, "--set", "epoch=3", "--set", "seed=x"), out)
    for word in ("'epoch'", "min_count", "target_precision", "seed = 'x'"):
        assert word in message


def test_an_existing_out_is_refused_before_anything_is_read(call: Call, out: Path) -> None:
    out.mkdir(parents=True)
    result = call("--cases", "not-there.csv")
    assert isinstance(result.exception, PintuError)
    assert str(result.exception).startswith(f"--out {out} exists")
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("content", [None, "", "text,unit\n", "unit\nDinas Sosial\n"])
def test_cases_that_cannot_be_used_are_told(
    call: Call, out: Path, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert "x.csv" in fault(call("--cases", path), out)


def test_a_profile_with_faults_is_told(call: Call, file: Path, out: Path, tmp_path: Path) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text("region: Antah\nunits: []\n", encoding="utf-8")
    assert "Antah" in fault(call("--cases", file, "--profile", profile), out)


def test_without_cases_and_starter_there_is_nothing_to_train_on(call: Call) -> None:
    result = call()
    assert result.exit_code == 2
    assert "--cases" in result.stderr
