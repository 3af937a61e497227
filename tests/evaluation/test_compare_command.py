"""``pintu compare``: the table, the file, and warnings about cases that a bundle knows."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from classifier.bundle import file_hash
from data.errors import PintuError
from evaluation.compare import FIGURES
from evaluation.compare_command import compare

Call = Callable[..., Result]
ROWS = (
    "id,text,regency,unit\n"
    "1,Lampu jalan di gang kami padam,Kota Malang,Dinas Perhubungan\n"
    "2,KTP saya belum dicetak,Kota Malang,Disdukcapil\n"
    "3,Sanggar tari bocor,Kota Malang,\n"
)


@pytest.fixture
def call(bundle: Path) -> Call:
    def run(*args: object) -> Result:
        return CliRunner().invoke(compare, [str(arg) for arg in (bundle, *args)])

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kasus.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
def other(bundle: Path, file: Path, tmp_path: Path) -> Path:
    """A copy of the bundle whose manifest says that it was trained on the file."""
    copy = tmp_path / "other"
    shutil.copytree(bundle, copy)
    path = copy / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["training"] = [{"name": "x.csv", "sha256": file_hash(file)}]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return copy


def fault(result: Result) -> str:
    assert isinstance(result.exception, PintuError), repr(result.exception)
    return str(result.exception)


def test_a_bundle_and_itself_are_told_apart_by_nothing(
    call: Call, bundle: Path, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "figures.json"
    result = call(bundle, "--cases", file, "--json", out)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "2 labelled cases in 2 groups of near-identical ones"
    assert lines[-1].startswith("no difference that these cases can show")
    assert "1 cases without a unit were left out" in result.stderr
    assert "warning" not in result.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert set(found["figures"]) == set(FIGURES)
    assert found["bundles"]["a"]["sha256"] == file_hash(bundle / "manifest.json")
    assert found["data"] == {str(file): file_hash(file)}
    assert list(tmp_path.glob(".*")) == []


def test_cases_that_a_bundle_was_trained_on_are_warned_of(
    call: Call, other: Path, file: Path
) -> None:
    result = call(other, "--cases", file)
    assert result.exit_code == 0
    assert "training file of bundle B" in result.stderr
    assert "bundle A" not in result.stderr


def test_what_cannot_be_compared_is_told(
    call: Call, bundle: Path, file: Path, tmp_path: Path
) -> None:
    assert "no bundle" in fault(call(tmp_path / "none", "--cases", file))
    assert "Atlantis" in fault(call(bundle, "--cases", file, "--door", "Kota Atlantis"))
    for out in (tmp_path, tmp_path / "no" / "f.json", file / "f.json"):
        assert "--json" in fault(call(bundle, "--cases", file, "--json", out))
    file.write_text("text,unit\nlampu padam,\n", encoding="utf-8")
    assert "no case has a unit" in fault(call(bundle, "--cases", file))
    file.write_text("text,unit\n,Dinas Sosial\n", encoding="utf-8")
    assert "no usable case" in fault(call(bundle, "--cases", file))
