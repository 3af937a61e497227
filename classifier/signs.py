"""Finds concepts in the words of a text, and the signs that are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.text import normalise
from data.urgency import DangerTable, concept_of, parts

_VOWELS = frozenset("aeiou")
_ACCENTS = str.maketrans("éèê", "eee")
_ENDINGS = ("nya", "lah", "kah", "pun", "ku", "mu", "nyo", "ne", "na", "mi", "ki", "ji", "e", "2")
_SHORTEST = 3  # letters of a word without its ending, or without its vowels

Hit = tuple[int, int]  # first word and the one after the last


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign found in a text: its danger and the words of its parts."""

    danger: str
    hits: tuple[Hit, ...]


class SignFinder:
    """Finds the concepts and signs of a table. Finding changes nothing but a memory of words: it
    may be shared among threads."""

    def __init__(self, table: DangerTable) -> None:
        self._window = table.window
        self._phrases: dict[str, list[tuple[str, bool]]] = {}
        for name, concept in table.concepts.items():
            for counts, phrases in ((True, concept.words), (False, concept.unless)):
                for phrase in phrases:
                    self._learn(phrase, f"{{{name}}}", counts)
        self._signs = [
            (danger.id, parts(sign)) for danger in table.dangers for sign in danger.signs
        ]
        self._calm = [option for sign in table.calm for part in parts(sign) for option in part]
        for options in [*(p for _, sign in self._signs for p in sign), self._calm]:
            for option in options:
                if concept_of(option) is None:
                    self._learn(option, option, True)
        self._longest: dict[str, int] = {}
        for phrase in self._phrases:
            first, size = phrase.partition(" ")[0], phrase.count(" ") + 1
            self._longest[first] = max(size, self._longest.get(first, 0))
        self._known = {word for phrase in self._phrases for word in phrase.split()}
        self._bare: dict[str, list[str]] = {}
        for word in sorted(self._known):
            self._bare.setdefault(_without_vowels(word), []).append(word)
        self._seen: dict[str, str] = {}

    def hits(self, words: Sequence[str]) -> dict[str, list[Hit]]:
        """Where the concepts ("{name}") and phrases stand, in the order of the words."""
        known = self._seen.get
        read = [self._read(word) if (seen := known(word)) is None else seen for word in words]
        found: dict[str, list[Hit]] = {}
        barred: dict[str, set[int]] = {}
        for start, first in enumerate(read):
            if not first:
                continue
            for size in range(1, self._longest.get(first, 0) + 1):
                if start + size > len(read):
                    break
                phrase = first if size == 1 else " ".join(read[start : start + size])
                for term, counts in self._phrases.get(phrase, ()):
                    if counts:
                        found.setdefault(term, []).append((start, start + size))
                    else:
                        barred.setdefault(term, set()).update(range(start, start + size))
        for term, places in barred.items():
            kept = [hit for hit in found.pop(term, []) if not places.intersection(range(*hit))]
            if kept:
                found[term] = kept
        return found

    def signs(self, hits: Mapping[str, Sequence[Hit]]) -> list[Sign]:
        """The signs that these hits make up; none where something calms them."""
        if any(option in hits for option in self._calm):
            return []
        found = ((danger, self._match(sign, hits)) for danger, sign in self._signs)
        return [Sign(danger, matched) for danger, matched in found if matched]

    def _match(
        self, sign: Sequence[Sequence[str]], hits: Mapping[str, Sequence[Hit]]
    ) -> tuple[Hit, ...]:
        """One hit of each part near a hit of the first, none of them the same; or nothing."""
        places = [[hit for option in part for hit in hits.get(option, ())] for part in sign]
        if not all(places):
            return ()
        for first in places[0]:
            chosen = [first]
            for others in places[1:]:
                near = [
                    (abs(hit[0] - first[0]), hit)
                    for hit in others
                    if abs(hit[0] - first[0]) <= self._window
                    and all(hit[0] >= c[1] or hit[1] <= c[0] for c in chosen)
                ]
                if not near:
                    break
                chosen.append(min(near)[1])
            else:
                return tuple(sorted(chosen))
        return ()

    def _learn(self, phrase: str, term: str, counts: bool) -> None:
        entries = self._phrases.setdefault(normalise(phrase), [])
        if (term, counts) not in entries:
            entries.append((term, counts))

    def _read(self, word: str) -> str:
        """The table's word that a text's word is, perhaps with an ending or without vowels."""
        read = self._recognise(word)
        if len(self._seen) < 50_000:
            self._seen[word] = read
        return read

    def _recognise(self, written: str) -> str:
        word = written.translate(_ACCENTS)
        if word in self._known:
            return word
        for ending in _ENDINGS:
            stem = word.removesuffix(ending)
            if stem != word and len(stem) >= _SHORTEST and stem in self._known:
                return stem
        bare = _without_vowels(word)
        if len(bare) >= _SHORTEST:
            for whole in self._bare.get(bare, ()):
                if len(word) < len(whole) and word[0] == whole[0] and _is_within(word, whole):
                    return whole
        return ""


def _without_vowels(word: str) -> str:
    return "".join(letter for letter in word if letter not in _VOWELS)


def _is_within(short: str, whole: str) -> bool:
    """Whether the letters of one word stand in another in their order."""
    letters = iter(whole)
    return all(letter in letters for letter in short)
