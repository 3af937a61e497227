"""Turns a written unit name into a unit, or says why not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from data.registry.index import NameEntry, NameIndex
from data.registry.names import TYPE_WORDS, canonical, slug
from data.registry.profiles import Profile
from data.registry.regions import NATION, Level, level_of
from data.registry.seats import read_seats
from data.registry.units import Composer, Unit

_OFFICES = frozenset({"kecamatan", "kelurahan", "desa"})


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
        self._index = NameIndex(composer)
        self._seats = read_seats()
        self._profiles = {profile.region: NameIndex.of_profile(profile) for profile in profiles}
        self.resolve = lru_cache(maxsize=65536)(self._resolve)

    def _resolve(self, name: str, region: str | None = None) -> Resolution:
        """Resolve one written name.

        Args:
            name: as people write it, with or without its place.
            region: code of the region in whose papers the name stands; used where it names none.
        """
        words = canonical(name)
        if not words:
            return Resolution(name, None, "the name is empty")
        for attempt in (self._of_profile, self._national, self._placed):
            unit = attempt(words, name, region)
            if unit:
                return Resolution(name, unit)
        return self._unresolved(name, region)

    # -- attempts, the surest first

    def _of_profile(self, words: list[str], name: str, region: str | None) -> Unit | None:
        for code, rest in self._splits(words, region):
            profile = self._profiles.get(code or "")
            entry = profile.find(rest, fuzzy=True) if profile and rest else None
            if entry and entry.unit:
                return entry.unit
        return None

    def _national(self, words: list[str], name: str, region: str | None) -> Unit | None:
        for written in (words, _without_program(words)):
            entry = self._index.national(written)
            if entry:
                return self._composer.national(entry.agency)
        family = self._index.family(words)
        return self._composer.member(family, name) if family and len(words) > 1 else None

    def _placed(self, words: list[str], name: str, region: str | None) -> Unit | None:
        splits = [(code, rest) for code, rest in self._splits(words, region) if rest]
        for code, rest in splits:
            unit = self._exact(rest, code) or self._with_name(rest, code, name)
            if unit:
                return unit
        for code, rest in splits:
            unit = self._combined(rest, code) or self._misspelt(rest, code)
            if unit:
                return unit
        return None

    def _exact(self, rest: list[str], code: str | None) -> Unit | None:
        for level in _levels(code):
            entry = self._index.find(rest, level)
            if entry and not self._composer.mandates[entry.mandate].levels[level].named:
                return self._unit(entry, level, code)
        return None

    def _with_name(self, rest: list[str], code: str | None, name: str) -> Unit | None:
        """ "Kecamatan Tambaksari", "RSUD Bhakti Dharma Husada", "BPJS Kesehatan Cabang Ceger"."""
        for level in ("district", "village", *_levels(code)):
            entry, proper = self._index.prefix(rest, level)
            if not entry or not (proper or entry.named):
                continue
            if level in ("district", "village"):
                if not proper or (code and level_of(code) not in ("regency", "province")):
                    continue
                written = _written_tail(name, proper)
                return self._composer.office_at(written, entry.mandate, level, code)
            if entry.branch and proper:
                seats = self._seat(proper)
                if seats:
                    return self._unit(entry, level, seats[0])
            if not (entry.branch or entry.named or self._index.one_per_region(entry)):
                continue
            qualifier = "" if self._index.one_per_region(entry) else slug(" ".join(proper))
            written = " ".join([entry.name, *(word.capitalize() for word in proper)])
            return self._composer.local(
                entry.mandate, level, code, name=written, qualifier=qualifier or entry.slug
            )
        return None

    def _combined(self, rest: list[str], code: str | None) -> Unit | None:
        """ "Dinas Pemuda, Olahraga, Kebudayaan dan Pariwisata": functions one after another."""
        if len(rest) < 2 or rest[0] not in TYPE_WORDS:
            return None
        for level in _levels(code):
            served = self._index.functions(rest[1:], level)
            if served:
                return self._composer.local(served[0], level, code, serves=served)
        return None

    def _misspelt(self, rest: list[str], code: str | None) -> Unit | None:
        for level in _levels(code):
            entry = self._index.fuzzy(rest, level)
            if entry and not self._composer.mandates[entry.mandate].levels[level].named:
                return self._unit(entry, level, code)
        return None

    def _unit(self, entry: NameEntry, level: Level, code: str | None) -> Unit:
        name = entry.name if entry.slug else ""
        serves = (entry.mandate,) if entry.slug else ()
        return self._composer.local(
            entry.mandate, level, code, name=name, qualifier=entry.slug, serves=serves
        )

    # -- places

    def _seat(self, words: list[str]) -> list[str]:
        """The regency in which a branch has its seat ("Palembang", "Bekasi Kota")."""
        turned = [words[-1], *words[:-1]] if words[-1] in ("kota", "kabupaten") else words
        found = self._composer.regions.find(" ".join(turned), level="regency")
        seat = self._seats.get(" ".join(words))
        return found or ([seat] if seat else [])

    def _splits(
        self, words: list[str], region: str | None
    ) -> Iterator[tuple[str | None, list[str]]]:
        """Ways to take a region out of the words, the most explicit first."""
        regions = self._composer.regions
        typed = {"kota": "kota", "kabupaten": "kabupaten", "provinsi": ""}
        for start, word in enumerate(words):
            if word not in typed:
                continue
            for end in range(min(len(words), start + 7), start + 1, -1):
                found = regions.find(" ".join(words[start:end]))
                if found:
                    rest = _without_government(words[:start], words[end:])
                    yield found[0], rest
                    break
        # A bare region at the end of a district's or village's name belongs to that name
        # ("Kelurahan Pradah Kali Kendal").
        longest = 0 if words[0] in _OFFICES else min(5, len(words) - 1)
        for size in range(longest, 0, -1):
            for rest, place in ((words[:-size], words[-size:]), (words[size:], words[:size])):
                found = [
                    c
                    for c in regions.find(" ".join(place))
                    if level_of(c) in ("province", "regency")
                ]
                if not found:
                    continue
                if region in found:
                    yield region, _without_government(rest, [])
                elif len(found) == 1 or self._index.is_branch(rest):
                    yield found[0], _without_government(rest, [])
                    yield from self._nested(found[0], rest)
        yield region, words

    def _nested(self, outer: str, rest: list[str]) -> Iterator[tuple[str, list[str]]]:
        """ "… Pekanbaru, Riau": a regency before its province."""
        for size in range(min(3, len(rest) - 1), 0, -1):
            inner = self._composer.regions.find(
                " ".join(rest[-size:]), level="regency", within=outer
            )
            if inner:
                yield inner[0], _without_government(rest[:-size], [])

    # -- failure

    def _unresolved(self, name: str, region: str | None) -> Resolution:
        reason = "no unit of any mandate is written like this"
        return Resolution(name, None, reason, tuple(self.nearest(name, region, 5)))

    def nearest(self, query: str, region: str | None, limit: int) -> list[Unit]:
        """Units of the tables and of the region's profile whose names are most like a query."""
        words = canonical(query)
        profile = self._profiles.get(region or "")
        entries = [
            *(profile.nearest(words, limit) if profile else ()),
            *self._index.nearest(words, limit),
        ]
        units = [entry.unit or self._near(entry, region) for entry in entries]
        return list({unit.unit_id: unit for unit in units}.values())[:limit]

    def _near(self, entry: NameEntry, region: str | None) -> Unit:
        if entry.level == "nation":
            return self._composer.national(entry.agency)
        return self._unit(entry, entry.level, region if region and region != NATION else None)


def _levels(code: str | None) -> tuple[Level, ...]:
    """The levels whose names may apply in a region."""
    if code is None:
        return ("regency", "province")
    level = level_of(code)
    return (
        ("regency",)
        if level == "regency"
        else ("province", "regency")
        if level == "province"
        else ()
    )


def _without_government(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """A name once its place is out: the government's own name stays only if it is all."""
    rest = [*before, *after]
    text = " ".join(rest)
    for phrase in ("pemerintah daerah", "sekretariat daerah", "pemerintah", "setda", "sekda"):
        shorter = re.sub(rf"(^| ){phrase}(?= |$)", "", text).strip()
        text = shorter or text
    return text.split()


def _without_program(words: Sequence[str]) -> list[str]:
    """A name without the programme it was asked about ("… - Program BPNT Rastra")."""
    return list(words[: words.index("program")]) if "program" in words else list(words)


def _written_tail(name: str, proper: Sequence[str]) -> str:
    """The proper name as it was written, dashes kept ("Wonorejo - Rungkut")."""
    position = name.lower().find(proper[0])
    tail = name[position:] if position >= 0 else " ".join(proper).title()
    last = tail.lower().rfind(proper[-1])
    return tail[: last + len(proper[-1])] if last >= 0 else tail
