"""The heads of the text model: their labels, and the cases that teach each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.models.linear import DESK, NEAR
from data.complaint import KINDS, category_key
from data.registry.regions import LEVELS, NATION, ancestor
from data.registry.registry import Registry
from training.config import Config
from training.fit.linear import Task, label_numbers
from training.targets import OWN_DESK, Target

MANDATE, LEVEL, KIND, CATEGORY = "mandate", "level", "kind", "category"
LOCAL = "mandate@"
SCOPE, SCOPES = "scope", ("inside", "outside")
_OUTSIDE_WEIGHT = 4.0  # of a text outside of government: few of them stand against thousands
_DESK_CASES = 2  # cases without a place from which their unit is learnt by its wording
_SAME_SCHEME = 0.5  # share of general categories above which a regency uses the general scheme


@dataclass(frozen=True)
class Labels:
    """Labels of each head, and which categories are in use at which door."""

    heads: dict[str, list[str]]
    schemes: dict[str, list[str]]


def collect_labels(targets: Sequence[Target], registry: Registry, config: Config) -> Labels:
    """The labels that these cases can teach."""
    own = sorted({m for t in targets for m in t.mandates if m.startswith(OWN_DESK)})
    written = preferred_categories(targets)
    counts = Counter(written[category_key(t.case.category)] for t in targets if t.case.category)
    categories = sorted(c for c, n in counts.items() if n >= config.category_cases)
    heads: dict[str, list[str]] = {
        MANDATE: [*sorted(registry.mandates), *own],
        LEVEL: list(LEVELS),
        KIND: list(KINDS),
    }
    if categories:
        heads[CATEGORY] = categories
    if any(t.case.scope for t in targets):
        heads[SCOPE] = list(SCOPES)
    desks = Counter(t.unit.unit_id for t in targets if t.unit and is_open(t))
    worded = sorted(unit_id for unit_id, n in desks.items() if n >= _DESK_CASES)
    if worded:
        heads[DESK] = worded
        heads[NEAR] = sorted(desks)
    for region in local_regions(targets, config):
        here = {t.unit.mandate for t in targets if t.unit and regency_of(t) == region}
        heads[LOCAL + region] = sorted(here)
    return Labels(heads, _schemes(targets, categories, written, config))


def _scope(target: Target) -> str:
    """Whether a desk answers for a text: for every case that has a unit or a mandate one does."""
    known = target.case.scope
    return known or ("inside" if target.case.mandate or target.unit else "")


def is_open(target: Target) -> bool:
    """Whether nothing but the text can say where a case belongs."""
    return not (target.case.complaint.door or target.case.complaint.regency)


def regency_of(target: Target) -> str | None:
    """The regency whose unit answered."""
    return ancestor(target.unit.region_code or NATION, "regency") if target.unit else None


def local_regions(targets: Sequence[Target], config: Config) -> list[str]:
    """Regencies with enough cases for a head of their own."""
    counts = Counter(region for target in targets if (region := regency_of(target)))
    return sorted(region for region, n in counts.items() if n >= config.local_cases)


def preferred_categories(targets: Sequence[Target]) -> dict[str, str]:
    """Category key → how it is written; the starter cases' writing comes first."""
    ordered = sorted(targets, key=lambda t: t.unit is not None or not t.case.mandate)
    written: dict[str, str] = {}
    for target in ordered:
        if target.case.category:
            name = " ".join(target.case.category.split())
            written.setdefault(category_key(name), name)
    return written


def _even_weights(targets: Sequence[Target], config: Config) -> NDArray[np.float64]:
    """Weights with which no regency counts for more than ``region_cases`` cases.

    The pooled heads serve everywhere; the wording of a city with many cases must not drown the
    others' (it has a head of its own).
    """
    counts = Counter(regency_of(target) for target in targets if target.unit)
    return np.array(
        [
            min(1.0, config.region_cases / counts[regency_of(t)])
            if t.unit and regency_of(t)
            else (1.0 if t.unit else config.starter_weight)
            for t in targets
        ]
    )


def count_categories(
    targets: Sequence[Target],
    labels: Labels,
    mandates: NDArray[np.int64],
    used: NDArray[np.bool_],
) -> dict[str, dict[str, float]]:
    """Mandate → category → cases, over the used cases."""
    written = preferred_categories(targets)
    known = set(labels.heads.get(CATEGORY, ()))
    counts: dict[str, dict[str, float]] = {}
    for position in np.flatnonzero(used & (mandates >= 0)).tolist():
        category = written.get(category_key(targets[position].case.category), "")
        if category in known:
            row = counts.setdefault(labels.heads[MANDATE][mandates[position]], {})
            row[category] = row.get(category, 0.0) + 1.0
    return counts


def count_topics(
    targets: Sequence[Target], labels: Labels, used: NDArray[np.bool_]
) -> dict[str, dict[str, dict[str, float]]]:
    """Regency with a head of its own → category → unit's main mandate → used cases."""
    written = preferred_categories(targets)
    known = set(labels.heads.get(CATEGORY, ()))
    regencies = {name.removeprefix(LOCAL) for name in labels.heads if name.startswith(LOCAL)}
    counts: dict[str, dict[str, dict[str, float]]] = {}
    for position in np.flatnonzero(used).tolist():
        target = targets[position]
        regency = regency_of(target)
        category = written.get(category_key(target.case.category), "")
        if target.unit and regency in regencies and category in known:
            row = counts.setdefault(regency, {}).setdefault(category, {})
            row[target.unit.mandate] = row.get(target.unit.mandate, 0.0) + 1.0
    return counts


def _schemes(
    targets: Sequence[Target],
    categories: Sequence[str],
    written: Mapping[str, str],
    config: Config,
) -> dict[str, list[str]]:
    known = set(categories)
    general: set[str] = set()
    regional: dict[str, Counter[str]] = {}
    for target in targets:
        if not target.case.category:
            continue
        category = written[category_key(target.case.category)]
        region = regency_of(target)
        if target.unit is None:
            general.add(category)
        elif region and category in known:
            regional.setdefault(region, Counter())[category] += 1
    schemes = {"": sorted((general & known) or known)}
    for region, counts in regional.items():
        if counts.total() < config.local_cases:
            continue
        shared = sum(n for c, n in counts.items() if c in general) / counts.total()
        if shared >= _SAME_SCHEME:
            schemes[""] = sorted({*schemes[""], *counts})
        else:
            schemes[region] = sorted(counts)
    return schemes


def tasks_for(
    targets: Sequence[Target],
    labels: Labels,
    mandates: NDArray[np.int64],
    used: NDArray[np.bool_],
    config: Config,
    names: Sequence[str],
) -> list[Task]:
    """The fitting tasks of the named heads over the used cases.

    Args:
        mandates: the mandate chosen for each case as a number of the mandate head, -1 if none.
        used: mask of the cases to fit on.
        names: heads to fit.
    """
    even = _even_weights(targets, config)
    written = preferred_categories(targets)
    regencies = np.array([regency_of(t) or "" for t in targets])
    values = {
        MANDATE: mandates,
        LEVEL: label_numbers([t.level for t in targets], labels.heads[LEVEL]),
        KIND: label_numbers([t.case.kind for t in targets], labels.heads[KIND]),
        CATEGORY: label_numbers(
            [written.get(category_key(t.case.category), "") for t in targets],
            labels.heads.get(CATEGORY, []),
        ),
        SCOPE: label_numbers([_scope(t) for t in targets], SCOPES),
        DESK: label_numbers(
            [t.unit.unit_id if t.unit and is_open(t) else "" for t in targets],
            labels.heads.get(DESK, []),
        ),
    }
    tasks: list[Task] = []
    for name in names:
        numbers = values.get(name)
        kept = used
        if numbers is None:
            units = [t.unit.mandate if t.unit else "" for t in targets]
            numbers = label_numbers(units, labels.heads[name])
            kept = used & (regencies == name.removeprefix(LOCAL))
        rows = np.flatnonzero(kept & (numbers >= 0))
        weights = even if name in (MANDATE, LEVEL) else np.ones(len(targets))
        if name == SCOPE:
            weights = np.where(numbers == SCOPES.index("outside"), _OUTSIDE_WEIGHT, 1.0)
        tasks.append(
            Task(
                name,
                rows,
                numbers[rows],
                weights[rows],
                len(labels.heads[name]),
                words_only=name == CATEGORY,
            )
        )
    return tasks
