"""Turns a written unit name into a unit, or says why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from data.registry.index import NameEntry, NameIndex
from data.registry.names import canonical, slug
from data.registry.offices import Offices
from data.registry.profiles import Profile
from data.registry.readings import Readings, as_written, without_program
from data.registry.regions import NATION, Level, ancestor, level_of
from data.registry.splits import Split, Splitter
from data.registry.units import Composer, Unit

MAX_NAME = 300  # characters; the longest real unit name seen has 120
_CACHED_NAME = 200  # characters up to which answers are kept
_KEPT = 8_192  # answers
_PLACE_OFFICES = ("kecamatan", "kelurahan")
_PLACE_WORDS = frozenset(
    [
        "kelurahan",
        "desa",
        "nagari",
        "gampong",
        "kalurahan",
        "kampung",
        "pekon",
        "tiyuh",
        "negeri",
        "lembang",
        "ohoi",
        "kepenghuluan",
        "distrik",
        "kapanewon",
        "kemantren",
    ]
)
_BRANCH_WORDS = frozenset(
    {
        "area",
        "cabang",
        "daop",
        "divisi",
        "divre",
        "kanreg",
        "kantor",
        "kanwil",
        "perwakilan",
        "rayon",
        "regional",
        "unit",
        "wilayah",
        "witel",
    }
)
_SITES = frozenset(
    ["balai", "bbpjn", "bbws", "bpjn", "bws", "ksop", "loka", "otoritas", "pelabuhan", "upp"]
)
_PARTS = frozenset({"dinas", "badan", "kantor", "inspektorat", "sekretariat"})


@dataclass(frozen=True, slots=True)
class Resolution:
    """The unit that a name stands for, or None with the reason and near candidates."""

    name: str
    unit: Unit | None
    reason: str = ""
    candidates: tuple[Unit, ...] = ()


class Resolver:
    """Resolves names over the tables, the regions and the profiles."""

    def __init__(self, composer: Composer, profiles: Sequence[Profile]) -> None:
        self._composer = composer
        self._index = NameIndex.of_tables(composer)
        self._offices = Offices(composer, self._index, profiles)
        self._own_names = {profile.region: NameIndex.of_profile(profile) for profile in profiles}
        self._splitter = Splitter(composer.regions, self._index.is_branch, self._is_place_office)
        self._readings = Readings(composer, self._index)
        self._cached = lru_cache(maxsize=_KEPT)(self._resolve)

    def resolve(self, name: str, region: str | None = None) -> Resolution:
        """Resolve one written name; see docs/resolving.md for the order of attempts.

        Args:
            name: as people write it, with or without its place.
            region: code of the region in whose papers the name stands; used where it names none.
        """
        if len(name) > MAX_NAME:
            reason = f"the name has {len(name)} characters; a unit's name has {MAX_NAME} at most"
            return Resolution(name[:MAX_NAME], None, reason)
        if region == NATION:
            region = None
        elif region:
            region = ancestor(region, "regency") or region
        return (self._cached if len(name) <= _CACHED_NAME else self._resolve)(name, region)

    def _resolve(self, name: str, region: str | None) -> Resolution:
        words = canonical(name)
        if not words:
            return Resolution(name, None, "the name is empty")
        unit = self._unit_of(self._readings.of(name), name, region)
        return Resolution(name, unit) if unit else self._unresolved(name, words, region)

    def _unit_of(self, groups: list[list[list[str]]], name: str, region: str | None) -> Unit | None:
        everything: list[Split] = []
        for group in groups:
            readings = [(words, self._splitter.splits(words, region)) for words in group]
            listed = (self._listed(words, splits, name, region) for words, splits in readings)
            composed = (self._composed(splits, name) for _, splits in readings)
            unit = next(filter(None, chain(listed, composed)), None)
            if unit:
                return unit
            everything += [split for _, splits in readings for split in splits]
        return self._first(self._national_at, everything)

    def _listed(
        self, words: list[str], splits: list[Split], name: str, region: str | None
    ) -> Unit | None:
        """The unit of a name that stands in a profile or a table."""
        return (
            self._of_profile(splits)
            or self._local(words, region)
            or self._national(words, name)
            or self._first(self._exact, splits)
        )

    def _composed(self, splits: list[Split], name: str) -> Unit | None:
        """The unit of a name of which only parts stand in a table."""
        return (
            self._first(lambda split: self._with_name(split, name), splits)
            or self._first(self._combined, splits)
            or self._first(lambda split: self._part(split, name), splits)
        )

    def _first(self, attempt: Callable[[Split], Unit | None], splits: list[Split]) -> Unit | None:
        return next((unit for split in splits if split.words and (unit := attempt(split))), None)

    # -- attempts, the surest first

    def _of_profile(self, splits: list[Split]) -> Unit | None:
        for split in splits:
            own = self._own_names.get(split.code or "")
            entry = own.find(split.words, split.levels[0]) if own and split.levels else None
            if entry:
                return entry.unit
        return None

    def _local(self, words: list[str], region: str | None) -> Unit | None:
        """In a city's papers "KPU" and "PUPR" are the city's."""
        entry = self._index.find(words, level_of(region)) if region else None
        return self._offices.at(entry, region) if entry and not entry.named else None

    def _national(self, words: list[str], name: str) -> Unit | None:
        for written in (words, without_program(words)):
            entry = self._index.find(written, "nation")
            if entry:
                return self._composer.national(entry.agency)
        family = self._index.family(words)
        return self._composer.member(family, name) if family else None

    def _exact(self, split: Split) -> Unit | None:
        for level in split.levels:
            entry = self._index.find(split.words, level)
            if entry is None or entry.named:
                continue
            functions = self._index.functions(split.words, level)
            if tuple(split.words) != entry.words and functions[:1] not in ((), (entry.mandate,)):
                return self._offices.serving(functions, level, split.code)
            code = split.code or self._splitter.region_in(split.words, level)
            return self._offices.at(entry, code)
        return None

    def _with_name(self, split: Split, name: str) -> Unit | None:
        """ "Kecamatan Tambaksari", "RSUD Bhakti Dharma Husada", "BPJS Kesehatan Cabang Ceger"."""
        levels: tuple[Level, ...] = ("district", "village") if split.levels else ()
        for level in (*levels, *split.levels):
            entry, proper = self._index.prefix(split.words, level)
            if not entry or not (proper or entry.named):
                continue
            if level in levels:
                unit = self._office_at(entry, proper, split.code, name)
            else:
                unit = self._offices.with_name(entry, proper, split.code)
            if unit:
                return unit
        return None

    def _office_at(
        self, entry: NameEntry, proper: list[str], code: str | None, name: str
    ) -> Unit | None:
        if not proper:
            return None
        prefix = next((word for word in entry.words if word in _PLACE_WORDS), "").capitalize()
        written = as_written(name, proper)
        return self._composer.office_at(written, entry.mandate, entry.level, code, prefix=prefix)

    def _combined(self, split: Split) -> Unit | None:
        """ "Dinas Pemuda, Olahraga, Kebudayaan dan Pariwisata": functions one after another."""
        for level in split.levels:
            served = self._index.functions(split.words, level)
            if served:
                return self._offices.serving(served, level, split.code)
        return None

    def _part(self, split: Split, name: str) -> Unit | None:
        """ "Bidang Sarana Dinas Pendidikan": a part of an office of which no table tells."""
        words = split.words
        start = next((i for i in range(len(words) - 1, 0, -1) if words[i] in _PARTS), 0)
        whole = self._exact(Split(split.code, words[start:], split.levels)) if start else None
        if whole is None or any(self._index.find(words[:start], level) for level in split.levels):
            return None
        return replace(
            whole,
            unit_id=f"{whole.unit_id}:{slug(' '.join(words[:start]))}",
            name=f"{as_written(name, words[:start])} {whole.name}",
        )

    def _national_at(self, split: Split) -> Unit | None:
        """ "Kementerian Agama Kota Padang", "Bulog Divre Sumatera Selatan": an agency somewhere."""
        entry, rest = self._index.prefix(split.words, "nation")
        if entry is None or not (split.code or rest):
            return None
        site = entry.words[0] in _SITES
        if rest and not site and _BRANCH_WORDS.isdisjoint((entry.words[-1], rest[0])):
            return None
        for level in split.levels:
            desk = self._composer.mandates[entry.mandate].levels.get(level)
            if desk and desk.agency == entry.agency and not rest:
                return self._composer.local(entry.mandate, level, split.code)
        return self._composer.national(entry.agency)

    def _is_place_office(self, words: Sequence[str]) -> bool:
        levels: tuple[Level, ...] = ("district", "village")
        entries = (self._index.prefix(words, level)[0] for level in levels)
        return any(entry and entry.mandate in _PLACE_OFFICES for entry in entries)

    # -- failure

    def _unresolved(self, name: str, words: list[str], region: str | None) -> Resolution:
        place, readings = self._splitter.ambiguous(words)
        units = [self._unit_of([[rest]], name, code) for code, rest in readings]
        if units and all(units):
            regions = " or ".join(self._composer.regions.name(code) for code, _ in readings)
            reason = f"{place.title()!r} may be {regions}; write which, or give the region"
            return Resolution(name, None, reason, tuple(unit for unit in units if unit))
        split = self._splitter.splits(words, region)[0]
        reason = "no unit of any mandate is written like this"
        near = self._nearest(split.words or words, split.code or region, 5)
        return Resolution(name, None, reason, tuple(near))

    def nearest(self, query: str, region: str | None, limit: int) -> list[Unit]:
        """Units of the tables and of the region's profile whose names are most like a query."""
        return self._nearest(canonical(query[:MAX_NAME]), region, limit)

    def _nearest(self, words: list[str], region: str | None, limit: int) -> list[Unit]:
        own = self._own_names.get(region or "")
        units: dict[str, Unit] = {}
        for entry in chain(own.nearest(words) if own else (), self._index.nearest(words)):
            unit = entry.unit or self._near(entry, region)
            units.setdefault(unit.unit_id, unit)
            if len(units) == limit:
                break
        return list(units.values())

    def _near(self, entry: NameEntry, region: str | None) -> Unit:
        if entry.level == "nation":
            return self._composer.national(entry.agency)
        known = region if region and region != NATION else None
        return self._offices.at(entry, ancestor(known, entry.level) or known if known else None)
