"""A training run as a whole: what goes in, what the bundle then answers."""

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.bundle import Bundle, file_hash, load
from classifier.decision import Settings
from classifier.errors import BundleError
from classifier.router import Router
from data.cases import Cases
from data.complaint import Complaint, LabelledCase
from data.errors import PintuError
from data.registry.registry import Registry
from data.starter import starter_cases
from evaluation.evaluate import evaluate
from training.config import Config
from training.pipeline import train

MakeCases = Callable[..., Cases]
Train = Callable[..., Path]

# Unseen wordings with the unit that answers in the mixes.
UNSEEN_SURABAYA = {
    "lampu penerangan jalan padam depan mushola": "35.78/dinas-perhubungan",
    "sampah di TPS tidak diangkut sejak Minggu, bau": "35.78/dinas-lingkungan-hidup",
    "selokan mampet, hujan sebentar jalan banjir": "35.78/dinas-sumber-daya-air-dan-bina-marga",
    "KTP saya belum jadi, rekam data sudah lama": "35.78/dinas-kependudukan-dan-pencatatan-sipil",
    "dokter di rumah sakit datang terlambat, antrean panjang": "35.78/rsud-dr-mohamad-soewandhie",
    "warung menjual minuman keras sampai malam": "35.78/satuan-polisi-pamong-praja",
}
UNSEEN_SEMARANG = {
    "latihan gamelan di sanggar balai batal lagi": "33.74/desk:balai-cakra-buana",
    "pungutan di SMP negeri memberatkan wali murid": "33.74/pendidikan-dasar",
    "gerobak sampah jarang datang, kontainer meluber": "33.74/lingkungan",
    "bus Trans penuh, halte tidak ada petugas": "33.74/lalu-lintas",
}
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


@pytest.fixture
def run(
    tmp_path: Path, registry: Registry, make_cases: MakeCases, config: Config
) -> Callable[..., Path]:
    """Trains on cases alone and gives the bundle's folder."""

    def call(cases: Sequence[LabelledCase], name: str = "b", config: Config = config) -> Path:
        out = tmp_path / name
        train([make_cases(cases)], out, registry, config, starter=False)
        return out

    return call


@pytest.fixture(scope="session")
def every(mixes: dict[str, Cases]) -> list[LabelledCase]:
    return [case for source in mixes.values() for case in source.cases]


@pytest.fixture(scope="session")
def large(every: list[LabelledCase]) -> list[LabelledCase]:
    """Enough cases of one source to keep the latest for tuning: each text, and pairs of them."""
    cases = [replace(case, source="large.csv") for case in every]
    for number, (one, two) in enumerate(zip(cases, cases[1:], strict=False)):
        if one.unit == two.unit:
            text = f"{one.complaint.text}; juga {two.complaint.text}"
            created = datetime(2025, 1, 1) + timedelta(days=(7 * number) % 150)
            complaint = replace(one.complaint, text=text, id=f"pair-{number}", created_at=created)
            cases.append(replace(one, complaint=complaint))
    assert len(cases) > 250
    return cases


def settings_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    return found


def metrics_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return found


# -- what the bundle has learnt


@pytest.mark.parametrize(("text", "unit"), UNSEEN_SURABAYA.items())
def test_unseen_words_of_a_city_find_its_units(mixed_router: Router, text: str, unit: str) -> None:
    answer = mixed_router.route([Complaint(text, regency="Kota Surabaya")])[0]
    assert answer.candidates[0].unit_id == unit


@pytest.mark.parametrize(("text", "unit"), UNSEEN_SEMARANG.items())
def test_without_a_field_the_wording_finds_the_unit(
    mixed_router: Router, text: str, unit: str
) -> None:
    assert mixed_router.route([Complaint(text)])[0].candidates[0].unit_id == unit


def test_one_citys_cases_serve_another_city(mixed_router: Router) -> None:
    """Nothing was labelled in Malang: the mandate was learnt elsewhere, the registry does the rest."""
    complaint = Complaint("lampu penerangan jalan padam depan mushola")
    answer = mixed_router.route([complaint], door="Kota Malang")[0]
    assert answer.candidates[0].unit_id == "35.73/lalu-lintas"


def test_an_unresolved_name_is_predicted_as_a_desk_of_its_own(mixed_router: Router) -> None:
    best = mixed_router.route([Complaint("kostum tari sanggar sobek")])[0].candidates[0]
    assert (best.unit, best.agency) == ("Balai Cakra Buana", "Pemerintah Kota Semarang")
    assert best.region_code == "33.74"
    assert best.probability > 0.5


def test_one_unresolved_name_in_two_cities_is_two_desks(
    run: Train, every: list[LabelledCase]
) -> None:
    """The desk of the complaint's own city answers, not the one that was seen first."""
    twins = [
        replace(
            case,
            agency="Pemerintah Kota Malang",
            complaint=replace(case.complaint, id=f"m-{i}", regency="Kota Malang"),
        )
        for i, case in enumerate(every)
        if case.unit == "Balai Cakra Buana"
    ]
    router = Router.load(run([*every, *twins]))
    complaint = Complaint("kostum tari sanggar sobek", regency="Kota Malang")
    best = router.route([complaint])[0].candidates[0]
    assert (best.unit, best.region_code) == ("Balai Cakra Buana", "35.73")


def test_the_own_cases_are_known(mixed_router: Router, mixes: dict[str, Cases]) -> None:
    """Also an unresolved label counts as met where its own desk was predicted."""
    for mix in ("surabaya", "semarang"):
        figures = evaluate(mixed_router, mixes[mix].cases)
        assert figures["unit"]["top1"] > 0.9, mix
        assert figures["kind"]["top1"] > 0.9, mix


def test_categories_are_those_of_the_city(mixed_router: Router, mixes: dict[str, Cases]) -> None:
    own = {case.category for case in mixes["surabaya"].cases}
    answer = mixed_router.route([Complaint("KTP belum jadi", regency="Kota Surabaya")])[0]
    assert answer.category == "Administrasi Kependudukan"
    assert {category for category, _ in answer.categories} <= own


def test_what_is_no_complaint_is_learnt(mixed_router: Router) -> None:
    answer = mixed_router.route([Complaint("jual pulsa dan kuota murah, hubungi kami")])[0]
    assert answer.kind == "none"
    assert answer.decision == "review"


# -- what is written about the run


def test_metrics_and_manifest_say_what_it_was_trained_on(
    trained: Path, mixes: dict[str, Cases]
) -> None:
    manifest, metrics = load(trained).manifest, metrics_of(trained)
    assert metrics["cases"] == sum(bool(case.unit) for m in mixes.values() for case in m.cases)
    assert (metrics["starter_cases"], metrics["own_desks"]) == (0, 1)
    assert manifest["starter"] is False
    assert manifest["training"] == {f"{mix}.csv": mixes[mix].sha256 for mix in mixes}
    assert manifest["config"]["local_cases"] == 40
    card = (trained / "MODEL_CARD.md").read_text(encoding="utf-8")
    for mix in mixes:
        assert mixes[mix].sha256 in card


def test_files_of_one_name_are_both_recorded(
    tmp_path: Path, registry: Registry, mixes: dict[str, Cases], config: Config
) -> None:
    sources = [replace(mixes[mix], source=f"{mix}/cases.csv") for mix in ("surabaya", "semarang")]
    bundle = train(sources, tmp_path / "b", registry, config, starter=False)
    recorded = json.dumps(bundle.manifest["training"])
    for source in sources:
        assert source.sha256 in recorded


def test_no_labelled_text_is_written_into_the_bundle(
    trained: Path, every: list[LabelledCase]
) -> None:
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in trained.rglob("*")
        if path.is_file()
    )
    assert not [case.complaint.id for case in every if case.complaint.text in written]


# -- the same again


def test_two_runs_with_a_seed_give_the_same_bundle(
    run: Train, trained: Path, mixes: dict[str, Cases], registry: Registry, tmp_path: Path
) -> None:
    again = tmp_path / "mixed"
    config = Config(min_count=1, local_cases=40)
    train(list(mixes.values()), again, registry, config, starter=False)
    first, second = load(trained).model, load(again).model
    texts = [*UNSEEN_SURABAYA, *UNSEEN_SEMARANG, ""]
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
    texts = list(UNSEEN_SEMARANG)
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
    added = [
        LabelledCase(Complaint(text, id=f"asp-{i}")) for i, text in enumerate(ASPIRATIONS)
    ]
    out = run([*every, *added])
    assert metrics_of(out)["cases"] == sum(bool(case.unit) for case in every)
    router = Router.load(out)
    for text, unit in UNSEEN_SURABAYA.items():
        answer = router.route([Complaint(text, regency="Kota Surabaya")])[0]
        assert answer.candidates[0].unit_id == unit


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
    text, unit = next(iter(UNSEEN_SURABAYA.items()))
    answer = router.route([Complaint(text, regency="Kota Surabaya")])[0]
    assert answer.candidates[0].unit_id == unit
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


# -- tuning


def test_a_large_file_is_tuned_on_its_latest_cases(run: Train, large: list[LabelledCase]) -> None:
    out = run(large)
    settings = settings_of(out)
    tuned = int(settings["split"].split()[0])
    assert "latest labelled cases" in settings["split"]
    assert 0.1 * len(large) < tuned < 0.3 * len(large)
    assert metrics_of(out)["tuned_on"] == settings["split"]
    assert 0 < settings["threshold"] <= 1.01
    router = Router.load(out)
    for text, unit in UNSEEN_SURABAYA.items():
        answer = router.route([Complaint(text, regency="Kota Surabaya")])[0]
        assert answer.candidates[0].unit_id == unit


def test_what_was_not_tuned_on_the_latest_cases_does_not_say_so(trained: Path) -> None:
    """No source has the 200 cases from which it gives its latest to tuning."""
    assert "latest" not in settings_of(trained)["split"]


@pytest.mark.parametrize("share", [0.0, 0.12])
def test_nothing_is_chosen_on_no_cases(
    run: Train, every: list[LabelledCase], share: float
) -> None:
    """No share for tuning, or a small file without ids to draw by: the defaults hold."""
    config = Config(min_count=1, local_cases=40, valid_share=share)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # the mean of no values
        out = run(without(every, "id")[:60], config=config)
    if share == 0:
        assert settings_of(out)["temperature"] == Settings().temperature


def test_training_knows_nothing_of_the_cases_it_is_tested_on(
    run: Train, large: list[LabelledCase]
) -> None:
    dated = sorted(large, key=lambda c: c.complaint.created_at or datetime.min)
    earlier, later = dated[:220], dated[220:]
    later.append(
        LabelledCase(Complaint("kuda lumping mengganggu"), unit="Balai Kuda Lumping", kind="none")
    )
    out = run(earlier)
    files = {path: file_hash(path) for path in out.rglob("*") if path.is_file()}
    router = Router.load(out)
    before = [a.to_row() for a in router.route([c.complaint for c in later])]
    figures = evaluate(router, later)
    assert figures["unresolved_labels"]["Balai Kuda Lumping"] == 1
    assert [a.to_row() for a in router.route([c.complaint for c in later])] == before
    assert {path: file_hash(path) for path in out.rglob("*") if path.is_file()} == files
    assert "lumping" not in (out / "model" / "vocabulary.json").read_text(encoding="utf-8")
    assert "lumping" not in (out / "labels.json").read_text(encoding="utf-8")


# -- starter cases


def test_starter_cases_alone_make_a_bundle_that_routes_nothing_by_itself(
    bundle: Path, registry: Registry
) -> None:
    metrics = metrics_of(bundle)
    assert (metrics["cases"], metrics["own_desks"]) == (0, 0)
    assert metrics["starter_cases"] == len(starter_cases(registry.mandates))
    assert settings_of(bundle)["threshold"] > 1
    assert "starter" in settings_of(bundle)["split"]
    assert load(bundle).manifest["starter"] is True


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
    assert metrics["starter_cases"] == len(starter_cases(registry.mandates))


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
