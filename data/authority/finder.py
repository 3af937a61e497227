"""Finds the words of the authority rules in complaints."""

from collections.abc import Iterable
from dataclasses import dataclass

import ahocorasick

from data.authority.rules import Rule
from data.authority.words import forms_of, words_of

# A name behind such a word, with up to two linking words between, only tells where something is:
# "di depan SMA 5", "sebelah selatan gedung puskesmas", "jalan ke terminal".
_BESIDE = (
    "depan dekat sebelah samping belakang seberang sekitar sekitaran sekeliling sisi arah menuju "
    "sampai jalan gang perempatan pertigaan simpang bundaran halte meter patokan"
)
_BETWEEN = (
    "ke dari dengan sama utara selatan barat timur kiri kanan gedung bangunan kantor halaman "
    "gerbang pagar tembok pintu masuk parkiran lapangan area kawasan lokasi komplek pos posko"
)
_CUES = frozenset(_BESIDE.split())
_LINKS = frozenset(_BETWEEN.split())
_DIRECTIONS = frozenset(["utara", "selatan", "barat", "timur"])
_MOST_LINKS = 2
_TIMES = frozenset(["tahun", "bulan", "minggu", "pekan", "hari", "masa", "semester"])  # "… depan"


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule and the words that call for it: offsets in the text as it was written."""

    rule: Rule
    start: int
    end: int


class RuleFinder:
    """Finds the words of rules in complaints. Finding changes nothing but a memory of spellings:
    it may be shared among threads."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        users: dict[str, list[tuple[int, bool]]] = {}
        for number, rule in enumerate(self._rules):
            for counts, phrases in ((True, rule.words), (False, rule.unless)):
                for phrase in phrases:
                    users.setdefault(" ".join(words_of(phrase)[0]), []).append((number, counts))
        self._automaton = ahocorasick.Automaton()
        for key, used in users.items():
            self._automaton.add_word(f" {key} ", (key.count(" "), used))
        if users:
            self._automaton.make_automaton()

    def find(self, text: str) -> list[RuleMatch]:
        """The rules whose words the text holds, each with its first such words, in their order.

        Words that only tell where something is ("di depan SMA 5") do not count.

        Args:
            text: as it was written; the offsets of the matches refer to it.
        """
        if not len(self._automaton):
            return []
        hits = list(self._automaton.iter(f" {' '.join(forms_of(text))} "))
        if not hits:
            return []
        words, spans = words_of(text)
        last_at: dict[int, int] = {}  # position of the space behind a word → the word's number
        position = 0
        for index, word in enumerate(words):
            position += len(word) + 1
            last_at[position] = index
        counted: list[tuple[int, int, int]] = []
        barred: dict[int, list[tuple[int, int]]] = {}
        for end, (more, used) in hits:
            last = last_at[end]
            for number, counts in used:
                if counts:
                    counted.append((last - more, -last, number))
                else:
                    barred.setdefault(number, []).append((last - more, last))
        found: dict[int, RuleMatch] = {}
        for first, minus_last, number in sorted(counted):
            last = -minus_last
            if number in found:
                continue
            if any(start <= last and first <= end for start, end in barred.get(number, ())):
                continue
            if _is_landmark(words, first):
                barred.setdefault(number, []).append((first, last))
                continue
            found[number] = RuleMatch(self._rules[number], spans[first][0], spans[last][1])
        return list(found.values())


def _is_landmark(words: list[str], first: int) -> bool:
    """Whether the words before ``first`` make what follows a mere description of a place."""
    index = first - 1
    while index >= 0 and first - 1 - index < _MOST_LINKS and words[index] in _LINKS:
        index -= 1
    if index < 0:
        return False
    if words[index] == "di":
        return index + 1 < first and words[index + 1] in _DIRECTIONS
    return words[index] in _CUES and not (
        words[index] == "depan" and index and words[index - 1] in _TIMES
    )
