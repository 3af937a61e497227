"""Chooses a run's settings on the latest labelled cases."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.decision import Settings
from classifier.jurisdiction import PLACED
from classifier.local import group, log_softmax
from classifier.models.linear import NEAR, Head
from classifier.router import Router
from evaluation.outcomes import matches
from training.calibrate import local_settings, pooled_temperature, temperature, threshold
from training.fit.linear import score
from training.heads import CATEGORY, DESK, KIND, LOCAL, MANDATE, regency_of, tasks_for
from training.run import Run
from training.splits import drawn, latest

_LEVEL_WEIGHTS = (0.0, 0.5, 1.0)
_DESK_SHARES = (0.0, 0.3, 0.6, 0.9)
_NEAR_SHARES = (0.0, 0.2, 0.35, 0.5)
_UNFOUND = 1e-3  # probability that a label counts with at least, found or not
_FEWEST = 30  # tuning cases of a regency from which its own head is heard
# What no labelled case has settled: a complaint with a place belongs less often to an agency that
# has no local government's desk. Chosen on Surabaya's cases before December 2022.
_STARTER_AWAY = 0.3


def tune(run: Run, mandates: NDArray[np.int64]) -> Settings:
    """Settings chosen on the latest labelled cases, or on starter cases drawn by hash.

    Args:
        run: with its features made.
        mandates: the mandate chosen for each case, -1 where there is none.
    """
    share = run.config.valid_share
    valid = latest(run.cases, share) & run.labelled
    by_time = bool(valid.any())
    if not by_time:
        valid = drawn(run.cases, share)
    heads = run.fit([n for n in run.names() if n != CATEGORY], ~valid, mandates)
    rows = np.flatnonzero(valid & (mandates >= 0))
    settings = Settings(away=1.0 if run.labelled.any() else _STARTER_AWAY)
    settings = _tune_mandates(run, heads, settings, rows)
    task = tasks_for(run.targets, run.labels, mandates, valid, run.config, [KIND])[0]
    kinds = score(heads[KIND], run.x[task.rows])
    kind_temperature = temperature(kinds, task.labels, settings.kind_temperature)
    settings = replace(settings, kind_temperature=kind_temperature)
    tuned = np.flatnonzero(valid & run.labelled)
    if len(tuned):
        settings = _tune_joint(run, heads, settings, ~valid, mandates, tuned)
    if by_time:
        source = "latest labelled cases"
    else:
        kind = "labelled" if run.labelled.any() else "starter"
        source = f"{kind} cases drawn by hash" if len(rows) else "cases: settings are the defaults"
    return replace(settings, split=f"{int(valid.sum())} {source}")


def _tune_mandates(
    run: Run, heads: dict[str, Head], settings: Settings, rows: NDArray[np.int64]
) -> Settings:
    """Temperature of the pooled head; temperature and weight of each regency's own."""
    scores = score(heads[MANDATE], run.x[rows])
    possible = [run.possible[i] for i in rows]
    chosen = pooled_temperature(scores, possible, settings.temperature)
    pooled = log_softmax(scores.astype(np.float64) * chosen)
    regencies = np.array([regency_of(run.targets[i]) or "" for i in rows])
    local: dict[str, tuple[float, float]] = {}
    for name in (name for name in heads if name.startswith(LOCAL)):
        region = name.removeprefix(LOCAL)
        mine = np.flatnonzero(regencies == region)
        if len(mine) < _FEWEST:
            continue
        labels = run.labels.heads
        local[region] = local_settings(
            pooled[mine],
            score(heads[name], run.x[rows[mine]]),
            group(run.registry, region, labels[MANDATE], labels[name]),
            [possible[i] for i in mine],
        )
    return replace(settings, temperature=chosen, local=local)


def _tune_joint(
    run: Run,
    heads: dict[str, Head],
    settings: Settings,
    used: NDArray[np.bool_],
    mandates: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> Settings:
    """The other weights by the units' likelihood, one after another, then the threshold."""
    router = Router(run.bundle("tuning", heads, settings, used, mandates))
    complaints = [run.cases[i].complaint for i in rows]
    places = [router.place(c, router.door_of(c))[0] for c in complaints]
    labels = [run.targets[i].unit for i in rows]
    table = {name: score(head, run.x[rows]) for name, head in heads.items()}
    neighbours = run.neighbours(np.flatnonzero(used & run.labelled))
    if neighbours:
        table[NEAR] = np.array([neighbours.score(r.indices, r.data) for r in run.x[rows]])

    def ranked(
        candidate: Settings, some: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """For some cases the first unit's probability, and the labelled one's."""
        router.bundle.settings = candidate
        first, true = np.zeros(len(some)), np.zeros(len(some))
        for position, i in enumerate(some.tolist()):
            scores = {name: values[i] for name, values in table.items()}
            units = router.rank(complaints[i], places[i], scores)[0]
            label = labels[i]
            first[position] = units[0][1] if units else 0.0
            true[position] = next((p for unit, p in units if label and matches(unit, label)), 0.0)
        return first, true

    everything = np.arange(len(rows))
    # The wording and the neighbours are heard only where no field or door says the place.
    unplaced = np.array([i for i, place in enumerate(places) if place.context != PLACED], int)
    grids: dict[str, tuple[Sequence[float], NDArray[np.int64]]] = {
        "level_weight": (_LEVEL_WEIGHTS, everything)
    }
    if DESK in run.labels.heads and len(unplaced):
        for field in ("desk_silent", "desk_named"):
            grids[field] = (_DESK_SHARES, unplaced)
        for field in ("near_silent", "near_named"):
            grids[field] = (_NEAR_SHARES, unplaced)
    for field, (grid, some) in grids.items():
        likelihoods = [
            float(np.log(np.maximum(ranked(_with(settings, field, v), some)[1], _UNFOUND)).mean())
            for v in grid
        ]
        settings = _with(settings, field, grid[int(np.argmax(likelihoods))])
    first, true = ranked(settings, everything)
    return replace(settings, threshold=threshold(first, true >= first, run.config.target_precision))


def _with(settings: Settings, field: str, value: float) -> Settings:
    changed: dict[str, Any] = {field: value}
    return replace(settings, **changed)
