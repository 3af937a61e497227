"""An index of all written office names of the tables, exact, by prefix and by similarity."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

from data.registry.names import TYPE_WORDS, canonical, slug, sorted_key
from data.registry.profiles import Profile
from data.registry.regions import LEVELS, Level
from data.registry.units import Composer, Unit

_FUZZY = 88.0  # token-sort ratio (0-100) from which a spelling counts as a typo of a known name
_MARGIN = 3.0  # by which it must beat the best name of another desk
_SUBUNITS = frozenset({"uptd", "bidang", "seksi", "subbagian", "suku"})
_FILLERS = frozenset(
    [
        "daerah",
        "rakyat",
        "kawasan",
        "masyarakat",
        "pembangunan",
        "pengembangan",
        "pemerintahan",
        "umum",
    ]
)


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One written name and the desk that it stands for."""

    name: str
    key: str
    mandate: str
    level: Level
    agency: str = ""
    slug: str = ""
    branch: bool = False
    named: bool = False
    unit: Unit | None = None

    @property
    def desk(self) -> tuple[str, str, str]:
        return self.mandate, self.agency, self.slug


class NameIndex:
    """Names of desks by level; lookups return None where nothing fits."""

    def __init__(self, composer: Composer | None, entries: Sequence[NameEntry] = ()) -> None:
        self._entries = [*entries, *(_entries(composer) if composer else ())]
        self._exact: dict[tuple[Level, str], NameEntry] = {}
        for entry in self._entries:
            self._exact.setdefault((entry.level, entry.key), entry)
        self._patterns = {
            word: agency.id
            for agency in (composer.agencies.values() if composer else ())
            for word in map(str.lower, agency.pattern)
        }

    @classmethod
    def of_profile(cls, profile: Profile) -> "NameIndex":
        """The index of one deployment's own unit names."""
        entries = [
            NameEntry(
                name, sorted_key(canonical(name)), entry.unit.mandate, "regency", unit=entry.unit
            )
            for entry in profile.units
            for name in entry.names
        ]
        return cls(None, entries)

    def find(
        self, words: Sequence[str], level: Level = "regency", *, fuzzy: bool = False
    ) -> NameEntry | None:
        """The entry written with exactly these words in any order, or (``fuzzy``) nearly so."""
        found = self._exact.get((level, sorted_key(words)))
        return found or (self.fuzzy(words, level) if fuzzy else None)

    def national(self, words: Sequence[str]) -> NameEntry | None:
        """The national agency of that name."""
        found = self._exact.get(("nation", sorted_key(words)))
        # One university's name differs from another's by a word: no guessing within a family.
        return found or (None if self.family(words) else self.fuzzy(words, "nation", 93.0))

    def family(self, words: Sequence[str]) -> str | None:
        """The agency that stands for all whose names begin with that word ("Universitas")."""
        return self._patterns.get(words[0]) if words else None

    def prefix(self, words: Sequence[str], level: Level) -> tuple[NameEntry | None, list[str]]:
        """The longest known name with which the words begin, and the words after it."""
        for size in range(len(words), 0, -1):
            entry = self._exact.get((level, sorted_key(words[:size])))
            if entry:
                return entry, list(words[size:])
        return None, []

    def is_branch(self, words: Sequence[str]) -> bool:
        """Whether the words begin like a branch office of a national agency."""
        entry, _ = self.prefix(words, "regency")
        return bool(entry and entry.branch)

    def one_per_region(self, entry: NameEntry) -> bool:
        """Whether a region has just one such office, whatever proper name it bears (PDAM)."""
        return entry.mandate == "air-minum"

    def functions(self, words: Sequence[str], level: Level) -> tuple[str, ...]:
        """The mandates of a combined office, read function by function; empty if one is unknown."""
        phrases = self._functions.get(level, {})
        served: list[str] = []
        position = 0
        while position < len(words):
            for size in range(min(7, len(words) - position), 0, -1):
                mandate = phrases.get(sorted_key(words[position : position + size]))
                if mandate:
                    if mandate not in served:
                        served.append(mandate)
                    position += size
                    break
            else:
                if words[position] not in _FILLERS:
                    return ()
                position += 1
        return tuple(served)

    def fuzzy(self, words: Sequence[str], level: Level, cutoff: float = _FUZZY) -> NameEntry | None:
        """The entry that these words are a misspelling of, if no other desk is nearly as like."""
        keys, entries = self._by_level.get(level, ([], []))
        found = process.extract(
            sorted_key(words), keys, scorer=fuzz.ratio, score_cutoff=cutoff, limit=8
        )
        if not found:
            return None
        best = entries[found[0][2]]
        rivals = [score for _, score, i in found if entries[i].desk != best.desk]
        return best if not rivals or found[0][1] - rivals[0] >= _MARGIN else None

    def nearest(self, words: Sequence[str], limit: int) -> list[NameEntry]:
        """The most similar entries of all levels, the most similar first."""
        keys = [entry.key for entry in self._entries]
        found = process.extract(sorted_key(words), keys, scorer=fuzz.token_set_ratio, limit=limit)
        return [self._entries[i] for _, _, i in found]

    @cached_property
    def _by_level(self) -> dict[Level, tuple[list[str], list[NameEntry]]]:
        split: dict[Level, tuple[list[str], list[NameEntry]]] = {}
        for entry in self._entries:
            keys, entries = split.setdefault(entry.level, ([], []))
            keys.append(entry.key)
            entries.append(entry)
        return split

    @cached_property
    def _functions(self) -> dict[Level, dict[str, str]]:
        """Function phrases ("tenaga kerja") by level: names of local offices without type word."""
        phrases: dict[Level, dict[str, str]] = {}
        for entry in self._entries:
            words = canonical(entry.name)
            if len(words) > 1 and words[0] in TYPE_WORDS and not entry.branch and not entry.slug:
                phrases.setdefault(entry.level, {}).setdefault(sorted_key(words[1:]), entry.mandate)
        return phrases


def _entries(composer: Composer) -> Iterator[NameEntry]:
    for agency in composer.agencies.values():
        for name in (agency.name, *agency.aliases):
            yield NameEntry(
                name, sorted_key(canonical(name)), agency.mandate, "nation", agency=agency.id
            )
    for mandate in composer.mandates.values():
        for level in LEVELS[1:]:
            desk = mandate.levels.get(level)
            if desk is None:
                continue
            for desk_slug, office in (("", desk), *desk.others.items()):
                for name in office.names:
                    words = canonical(name)
                    own = desk_slug or (slug(name) if words and words[0] in _SUBUNITS else "")
                    yield NameEntry(
                        name,
                        sorted_key(words),
                        mandate.id,
                        level,
                        agency=office.agency or desk.agency or "",
                        slug=own,
                        branch=bool(office.agency or desk.agency),
                        named=desk.named,
                    )
