"""Finds labels that are probably wrong, by confident learning.

A case's label is held against a model that has seen neither the case nor any that says nearly the
same (Northcutt, Jiang and Chuang, Confident Learning, JAIR 70, 2021; the library cleanlab). Classes
are the main mandates of units, for each region in whose papers the labels stand by itself: what is
an error in one city may be the custom of another.
"""

import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.features import build
from classifier.local import log_softmax
from data.cases import papers_region
from data.complaint import LabelledCase
from data.errors import PintuError
from data.registry.registry import Registry
from data.registry.units import Unit
from evaluation.compare import group_numbers
from training.calibrate import temperature
from training.config import Config
from training.fit.linear import Task, fit_heads, matrix, score
from training.targets import Target, make_targets

FOLDS = 5
FEWEST = 3  # cases from which a class is audited, near-identical ones counted once
Done = Callable[[str], None]

_TEMPERATURE = 2.0  # where too few cases tell


@dataclass(frozen=True, slots=True)
class Suspect:
    """An audited label.

    Attributes:
        case: the labelled case.
        unit: what its label names.
        suggested_mandate: the likeliest other class.
        suggested_unit: the unit of that class in the region's cases; empty if there are several.
        label_probability: of the label's class, out of sample; labels of near-identical other
            cases are part of it.
        suggested_probability: of the suggested one.
        quality: of the label by cleanlab, 0 (certainly wrong) to 1.
        likely_wrong: whether confident learning counts it among the errors.
        reason: in words.
    """

    case: LabelledCase
    unit: Unit
    suggested_mandate: str
    suggested_unit: str
    label_probability: float
    suggested_probability: float
    quality: float
    likely_wrong: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Attributes:
        suspects: every audited case, the most suspicious first.
        rare: (region, mandate) → cases that were not audited, because the class has too few.
        without_unit: cases without a unit.
    """

    suspects: list[Suspect]
    rare: dict[tuple[str, str], int]
    without_unit: int


@dataclass(frozen=True, slots=True)
class _Pool:
    """The cases of one region's papers with classes to tell apart.

    Attributes:
        targets: n of them.
        labels: the class of each, shape (n,).
        names: mandates of the classes.
        groups: groups of near-identical texts, shape (n,).
    """

    targets: list[Target]
    labels: NDArray[np.int64]
    names: list[str]
    groups: NDArray[np.int64]


def audit(cases: Sequence[LabelledCase], registry: Registry, config: Config, done: Done) -> Audit:
    """Rank labels by how probably they are wrong.

    Args:
        cases: labelled cases of any mix of cities.
        registry: resolves the labels.
        config: features, cost and seed of the models.
        done: called with a word after each fitted model.

    Raises:
        PintuError: no region has two classes of ``FEWEST`` cases.
    """
    targets = [target for target in make_targets(cases, registry) if target.unit]
    pools, rare = _pools(targets, registry)
    if not pools:
        raise PintuError(
            f"--cases: no region has {FEWEST} cases of each of two mandates, so there is nothing "
            f"to hold {len(targets)} labels against; give more cases with a unit"
        )
    found = [suspect for pool in pools for suspect in _audited(pool, config, done)]
    found.sort(key=lambda suspect: suspect.quality)
    return Audit(found, dict(rare), len(cases) - len(targets))


def _pools(
    targets: Sequence[Target], registry: Registry
) -> tuple[list[_Pool], Counter[tuple[str, str]]]:
    regions: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        regions[papers_region(target.case, registry.regions) or ""].append(target)
    pools: list[_Pool] = []
    rare: Counter[tuple[str, str]] = Counter()
    for region, found in regions.items():
        groups = group_numbers([target.case for target in found])
        different = Counter(m for m, _ in {*zip(map(_mandate, found), groups, strict=True)})
        names = sorted(m for m, n in different.items() if n >= FEWEST)
        if len(names) < 2:
            names = []
        numbers = {name: i for i, name in enumerate(names)}
        kept = [i for i, target in enumerate(found) if _mandate(target) in numbers]
        rare.update((region, m) for t in found if (m := _mandate(t)) not in numbers)
        if kept:
            labels = np.array([numbers[_mandate(found[i])] for i in kept])
            pools.append(_Pool([found[i] for i in kept], labels, names, groups[kept]))
    return pools, rare


def _audited(pool: _Pool, config: Config, done: Done) -> Iterator[Suspect]:
    find_label_issues, get_label_quality_scores = _cleanlab()
    probabilities = _with_twins(pool, _probabilities(pool, config, done))
    quality = get_label_quality_scores(pool.labels, probabilities, method="self_confidence")
    wrong = find_label_issues(pool.labels, probabilities, n_jobs=1)
    rows = np.arange(len(pool.labels))
    own = probabilities[rows, pool.labels]
    probabilities[rows, pool.labels] = -1.0
    others = probabilities.argmax(axis=1)
    units: dict[str, set[str]] = defaultdict(set)
    for target in pool.targets:
        units[_mandate(target)].add(_unit(target).name)
    for i, (target, reason) in enumerate(zip(pool.targets, _reasons(pool), strict=True)):
        suggested = pool.names[others[i]]
        named = units[suggested]
        suspect = Suspect(
            target.case,
            _unit(target),
            suggested,
            next(iter(named)) if len(named) == 1 else "",
            float(own[i]),
            float(probabilities[i, others[i]]),
            float(quality[i]),
            bool(wrong[i]),
        )
        yield replace(suspect, reason=reason or _wording(suspect))


def _probabilities(pool: _Pool, config: Config, done: Done) -> NDArray[np.float64]:
    """Calibrated probabilities of the classes, out of sample, shape (n, classes)."""
    from sklearn.model_selection import StratifiedGroupKFold

    texts = [target.case.complaint.words for target in pool.targets]
    sizes = (config.letters_from, config.letters_to)
    featuriser = build(texts, min_count=config.min_count, sizes=sizes)
    x = matrix(featuriser, texts)
    if not featuriser.columns:
        raise PintuError("--cases: no word stands in two of a region's texts; give more cases")
    count = min(FOLDS, int(np.bincount(pool.labels).max()))
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=config.seed)
    with warnings.catch_warnings():
        # Classes with fewer cases than folds are expected here.
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        folds = list(splitter.split(x, pool.labels, pool.groups))
    tasks = [
        Task(f"fold {i}", fitted, pool.labels[fitted], np.ones(len(fitted)), len(pool.names))
        for i, (fitted, _) in enumerate(folds, 1)
    ]
    words = len(featuriser.words)
    heads = fit_heads(x, words, tasks, cost=config.cost, seed=config.seed, done=done)
    scores = np.empty((len(texts), len(pool.names)), np.float32)
    for task, (_, held_out) in zip(tasks, folds, strict=True):
        scores[held_out] = score(heads[task.name], x[held_out])
    factor = temperature(scores, pool.labels, _TEMPERATURE)
    found: NDArray[np.float64] = np.exp(log_softmax(scores.astype(np.float64) * factor))
    return found


def _with_twins(pool: _Pool, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probabilities together with the labels of near-identical other cases.

    The model, which has seen none of them, counts for as much as one such case.
    """
    counts = np.zeros((int(pool.groups.max()) + 1, len(pool.names)))
    np.add.at(counts, (pool.groups, pool.labels), 1)
    twins = counts[pool.groups]
    twins[np.arange(len(pool.labels)), pool.labels] -= 1
    found: NDArray[np.float64] = (probabilities + twins) / (1 + twins.sum(axis=1, keepdims=True))
    return found


def _reasons(pool: _Pool) -> list[str]:
    """For each case whether as many near-identical ones went to another mandate; empty if not."""
    went: dict[int, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for target, group in zip(pool.targets, pool.groups.tolist(), strict=True):
        went[group][_mandate(target)][_unit(target).name] += 1
    reasons: list[str] = []
    for target, group in zip(pool.targets, pool.groups.tolist(), strict=True):
        counts = {mandate: units.total() for mandate, units in went[group].items()}
        total, own = sum(counts.values()), counts.pop(_mandate(target))
        other = max(counts, key=lambda mandate: counts[mandate], default="")
        reason = ""
        if other and counts[other] >= own:
            name = went[group][other].most_common(1)[0][0]
            reason = f"near-identical cases went to {name} {counts[other]} of {total} times"
        reasons.append(reason)
    return reasons


def _wording(suspect: Suspect) -> str:
    if suspect.suggested_probability > suspect.label_probability:
        return f"cases worded like this went to {suspect.suggested_mandate}"
    return "no other mandate is likelier"


def _unit(target: Target) -> Unit:
    assert target.unit is not None
    return target.unit


def _mandate(target: Target) -> str:
    return _unit(target).mandate


def _cleanlab() -> tuple[Any, Any]:
    try:
        from cleanlab.filter import find_label_issues
        from cleanlab.rank import get_label_quality_scores
    except ImportError:
        raise PintuError(
            'audit-labels needs cleanlab; install it with pip install "pintu[evaluation]"'
        ) from None
    return find_label_issues, get_label_quality_scores
