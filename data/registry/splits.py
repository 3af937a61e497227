"""Takes the region out of an office's written name."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from data.registry.regions import LEVELS, Level, Regions, ancestor, level_of, place_key

_TYPED = frozenset({"kota", "kabupaten", "provinsi"})
_LONGEST = 7  # words of a region's name with its type word
_GOVERNMENT = tuple(
    re.compile(rf"(?:^| ){phrase}(?= |$)")
    for phrase in ("pemerintah daerah", "sekretariat daerah", "pemerintah", "setda", "sekda")
)


@dataclass(frozen=True, slots=True)
class Split:
    """A reading of a name: the region it names or stands in, and the words of the office.

    ``levels`` are those whose office names may apply, the likeliest first.
    """

    code: str | None
    words: list[str]
    levels: tuple[Level, ...]


class Splitter:
    """Reads names as office and region."""

    def __init__(
        self,
        regions: Regions,
        is_branch: Callable[[Sequence[str]], bool],
        is_place_office: Callable[[Sequence[str]], bool],
    ) -> None:
        """
        Args:
            is_branch: whether words begin like a branch, which is named after its seat.
            is_place_office: whether words begin like a district's or village's office; a bare
                region at the end of its name belongs to it ("Kelurahan Pradah Kali Kendal").
        """
        self._regions = regions
        self._is_branch = is_branch
        self._is_place_office = is_place_office

    def splits(self, words: list[str], region: str | None) -> list[Split]:
        """Ways to take a region out of the words, the most explicit first.

        Args:
            region: where the name stands, for names without a region.
        """
        named = [*self._typed(words), *self._bare(words, region)]
        above = [split for code, rest in named for split in _above(code, words, rest)]
        marked = _marked(words, region)
        of_province = marked and words[-1] == "provinsi"
        return [
            *(marked if of_province else []),
            *self._governments_alone(words),
            *_readings(named, whole_first=False),
            *above,
            *_readings([(region, words)], whole_first=True),
            *([] if of_province else marked),
            *_above(region, words),
        ]

    def region_in(self, words: Sequence[str], level: Level) -> str | None:
        """The one region of that level which the last words of an office's own name bear."""
        for size in range(min(4, len(words) - 1), 0, -1):
            found = self._regions.find(" ".join(words[-size:]), level=level)
            if len(found) == 1:
                return found[0]
        return None

    def ambiguous(self, words: list[str]) -> tuple[str, list[tuple[str, list[str]]]]:
        """A bare name at the end that several regions bear, and the reading for each."""
        for size in range(min(4, len(words) - 1), 0, -1):
            place = " ".join(words[-size:])
            found = self._governments(place)
            if len(found) > 1:
                return place, [(code, words[:-size]) for code in found]
        return "", []

    def _typed(self, words: list[str]) -> Iterator[tuple[str, list[str]]]:
        """Regions after their type word; all are taken out, the finest one is meant."""
        codes, rest = [], list(words)
        start = 0
        while start < len(rest):
            code, end = self._typed_at(rest, start)
            if code:
                codes.append(code)
                rest = [*rest[:start], *rest[end:]]
            else:
                start += 1
        if not codes:
            return
        finest = max(codes, key=lambda code: code.count("."))
        for code, office in self._nested(finest, rest):
            yield code, office
        yield finest, self._without_outer(finest, rest) or ["pemerintah"]
        if "kota" in words and rest != words and finest.count("."):
            # "Dinas Tata Kota Bandung": the type word may belong to the office.
            yield finest, [*rest[: words.index("kota")], "kota", *rest[words.index("kota") :]]

    def _typed_at(self, words: list[str], start: int) -> tuple[str | None, int]:
        if words[start] in _TYPED:
            for end in range(min(len(words), start + _LONGEST), start + 1, -1):
                found = self._governments(" ".join(words[start:end]))
                if found:
                    return found[0], end
        return None, start

    def _bare(self, words: list[str], region: str | None) -> Iterator[tuple[str, list[str]]]:
        """Regions without type word, at the end or the beginning."""
        # After its district a village's region follows: "Desa … Kecamatan … Sidoarjo".
        if self._is_place_office(words) and "kecamatan" not in words[1:-1]:
            return
        for size in range(min(5, len(words) - 1), 0, -1):
            for rest, place in ((words[:-size], words[-size:]), (words[size:], words[:size])):
                found = self._governments(" ".join(place))
                if region in found:
                    yield str(region), rest
                elif len(found) == 1 or (found and self._is_branch(rest)):
                    yield from self._nested(found[0], rest)
                    yield found[0], rest

    def _nested(self, outer: str, rest: list[str]) -> Iterator[tuple[str, list[str]]]:
        """ "… Pekanbaru, Riau": a regency before its province."""
        if outer.count(".") or self._is_place_office(rest):
            return
        for size in range(min(3, len(rest) - 1), 0, -1):
            place = " ".join(rest[-size:])
            inner = self._regions.find(place, level="regency", within=outer)
            if inner:
                yield inner[0], rest[:-size]

    def _without_outer(self, code: str, rest: list[str]) -> list[str]:
        """The words without the province of a regency that was taken out ("… Sleman DIY")."""
        for size in range(min(4, len(rest) - 1), 0, -1):
            named = self._regions.find(" ".join(rest[-size:]), level="province")
            if code.count(".") and ancestor(code, "province") in named:
                return rest[:-size]
        return rest

    def _governments_alone(self, words: list[str]) -> Iterator[Split]:
        """A region's own name stands for its government ("Jawa Timur")."""
        found = [self._regions.get(code) for code in self._governments(" ".join(words))]
        named = [r for r in found if r and place_key(r.short) == "".join(words)]
        if len(found) == 1 and named:
            yield Split(named[0].code, ["pemerintah"], _levels(named[0].code))

    def _governments(self, place: str) -> list[str]:
        """Provinces and regencies of that name."""
        return [c for c in self._regions.find(place) if LEVELS.index(level_of(c)) in (1, 2)]


def _readings(
    named: Iterable[tuple[str | None, list[str]]], *, whole_first: bool
) -> Iterator[Split]:
    for code, whole in named:
        for rest in _without_government(whole, whole_first=whole_first):
            yield Split(code, rest, _levels(code))


def _marked(words: list[str], region: str | None) -> list[Split]:
    """ "Dinas Sosial Provinsi": a type word that only tells the level."""
    if len(words) < 2 or words[-1] not in _TYPED:
        return []
    level: Level = "province" if words[-1] == "provinsi" else "regency"
    return [Split(ancestor(region, level) if region else None, words[:-1], (level,))]


def _above(code: str | None, *readings: list[str]) -> Iterator[Split]:
    """Offices that only the province has, at or for one of its cities ("Samsat Sidoarjo")."""
    if code and level_of(code) == "regency":
        for words in readings:
            yield Split(ancestor(code, "province"), words, ("province",))


def _levels(code: str | None) -> tuple[Level, ...]:
    """The levels whose names may apply in a region."""
    if code is None or level_of(code) == "regency":
        return ("regency", "province") if code is None else ("regency",)
    return ("province", "regency") if level_of(code) == "province" else ()


def _without_government(words: Sequence[str], *, whole_first: bool) -> list[list[str]]:
    """The words without "pemerintah" and the like, as they are, and without "daerah" at the end.

    What is all there is stays: "Pemerintah". "Dinas Perumahan dan Gedung Pemerintah Daerah" is
    found as it stands.
    """
    text = " ".join(words)
    for phrase in _GOVERNMENT:
        text = phrase.sub("", text).strip() or text
    readings = [text.split(), list(words)]
    if whole_first:
        readings.reverse()
    if words[-1:] == ["daerah"]:
        readings.append(list(words[:-1]))
    return [reading for i, reading in enumerate(readings) if reading not in readings[:i]]
