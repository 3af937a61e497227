"""A training run: labelled cases in, a bundle on disk out."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from classifier.bundle import Bundle, save
from classifier.models.base import BACKENDS
from classifier.settings import Settings
from classifier.urgency import UrgencyDetector
from data.cases import Cases
from data.complaint import LabelledCase
from data.errors import PintuError
from data.registry.registry import Registry
from data.starter import scope_cases, starter_cases
from data.urgency import load_dangers, load_examples
from training.card import model_card
from training.config import Config
from training.fit.urgency import UrgencyFigures, fit_urgency
from training.run import Run
from training.targets import OWN_DESK, Target
from training.tune import tune

_PROBES = 8


def train(
    sources: Sequence[Cases],
    out: Path,
    registry: Registry,
    config: Config,
    *,
    starter: bool = True,
) -> Bundle:
    """Train on labelled cases of any mix of cities and write the bundle to ``out``.

    Raises:
        BundleError: ``out`` exists.
        PintuError: there is nothing to train on.
    """
    written = [*starter_cases(registry.mandates), *scope_cases()] if starter else []
    cases = [*written, *(case for source in sources for case in source.cases)]
    _check(cases, config)
    run = Run(cases, registry, config)
    run.features()
    mandates = run.choose()
    settings, calibration = tune(run, mandates)
    everything = np.ones(len(cases), dtype=bool)
    heads = run.fit(run.names(), everything, mandates)
    bundle = run.bundle(out.name, heads, settings, everything, mandates)
    bundle.calibration = calibration
    bundle.cases = run.case_index()
    bundle.urgency, urgency = _urgency(registry, config)
    run.step("counts")
    bundle.manifest = _manifest(config, sources, starter)
    bundle.metrics = _metrics(run.targets, settings, len(written)) | {"urgency": urgency}
    probes = [
        case.complaint.words for case in written[:: max(1, len(written) // _PROBES)][:_PROBES]
    ]
    save(bundle, out, probes=probes or ["Lampu jalan padam", ""], card=model_card(bundle))
    run.step("saved")
    run.bar.close()
    return bundle


def _urgency(registry: Registry, config: Config) -> tuple[UrgencyDetector, dict[str, float]]:
    """The detector of danger and its figures: learnt from written texts alone, whatever the cases
    are, since cases do not say which of them were urgent."""
    ordinary = tuple(case.complaint.words for case in starter_cases(registry.mandates))
    detector, figures = _fitted_urgency(ordinary, config.seed)
    return detector, figures.to_row()


@lru_cache(maxsize=1)  # a replay trains many bundles, and the texts are the same each time
def _fitted_urgency(ordinary: tuple[str, ...], seed: int) -> tuple[UrgencyDetector, UrgencyFigures]:
    table = load_dangers()
    examples = load_examples([danger.id for danger in table.dangers])
    return fit_urgency(table, examples, ordinary, seed=seed)


def _manifest(config: Config, sources: Sequence[Cases], starter: bool) -> dict[str, Any]:
    return {
        "backend": config.backend,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": config.seed,
        "config": asdict(config),
        "versions": {name: version(name) for name in ("pintu", "numpy", "scikit-learn")},
        "training": [
            {"name": Path(source.source).name, "sha256": source.sha256} for source in sources
        ],
        "starter": starter,
    }


def _metrics(targets: Sequence[Target], settings: Settings, starters: int) -> dict[str, Any]:
    unresolved = [t for t in targets if t.mandates and t.mandates[0].startswith(OWN_DESK)]
    return {
        "cases": sum(t.unit is not None for t in targets),
        "without_unit": sum(t.unit is None for t in targets) - starters,
        "starter_cases": starters,
        "own_desks": len({t.mandates[0] for t in unresolved}),
        "tuned_on": settings.split,
    }


def _check(cases: Sequence[LabelledCase], config: Config) -> None:
    if config.backend not in BACKENDS:
        known = ", ".join(BACKENDS)
        raise PintuError(f"backend = {config.backend!r} cannot be trained; known are: {known}")
    if not cases:
        raise PintuError("no case to train on; give --cases FILE or leave --no-starter out")
    if not any(c.unit or c.mandate or c.kind or c.category for c in cases):
        raise PintuError("no case has a unit, kind or category; see `pintu cases check FILE`")
    for name in ("valid_share", "target_precision"):
        if getattr(config, name) >= 1:
            raise PintuError(f"{name} = {getattr(config, name)} is not a share below 1")
    if config.cost <= 0:
        raise PintuError(f"cost = {config.cost} is not above 0; the default is {Config().cost}")
    if config.letters_from < 1 or config.letters_to < config.letters_from:
        raise PintuError("letters_from must be 1 or more, letters_to not below it")
