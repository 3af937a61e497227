"""Chooses a run's settings on cases held out of fitting."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.calibration import CalibrationCases, Ranked
from classifier.local import group, log_softmax
from classifier.models.linear import DESK, Head
from classifier.settings import Settings
from classifier.topics import topic_table
from data.registry.units import Unit
from evaluation.outcomes import matches
from training.calibrate import (
    local_settings,
    outside_limit,
    pooled_temperature,
    temperature,
    topic_share,
)
from training.fit.linear import score
from training.heads import (
    CATEGORY,
    KIND,
    LOCAL,
    MANDATE,
    SCOPE,
    count_topics,
    regency_of,
    tasks_for,
)
from training.held import Held
from training.prove import Answer, answers, prove
from training.run import Run
from training.splits import drawn, time_blocks

_LEVEL_WEIGHTS = (0.0, 0.5, 1.0)
_RULE_WEIGHTS = (0.0, 0.25, 0.5, 1.0)
_DESK_SHARES = (0.0, 0.3, 0.6, 0.9)
_NEAR_SHARES = (0.0, 0.2, 0.35, 0.5)
_UNFOUND = 1e-3  # probability that a label counts with at least, found or not
_FEWEST = 30  # tuning cases of a regency from which its own head is heard
_TUNING = 1  # the block on which settings are chosen; the others calibrate
# What no labelled case has settled: a complaint with a place belongs less often to an agency that
# has no local government's desk. Chosen on Surabaya's cases before December 2022.
_STARTER_AWAY = 0.3


def tune(run: Run, mandates: NDArray[np.int64]) -> tuple[Settings, CalibrationCases]:
    """Settings, and the cases that prove what the probabilities are worth.

    Each source's cases are cut into blocks of time. One block chooses temperatures and weights, the
    others calibrate and set thresholds; each is answered by a model fitted without it. Without
    enough labelled cases settings are chosen on starter cases drawn by hash and nothing is proven.

    Args:
        run: with its features made.
        mandates: the mandate chosen for each case, -1 where there is none.
    """
    blocks = time_blocks(run.cases, run.labelled, run.config.blocks)
    by_time = bool((blocks >= 0).any())
    tuning = blocks == _TUNING if by_time else drawn(run.cases, run.config.valid_share)
    heads = run.fit(_held_names(run), ~tuning, mandates)
    settings = _tune(run, heads, mandates, tuning)
    source = "cases drawn by hash"
    found: list[Answer] = []
    if by_time:
        source = f"cases of block {_TUNING + 1} of {run.config.blocks} of each source in time"
        for number in range(run.config.blocks):
            if number != _TUNING:
                held = blocks == number
                heads = run.fit(_held_names(run), ~held, mandates)
                rows = np.flatnonzero(held)
                found += answers(Held(run, heads, ~held, mandates, rows), settings, number)
    elif not (tuning & (mandates >= 0)).any():
        source = "cases: settings are the defaults"
    settings = replace(settings, split=f"{int(tuning.sum())} {source}")
    return prove(found, settings)


def _held_names(run: Run) -> list[str]:
    """The heads that held-out cases need: categories only where they speak for mandates."""
    local = any(name.startswith(LOCAL) for name in run.names())
    return [name for name in run.names() if name != CATEGORY or local]


def _tune(
    run: Run, heads: dict[str, Head], mandates: NDArray[np.int64], tuning: NDArray[np.bool_]
) -> Settings:
    settings = Settings(
        away=1.0 if run.labelled.any() else _STARTER_AWAY, target=run.config.target_precision
    )
    rows = np.flatnonzero(tuning & (mandates >= 0))
    settings = _tune_mandates(run, heads, settings, rows, ~tuning)
    task = tasks_for(run.targets, run.labels, mandates, tuning, run.config, [KIND])[0]
    kinds = score(heads[KIND], run.x[task.rows])
    kind_temperature = temperature(kinds, task.labels, settings.kind_temperature)
    settings = replace(settings, kind_temperature=kind_temperature)
    if SCOPE in heads:
        settings = replace(settings, outside=outside_limit(score(heads[SCOPE], run.x[rows])))
    labelled = np.flatnonzero(tuning & run.labelled)
    if not len(labelled):
        return settings
    return _tune_joint(run, Held(run, heads, ~tuning, mandates, labelled), settings)


def _tune_mandates(
    run: Run,
    heads: dict[str, Head],
    settings: Settings,
    rows: NDArray[np.int64],
    used: NDArray[np.bool_],
) -> Settings:
    """Temperature of the pooled head; temperature and weights of each regency's own."""
    scores = score(heads[MANDATE], run.x[rows])
    possible = [run.possible[i] for i in rows]
    chosen = pooled_temperature(scores, possible, settings.temperature)
    pooled = log_softmax(scores.astype(np.float64) * chosen)
    regencies = np.array([regency_of(run.targets[i]) or "" for i in rows])
    local: dict[str, tuple[float, float]] = {}
    topics: dict[str, float] = {}
    counts = count_topics(run.targets, run.labels, used)
    labels = run.labels.heads
    for name in (name for name in heads if name.startswith(LOCAL)):
        region = name.removeprefix(LOCAL)
        mine = np.flatnonzero(regencies == region)
        if len(mine) < _FEWEST:
            continue
        groups = group(run.registry, region, labels[MANDATE], labels[name])
        near = score(heads[name], run.x[rows[mine]])
        options = [possible[i] for i in mine]
        local[region] = local_settings(pooled[mine], near, groups, options)
        if region in counts:
            table = topic_table(counts[region], labels[CATEGORY], groups)
            categories = score(heads[CATEGORY], run.x[rows[mine]])
            shares = table.log_shares(categories, settings.category_temperature)
            topics[region] = topic_share(pooled[mine], near, groups, local[region], shares, options)
    return replace(settings, temperature=chosen, local=local, topics=topics)


def _tune_joint(run: Run, held: Held, settings: Settings) -> Settings:
    """The other weights by the units' likelihood, one after another."""
    everything = np.arange(len(held.rows))
    grids: dict[str, tuple[Sequence[float], NDArray[np.int64]]] = {
        "level_weight": (_LEVEL_WEIGHTS, everything),
    }
    # The wording and the neighbours are heard only where no field or door says the place.
    if DESK in run.labels.heads and len(held.unplaced):
        for field in ("desk_silent", "desk_named"):
            grids[field] = (_DESK_SHARES, held.unplaced)
        for field in ("near_silent", "near_named"):
            grids[field] = (_NEAR_SHARES, held.unplaced)
    for field, (grid, some) in grids.items():
        labels = [held.labels[i] for i in some]
        likelihoods = [
            _likelihoods(held.ranked(_with(settings, field, value), some.tolist()), labels)
            for value in grid
        ]
        settings = _with(settings, field, grid[smallest(likelihoods)])
    return replace(settings, rule_weights=_tune_rules(held, settings))


def _tune_rules(held: Held, settings: Settings) -> dict[str, float]:
    """The weight of the authority rules: for each regency with a head of its own, and elsewhere."""
    regencies = np.array([place.likeliest for place in held.places])
    masks = {region: regencies == region for region in settings.local}
    masks[""] = ~np.isin(regencies, list(settings.local))
    found = dict(settings.rule_weights)
    for region, mask in masks.items():
        some = np.flatnonzero(mask).tolist()
        if len(some) >= _FEWEST:
            labels = [held.labels[i] for i in some]
            likelihoods = [
                _likelihoods(held.ranked(replace(settings, rule_weights={"": w}), some), labels)
                for w in _RULE_WEIGHTS
            ]
            means = [float(values.mean()) for values in likelihoods]
            found[region] = _RULE_WEIGHTS[int(np.argmax(means))]
    return found


def _likelihoods(ranked: Sequence[Ranked], labels: Sequence[Unit | None]) -> NDArray[np.float64]:
    """Log-probability of each labelled unit, shape (n,)."""
    true = [
        next((p for unit, p in units if label and matches(unit, label)), 0.0)
        for units, label in zip(ranked, labels, strict=True)
    ]
    found: NDArray[np.float64] = np.log(np.maximum(true, _UNFOUND))
    return found


def smallest(likelihoods: Sequence[NDArray[np.float64]]) -> int:
    """The first of some settings that does no worse than the best one by more than chance.

    The one-standard-error rule (Breiman et al. 1984) on the differences case by case: where few
    cases choose, a voice that has proven little stays low.
    """
    best = likelihoods[int(np.argmax([values.mean() for values in likelihoods]))]
    for position, values in enumerate(likelihoods):
        lost = best - values
        if lost.mean() <= lost.std() / np.sqrt(len(lost)):
            return position
    raise AssertionError("the best setting is as good as itself")


def _with(settings: Settings, field: str, value: float) -> Settings:
    changed: dict[str, Any] = {field: value}
    return replace(settings, **changed)
