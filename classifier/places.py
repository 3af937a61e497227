"""Finds the places that a text names, with the regions that they may be.

Every reading of a name is weighed by a sum of log-odds against "no place at all", which has 0:
the prior of the name plus what speaks for or against it (the constants below). A softmax over the
readings of one span gives the probabilities. The method and its figures: docs/places.md.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from classifier.place_names import Hit, PlaceNames, Sense
from classifier.place_words import TYPES, PlaceWords
from classifier.recommendation import Mention
from data.registry.regions import Level, Regions, ancestor

# Signs around the name.
_TYPE_FITS = {"province": 5.0, "kabupaten": 6.0, "kota": 5.0, "district": 4.0, "village": 4.0}
_TYPE_FITS_KNOWN = 4.0  # more, where a known regency has a place called so: "Kel. Ujung"
_TYPE_DIFFERS, _TYPE_FOREIGN = -1.5, -4.0  # "Kota" before a regency, "Kec." before a city
_CAPITAL, _SMALL = 1.0, -0.7  # amid small letters; small where other words have capitals
# "di X", "Jl. X" or "soto X", "RS X", "Pak X"; the same where X lies in a regency that the text
# names, and where it lies in the known one.
_CUES = {"area": 1.5, "street": -6.5, "facility": -3.0, "person": -2.5}
_CUES_NAMED = {"area": 1.0, "street": -2.0, "facility": -0.8, "person": -2.5}
_CUES_KNOWN = {"area": 0.8, "street": -0.5, "facility": 0.0, "person": -2.0}
_HOUSE_NUMBER = -2.0  # "X no. 5"
# What else is known.
_KNOWN_REGENCY, _KNOWN_PROVINCE = 3.0, 1.0  # it is that of the fields or the door
_ELSEWHERE_COARSE, _ELSEWHERE_FINE, _ELSEWHERE_FOUND = -0.5, -2.0, -1.0  # it lies outside of it
_ELSEWHERE_PART = -2.0  # and is a word of names inside ("Kupang": "Dukuh Kupang")
# The text names its province; its regency, or the regency itself by a place in it; its district.
_NAMED: dict[Level, float] = {"province": 1.0, "regency": 4.0, "district": 1.5}
_FOLLOWED = 2.5  # … by its very next words ("Batu, Jawa Timur")
_NEAR = 6  # words between two names that count fully for each other; others count half

_LEAST = 0.05  # total probability of a mention
_SURE = 0.25  # probability from which a regency's own districts and villages are sought
_MOST_REGENCIES = 3  # in which they are sought, besides the known one
_MOST_CANDIDATES = 10
_MOST_WITNESSES = 8  # names that are asked whether they support a region
_FAINT = 0.001  # probability below which a candidate is not listed

_DEPTHS: tuple[Level, ...] = ("province", "regency", "district", "village")
_Span = tuple[int, int]
_Spans = dict[_Span, dict[str, Sense]]
_Scores = dict[str, float]


@dataclass
class _Reading:
    """One text being read: what is known of it, and what was found so far.

    Attributes:
        found: regencies that the text names, with the log of their probability.
        named: region → spans that name it or a place in it, with the probability of that and of
            naming the region itself.
    """

    words: PlaceWords
    regency: str | None
    province: str | None
    spans: _Spans = field(default_factory=dict)
    found: dict[str, float] = field(default_factory=dict)
    named: dict[str, list[tuple[_Span, float, float]]] = field(default_factory=dict)

    def holds(self, code: str) -> bool:
        """Whether a district or village lies in the known regency."""
        return bool(self.regency) and code.startswith(f"{self.regency}.")

    def add(self, hits: Iterable[Hit]) -> None:
        """Take readings in; of two of the same region the likelier one stays."""
        for hit in hits:
            senses = self.spans.setdefault((hit.first, hit.last), {})
            for sense in hit.senses:
                known = senses.get(sense.code)
                if known is None or known.prior < sense.prior:
                    senses[sense.code] = sense


class PlaceFinder:
    """Finds provinces, regencies and their seats, and the districts and villages that ``regions``
    holds. Finding changes nothing but a memory of names: it may be shared among threads."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._names = PlaceNames(regions)

    def find(
        self, text: str, *, regency: str | None = None, province: str | None = None
    ) -> list[Mention]:
        """The places that a text names, in order and without overlap.

        Args:
            text: as it was written; the mentions' offsets refer to it.
            regency: code of the regency known from fields or door: its districts and villages
                become likely, other places unlikely.
            province: code of the province known from there; that of ``regency`` if None.
        """
        province = province or (ancestor(regency, "province") if regency else None)
        regency = ancestor(regency, "regency") if regency else None
        reading = _Reading(PlaceWords(text), regency, province)
        reading.add(self._names.everywhere(reading.words))
        if regency:
            reading.add(self._names.inside(regency, reading.words))
        reading.add(self._announced(reading))
        chosen = self._choose(reading)
        if self._look_inside(reading, chosen):
            chosen = self._choose(reading)
        if len(reading.spans) > 1:
            self._witness(reading, chosen)
            chosen = self._choose(reading)
        return list(self._mentions(reading, chosen))

    def _announced(self, reading: _Reading) -> Iterator[Hit]:
        """Districts and villages of other regencies, after "kec.", "desa" and their like."""
        words = reading.words
        for index, word in enumerate(words.words[:-1]):
            if word not in TYPES or words.words[index + 1] in TYPES:
                continue
            for level in _DEPTHS[2:]:
                if level not in words.types(index + 1)[0]:
                    continue
                hit = self._names.announced(level, index + 1, words)
                if hit and not any(reading.holds(sense.code) for sense in hit.senses):
                    yield hit

    def _look_inside(self, reading: _Reading, chosen: Mapping[_Span, _Scores]) -> bool:
        """Seek places of the regencies that the text names; whether it names any but the known."""
        sure: dict[str, tuple[float, _Span | None]] = {}
        for span, scores in chosen.items():
            here: dict[str, float] = {}
            for code, probability in scores.items():
                regency = ancestor(code, "regency")
                if regency and regency != reading.regency and self._names.has_places(regency):
                    here[regency] = here.get(regency, 0.0) + probability
            for regency, probability in here.items():
                if probability >= _SURE:
                    most, _ = sure.get(regency, (0.0, None))
                    sure[regency] = max(most, probability), None if regency in sure else span
        likely = sorted(sure, key=lambda code: (-sure[code][0], code))
        for regency in likely[:_MOST_REGENCIES]:
            probability, only = sure[regency]
            reading.found[regency] = math.log(probability)
            hits = self._names.inside(regency, reading.words)
            # The only name that speaks for the regency does not gain by it.
            reading.add(hit for hit in hits if (hit.first, hit.last) != only)
        return bool(reading.found)

    def _choose(self, reading: _Reading) -> dict[_Span, _Scores]:
        """The spans that stand: the longest first, none overlapping another."""
        ranked: list[tuple[int, float, _Span, _Scores]] = []
        for span in reading.spans:
            scores = self._scores(reading, span)
            total = sum(scores.values())
            if total >= _LEAST:
                ranked.append((-len(reading.words.key(*span)), -total, span, scores))
        taken: set[int] = set()
        chosen: dict[_Span, _Scores] = {}
        for _, _, (first, last), scores in sorted(ranked, key=lambda item: item[:3]):
            if taken.isdisjoint(range(first, last + 1)):
                taken.update(range(first, last + 1))
                chosen[first, last] = scores
        return chosen

    def _witness(self, reading: _Reading, chosen: Mapping[_Span, _Scores]) -> None:
        """Note for each region which names speak for it, themselves or by a place inside it."""
        for span, scores in chosen.items():
            here: dict[str, float] = {}
            for code, probability in scores.items():
                for depth in range(1, code.count(".") + 2):
                    outer = ancestor(code, _DEPTHS[depth - 1]) or code
                    here[outer] = here.get(outer, 0.0) + probability
            for code, probability in here.items():
                witnesses = reading.named.setdefault(code, [])
                if len(witnesses) < _MOST_WITNESSES:
                    witnesses.append((span, probability, scores.get(code, 0.0)))

    # -- scores

    def _scores(self, reading: _Reading, span: _Span) -> _Scores:
        """Probability of each region that a span may mean."""
        signs = _Signs.of(reading.words, span)
        key, regency = reading.words.key(*span), reading.regency
        part = _ELSEWHERE_PART if regency and self._names.is_part(key, regency) else 0.0
        odds = {
            code: math.exp(
                sense.prior
                + signs.weight(self._kind(code), sense.source, reading.holds(code))
                + self._context(reading, sense, part)
                + self._support(reading, span, sense)
            )
            for code, sense in reading.spans[span].items()
        }
        total = 1.0 + sum(odds.values())
        return {code: value / total for code, value in odds.items()}

    def _kind(self, code: str) -> str:
        """What a type word calls such a region."""
        level = _DEPTHS[code.count(".")]
        region = self._regions.get(code)
        return region.kind if region and level == "regency" else level

    def _context(self, reading: _Reading, sense: Sense, part: float) -> float:
        code = sense.code
        if reading.holds(code):
            return 0.0
        weight = reading.found.get(code[:5], 0.0) if sense.source == "inside" else 0.0
        if reading.regency is None:
            in_province = reading.province and code[:2] == reading.province
            return weight + (_KNOWN_PROVINCE if in_province else 0.0)
        if code == reading.regency:
            return _KNOWN_REGENCY if sense.source == "name" else 0.0
        if code == reading.province:
            return _KNOWN_PROVINCE
        if sense.source == "inside":
            return weight + part + _ELSEWHERE_FOUND
        coarse = code.count(".") < 2 and sense.source == "name"
        return part + (_ELSEWHERE_COARSE if coarse else _ELSEWHERE_FINE)

    def _support(self, reading: _Reading, span: _Span, sense: Sense) -> float:
        """What other names of the text give to a region by naming it or what contains it."""
        best = 0.0
        key = reading.words.key(*span)
        for level, weight in _NAMED.items():
            outer = ancestor(sense.code, level) or ""
            bound = sense.source == "inside" and level != "district"
            for other, inside, itself in reading.named.get(outer, ()):
                if other == span or reading.words.key(*other) == key:
                    continue
                near = min(abs(other[0] - span[1]), abs(span[0] - other[1])) <= _NEAR
                gain = 0.0 if bound else weight * inside * (1.0 if near else 0.5)
                if other[0] == span[1] + 1 and outer != sense.code:
                    gain += _FOLLOWED * itself
                best = max(best, gain)
        return best

    def _mentions(self, reading: _Reading, chosen: Mapping[_Span, _Scores]) -> Iterator[Mention]:
        words, free = reading.words, 0
        for (first, last), scores in sorted(chosen.items()):
            ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
            listed = tuple(item for item in ranked[:_MOST_CANDIDATES] if item[1] >= _FAINT)
            if sum(probability for _, probability in listed) < _LEAST:
                continue
            kinds, written = words.types(first)
            if self._kind(listed[0][0]) not in kinds or written < free:
                written = first
            start, end = words.spans[written][0], words.spans[last][1]
            yield Mention(start, end, words.text[start:end], listed)
            free = last + 1


@dataclass(frozen=True, slots=True)
class _Signs:
    """What stands around a span, read once for all its meanings."""

    kinds: frozenset[str]
    cue: str
    case: float
    house: bool

    @classmethod
    def of(cls, words: PlaceWords, span: _Span) -> "_Signs":
        kinds, _ = words.types(span[0])
        case = words.case(span[0])
        return cls(
            kinds,
            "" if kinds else words.cue(span[0]),
            _CAPITAL if case > 0 else _SMALL if case < 0 else 0.0,
            words.has_house_number(span[1]),
        )

    def weight(self, kind: str, source: str, known: bool) -> float:
        """The log-odds that these signs give to a region of that kind.

        Args:
            kind: as the type words call it.
            source: that of the reading, see ``Sense``.
            known: whether it lies in the known regency.
        """
        weight = self.case
        coarse = kind not in ("district", "village")
        if self.kinds:
            if kind in self.kinds:
                weight += _TYPE_FITS[kind] + (_TYPE_FITS_KNOWN if known else 0.0)
            else:
                finer = not self.kinds.isdisjoint(("district", "village"))
                weight += _TYPE_DIFFERS if coarse != finer else _TYPE_FOREIGN
        elif self.cue:
            named = _CUES_NAMED if source == "inside" else _CUES
            weight += (_CUES_KNOWN if known else named)[self.cue]
        if coarse and self.house:
            weight += _HOUSE_NUMBER
        return weight
