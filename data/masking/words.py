"""Which words are names, which are ordinary, from tables/masking."""

import csv
import re
from functools import cache

from data.masking.likeness import Likeness
from data.text import TABLES

# Verb and noun forms that no list could hold; names with such beginnings are in the table.
_AFFIXED = re.compile(
    r"(?:di|me|ber|ter|pe|ke|se)[a-z]{4,}$|[a-z]{2,}nya$|[a-z]{3,}(?:kan|lah|kah)$"
)

_VERB = re.compile(r"(?:di|me|ber|ter|pe|ke)[a-z]{4,}$")
_VERBS_LIKENESS = 5.5  # log odds that such a form must reach to be a name: "berniat" has 5.3


@cache
def _table(name: str) -> frozenset[str]:
    lines = (TABLES / "masking" / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _places() -> frozenset[str]:
    """The words of provinces', regencies' and well-known places' names that are no names."""
    words: set[str] = set()
    for name in ("regions.csv", "places_extra.csv"):
        with (TABLES / name).open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                words.update(re.findall(r"[a-z]{3,}", " ".join(row).lower()))
    return frozenset(words) - _table("given_names.txt") - _table("name_words.txt")


@cache
def _likeness() -> Likeness:
    return Likeness(_table("given_names.txt"), _table("words.txt"))


def listed(words: str) -> frozenset[str]:
    """The words that a string holds."""
    return frozenset(words.split())


def is_given(word: str) -> bool:
    """Whether the lower-case word is a common name and no ordinary word."""
    return word in _table("given_names.txt")


def may_be_given(word: str) -> bool:
    """Whether the lower-case word is a common name, perhaps an ordinary word as well."""
    return is_given(word) or word in _table("name_words.txt")


def is_public(name: str) -> bool:
    """Whether the lower-case name is that of a person whom everybody knows."""
    return name in _table("public_names.txt")


def is_listed(word: str) -> bool:
    """Whether the lower-case word is listed as an ordinary one."""
    return word in _table("words.txt") or word in _table("name_words.txt") or word in _places()


def is_ordinary(word: str) -> bool:
    """Whether the lower-case word is ordinary: listed, or with a verb's or noun's affixes."""
    if is_given(word) or not (is_listed(word) or _AFFIXED.match(word)):
        return False
    least = _VERBS_LIKENESS if _VERB.match(word) else 0.0
    return is_listed(word) or _likeness().log_odds(word) <= least


def sounds_like_name(word: str) -> bool:
    """Whether an unlisted lower-case word is built as names are ("wagimin", "sarwati")."""
    return len(word) > 3 and not is_ordinary(word) and _is_built_as_name(word)


def _is_built_as_name(word: str) -> bool:
    return _likeness().log_odds(word) > 0


def is_speakable(word: str) -> bool:
    """Whether a lower-case word may be a name by its letters: not "yg", "tlg" or "mw"."""
    return len(word) > 2 and bool(re.search("[aeiouy]", word))
