"""Finds the written names that are most like a query, by the words that they share."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

_PREFIX = 0.9  # worth of a word that begins like one of the query ("lingk"), of an equal one
_TYPO = 0.8  # worth of a misspelt word
_LIKE = 0.75  # similarity (0-1, optimal string alignment) from which a word counts as misspelt
_FREQUENT = 8  # a word in one name of so many tells nothing beside others ("dinas")
_MOST = 8  # words of the vocabulary that one word of a query may stand for


class WordSearch:
    """An inverted index over names; rare words count more than frequent ones."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        counts = Counter(word for words in names for word in set(words))
        self._unknown = log(1 + len(names))
        self._rarity = {word: log(1 + len(names) / count) for word, count in counts.items()}
        self._counts, self._frequent = counts, max(2, len(names) // _FREQUENT)
        self._vocabulary = sorted(counts)
        self._places: dict[str, list[int]] = {}
        for position, words in enumerate(names):
            for word in set(words):
                self._places.setdefault(word, []).append(position)
        self._weights = [sum(self._rarity[word] for word in set(words)) for words in names]

    def nearest(self, words: Sequence[str]) -> Iterator[int]:
        """Positions of the names that share a word with the query, the most similar first.

        The similarity is Dice's coefficient over words weighted by their rarity.
        """
        scores: dict[int, float] = {}
        total = 0.0
        telling = [word for word in words if self._counts.get(word, 0) < self._frequent]
        for word in dict.fromkeys(telling or words):
            gains: dict[int, float] = {}
            for meant, worth in reversed(self._meant(word)):  # the likeliest last, so it stays
                gains |= dict.fromkeys(self._places[meant], worth * self._rarity[meant])
            total += max(gains.values(), default=self._unknown)
            for position, gain in gains.items():
                scores[position] = scores.get(position, 0.0) + gain
        dice = [(score / (total + self._weights[at]), -at) for at, score in scores.items()]
        dice.sort(reverse=True)
        yield from (-at for _, at in dice)

    def _meant(self, word: str) -> list[tuple[str, float]]:
        """The words of the vocabulary that a written one stands for, with their worth (0-1)."""
        if word in self._places:
            return [(word, 1.0)]
        start = bisect_left(self._vocabulary, word)
        longer = [w for w in self._vocabulary[start : start + _MOST] if w.startswith(word)]
        if longer:
            return [(w, _PREFIX) for w in longer]
        like = process.extract(
            word,
            self._vocabulary,
            scorer=OSA.normalized_similarity,
            score_cutoff=_LIKE,
            limit=_MOST,
        )
        return [(w, _TYPO) for w, similarity, _ in like if similarity == like[0][1]]
