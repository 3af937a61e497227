"""The units that names of the index stand for at a region."""

import re
from collections.abc import Sequence

from data.registry.index import NameEntry, NameIndex
from data.registry.names import slug
from data.registry.profiles import Profile
from data.registry.regions import Level, level_of
from data.registry.seats import read_seats
from data.registry.units import Composer, Unit

_IN_FULL = re.compile(r"[A-Z]?[a-z]+|UKM")
_WORD = re.compile(r"[^ ,/-]+")
_ROMAN = re.compile(r"x{0,2}(?:ix|iv|v?i{0,3})")
_GOVERNMENTS = ("pemerintah", "walikota", "bupati", "gubernur")
_TURNED = ("kota", "kabupaten")


class Offices:
    """Composes the unit of a name; a profile's own unit comes before."""

    def __init__(self, composer: Composer, index: NameIndex, profiles: Sequence[Profile]) -> None:
        self._composer = composer
        self._index = index
        self._profiles = {profile.region: profile for profile in profiles}
        self._seats = read_seats()

    def at(self, entry: NameEntry, code: str | None) -> Unit:
        """The desk of an entry at a region, or somewhere."""
        functions = self._index.functions(entry.words, entry.level)
        if entry.slug or entry.branch:
            return self._composer.local(
                entry.mandate,
                entry.level,
                code,
                name=entry.name if entry.slug else "",
                qualifier=entry.slug,
                serves=tuple(dict.fromkeys((entry.mandate, *functions))) if entry.slug else (),
                agency=entry.agency,
            )
        own = self._own_unit(entry.mandate, entry.level, code)
        if own and entry.words[0] not in _GOVERNMENTS:
            return own
        # An office that has left its mandate's usual one does not serve that one's mandates.
        usual = self._composer.office(entry.mandate, entry.level)
        served = (entry.mandate, *(m for m in functions if m != usual))
        return self._local(served, entry.level, code, self._present_name(entry))

    def serving(self, mandates: Sequence[str], level: Level, code: str | None) -> Unit:
        """The office that serves several mandates, the first of which is its main one."""
        own = self._own_unit(mandates[0], level, code)
        return own or self._local(mandates, level, code, "")

    def with_name(self, entry: NameEntry, proper: Sequence[str], code: str | None) -> Unit | None:
        """A branch, school or hospital by its proper name; None where such desks bear none.

        A branch named after its seat is that region's.
        """
        single = self._index.one_per_region(entry)
        if not (entry.branch or entry.named or single or proper[:1] in (["wilayah"], ["cabang"])):
            return None
        if entry.branch:
            seat, whole = self._seat(proper)
            if whole:
                return self.at(entry, seat)
            code = seat or code
        parts = () if single else (entry.slug, slug(" ".join(proper)))
        return self._composer.local(
            entry.mandate,
            entry.level,
            code,
            name=" ".join([entry.name, *map(_capital, proper)]),
            qualifier="-".join(filter(None, parts)),
            agency=entry.agency,
        )

    def _local(self, mandates: Sequence[str], level: Level, code: str | None, name: str) -> Unit:
        served = (m for office in mandates for m in self._composer.served_by(office, level))
        serves = tuple(dict.fromkeys(served))
        return self._composer.local(mandates[0], level, code, name=name, serves=serves)

    def _own_unit(self, mandate: str, level: Level, code: str | None) -> Unit | None:
        """The unit to which the region's profile gives a mandate."""
        profile = self._profiles.get(code or "")
        own = profile.serving(mandate) if profile and level == level_of(profile.region) else []
        return own[0] if own else None

    def _present_name(self, entry: NameEntry) -> str:
        """An entry's own name if it is written in full and no older form ("Badan" for "Dinas")."""
        usual = self._composer.mandates[entry.mandate].levels[entry.level].names[0]
        same_form = entry.name.split()[0] == usual.split()[0] and len(entry.words) > 1
        in_full = all(map(_IN_FULL.fullmatch, _WORD.findall(entry.name)))
        return entry.name if same_form and in_full else ""

    def _seat(self, words: Sequence[str]) -> tuple[str | None, bool]:
        """The region in which a branch has its seat, and whether the words name only that.

        "Palembang", "Bekasi Kota"; "Bekasi Cikarang" is in Cikarang, "Jakarta Rawamangun"
        somewhere in Jakarta.
        """
        turned = [words[-1], *words[:-1]] if words and words[-1] in _TURNED else words
        places = [" ".join(turned), *(" ".join(words[n:]) for n in range(1, len(words)))]
        for place in places:
            found = self._composer.regions.find(place, level="regency")
            seat = found[0] if found else self._seats.get(place)
            if seat:
                return seat, place == places[0]
        wider = (self._composer.regions.find(" ".join(words[:n])) for n in range(len(words), 0, -1))
        regions = (code for found in wider for code in found if code.count(".") < 2)
        return next(regions, None), False


def _capital(word: str) -> str:
    """A word of a proper name as it is written; "vii" is a number."""
    return word.upper() if _ROMAN.fullmatch(word) else word.capitalize()
