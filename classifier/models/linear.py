"""The linear model: words and letters, one weight a feature and class."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from classifier.alignment import align
from classifier.features import MAX_WORDS, Featuriser
from classifier.models.neighbours import Neighbours

DESK, NEAR = "desk", "near"
_NEAREST = np.float32(0.05)  # distance from the "no" side that counts at least
_SCALE = np.float32(2.0**112)  # by which the biases of float16's and float32's exponents differ
_WIDENED = np.int32(-0x70002000)  # the bits of a float32 that a float16 fills: 0x8fffe000
_WEIGHTS, _VOCABULARY = "weights.safetensors", "vocabulary.json"


def logits(margins: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits from the signed distances of one-against-rest planes.

    A softmax of the distances themselves is too sure where they are large and lets many classes
    far away add up. The logarithm of the distance from the "no" side of the margin mends both: on
    Surabaya's cases before December 2022 it lowered the negative log-likelihood of the mandate
    from 1.124 to 1.084 and the expected calibration error from 0.080 to 0.033.
    """
    found: NDArray[np.float32] = np.log(np.maximum(margins + np.float32(1.0), _NEAREST))
    return found


def _scaled(halves: NDArray[np.float16]) -> NDArray[np.float32]:
    """Float16 numbers as float32 ones, divided by ``_SCALE``; same shape.

    NumPy widens one number at a time. Shifted to their places in a float32, sign, exponent and
    fraction stand for the same number with another bias of the exponent, five times as fast.
    """
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= _WIDENED
    return bits.view(np.float32)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two classes of a head, by their positions, and the weight of their difference.

    Without ``against``, the class's own margin counts.
    """

    head: str
    label: int
    against: int | None
    weight: float = 1.0


@dataclass(frozen=True)
class Evidence:
    """What makes up a difference of margins: its words and what is there without any word.

    Attributes:
        spans: (start, end) in the text → contribution, in the order of the text.
        bias: the difference of a text without words.
    """

    spans: Mapping[tuple[int, int], float]
    bias: float


@dataclass(frozen=True)
class Head:
    """Weights of one head, shape (columns read, classes), and its bias, shape (classes,).

    A head may read only the first columns (the word block): it then has fewer rows. Weights are
    kept as float16: a text touches some hundred rows, which are widened as they are read.
    """

    weights: NDArray[np.float16]
    bias: NDArray[np.float32]

    def score(self, columns: NDArray[np.int32], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits of one sparse row, shape (classes,)."""
        rows = self.weights.shape[0]
        if len(columns) and columns[-1] >= rows:
            keep = int(np.searchsorted(columns, rows))
            columns, values = columns[:keep], values[:keep]
        return logits(self.margins(columns, values))

    def margins(
        self, columns: NDArray[np.int32], values: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Signed distances from the planes of one sparse row whose columns it reads."""
        # Only of a table without gaps ``take`` reads no more than the rows, and faster.
        whole = self.weights.flags.c_contiguous
        rows = self.weights.take(columns, axis=0) if whole else self.weights[columns]
        scaled: NDArray[np.float32] = values * _SCALE
        found: NDArray[np.float32] = scaled @ _scaled(rows)
        return found + self.bias

    def difference(
        self, contrast: Contrast, columns: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], float]:
        """The first class's weights of some columns less the second's, and that of the biases."""
        weights = self.weights[columns, contrast.label].astype(np.float64)
        bias = float(self.bias[contrast.label])
        if contrast.against is None:
            return weights, bias
        return (
            weights - self.weights[columns, contrast.against],
            bias - float(self.bias[contrast.against]),
        )


class LinearModel:
    """A featuriser, its heads and, where earlier cases are to vote, the head "near"."""

    def __init__(
        self,
        featuriser: Featuriser,
        heads: Mapping[str, Head],
        neighbours: Neighbours | None = None,
    ) -> None:
        self.featuriser = featuriser
        self.neighbours = neighbours
        self._blocks = _blocks(heads)
        # The heads become views of the blocks: their weights are kept once.
        self.heads = {
            name: head
            for names, block in self._blocks
            for name, head in _views(names, heads, block)
        }

    def scores(
        self, texts: Sequence[str], only: Sequence[str] | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """Head name → (n, k) float32 logits, of all heads or of ``only`` some."""
        wanted = set(self.heads if only is None else only)
        blocks = [(names, block) for names, block in self._blocks if not wanted.isdisjoint(names)]
        tables = [np.empty((len(texts), len(block.bias)), np.float32) for _, block in blocks]
        found: dict[str, NDArray[np.float32]] = {}
        for (names, _), table in zip(blocks, tables, strict=True):
            start = 0
            for name in names:
                end = start + len(self.heads[name].bias)
                if name in wanted:
                    found[name] = table[:, start:end]
                start = end
        neighbours = self.neighbours if only is None or NEAR in wanted else None
        if neighbours:
            found[NEAR] = np.empty((len(texts), neighbours.classes), np.float32)
        for position, text in enumerate(texts):
            columns, values = self.featuriser.row(text)
            if neighbours:
                found[NEAR][position] = neighbours.score(columns, values)
            for (_, block), table in zip(blocks, tables, strict=True):
                table[position] = block.score(columns, values)
        return found

    def evidence(self, text: str, contrasts: Sequence[Contrast]) -> Evidence:
        """How each word of a text moves the weighted sum of some differences of margins.

        Exact: bias and contributions sum to the margins' differences (those before ``logits``).
        Letter n-grams count for their word; a word pair counts half for each of its words; what a
        feature contributes is divided evenly among the places where it stands.
        """
        words = align(text)[:MAX_WORDS]
        columns, values = self.featuriser.row(text)
        moved, bias = np.zeros(len(columns)), 0.0
        for contrast in contrasts:
            head = self.heads[contrast.head]
            rows = int(np.searchsorted(columns, head.weights.shape[0]))
            weights, offset = head.difference(contrast, columns[:rows])
            moved[:rows] += contrast.weight * values[:rows] * weights
            bias += contrast.weight * offset
        held, owners, parts = _occurrences(self.featuriser, [word.text for word in words])
        positions = np.searchsorted(columns, held)
        each = moved / np.bincount(positions, parts, minlength=len(columns))
        sums = np.bincount(owners, parts * each[positions], minlength=len(words))
        spans: dict[tuple[int, int], float] = {}
        for word, total in zip(words, sums.tolist(), strict=True):
            span = word.start, word.end
            spans[span] = spans.get(span, 0.0) + total
        return Evidence(spans, bias)

    def save(self, folder: Path) -> None:
        """Write the weights (safetensors) and the vocabulary (JSON)."""
        arrays: dict[str, NDArray[Any]] = {
            f"{name}/weights": head.weights for name, head in self.heads.items()
        }
        arrays |= {f"{name}/bias": head.bias for name, head in self.heads.items()}
        arrays["idf"] = self.featuriser.idf
        if self.neighbours:
            arrays |= self.neighbours.arrays()
        save_file(
            {name: np.ascontiguousarray(array) for name, array in arrays.items()},
            folder / _WEIGHTS,
        )
        vocabulary = {
            "words": list(self.featuriser.words),
            "letters": list(self.featuriser.letters),
            "sizes": list(self.featuriser.sizes),
        }
        text = json.dumps(vocabulary, ensure_ascii=False)
        (folder / _VOCABULARY).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "LinearModel":
        """Read what ``save`` wrote."""
        with safe_open(folder / _WEIGHTS, framework="numpy") as file:
            # One by one: all at once would hold the interpreter for a third of a second, and a
            # server loads a bundle while it answers.
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        vocabulary = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        words, letters = vocabulary["words"], vocabulary["letters"]
        first, last = vocabulary["sizes"]
        featuriser = Featuriser(
            words={feature: i for i, feature in enumerate(words)},
            letters={feature: i + len(words) for i, feature in enumerate(letters)},
            idf=arrays["idf"],
            sizes=(first, last),
        )
        names = [name.removesuffix("/bias") for name in arrays if name.endswith("/bias")]
        heads = {n: Head(arrays[f"{n}/weights"], arrays[f"{n}/bias"]) for n in names}
        return cls(featuriser, heads, _neighbours(arrays))


def _occurrences(
    featuriser: Featuriser, words: Sequence[str]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
    """Each place where a known feature stands: its column, the word's position, and which part of
    the feature belongs to that word."""
    columns: list[int] = []
    owners: list[int] = []
    known = featuriser.words
    for position, word in enumerate(words):
        held = featuriser.letter_columns(word).tolist()
        columns += held
        owners += [position] * len(held)
        if (column := known.get(word)) is not None:
            columns.append(column)
            owners.append(position)
    whole = len(columns)
    for position, pair in enumerate(pairwise(words)):
        if (column := known.get(" ".join(pair))) is not None:
            columns += (column, column)
            owners += (position, position + 1)
    parts = np.ones(len(columns))
    parts[whole:] = 0.5
    return np.array(columns, np.int32), np.array(owners, np.int64), parts


def _neighbours(arrays: Mapping[str, NDArray[Any]]) -> Neighbours | None:
    if "near/starts" not in arrays:
        return None
    return Neighbours(
        starts=arrays["near/starts"],
        cases=arrays["near/cases"],
        values=arrays["near/values"],
        units=arrays["near/units"],
        classes=int(arrays["near/classes"][0]),
    )


def _blocks(heads: Mapping[str, Head]) -> list[tuple[list[str], Head]]:
    """Heads that read the same columns side by side, so that a text's rows are gathered once; the
    head over units, wide and wanted for few texts, by itself."""
    widths: dict[tuple[int, bool], list[str]] = {}
    for name, head in heads.items():
        widths.setdefault((head.weights.shape[0], name == DESK), []).append(name)
    return [
        (
            names,
            Head(
                np.concatenate([heads[name].weights for name in names], axis=1),
                np.concatenate([heads[name].bias for name in names]),
            ),
        )
        for names in widths.values()
    ]


def _views(
    names: Sequence[str], heads: Mapping[str, Head], block: Head
) -> Iterator[tuple[str, Head]]:
    start = 0
    for name in names:
        end = start + len(heads[name].bias)
        yield name, Head(block.weights[:, start:end], block.bias[start:end])
        start = end
