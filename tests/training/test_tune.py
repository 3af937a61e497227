"""Tuning: on the latest cases where there are enough, on none that it is measured on."""

import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from classifier.bundle import file_hash
from classifier.decision import Settings
from classifier.router import Router
from data.complaint import Complaint, LabelledCase
from evaluation.evaluate import evaluate
from training.config import Config

Train = Callable[..., Path]


@pytest.fixture(scope="session")
def large(every: list[LabelledCase]) -> list[LabelledCase]:
    """Enough cases of one source to keep the latest for tuning: each text, and pairs of them."""
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


def test_a_large_file_is_tuned_on_its_latest_cases(run: Train, large: list[LabelledCase]) -> None:
    out = run(large)
    settings = settings_of(out)
    tuned = int(settings["split"].split()[0])
    assert "latest labelled cases" in settings["split"]
    assert 0.1 * len(large) < tuned < 0.3 * len(large)
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["tuned_on"] == settings["split"]
    assert 0 < settings["threshold"] <= 1.01
    lamp = Complaint("lampu jalan padam lagi", regency="Kota Surabaya")
    best = Router.load(out).route([lamp])[0].candidates[0]
    assert best.unit_id == "35.78/dinas-perhubungan"


def test_what_was_not_tuned_on_the_latest_cases_does_not_say_so(trained: Path) -> None:
    """No source has the 200 cases from which it gives its latest to tuning."""
    assert "latest" not in settings_of(trained)["split"]


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
