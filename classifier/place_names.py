"""What written names of places may stand for, before the text around them is read."""

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick

from classifier.place_words import PlaceWords, name_key
from data.errors import TableError
from data.registry.regions import TABLES, Level, Region, Regions, words_of
from data.registry.seats import read_seats

# Probability that a bare name in a text means the place, where it is no ordinary word.
_COARSE = 0.97
_SEAT = 0.8
_INNER: dict[Level, float] = {"district": 0.85, "village": 0.7}  # inside a known regency
_LONG_UNIQUE, _OUTER = 0.4, 0.12  # districts anywhere: rare long names, and the others
_BESIDE_COARSE = -2.0  # log-odds of a district called like a city, regency or province
_ANNOUNCED: dict[Level, float] = {"district": 0.3, "village": 0.1}  # after "kec.", "desa"
_TWIN = {"kota": 0.7, "kabupaten": 0.3}  # shares of a name that a city and a regency have
_PROVINCE = 0.4  # … that a province has beside a city ("Jambi")
_PROVINCE_TOO = {"34.71": "34"}  # "Jogja" often means the whole province
_LONG, _SHORTEST = 7, 3  # letters
_MOST_WORDS = 4  # of a name after a type word
_KEPT = 64  # regencies whose names are kept ready


class Sense(NamedTuple):
    """A region that a name may mean.

    Attributes:
        code: the region.
        prior: log-odds against "no place" of the bare name.
        source: "name" of a region; "seat" of it; "inside" a regency that is known, which the
            prior counts already.
    """

    code: str
    prior: float
    source: str = "name"


class Hit(NamedTuple):
    """A name found: words ``first`` to ``last`` (included) and what they may mean."""

    first: int
    last: int
    senses: tuple[Sense, ...]


def log_odds(probability: float) -> float:
    """The logarithm of p / (1 - p)."""
    return math.log(probability / (1.0 - probability))


@lru_cache(maxsize=1)
def ordinary_words(path: Path = TABLES / "ordinary_words.tsv") -> dict[str, float]:
    """Joined names that are ordinary words too → probability that the bare word is the place.

    Raises:
        TableError: a line has no name, or no probability above 0 and below 1.
    """
    words: dict[str, float] = {}
    problems: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        name, weight, *_ = (*line.split("\t"), "")
        try:
            words[name_key(name)] = float(weight)
        except ValueError:
            weight = "0"
        if not name or not 0 < float(weight) < 1:
            problems.append(f"line {number}: write name<TAB>a probability between 0 and 1")
    if problems:
        raise TableError(str(path), problems)
    return words


class PlaceNames:
    """Finds names: everywhere those of provinces, regencies, seats and districts; those of
    villages only inside regencies that are asked for, or after a type word."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._places: dict[str, list[Region]] = {}
        districts: list[Region] = []
        coarse: list[Region] = []
        for region in regions:
            dots = region.code.count(".")
            if dots >= 2:
                self._places.setdefault(region.code[:5], []).append(region)
            (coarse if dots < 2 else districts if dots == 2 else []).append(region)
        self._everywhere = _automaton(self._national(coarse, districts))
        self._inside = lru_cache(maxsize=_KEPT)(self._inside_of)
        self._parts = lru_cache(maxsize=_KEPT)(self._parts_of)

    def everywhere(self, words: PlaceWords) -> Iterator[Hit]:
        """Names of provinces, regencies, seats and districts."""
        return _hits(self._everywhere, words)

    def inside(self, regency: str, words: PlaceWords) -> Iterator[Hit]:
        """Names of the districts and villages of a regency; none if they were not imported."""
        return _hits(self._inside(regency), words)

    def has_places(self, regency: str) -> bool:
        """Whether districts or villages of that regency are known."""
        return regency in self._places

    def is_part(self, key: str, regency: str) -> bool:
        """Whether a name is a word of longer names in a regency ("Kupang" for "Dukuh Kupang")."""
        return key in self._parts(regency)

    def announced(self, level: Level, first: int, words: PlaceWords) -> Hit | None:
        """The longest name of that level that starts at a word, wherever it lies."""
        longest = min(first + _MOST_WORDS, len(words)) - 1
        for last in range(longest, first - 1, -1):
            key = words.key(first, last)
            codes = [code for code in self._regions.named(key) if self._is(code, level, key)]
            if codes:
                weight = min(_ANNOUNCED[level], ordinary_words().get(key, 1.0))
                prior = log_odds(weight) - math.log(len(codes))
                return Hit(first, last, tuple(Sense(code, prior) for code in codes))
        return None

    def _is(self, code: str, level: Level, key: str) -> bool:
        """Whether a region has that level and is called so in full, not "Kota …"."""
        region = self._regions.get(code)
        return region is not None and region.level == level and name_key(region.name) == key

    def _inside_of(self, regency: str) -> Any:
        return _automaton(
            (region.name, Sense(region.code, _prior(region.name, _INNER[region.level]), "inside"))
            for region in self._places.get(regency, ())
            if len(region.name) >= _SHORTEST
        )

    def _parts_of(self, regency: str) -> frozenset[str]:
        names = (words_of(region.name) for region in self._places.get(regency, ()))
        return frozenset(word for words in names if len(words) > 1 for word in words)

    def _national(
        self, coarse: Iterable[Region], districts: Iterable[Region]
    ) -> Iterator[tuple[str, Sense]]:
        for region in coarse:
            for name in dict.fromkeys((region.short, *region.aliases)):
                prior = _prior(name, _COARSE)
                yield name, Sense(region.code, prior + self._share(region, name))
                if region.code in _PROVINCE_TOO:
                    yield name, Sense(_PROVINCE_TOO[region.code], prior + math.log(_PROVINCE))
            if region.kind == "kota" and len(self._regions.named(region.name)) > 1:
                # There is a district "Kota Padang" too.
                yield region.name, Sense(region.code, log_odds(_COARSE))
        for name, code in read_seats().items():
            if self._regions.get(code):
                yield name, Sense(code, _prior(name, _SEAT), "seat")
        for region in districts:
            codes = self._regions.named(region.name)
            alike = sum(code.count(".") == 2 for code in codes)
            coarse_too = any(code.count(".") < 2 for code in codes)
            rare = alike == 1 and not coarse_too and len(region.name) >= _LONG
            prior = _prior(region.name, _LONG_UNIQUE if rare else _OUTER) - math.log(alike)
            yield region.name, Sense(region.code, prior + (_BESIDE_COARSE if coarse_too else 0.0))

    def _share(self, region: Region, name: str) -> float:
        """The log share of a name that a city, a regency or a province has beside others."""
        codes = self._regions.named(name_key(name))
        alike = [found for code in codes if (found := self._regions.get(code))]
        kinds = {found.kind for found in alike if found.level == "regency"}
        if region.level == "province":
            return math.log(_PROVINCE) if kinds else 0.0
        return math.log(_TWIN[region.kind]) if len(kinds) > 1 else 0.0


def _prior(name: str, weight: float) -> float:
    return log_odds(min(weight, ordinary_words().get(name_key(name), 1.0)))


def _automaton(named: Iterable[tuple[str, Sense]]) -> Any:
    """An automaton over joined names; None for no name at all, which it could not search."""
    senses: dict[str, list[Sense]] = {}
    most_words: dict[str, int] = {}
    for name, sense in named:
        key = name_key(name)
        senses.setdefault(key, []).append(sense)
        most_words[key] = max(most_words.get(key, 1), len(words_of(name)))
    automaton = ahocorasick.Automaton()
    for key, found in senses.items():
        automaton.add_word(key, (len(key), most_words[key], tuple(found)))
    automaton.make_automaton()
    return automaton if senses else None


def _hits(automaton: Any, words: PlaceWords) -> Iterator[Hit]:
    if automaton is None:
        return
    starts, ends = words.starts, words.ends
    for end, (length, most_words, senses) in automaton.iter(words.joined):
        last = ends.get(end + 1)
        if last is None:
            continue
        first = starts.get(end + 1 - length)
        if first is None or (last - first >= most_words and words.has_scrap(first, last)):
            continue
        yield Hit(first, last, senses)
