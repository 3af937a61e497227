"""Mends misspelt words of office names where it is certain what was meant."""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

_LONG = 9  # letters from which a word may have two faults
_SHORT = 6  # letters below which one fault makes another word ("darat", "barat")
_ABBREVIATION = re.compile(
    r"(?!dinas|badan)(?:di[ns]|bap|ba[kp]es|d?p[pk])|[^aeiou]*[aeiou]?[^aeiou]*$"
)


class Speller:
    """Words that office names are made of, and those that are right though no office has them."""

    def __init__(self, vocabulary: Iterable[str], known: Iterable[str]) -> None:
        self._vocabulary = sorted({word for word in vocabulary if len(word) >= _SHORT - 1})
        self._known = frozenset(known).union(vocabulary)

    def mended(self, words: Sequence[str]) -> list[str]:
        """The words with each unknown one replaced by the only known one that is nearly equal.

        A known word is never replaced: "Perikanan", "Perizinan" and "Pertanian" are three offices.
        Nor is an abbreviation, in which one letter makes another office.
        """
        return [self._mended(word) for word in words]

    def _mended(self, word: str) -> str:
        if word in self._known or len(word) < _SHORT or _ABBREVIATION.match(word):
            return word
        found = process.extract(
            word,
            self._vocabulary,
            scorer=OSA.distance,
            score_cutoff=2 if len(word) >= _LONG else 1,
            limit=2,
        )
        if not found or found[0][0][0] != word[0]:
            return word
        return word if len(found) == 2 and found[0][1] == found[1][1] else found[0][0]
