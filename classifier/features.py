"""Words, word pairs and letter n-grams of a text as one sparse row.

Letter n-grams never cross a word, so a word's n-grams are looked up once and remembered: what is
left for a request is one dictionary look-up a word. Training and serving share this code.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.text import normalise

MAX_WORDS = 400  # words of a text that are read; 99.9 % of real complaints are shorter
_REMEMBERED, _LONG = 50_000, 30  # words whose n-grams are kept, and letters of the longest


def word_features(words: Sequence[str]) -> list[str]:
    """Words and pairs of neighbouring words."""
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


def letter_features(word: str, shortest: int, longest: int) -> list[str]:
    """The n-grams of a word with its borders marked ("<jal", "alan", "lan>")."""
    marked = f"<{word}>"
    return [
        marked[start : start + size]
        for size in range(shortest, longest + 1)
        for start in range(len(marked) - size + 1)
    ]


@dataclass
class Featuriser:
    """Maps texts to sparse rows: a word block and a letter block, each of unit length.

    Attributes:
        words: word and word-pair features to columns 0 … len(words) - 1.
        letters: letter n-grams to the columns after those.
        idf: inverse document frequency of every column, shape (columns,).
        sizes: shortest and longest letter n-gram.
    """

    words: Mapping[str, int]
    letters: Mapping[str, int]
    idf: NDArray[np.float32]
    sizes: tuple[int, int] = (3, 5)
    _seen: dict[str, NDArray[np.int32]] = field(default_factory=dict, repr=False)

    @property
    def columns(self) -> int:
        return len(self.words) + len(self.letters)

    def row(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Columns (ascending, unique) and their weights for one text."""
        words = normalise(text).split()[:MAX_WORDS]
        get = self.words.get
        found = [column for word in word_features(words) if (column := get(word)) is not None]
        seen = self._seen
        letters = [seen[word] if word in seen else self.letter_columns(word) for word in words]
        return self._weighed(np.concatenate([np.array(found, np.int32), *letters]))

    def rows(
        self, texts: Iterable[str]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """Many texts as the arrays (indptr, indices, data) of a CSR matrix."""
        pairs = [self.row(text) for text in texts]
        indptr = np.cumsum([0, *(len(columns) for columns, _ in pairs)], dtype=np.int64)
        none_i, none_v = np.empty(0, np.int32), np.empty(0, np.float32)
        indices = np.concatenate([none_i, *(columns for columns, _ in pairs)])
        data = np.concatenate([none_v, *(values for _, values in pairs)])
        return indptr, indices, data

    def letter_columns(self, word: str) -> NDArray[np.int32]:
        """The columns of a word's n-grams, in their order; those that stand twice, twice."""
        known = self._seen.get(word)
        if known is None:
            get = self.letters.get
            found = [c for f in letter_features(word, *self.sizes) if (c := get(f)) is not None]
            known = np.array(found, dtype=np.int32)
            if len(self._seen) < _REMEMBERED and len(word) <= _LONG:
                self._seen[word] = known
        return known

    def _weighed(self, columns: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Each column once, ascending, with its weight. (``np.unique`` is thrice as slow.)"""
        size = len(columns)
        if not size:
            return columns, np.empty(0, np.float32)
        columns.sort()
        first = np.ones(size, dtype=np.bool_)  # where a column stands for the first time
        np.not_equal(columns[1:], columns[:-1], out=first[1:])
        starts = first.nonzero()[0]
        unique = columns[starts]
        values = np.full(len(starts), size, np.float32)
        values[:-1] = starts[1:]
        values -= starts  # how often each column stands
        values = (np.log(values) + np.float32(1.0)) * self.idf.take(unique)
        border = int(unique.searchsorted(len(self.words)))
        for part in (slice(border), slice(border, None)):
            length = float(values[part] @ values[part])
            if length:
                values[part] /= math.sqrt(length)
        return unique, values


def build(
    texts: Sequence[str], *, min_count: int = 2, sizes: tuple[int, int] = (3, 5)
) -> Featuriser:
    """The features that at least ``min_count`` of the texts contain, with their idf."""
    word_counts: dict[str, int] = {}
    letter_counts: dict[str, int] = {}
    memory: dict[str, list[str]] = {}
    for text in texts:
        words = normalise(text).split()[:MAX_WORDS]
        for feature in set(word_features(words)):
            word_counts[feature] = word_counts.get(feature, 0) + 1
        seen: set[str] = set()
        for word in words:
            if word not in memory:
                memory[word] = letter_features(word, *sizes)
            seen.update(memory[word])
        for feature in seen:
            letter_counts[feature] = letter_counts.get(feature, 0) + 1
    kept_words = sorted(f for f, n in word_counts.items() if n >= min_count)
    kept_letters = sorted(f for f, n in letter_counts.items() if n >= min_count)
    counts = [word_counts[f] for f in kept_words] + [letter_counts[f] for f in kept_letters]
    idf = np.log((1 + len(texts)) / (1 + np.asarray(counts, dtype=np.float64))) + 1.0
    return Featuriser(
        words={f: i for i, f in enumerate(kept_words)},
        letters={f: i + len(kept_words) for i, f in enumerate(kept_letters)},
        idf=idf.astype(np.float32),
        sizes=sizes,
    )
