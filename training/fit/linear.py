"""Fits the linear model: one support vector machine a head, heads side by side."""

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from classifier.features import Featuriser
from classifier.models.linear import Head, logits
from classifier.models.neighbours import Neighbours

Progress = Callable[[str], None]

_TOLERANCE = 1e-2  # of the SVM; 1e-4 gave the same accuracy for a third more time


@dataclass(frozen=True)
class Task:
    """One head to fit.

    Attributes:
        name: the head.
        rows: cases that have a label for it, shape (m,).
        labels: their labels as numbers, shape (m,); every number below ``classes`` may be missing.
        weights: their weights, shape (m,).
        classes: number of labels of the head.
        words_only: read only the word block (for heads with many labels).
    """

    name: str
    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]
    classes: int
    words_only: bool = False


def matrix(featuriser: Featuriser, texts: Sequence[str]) -> sp.csr_matrix:
    """The texts as a sparse matrix, shape (n, columns)."""
    indptr, indices, data = featuriser.rows(texts)
    return sp.csr_matrix((data, indices, indptr), shape=(len(texts), featuriser.columns))


def fit_heads(
    x: sp.csr_matrix,
    words: int,
    tasks: Sequence[Task],
    *,
    cost: float,
    seed: int,
    done: Progress,
) -> dict[str, Head]:
    """Fit every task, two at a time in processes of their own.

    Not in threads: liblinear draws from one generator for the whole process, and two machines
    fitted at once would not give the same twice.

    Args:
        x: features of all cases, shape (n, columns).
        words: width of the word block.
        tasks: the heads to fit.
        cost: the SVM's C.
        seed: for the order in which liblinear visits the cases.
        done: called with the name of each finished head.
    """
    found: dict[str, Head] = {}
    if sys.platform != "linux":
        # Elsewhere a worker would import the caller's main module again; one after another then.
        _share(x, words)
        for task in tasks:
            found[task.name] = _fit(task, cost, seed)
            done(task.name)
        return found
    context = get_context("fork")
    with ProcessPoolExecutor(2, context, initializer=_share, initargs=(x, words)) as pool:
        heads = pool.map(_fit, tasks, [cost] * len(tasks), [seed] * len(tasks))
        for task, head in zip(tasks, heads, strict=True):
            found[task.name] = head
            done(task.name)
    return found


_shared: tuple[sp.csr_matrix, int]


def _share(x: sp.csr_matrix, words: int) -> None:
    """Keep the features in a worker: handed over once, not with every task."""
    global _shared  # noqa: PLW0603
    _shared = (x, words)


def _fit(task: Task, cost: float, seed: int) -> Head:
    features, words = _shared
    x = features[task.rows]
    if task.words_only:
        x = x[:, :words]
    weights = np.zeros((x.shape[1], task.classes), np.float16)
    # A label without a case is never the answer: its score stays below any seen one's.
    bias = np.full(task.classes, -3.0, np.float32)
    present = np.unique(task.labels)
    if len(present) < 2:
        bias[present] = 1.0
        return Head(weights, bias)
    machine = LinearSVC(C=cost, tol=_TOLERANCE, random_state=seed).fit(
        x, task.labels, sample_weight=task.weights
    )
    planes, offsets = machine.coef_, machine.intercept_
    if len(present) == 2:
        planes, offsets = np.vstack([-planes, planes]), np.concatenate([-offsets, offsets])
    weights[:, present] = planes.T.astype(np.float16)
    bias[present] = offsets.astype(np.float32)
    return Head(weights, bias)


def index_cases(x: sp.csr_matrix, words: int, units: NDArray[np.int64], classes: int) -> Neighbours:
    """Cases as an index of neighbours.

    Args:
        x: features of the cases, shape (n, columns).
        words: width of the word block, which alone is compared.
        units: the position of each case's unit among ``classes`` labels, shape (n,).
    """
    postings = sp.csc_matrix(x[:, :words])
    return Neighbours(
        postings.indptr.astype(np.int32),
        postings.indices.astype(np.int32),
        postings.data.astype(np.float32),
        units.astype(np.int32),
        classes,
    )


def score(head: Head, x: sp.csr_matrix) -> NDArray[np.float32]:
    """Logits of many rows at once, shape (n, classes)."""
    columns = x[:, : head.weights.shape[0]]
    margins: NDArray[np.float32] = columns @ head.weights.astype(np.float32) + head.bias
    return logits(margins)


def choose_mandates(
    scores: NDArray[np.float32], possible: Sequence[Sequence[int]]
) -> NDArray[np.int64]:
    """For each case the likeliest of its possible mandates, shape (n,); -1 where none is possible.

    A unit often serves several mandates; which of them a case is about is settled by a model
    fitted on the cases that leave no choice (hard expectation-maximisation; one round sufficed:
    a second changed 5 of 9,000 choices).
    """
    return np.array(
        [
            options[int(np.argmax(row[list(options)]))] if len(options) else -1
            for row, options in zip(scores, possible, strict=True)
        ],
        dtype=np.int64,
    )


def label_numbers(values: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """Labels as numbers, -1 for those not listed."""
    numbers: Mapping[str, int] = {label: i for i, label in enumerate(labels)}
    return np.array([numbers.get(value, -1) for value in values], dtype=np.int64)
