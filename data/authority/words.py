"""A complaint's words in the form in which they are compared with those of the rules."""

import re
from functools import lru_cache

from data.text import informal_words, normalise

# Abbreviations that are informal spellings of something else in small letters ("bkn": bukan), and
# those that look like drawn-out letters.
_AS_WRITTEN = frozenset(["BKN", "DPT", "SPT", "TPI", "PPPK", "pppk", "PPPA", "pppa"])
_TOKEN = re.compile(r"(?:https?://|www\.)\S+|\d+|[^\W\d_]+")
_POSSESSIVE = "nya"
_SHORTEST = 3  # letters that stand before a possessive ending at least


def words_of(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The text's words in normal form, and for each the offsets of what it was written as.

    Numbers stand alone and possessive endings are cut off.

    >>> words_of("SMAN5, paspornya")
    (['sman', '5', 'paspor'], [(0, 4), (4, 5), (7, 16)])
    """
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        forms = _forms(match.group())
        words += forms
        spans += [match.span()] * len(forms)
    return words, spans


def forms_of(text: str) -> list[str]:
    """The words of ``words_of`` alone, which are found faster than their offsets."""
    return [word for token in _TOKEN.findall(text) for word in _forms(token)]


@lru_cache(maxsize=1 << 16)
def _forms(token: str) -> tuple[str, ...]:
    """A written word as normalised words, without the possessive ending."""
    if token in _AS_WRITTEN:
        return (token.lower(),)
    return tuple(stem for word in normalise(token).split() for stem in _stem(word))


def _stem(word: str) -> list[str]:
    stem = word.removesuffix(_POSSESSIVE)
    if stem == word or 0 < len(stem) < _SHORTEST:
        return [word]
    return informal_words().get(stem, stem).split()
