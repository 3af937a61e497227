"""Fits the learnt part of the urgency detector and chooses its threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from classifier.features import MAX_WORDS, build
from classifier.models.linear import Head, LinearModel
from classifier.signs import SignFinder
from classifier.urgency import DANGER, HARMLESS, SIGN_BONUS, URGENT, UrgencyDetector, concepts_in
from data.text import normalise
from data.urgency import DangerTable, Example
from training.fit.linear import matrix

# Chosen by five-fold cross-validation on the examples and starter cases.
_TEXT, _CONCEPT, _PAIR = 2.0, 0.3, 0.05  # scales of the text's blocks, concepts, their pairs
_COST, _DANGER_COST, _URGENT_WEIGHT = 0.3, 0.1, 3.0
_FOLDS = 5
_SUSPECT = 0.0  # margin of the first round above which an ordinary case is left out
_SUSPECT_SIGN = -0.3  # the same where a sign was found
_MOST_FLAGGED = 0.017  # share of ordinary cases that may be flagged


@dataclass(frozen=True, slots=True)
class UrgencyFigures:
    """Figures by cross-validation.

    Attributes:
        recall: share of the urgent examples that are flagged.
        right_danger: share of those flagged whose danger is named rightly.
        near_flagged: share of the examples flagged that only sound urgent.
        ordinary_flagged: share of the ordinary cases flagged, those left out not counted.
        all_flagged: the same with those left out counted.
        left_out: ordinary cases left out because they may be urgent.
        by_danger: recall by the danger of the example.
    """

    recall: float
    right_danger: float
    near_flagged: float
    ordinary_flagged: float
    all_flagged: float
    left_out: int
    by_danger: Mapping[str, float]

    def to_row(self) -> dict[str, Any]:
        """The figures as plain JSON values, rounded to 4 decimals."""
        by_danger = {name: round(value, 4) for name, value in self.by_danger.items()}
        rounded = {
            name: round(value, 4) for name, value in asdict(self).items() if name != "by_danger"
        }
        return {**rounded, "by_danger": by_danger}


def fit_urgency(
    table: DangerTable, examples: Sequence[Example], ordinary: Sequence[str], *, seed: int = 0
) -> tuple[UrgencyDetector, UrgencyFigures]:
    """Fit the detector on written examples and ordinary complaints.

    A first round finds ordinary complaints that may be urgent themselves; they are left out. The
    threshold is the lowest at which by cross-validation at most 1.7 % of the others are flagged.

    Args:
        table: the dangers.
        examples: urgent texts and such that only sound so.
        ordinary: complaints, nearly all of them not urgent (the starter cases).
        seed: for the folds and the order in which liblinear visits the texts.
    """
    texts = [*(example.text for example in examples), *ordinary]
    numbers = {danger.id: i for i, danger in enumerate(table.dangers)}
    dangers = np.array([numbers.get(e.danger, -1) for e in examples] + [-1] * len(ordinary))
    urgent, near = dangers >= 0, np.zeros(len(texts), dtype=bool)
    near[: len(examples)] = ~urgent[: len(examples)]
    plain = ~urgent & ~near
    featuriser = build(texts)
    concepts, signs = _concepts(table, texts)
    signed = signs.any(axis=1)
    x = sp.hstack([matrix(featuriser, texts) * _TEXT, concepts]).tocsr()
    groups = np.where(near, len(numbers), dangers)
    folds = list(StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(x, groups))

    everything = np.ones(len(texts), dtype=bool)
    first = _held_out(x, urgent, everything, folds, seed)
    left_out = plain & ((first > _SUSPECT) | (signed & (first > _SUSPECT_SIGN)))
    scores = _held_out(x, urgent, ~left_out, folds, seed) + SIGN_BONUS * signed
    scores -= HARMLESS * ~_harmful(table, concepts)
    threshold = _threshold(scores[plain & ~left_out])
    flagged = scores >= threshold
    named = _held_out_dangers(x, dangers, signs, folds, seed)
    figures = UrgencyFigures(
        recall=float(flagged[urgent].mean()),
        right_danger=float((named == dangers)[urgent & flagged].mean()),
        near_flagged=float(flagged[near].mean()) if near.any() else 0.0,
        ordinary_flagged=float(flagged[plain & ~left_out].mean()),
        all_flagged=float(flagged[plain].mean()),
        left_out=int(left_out.sum()),
        by_danger={
            name: float(flagged[dangers == number].mean()) for name, number in numbers.items()
        },
    )
    rows = np.flatnonzero(~left_out)
    machines = [
        _machine(seed, urgent=True).fit(x[rows], urgent[rows]),
        _machine(seed, urgent=False).fit(x[urgent], dangers[urgent]),
    ]
    planes = np.vstack([machine.coef_ for machine in machines]).T
    columns, size = featuriser.columns, len(table.concepts)
    heads = {
        URGENT: _head(planes[:columns, :1], machines[0]),
        DANGER: _head(planes[:columns, 1:], machines[1]),
    }
    scales = np.full((size, size, 1), _PAIR)
    scales[np.arange(size), np.arange(size)] = _CONCEPT
    weights = planes[columns:].reshape(size, size, -1) * scales
    model = LinearModel(featuriser, heads)
    return UrgencyDetector(table, model, weights.astype(np.float32), threshold), figures


def _concepts(table: DangerTable, texts: Sequence[str]) -> tuple[sp.csr_matrix, NDArray[np.bool_]]:
    """Concepts and pairs of them, shape (n, c · c); dangers with a sign, shape (n, dangers)."""
    finder = SignFinder(table)
    size = len(table.concepts)
    numbers = {f"{{{name}}}": i for i, name in enumerate(table.concepts)}
    places = {danger.id: i for i, danger in enumerate(table.dangers)}
    signs = np.zeros((len(texts), len(places)), dtype=bool)
    rows: list[int] = []
    columns: list[int] = []
    for row, text in enumerate(texts):
        hits = finder.hits(normalise(text).split()[:MAX_WORDS])
        for sign in finder.signs(hits):
            signs[row, places[sign.danger]] = True
        present = concepts_in(hits, numbers)
        pairs = [a * size + b for i, a in enumerate(present) for b in present[i:]]
        rows += [row] * len(pairs)
        columns += pairs
    alone = np.array(columns, dtype=np.int64) % (size + 1) == 0
    values = np.where(alone, _CONCEPT, _PAIR)
    return sp.csr_matrix((values, (rows, columns)), shape=(len(texts), size * size)), signs


def _harmful(table: DangerTable, concepts: sp.csr_matrix) -> NDArray[np.bool_]:
    """Which texts hold a concept of harm, shape (n,)."""
    names = list(table.concepts)
    columns = [names.index(name) * (len(names) + 1) for name in table.harm]
    found: NDArray[np.bool_] = np.asarray(concepts[:, columns].sum(axis=1)).ravel() > 0
    return found


def _machine(seed: int, *, urgent: bool) -> LinearSVC:
    weights = {False: 1.0, True: _URGENT_WEIGHT} if urgent else None
    return LinearSVC(C=_COST if urgent else _DANGER_COST, class_weight=weights, random_state=seed)


def _held_out(
    x: sp.csr_matrix,
    urgent: NDArray[np.bool_],
    used: NDArray[np.bool_],
    folds: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
    seed: int,
) -> NDArray[np.float64]:
    """Each text's margin from a machine that was not fitted on it, shape (n,)."""
    found = np.zeros(x.shape[0])
    for taught, asked in folds:
        rows = taught[used[taught]]
        machine = _machine(seed, urgent=True).fit(x[rows], urgent[rows])
        found[asked] = machine.decision_function(x[asked])
    return found


def _held_out_dangers(
    x: sp.csr_matrix,
    dangers: NDArray[np.int64],
    signs: NDArray[np.bool_],
    folds: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
    seed: int,
) -> NDArray[np.int64]:
    """Each text's danger as a machine names it that was not fitted on it, shape (n,)."""
    found = np.full(x.shape[0], -1)
    for taught, asked in folds:
        rows = taught[dangers[taught] >= 0]
        machine = _machine(seed, urgent=False).fit(x[rows], dangers[rows])
        margins = machine.decision_function(x[asked]) + SIGN_BONUS * signs[asked]
        found[asked] = margins.argmax(axis=1)
    return found


def _threshold(scores: NDArray[np.float64]) -> float:
    """The lowest threshold that at most the allowed share of the scores reach."""
    ranked = np.sort(scores)[::-1]
    return float(np.nextafter(ranked[int(_MOST_FLAGGED * len(ranked))], np.inf))


def _head(planes: NDArray[np.float64], machine: LinearSVC) -> Head:
    weights = (planes * _TEXT).astype(np.float16)
    return Head(weights, machine.intercept_.astype(np.float32))
