"""A training run as a whole: what goes in, what lies on disk, what is refused."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.bundle import Bundle, file_hash, load
from classifier.errors import BundleError
from classifier.router import Router
from data.cases import Cases
from data.complaint import Complaint, LabelledCase
from data.errors import PintuError
from data.registry.registry import Registry
from data.starter import scope_cases, starter_cases
from evaluation.evaluate import evaluate
from training.config import Config
from training.pipeline import train

MakeCases = Callable[..., Cases]
Train = Callable[..., Path]

LAMP = Complaint("lampu penerangan jalan padam depan mushola", regency="Kota Surabaya")
TRAFFIC = "35.78/dinas-perhubungan"
ASPIRATIONS = (
    "usul dibangun perpustakaan keliling untuk kampung kami",
    "sebaiknya ada jalur sepeda di jalan protokol",
    "saran agar jam buka loket diperpanjang sampai sore",
    "usul ada taman lansia di setiap kelurahan",
    "semoga ke depan ada festival kuliner tahunan",
    "saran dibuat aplikasi satu pintu untuk semua layanan",
    "usul penambahan pohon peneduh di alun-alun",
    "sebaiknya dibuka kelas bahasa isyarat gratis",
)


def metrics_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return found


def written_cases(registry: Registry) -> int:
    """How many texts were written for the project: of mandates, and out of any desk's scope."""
    return len(starter_cases(registry.mandates)) + len(scope_cases())


# -- what is written about the run


def test_metrics_and_manifest_say_what_it_was_trained_on(
    trained: Path, mixes: dict[str, Cases]
) -> None:
    manifest, metrics = load(trained).manifest, metrics_of(trained)
    assert metrics["cases"] == sum(bool(case.unit) for m in mixes.values() for case in m.cases)
    assert (metrics["starter_cases"], metrics["own_desks"]) == (0, 1)
    assert manifest["starter"] is False
    recorded = json.dumps(manifest["training"])
    assert all(mix.sha256 in recorded for mix in mixes.values())
    assert manifest["config"]["local_cases"] == 40
    card = (trained / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert all(mix.sha256 in card for mix in mixes.values())


def test_files_of_one_name_are_both_recorded(
    tmp_path: Path, registry: Registry, mixes: dict[str, Cases], config: Config
) -> None:
    sources = [replace(mixes[mix], source=f"{mix}/cases.csv") for mix in ("surabaya", "semarang")]
    bundle = train(sources, tmp_path / "b", registry, config, starter=False)
    recorded = json.dumps(bundle.manifest["training"])
    for source in sources:
        assert source.sha256 in recorded


# -- the same again


def test_two_runs_with_a_seed_give_the_same_bundle(
    run: Train, trained: Path, mixes: dict[str, Cases], registry: Registry, tmp_path: Path
) -> None:
    again = tmp_path / "mixed"
    config = Config(min_count=1, local_cases=40)
    train(list(mixes.values()), again, registry, config, starter=False)
    first, second = load(trained).model, load(again).model
    texts = [LAMP.text, *ASPIRATIONS, ""]
    for head, scores in first.scores(texts).items():
        np.testing.assert_array_equal(scores, second.scores(texts)[head])
    for path in sorted(path for path in trained.rglob("*") if path.is_file()):
        if path.name not in ("manifest.json", "MODEL_CARD.md"):  # they tell the time
            assert file_hash(path) == file_hash(again / path.relative_to(trained)), path.name


def test_what_is_returned_is_what_lies_on_disk(
    tmp_path: Path, registry: Registry, mixes: dict[str, Cases], config: Config
) -> None:
    made: Bundle = train([mixes["semarang"]], tmp_path / "b", registry, config, starter=False)
    loaded = load(tmp_path / "b")
    assert (made.name, made.labels) == (loaded.name, loaded.labels)
    texts = [LAMP.text, *ASPIRATIONS]
    for head, scores in made.model.scores(texts).items():
        np.testing.assert_allclose(scores, loaded.model.scores(texts)[head], rtol=0, atol=1e-5)


# -- cases with less than everything


def test_a_case_with_nothing_but_its_kind_teaches_the_kind(
    run: Train, every: list[LabelledCase], mixed_router: Router
) -> None:
    added = [
        LabelledCase(Complaint(text, id=f"asp-{i}"), kind="aspiration")
        for i, text in enumerate(ASPIRATIONS)
    ]
    router = Router.load(run([*every, *added]))
    wish = [Complaint("usul dibangun taman bacaan, sebaiknya di setiap kampung")]
    assert mixed_router.route(wish)[0].kind != "aspiration"
    assert router.route(wish)[0].kind == "aspiration"


def test_a_case_with_nothing_but_its_category_teaches_the_category(
    run: Train, every: list[LabelledCase]
) -> None:
    added = [
        LabelledCase(Complaint(text, id=f"asp-{i}"), category="Gagasan Warga")
        for i, text in enumerate(ASPIRATIONS)
    ]
    router = Router.load(run([*every, *added]))
    wish = Complaint("usul dibangun taman bacaan, sebaiknya di setiap kampung")
    assert router.route([wish])[0].category == "Gagasan Warga"


def test_rows_without_any_label_are_no_hindrance(run: Train, every: list[LabelledCase]) -> None:
    added = [LabelledCase(Complaint(text, id=f"asp-{i}")) for i, text in enumerate(ASPIRATIONS)]
    out = run([*every, *added])
    assert metrics_of(out)["cases"] == sum(bool(case.unit) for case in every)
    assert Router.load(out).route([LAMP])[0].candidates[0].unit_id == TRAFFIC


def without(cases: Sequence[LabelledCase], what: str) -> list[LabelledCase]:
    if what in ("id", "created_at"):
        value = "" if what == "id" else None
        return [replace(c, complaint=replace(c.complaint, **{what: value})) for c in cases]
    return [replace(c, **{what: ""}) for c in cases]


@pytest.mark.parametrize("column", ["category", "kind", "agency", "id", "created_at"])
def test_a_file_may_lack_any_column_but_the_unit(
    run: Train, every: list[LabelledCase], column: str
) -> None:
    router = Router.load(run(without(every, column)))
    answer = router.route([LAMP])[0]
    assert answer.candidates[0].unit_id == TRAFFIC
    json.dumps(answer.to_row())
    assert evaluate(router, every[:5])["n"] == 5


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_smallest_files_give_a_bundle_that_answers(
    run: Train, every: list[LabelledCase], n: int
) -> None:
    router = Router.load(run(every[:n]))
    answer = router.route([Complaint("jalan berlubang", regency="Kota Surabaya")])[0]
    assert answer.candidates
    json.dumps(answer.to_row())


def test_nothing_to_train_on_is_told(
    tmp_path: Path, registry: Registry, make_cases: MakeCases
) -> None:
    for sources in ([], [make_cases([])]):
        with pytest.raises(PintuError, match=r"train|case"):
            train(sources, tmp_path / "b", registry, Config(), starter=False)
    assert not list(tmp_path.iterdir())


# -- starter cases


def test_starter_cases_alone_make_a_bundle_that_routes_nothing_by_itself(
    bundle: Path, registry: Registry
) -> None:
    metrics = metrics_of(bundle)
    assert (metrics["cases"], metrics["own_desks"]) == (0, 0)
    assert metrics["starter_cases"] == written_cases(registry)
    loaded = load(bundle)
    assert len(loaded.calibration) == 0
    assert loaded.settings.proofs == {}
    assert "drawn by hash" in loaded.settings.split
    router = Router.load(bundle)
    answers = router.route([LAMP, Complaint("KTP belum jadi", regency="Kota Semarang")])
    for answer in answers:
        assert answer.decision == "review"
        assert "not_proven" in [reason.code for reason in answer.reasons]
        assert answer.shortlists == {}
    assert loaded.manifest["starter"] is True


@pytest.fixture(scope="module")
def beside_starter(
    tmp_path_factory: pytest.TempPathFactory,
    registry: Registry,
    mixes: dict[str, Cases],
    make_cases: MakeCases,
) -> Path:
    """The mixes and some cases without a unit, beside the starter cases; few features for speed."""
    added = [
        LabelledCase(Complaint(text, id=f"asp-{i}"), kind="aspiration")
        for i, text in enumerate(ASPIRATIONS)
    ]
    out = tmp_path_factory.mktemp("beside") / "b"
    config = Config(min_count=8, letters_from=3, letters_to=3, local_cases=40)
    train([*mixes.values(), make_cases(added)], out, registry, config)
    return out


def test_labelled_and_starter_cases_are_counted_apart(
    beside_starter: Path, every: list[LabelledCase], registry: Registry
) -> None:
    metrics = metrics_of(beside_starter)
    assert metrics["cases"] == sum(bool(case.unit) for case in every)
    assert metrics["starter_cases"] == written_cases(registry)


def test_starter_cases_teach_what_no_labelled_case_does(beside_starter: Path) -> None:
    router = Router.load(beside_starter)
    passport = Complaint("pengajuan paspor saya di kantor imigrasi ditolak")
    assert router.route([passport])[0].mandates[0][0] == "imigrasi"
    lamp = Complaint("lampu penerangan jalan padam", regency="Kota Surabaya")
    answer = router.route([lamp])[0]
    assert answer.candidates[0].unit_id == "35.78/dinas-perhubungan"
    assert answer.category == "Lalu Lintas dan Lampu Jalan"  # the city's own
    assert router.route([lamp], door="Kota Malang")[0].category != "Adminduk"


# -- refusals


def test_an_existing_folder_is_refused_and_left(
    run: Train, every: list[LabelledCase], tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match="exists"):
        run(every[:20])
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["notes.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize("config", [Config(min_count=1, backend="tarot")])
def test_a_backend_that_nothing_could_load_is_refused(
    run: Train, every: list[LabelledCase], config: Config, tmp_path: Path
) -> None:
    with pytest.raises(PintuError, match=r"tarot.*linear"):
        run(every[:20], config=config)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("config", [Config(min_count=1, cost=0.0), Config(min_count=10_000)])
def test_settings_that_nothing_can_be_fitted_with_are_told(
    run: Train, every: list[LabelledCase], config: Config
) -> None:
    with pytest.raises(PintuError, match=r"cost|min_count"):
        run(every[:20], config=config)


def test_progress_goes_to_stderr(
    run: Train, every: list[LabelledCase], capsys: pytest.CaptureFixture[str]
) -> None:
    run(every[:20])
    assert capsys.readouterr().out == ""
