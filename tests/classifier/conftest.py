"""A small bundle with random weights, made without any training."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from classifier.bundle import Bundle, save
from classifier.calibration import CalibrationCases
from classifier.desks import Desks
from classifier.features import Featuriser, build
from classifier.jurisdiction import Counts
from classifier.models.base import TextModel
from classifier.models.linear import Head, LinearModel
from classifier.settings import Proof, Settings
from classifier.similar import CaseIndex, EarlierCase
from data.authority.rules import load_rules
from data.registry.registry import Registry
from data.registry.units import Unit

TEXTS = ("lampu jalan padam", "kartu keluarga hilang", "sampah menumpuk di pasar")
LABELS = {
    "mandate": ["jalan", "kependudukan", "persampahan"],
    "level": ["nation", "province", "regency", "district", "village"],
    "kind": ["complaint", "aspiration", "information", "none"],
    "category": ["Jalan", "KTP"],
}
UNIT = Unit("33.74/desk:balai", "Balai", "Pemkot", "desk:balai", "33.74", ("desk:balai",))
CALIBRATION = {
    "group": ["33.74", "33.74", "open"],
    "mandate": ["jalan", "persampahan", "jalan"],
    "label": ["jalan", "jalan", "kependudukan"],
    "raw": [0.9, 0.6, 0.4],
    "probability": [0.85, 0.55, 0.45],
    "second": [0.05, 0.3, 0.0],
    "labelled": [0.85, 0.3, 0.0],
    "right": [True, False, False],
    "block": [0, 2, 3],
}
PROOF = Proof(120, 0.9, -0.1, {"0.9": {"": 0.2, "jalan": 0.1}, "0.95": {"": 0.1, "jalan": 0.05}})


def tiny_model(featuriser: Featuriser) -> TextModel:
    random = np.random.default_rng(3)
    heads = {
        name: Head(
            random.normal(size=(featuriser.columns, len(labels))).astype(np.float16),
            random.normal(size=len(labels)).astype(np.float32),
        )
        for name, labels in LABELS.items()
    }
    return LinearModel(featuriser, heads)


def tiny_cases(featuriser: Featuriser) -> CaseIndex:
    cases = [EarlierCase(f"k{i}", UNIT.unit_id, UNIT.name, text) for i, text in enumerate(TEXTS)]
    return CaseIndex.build(featuriser.rows(TEXTS), len(featuriser.words), cases)


@pytest.fixture(scope="session")
def made(registry: Registry) -> Bundle:
    """A bundle with random weights."""
    featuriser = build(TEXTS, min_count=1)
    rules = load_rules(registry.mandates)[:4]
    return Bundle(
        name="tiny",
        model=tiny_model(featuriser),
        labels=LABELS,
        registry=registry,
        counts=Counts(evidence={"1,0,0": [3, 4]}, nowhere={"jalan": {"33.74": 2.0}}),
        desks=Desks(units={UNIT.unit_id: UNIT}, own={"desk:balai": [UNIT.unit_id]}),
        settings=Settings(temperature=5.0, proofs={"33.74": PROOF}, target=0.9, split="some"),
        schemes={"": ["Jalan", "KTP"], "33.74": ["KTP"]},
        categories={"jalan": {"Jalan": 4.0}},
        rules=rules,
        rule_counts={rules[0].id: [3.0, 4.0]},
        cases=tiny_cases(featuriser),
        calibration=CalibrationCases.from_row(CALIBRATION),
        manifest={"backend": "linear", "seed": 7},
        metrics={"cases": 3},
    )


@pytest.fixture(scope="session")
def write() -> Callable[[Bundle, Path], Path]:
    """Saves a bundle of these labels with a few probes."""

    def call(made: Bundle, out: Path) -> Path:
        return save(made, out, probes=[*TEXTS, ""], card="# tiny\n")

    return call


@pytest.fixture(scope="session")
def pristine(
    made: Bundle, write: Callable[[Bundle, Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small bundle on disk; tests must leave it as it is."""
    return write(made, tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(pristine, tmp_path / "copy"))
