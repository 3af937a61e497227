"""A small bundle with random weights, made without any training."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from classifier.bundle import Bundle, save
from classifier.decision import Settings
from classifier.desks import Desks
from classifier.features import build
from classifier.jurisdiction import Counts
from classifier.models.base import TextModel
from classifier.models.linear import Head, LinearModel
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


def tiny_model() -> TextModel:
    featuriser = build(TEXTS, min_count=1)
    random = np.random.default_rng(3)
    heads = {
        name: Head(
            random.normal(size=(featuriser.columns, len(labels))).astype(np.float16),
            random.normal(size=len(labels)).astype(np.float32),
        )
        for name, labels in LABELS.items()
    }
    return LinearModel(featuriser, heads)


@pytest.fixture(scope="session")
def made(registry: Registry) -> Bundle:
    """A bundle with random weights."""
    return Bundle(
        name="tiny",
        model=tiny_model(),
        labels=LABELS,
        registry=registry,
        counts=Counts(evidence={"1,0,0": [3, 4]}, nowhere={"jalan": {"33.74": 2.0}}),
        desks=Desks(units={UNIT.unit_id: UNIT}, own={"desk:balai": [UNIT.unit_id]}),
        settings=Settings(temperature=5.0, threshold=0.8, split="some"),
        schemes={"": ["Jalan", "KTP"], "33.74": ["KTP"]},
        categories={"jalan": {"Jalan": 4.0}},
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
