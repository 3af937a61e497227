"""The command line: what goes where, exit codes, and what is imported for it."""

import csv
import io
import json
import resource
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import pintu
from classifier.bundle import file_hash
from data.home import activate, active_bundle, home
from data.registry.registry import Registry

ROOT = Path(__file__).parent.parent
COMMANDS = [
    "cases",
    "evaluate",
    "mandates",
    "places",
    "route",
    "serve",
    "starter",
    "train",
    "units",
]
LAMP = "Lampu jalan di gang kami padam sejak Senin"
ROWS = (
    ("a1", "lampu jalan padam di gang tiga", "Dinas Perhubungan", "Lampu"),
    ("a2", "lampu penerangan mati dekat pasar", "Dinas Perhubungan", "Lampu"),
    ("a3", "traffic light perempatan mati", "Dinas Perhubungan", "Lampu"),
    ("a4", "tiang lampu jalan miring hampir roboh", "Dinas Perhubungan", "Lampu"),
    ("a5", "lampu taman dan lampu jalan gelap gulita", "Dinas Perhubungan", "Lampu"),
    ("a6", "juru parkir liar menarik dua kali", "Dinas Perhubungan", "Lampu"),
    ("b1", "KTP belum jadi sejak bulan lalu", "Disdukcapil", "KTP"),
    ("b2", "kartu keluarga salah cetak nama anak", "Disdukcapil", "KTP"),
    ("b3", "akta kelahiran belum terbit juga", "Disdukcapil", "KTP"),
    ("b4", "NIK tidak ditemukan waktu mendaftar", "Disdukcapil", "KTP"),
    ("b5", "antre rekam KTP dari pagi sampai sore", "Disdukcapil", "KTP"),
    ("b6", "pindah alamat KK tertahan di loket", "Disdukcapil", "KTP"),
    ("c1", "pelatihan gamelan batal tanpa kabar", "Balai Cakra Buana", "KTP"),
)


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def call(*args: object) -> Result:
    """Runs ``pintu`` in this process as its entry point does."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["pintu", *map(str, args)])
        try:
            pintu.main()
        except SystemExit as done:
            code = int(done.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


def spawn(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *args]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small CSV file of labelled cases."""
    path = tmp_path_factory.mktemp("cases") / "kasus.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "text", "regency", "agency", "unit", "category", "kind"])
        for number, text, unit, category in ROWS:
            agency = "Pemerintah Kota Malang"
            row = [number, text, "Kota Malang", agency, unit, category, "pengaduan"]
            writer.writerow(row)
    return path


@pytest.fixture(scope="module")
def small(labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that the command trained on the small file alone."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PINTU_HOME", str(folder / "home"))
        settings = ("--set", "min_count=1", "--set", "valid_share=0.5")
        result = call(
            "train", "--cases", labelled, "--out", folder / "small", "--no-starter", *settings
        )
    assert result.code == 0, result.err
    return folder / "small"


# -- the command itself


def test_help_is_instant_and_needs_no_heavy_library() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = spawn("-m", "pintu", "--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert all(f"  {command} " in done.stdout for command in COMMANDS)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 1


def loaded(code: str) -> set[str]:
    """The modules that are loaded after a piece of code ran in a fresh interpreter."""
    done = spawn("-c", f"{code}\nimport sys\nprint(*sys.modules, sep='\\n', file=sys.stderr)")
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


HEAVY = {"torch", "transformers", "sentence_transformers", "sklearn", "datasets", "pandas"}


def test_help_imports_neither_numpy_nor_sklearn() -> None:
    code = "import pintu\npintu.cli.main(['--help'], standalone_mode=False)"
    modules = loaded(code)
    assert "pintu" in modules
    assert not modules & (HEAVY | {"numpy", "scipy", "fastapi"})


def test_the_base_import_loads_no_heavy_library() -> None:
    modules = loaded("import pintu\npintu.Router\npintu.Complaint")
    assert "classifier.router" in modules
    assert not modules & HEAVY


def test_serving_loads_no_heavy_library() -> None:
    modules = loaded("import serving.app, serving.commands")
    assert "fastapi" in modules
    assert not modules & HEAVY


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = call(command, "--help")
    assert result.code == 0
    assert result.out.startswith("Usage:")


def test_the_version_is_told() -> None:
    assert call("--version").code == 0


@pytest.mark.parametrize(
    "args",
    [
        ("sing",),
        ("route",),
        ("route", LAMP, "--file", "x.csv"),
        ("route", LAMP, "--top", "0"),
        ("route", LAMP, "--colour", "red"),
        ("train",),
        ("train", "--out", "x", "--no-starter"),
        ("evaluate",),
        ("evaluate", "x"),
        ("units", "resolve"),
    ],
)
def test_a_wrong_call_is_exit_code_2(args: tuple[str, ...]) -> None:
    result = call(*args)
    assert result.code == 2
    assert "Usage:" in result.err
    assert result.out == ""


def test_exit_codes_of_the_process(bundle: Path) -> None:
    fine = spawn("-m", "pintu", "route", LAMP, "--bundle", str(bundle), "--json")
    assert (fine.returncode, len(fine.stdout.splitlines())) == (0, 1)
    wrong = spawn("-m", "pintu", "route", LAMP, "--bundle", "nowhere")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("pintu: nowhere")
    assert "Traceback" not in wrong.stderr
    assert spawn("-m", "pintu", "route").returncode == 2


# -- training and evaluating


def test_a_bundle_is_trained_from_a_small_file(small: Path, labelled: Path) -> None:
    manifest = json.loads((small / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["config"]["min_count"] == 1
    assert file_hash(labelled) in json.dumps(manifest["training"])
    given = ("--regency", "Kota Malang", "--bundle", small, "--json")
    best = call("route", "lampu jalan padam", *given).rows[0]["candidates"][0]
    assert best["unit_id"] == "35.73/lalu-lintas"
    assert [path.name for path in small.parent.iterdir()] == ["small"]


def test_evaluation_writes_its_figures(small: Path, labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    result = call("evaluate", small, "--cases", labelled, "--json", out)
    assert result.code == 0
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures == json.loads(result.out)
    assert figures["n"] == len(ROWS)
    for name in ("unit", "mandate", "category", "kind"):
        assert {"top1", "top3", "macro_f1", "n"} <= set(figures[name])
        assert figures[name]["n"] == len(ROWS)
    assert figures["unit"]["top1"] > 0.8
    assert 0 <= figures["calibration"]["ece"] <= 1
    assert figures["unresolved_labels"] == {"Balai Cakra Buana": 1}
    assert figures["bundle"]["name"] == "small"
    assert figures["bundle"]["sha256"] == file_hash(small / "manifest.json")
    assert figures["data"] == {str(labelled): file_hash(labelled)}


# -- Pintu's own folder


def test_a_trained_bundle_can_be_made_the_active_one(labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "b"
    settings = ("--set", "min_count=1")
    result = call(
        "train", "--cases", labelled, "--out", out, "--no-starter", "--activate", *settings
    )
    assert result.code == 0
    assert active_bundle() == out.resolve()
    answer = call("route", "lampu jalan padam", "--regency", "Kota Malang", "--json")
    assert answer.rows[0]["bundle"] == "b"


def test_the_home_folder_is_the_one_of_the_environment(tmp_path: Path) -> None:
    assert home() == tmp_path / "home"


def test_without_an_active_bundle_the_remedy_is_told() -> None:
    with pytest.raises(pintu.PintuError, match=r"--bundle.*pintu starter"):
        active_bundle()


def test_activating_replaces_what_was_active(tmp_path: Path) -> None:
    for name in ("a", "b"):
        activate(tmp_path / name)
        assert active_bundle() == tmp_path / name
    assert {path.name for path in home().iterdir()} == {"activations.jsonl", "active"}


def test_an_active_bundle_that_is_gone_is_told(tmp_path: Path) -> None:
    activate(tmp_path / "gone")
    result = call("route", LAMP)
    assert (result.code, result.out) == (1, "")
    assert "gone" in result.err


# -- the registry's commands


def test_mandates_are_listed(registry: Registry) -> None:
    result = call("mandates")
    assert result.code == 0
    assert {line.split("\t")[0] for line in result.out.splitlines()} == set(registry.mandates)


def test_names_are_resolved() -> None:
    result = call("units", "resolve", "Dishub", "Xyz Abc", "--regency", "Kota Malang", "--json")
    assert result.code == 0
    first, second = result.rows
    assert first["unit_id"] == "35.73/lalu-lintas"
    assert (second["unit_id"], bool(second["reason"])) == (None, True)


def test_checking_cases_names_unknown_units(labelled: Path) -> None:
    result = call("cases", "check", labelled)
    assert result.code == 0
    assert "Balai Cakra Buana" in result.out
    assert ROWS[0][1] not in result.out + result.err
