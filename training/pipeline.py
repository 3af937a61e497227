"""A training run: labelled cases in, a bundle on disk out."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from classifier.bundle import Bundle, save
from classifier.decision import Settings
from classifier.features import build
from classifier.models.linear import NEAR, Head, LinearModel
from classifier.models.neighbours import Neighbours
from classifier.router import Router
from data.cases import Cases
from data.complaint import LabelledCase
from data.registry.registry import Registry
from data.starter import starter_cases
from evaluation.evaluate import matches
from training.calibrate import mandate_settings, temperature, threshold
from training.card import model_card
from training.config import Config
from training.fit.jurisdiction import contexts, count_desks, count_evidence, named_places
from training.fit.linear import choose_mandates, fit_heads, index_cases, matrix, score
from training.heads import (
    CATEGORY,
    DESK,
    KIND,
    LOCAL,
    MANDATE,
    Labels,
    collect_labels,
    count_categories,
    is_open,
    regency_of,
    tasks_for,
)
from training.splits import drawn, latest
from training.targets import OWN_DESK, Target, make_targets

_PROBES = 8
_LEVEL_WEIGHTS = (0.0, 0.5, 1.0)
_DESK_SHARES = (0.0, 0.3, 0.6, 0.9)
_NEAR_SHARES = (0.0, 0.2, 0.35, 0.5)
# What no labelled case has settled: a complaint with a place belongs less often to an agency that
# has no local government's desk. Chosen on Surabaya's cases before December 2022.
_STARTER_AWAY = 0.3


class Run:
    """The state of one training run; ``train`` is the way in."""

    def __init__(self, cases: list[LabelledCase], registry: Registry, config: Config) -> None:
        self.cases, self.registry, self.config = cases, registry, config
        self.targets = make_targets(cases, registry)
        self.labels: Labels = collect_labels(self.targets, registry, config)
        self.labelled = np.array([t.unit is not None for t in self.targets])
        self.named = named_places(self.targets, registry)
        self.bar = tqdm(total=len(self.names()) * 2 + 6, desc="training", unit="step")

    def names(self) -> list[str]:
        return [name for name in self.labels.heads if name != NEAR]

    def step(self, name: str) -> None:
        self.bar.set_postfix_str(name)
        self.bar.update()

    def features(self) -> None:
        texts = [case.complaint.words for case in self.cases]
        sizes = (self.config.letters_from, self.config.letters_to)
        self.featuriser = build(texts, min_count=self.config.min_count, sizes=sizes)
        self.step("features")
        self.x = matrix(self.featuriser, texts)
        self.step("rows")

    def fit(
        self, names: Sequence[str], used: NDArray[np.bool_], mandates: NDArray[np.int64]
    ) -> dict[str, Head]:
        tasks = tasks_for(self.targets, self.labels, mandates, used, self.config, names)
        return fit_heads(
            self.x,
            len(self.featuriser.words),
            tasks,
            cost=self.config.cost,
            seed=self.config.seed,
            done=self.step,
        )

    def choose(self) -> NDArray[np.int64]:
        """One mandate for each case, as a number of the mandate head; -1 where there is none."""
        numbers = {label: i for i, label in enumerate(self.labels.heads[MANDATE])}
        self.possible = [[numbers[m] for m in t.mandates] for t in self.targets]
        certain = np.array([len(options) == 1 for options in self.possible])
        first = np.array([options[0] if options else -1 for options in self.possible])
        if certain.all() or not certain.any():
            return first
        heads = self.fit([MANDATE], certain, first)
        open_rows = np.flatnonzero(~certain)
        options = [self.possible[i] for i in open_rows]
        first[open_rows] = choose_mandates(score(heads[MANDATE], self.x[open_rows]), options)
        return first

    def tune(self, mandates: NDArray[np.int64]) -> Settings:
        """Settings chosen on the latest labelled cases (or on starter cases drawn by chance)."""
        share = self.config.valid_share
        valid = latest(self.cases, share) & self.labelled
        if not valid.any():
            valid = drawn(self.cases, share)
        heads = self.fit(self.names(), ~valid, mandates)
        rows = np.flatnonzero(valid & (mandates >= 0))
        settings = Settings(away=1.0 if self.labelled.any() else _STARTER_AWAY)
        settings = mandate_settings(
            settings,
            score(heads[MANDATE], self.x[rows]),
            self._local_scores(heads, rows),
            [self.possible[i] for i in rows],
        )
        for head, field in ((KIND, "kind_temperature"), (CATEGORY, "category_temperature")):
            task = tasks_for(self.targets, self.labels, mandates, valid, self.config, [head])[0]
            scores = score(heads[head], self.x[task.rows])
            default = getattr(settings, field)
            chosen = temperature(scores, task.labels, default)
            settings = replace(settings, **{field: chosen})
        tuned = np.flatnonzero(valid & self.labelled)
        if len(tuned):
            settings = self._tune_joint(heads, settings, ~valid, mandates, tuned)
        source = "latest labelled cases" if len(tuned) else "starter cases drawn by hash"
        return replace(settings, split=f"{int(valid.sum())} {source}")

    def _local_scores(
        self, heads: dict[str, Head], rows: NDArray[np.int64]
    ) -> NDArray[np.float32] | None:
        local_heads = [name for name in heads if name.startswith(LOCAL)]
        if not local_heads:
            return None
        pooled = {label: i for i, label in enumerate(self.labels.heads[MANDATE])}
        scores = np.full((len(rows), len(pooled)), np.nan, np.float32)
        regencies = np.array([regency_of(self.targets[i]) or "" for i in rows])
        for name in local_heads:
            mine = np.flatnonzero(regencies == name.removeprefix(LOCAL))
            columns = [pooled[label] for label in self.labels.heads[name]]
            block = np.full((len(mine), len(pooled)), -2.0, np.float32)
            block[:, columns] = score(heads[name], self.x[rows[mine]])
            scores[mine] = block
        return scores

    def _tune_joint(
        self,
        heads: dict[str, Head],
        settings: Settings,
        used: NDArray[np.bool_],
        mandates: NDArray[np.int64],
        rows: NDArray[np.int64],
    ) -> Settings:
        """The other weights by top-1 over units, one after another, then the threshold."""
        router = Router(self.bundle("tuning", heads, settings, used, mandates))
        complaints = [self.cases[i].complaint for i in rows]
        places = [router.place(c, router.door_of(c))[0] for c in complaints]
        table = {name: score(head, self.x[rows]) for name, head in heads.items()}
        neighbours = self._neighbours(np.flatnonzero(used & self.labelled))
        if neighbours:
            sparse = (self.x[i] for i in rows)
            table[NEAR] = np.array([neighbours.score(r.indices, r.data) for r in sparse])
        tried: dict[Settings, tuple[NDArray[np.float64], NDArray[np.bool_]]] = {}

        def share_right(candidate: Settings) -> float:
            router.bundle.settings = candidate
            sure, right = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
            for i, complaint in enumerate(complaints):
                scores = {name: values[i] for name, values in table.items()}
                unit, sure[i] = router.rank(complaint, places[i], scores)[0][0]
                label = self.targets[rows[i]].unit
                right[i] = label is not None and matches(unit, label)
            tried[candidate] = (sure, right)
            return float(right.mean())

        grids: dict[str, Sequence[float]] = {"level_weight": _LEVEL_WEIGHTS}
        if DESK in self.labels.heads:
            grids |= {"desk_silent": _DESK_SHARES, "desk_named": _DESK_SHARES}
            grids |= {"near_silent": _NEAR_SHARES, "near_named": _NEAR_SHARES}
        for field, grid in grids.items():
            options = [replace(settings, **{field: value}) for value in grid]
            settings = max(options, key=share_right)
        sure, right = tried[settings]
        return replace(settings, threshold=threshold(sure, right, self.config.target_precision))

    def _neighbours(self, rows: NDArray[np.int64]) -> Neighbours | None:
        """An index of the cases that only their text places."""
        labels = self.labels.heads.get(NEAR)
        if not labels:
            return None
        numbers = {unit_id: i for i, unit_id in enumerate(labels)}
        kept = [i for i in rows if is_open(self.targets[i])]
        units = np.array([numbers[u.unit_id] for i in kept if (u := self.targets[i].unit)])
        return index_cases(self.x[kept], len(self.featuriser.words), units, len(labels))

    def bundle(
        self,
        name: str,
        heads: dict[str, Head],
        settings: Settings,
        used: NDArray[np.bool_],
        mandates: NDArray[np.int64],
    ) -> Bundle:
        """A bundle of these heads with the counts of the used labelled cases."""
        rows = np.flatnonzero(used & self.labelled)
        targets = [self.targets[i] for i in rows]
        chosen = [self.labels.heads[MANDATE][mandates[i]] for i in rows]
        named = [self.named[i] for i in rows]
        neighbours = self._neighbours(rows)
        desks = count_desks(targets, chosen, contexts(targets, named), self.registry)
        worded = set(self.labels.heads.get(NEAR, ()))
        desks.units |= {
            t.unit.unit_id: t.unit for t in self.targets if t.unit and t.unit.unit_id in worded
        }
        return Bundle(
            name=name,
            model=LinearModel(self.featuriser, heads, neighbours),
            labels=self.labels.heads,
            registry=self.registry,
            counts=count_evidence(targets, chosen, named, self.registry),
            desks=desks,
            settings=settings,
            schemes=self.labels.schemes,
            categories=count_categories(self.targets, self.labels, mandates, used),
        )


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
    written = starter_cases(registry.mandates) if starter else []
    cases = [*written, *(case for source in sources for case in source.cases)]
    run = Run(cases, registry, config)
    run.features()
    mandates = run.choose()
    settings = run.tune(mandates)
    everything = np.ones(len(cases), dtype=bool)
    heads = run.fit(run.names(), everything, mandates)
    bundle = run.bundle(out.name, heads, settings, everything, mandates)
    run.step("counts")
    bundle.manifest = _manifest(config, sources, starter)
    bundle.metrics = _metrics(run.targets, settings, starter)
    probes = [
        case.complaint.words for case in written[:: max(1, len(written) // _PROBES)][:_PROBES]
    ]
    save(bundle, out, probes=probes or ["Lampu jalan padam", ""], card=model_card(bundle))
    run.step("saved")
    run.bar.close()
    return bundle


def _manifest(config: Config, sources: Sequence[Cases], starter: bool) -> dict[str, Any]:
    return {
        "backend": config.backend,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": config.seed,
        "config": asdict(config),
        "versions": {name: version(name) for name in ("pintu", "numpy", "scikit-learn")},
        "training": {source.source.rsplit("/", 1)[-1]: source.sha256 for source in sources},
        "starter": starter,
    }


def _metrics(targets: Sequence[Target], settings: Settings, starter: bool) -> dict[str, Any]:
    unresolved = [t for t in targets if t.mandates and t.mandates[0].startswith(OWN_DESK)]
    return {
        "cases": sum(t.unit is not None for t in targets),
        "starter_cases": sum(t.unit is None for t in targets) if starter else 0,
        "own_desks": len({t.mandates[0] for t in unresolved}),
        "tuned_on": settings.split,
    }
