"""Tuning: on one block of time where there are enough cases, proof on the others."""

import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.bundle import file_hash, load
from classifier.policy import counted
from classifier.router import Router
from classifier.settings import Settings
from data.cases import Cases
from data.complaint import Complaint, LabelledCase
from data.registry.registry import Registry
from evaluation.evaluate import evaluate
from training.config import Config
from training.pipeline import train
from training.tune import smallest

Train = Callable[..., Path]


@pytest.fixture(scope="session")
def large(every: list[LabelledCase]) -> list[LabelledCase]:
    """Enough cases of one source to cut it into blocks of time: each text, and pairs of them."""
    cases = [replace(case, source="large.csv") for case in every]
    for number, (one, two) in enumerate(pairwise(tuple(cases))):
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


@pytest.fixture(scope="module")
def out(
    tmp_path_factory: pytest.TempPathFactory,
    registry: Registry,
    make_cases: Callable[..., Cases],
    large: list[LabelledCase],
) -> Path:
    """The bundle of the large file."""
    folder = tmp_path_factory.mktemp("large") / "b"
    config = Config(min_count=1, local_cases=40)
    train([make_cases(large)], folder, registry, config, starter=False)
    return folder


def test_a_large_file_is_tuned_on_one_block_of_time(out: Path, large: list[LabelledCase]) -> None:
    settings = settings_of(out)
    tuned = int(settings["split"].split()[0])
    assert "block 2 of 4" in settings["split"]
    assert tuned == pytest.approx(sum(bool(case.unit) for case in large) / 4, abs=1)
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["tuned_on"] == settings["split"]
    lamp = Complaint("lampu jalan padam lagi", regency="Kota Surabaya")
    best = Router.load(out).route([lamp])[0].candidates[0]
    assert best.unit_id == "35.78/dinas-perhubungan"


def test_the_other_blocks_are_its_proof(out: Path, large: list[LabelledCase]) -> None:
    """Each of their cases was answered by a model that was fitted without its block."""
    cases = load(out).calibration
    tuned = int(settings_of(out)["split"].split()[0])
    labelled = sum(bool(case.unit) for case in large)
    assert len(cases) == labelled - tuned
    assert set(cases.block.tolist()) == {0, 2, 3}
    assert ((cases.probability >= cases.second) & (cases.probability <= 1)).all()
    assert (cases.probability[cases.right] == cases.labelled[cases.right]).all()
    assert 0.5 < cases.right.mean() < 1  # wrong answers are among them: it had not seen them
    proofs = load(out).settings.proofs
    for group in set(cases.group.tolist()):
        assert proofs[group].cases == (cases.group == group).sum()
        assert set(proofs[group].shortlist) == {"0.9", "0.95"}


def test_the_card_tells_what_was_counted_and_what_may_go_out(out: Path, bundle: Path) -> None:
    loaded = load(out)
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"Counted on {len(loaded.calibration)} calibration cases" in card
    for group, limits in Router.load(out).limits.items():
        cases, routed, _ = counted([limits])
        assert f"### {group}: {routed} of {cases} cases" in card
    starter = (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "no labelled cases have proven any probability" in starter


def test_a_proven_place_gets_shortlists(out: Path) -> None:
    router = Router.load(out)
    lamp = Complaint("lampu jalan padam lagi", regency="Kota Surabaya")
    answer = router.route([lamp], top=1)[0]
    candidates = [candidate.unit_id for candidate in answer.candidates]
    assert set(answer.shortlists) == {"0.9", "0.95"}
    for listed in answer.shortlists.values():
        assert listed[0] == candidates[0]
        assert set(listed) <= set(candidates)


def test_the_promise_of_the_settings_is_kept_with_the_bundle(
    run: Train, every: list[LabelledCase]
) -> None:
    config = Config(min_count=1, local_cases=40, target_precision=0.8)
    assert settings_of(run(every[:40], config=config))["target"] == 0.8


def test_what_was_not_tuned_on_time_does_not_say_so(trained: Path) -> None:
    """No source has the 200 cases from which it is cut into blocks: nothing is proven."""
    assert "block" not in settings_of(trained)["split"]
    assert settings_of(trained)["proofs"] == {}
    assert len(load(trained).calibration) == 0


@pytest.mark.parametrize("share", [0.0, 0.12])
def test_nothing_is_chosen_on_no_cases(run: Train, every: list[LabelledCase], share: float) -> None:
    """No share for tuning, or a small file without ids to draw by: the defaults hold."""
    config = Config(min_count=1, local_cases=40, valid_share=share)
    bare = [replace(case, complaint=replace(case.complaint, id="")) for case in every[:60]]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # the mean of no values
        out = run(bare, config=config)
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


def test_a_setting_that_does_better_by_chance_alone_is_not_taken() -> None:
    """The smallest of the settings that are as good, give or take one standard error."""
    rng = np.random.default_rng(1)
    plain = rng.normal(-1.0, 0.5, 400)
    by_chance = plain + rng.normal(0.001, 0.5, 400)
    better = plain + rng.normal(0.2, 0.1, 400)
    assert smallest([plain, by_chance]) == 0
    assert smallest([plain, by_chance, better]) == 2
    assert smallest([better, plain]) == 0
