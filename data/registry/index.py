"""An index of all written office names: exact, by prefix, by function, by likeness."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile

from data.registry.names import canonical, sorted_key, without_umbrella
from data.registry.profiles import Profile
from data.registry.regions import LEVELS, Level, level_of
from data.registry.search import WordSearch
from data.registry.tables import Mandate
from data.registry.units import Composer, Unit

_SUBUNITS = frozenset({"uptd", "bidang", "seksi", "subbagian"})
# "Dinas Kesehatan" and "Badan Kesehatan" are alike; a "Bagian" is another office.
_KINDS = {
    **dict.fromkeys(["dinas", "badan", "kantor", "satuan", "inspektorat"], "office"),
    **dict.fromkeys(["bagian", "biro"], "bureau"),
}
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
    """One written name and the desk that it stands for.

    Attributes:
        words: the comparable words of the name.
        slug: what tells the desk from others of its mandate and place; empty for the usual one.
        branch: whether it is a local office of a national agency.
        named: whether such units bear a proper name each ("RSUD dr. Mohamad Soewandhie").
    """

    name: str
    words: tuple[str, ...]
    mandate: str
    level: Level
    agency: str = ""
    slug: str = ""
    branch: bool = False
    named: bool = False
    unit: Unit | None = None
    key: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", sorted_key(self.words))

    @property
    def desk(self) -> tuple[str, str, str, str]:
        return self.level, self.mandate, self.agency, self.slug


class NameIndex:
    """Names of desks by level; lookups return None where nothing fits."""

    def __init__(
        self, entries: Iterable[NameEntry], families: Mapping[tuple[str, ...], str]
    ) -> None:
        self.entries = list(entries)
        self._families = families
        self._exact: dict[tuple[Level, str], list[NameEntry]] = {}
        for entry in self.entries:
            self._exact.setdefault((entry.level, entry.key), []).append(entry)

    @classmethod
    def of_tables(cls, composer: Composer) -> "NameIndex":
        """The index of all mandates and agencies."""
        families = {
            tuple(canonical(start)): agency.id
            for agency in composer.agencies.values()
            for start in agency.pattern
        }
        local = (e for m in composer.mandates.values() for e in _local_entries(m))
        return cls([*_national_entries(composer), *local], families)

    @classmethod
    def of_profile(cls, profile: Profile) -> "NameIndex":
        """The index of one deployment's own unit names."""
        level = level_of(profile.region)
        entries = (
            NameEntry(name, tuple(canonical(name)), entry.unit.mandate, level, unit=entry.unit)
            for entry in profile.units
            for name in entry.names
        )
        return cls(entries, {})

    def find(self, words: Sequence[str], level: Level) -> NameEntry | None:
        """The entry written with exactly these words.

        Their order may differ, but where two desks' names have the same words it decides: the
        first function is the main one ("Dinas Pertanian dan Perikanan").
        """
        found = self._exact.get((level, sorted_key(words)), ())
        return max(found, key=lambda entry: _common_start(entry.words, words), default=None)

    def family(self, words: Sequence[str]) -> str | None:
        """The agency that stands for all whose names begin so and go on ("Universitas …")."""
        starts = (tuple(words[:size]) for size in range(len(words) - 1, 0, -1))
        return next((self._families[start] for start in starts if start in self._families), None)

    def prefix(self, words: Sequence[str], level: Level) -> tuple[NameEntry | None, list[str]]:
        """The longest known name with which the words begin, and the words after it."""
        for size in range(len(words), 0, -1):
            entry = self.find(words[:size], level)
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
        """The mandates of an office's name after its type word, in their order.

        Of all ways to part the words the one with the most mandates is taken: "Dinas Perindustrian
        dan Perdagangan" serves two though it is the known name of one. Empty if a word is unknown.
        """
        words = without_umbrella(words)
        kind = _KINDS.get(words[0]) if words else None
        phrases = self._functions.get((level, kind or ""), {})
        best: list[tuple[str, ...] | None] = [(), *[None] * (len(words) - 1)]
        for end in range(1, len(best)):
            for start in range(max(0, end - 8), end):
                before = best[start]
                phrase = words[start + 1 : end + 1]
                mandate = phrases.get(sorted_key(phrase))
                if before is None or not (mandate or _FILLERS.issuperset(phrase)):
                    continue
                served = (*before, mandate) if mandate and mandate not in before else before
                known = best[end]
                if known is None or len(served) > len(known):
                    best[end] = served
        return best[-1] or ()

    def nearest(self, words: Sequence[str]) -> Iterator[NameEntry]:
        """Entries of different desks whose names share words with these, the most similar first."""
        seen: set[object] = set()
        for position in self._search.nearest(words):
            entry = self.entries[position]
            desk = entry.unit or entry.desk
            # Without the place's own name a district's or village's office is nobody's.
            if desk not in seen and entry.level not in ("district", "village"):
                seen.add(desk)
                yield entry

    @cached_property
    def _search(self) -> WordSearch:
        return WordSearch([entry.words for entry in self.entries])

    @cached_property
    def _functions(self) -> dict[tuple[Level, str], dict[str, str]]:
        """Function phrases ("tenaga kerja") by level and kind of office."""
        phrases: dict[tuple[Level, str], dict[str, str]] = {}
        for entry in self.entries:
            kind = _KINDS.get(entry.words[0])
            if not kind or entry.branch or _FILLERS.issuperset(entry.words[1:]):
                continue
            known = phrases.setdefault((entry.level, kind), {})
            known.setdefault(sorted_key(entry.words[1:]), entry.mandate)
        return phrases


def _common_start(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words two names have in common at their beginning."""
    equal = (word == other for word, other in zip(words, others, strict=False))
    return sum(1 for _ in takewhile(bool, equal))


def _national_entries(composer: Composer) -> Iterator[NameEntry]:
    for agency in composer.agencies.values():
        for name in (agency.name, *agency.aliases):
            words = tuple(canonical(name))
            yield NameEntry(name, words, agency.mandate, "nation", agency=agency.id)


def _local_entries(mandate: Mandate) -> Iterator[NameEntry]:
    for level in LEVELS[1:]:
        desk = mandate.levels.get(level)
        if desk is None:
            continue
        for desk_slug, office in (("", desk), *desk.others.items()):
            for name in office.names:
                words = canonical(name)
                if level == "province" and len(words) > 1:
                    words = [word for word in words if word != "provinsi"]
                part = words[0] in _SUBUNITS and not office.named
                own = desk_slug or ("-".join(words) if part else "")
                yield NameEntry(
                    name,
                    tuple(words),
                    mandate.id,
                    level,
                    agency=office.agency or "",
                    slug=own,
                    branch=bool(office.agency),
                    named=office.named,
                )
