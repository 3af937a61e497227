"""National agencies that a text names: "pertamina", "bank mandiri", "unila"."""

from collections.abc import Iterable

import ahocorasick

from data.registry.tables import Agency
from data.text import normalise

_SHORTEST = 3  # letters of the shortest name that is sought; shorter ones are ordinary words


class AgencyFinder:
    """Finds agencies by their names and aliases in normalised text."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        named: dict[str, set[str]] = {}
        for agency in agencies:
            for name in (agency.name, *agency.aliases):
                key = normalise(name)
                if len(key) >= _SHORTEST:
                    named.setdefault(key, set()).add(agency.id)
        self._automaton = ahocorasick.Automaton()
        for key, ids in named.items():
            self._automaton.add_word(f" {key} ", frozenset(ids))
        if named:
            self._automaton.make_automaton()

    def find(self, text: str) -> frozenset[str]:
        """Ids of the agencies that a normalised text names."""
        if not len(self._automaton):
            return frozenset()
        found: set[str] = set()
        for _, ids in self._automaton.iter(f" {text} "):
            found |= ids
        return frozenset(found)
