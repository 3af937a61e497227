"""Mandate × jurisdiction → units, with their joint probability."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from classifier.agencies import AgencyFinder
from classifier.authority import Factors
from classifier.cells import LEAST, Cell, Said, Shares, Way, follow
from classifier.jurisdiction import Place
from data.registry.regions import LEVELS, NATION, Level
from data.registry.registry import OFFICE_LEVELS, Registry
from data.registry.units import Unit

_CELL_PRIOR = 3.0  # cases that the registry's usual units of a cell are worth before any is counted
_USUAL = 0.8  # share of them for the first of several units that a cell has by the tables
_LEVEL_PRIOR = 6.0
_PLACES = 256  # places whose ways are remembered

# Before any case is counted: how a mandate's cases divide among the levels where it exists, for a
# complaint that names a place or came through one's door, and for one that does not.
LEVEL_WEIGHTS: Mapping[str, Mapping[Level, float]] = {
    "placed": {"nation": 0.15, "province": 0.1, "regency": 1.0, "district": 1.0, "village": 1.0},
    "named": {"nation": 0.3, "province": 0.15, "regency": 1.0, "district": 1.0, "village": 1.0},
    "open": {"nation": 0.6, "province": 0.2, "regency": 1.0, "district": 1.0, "village": 1.0},
}


@dataclass
class Desks:
    """What labelled cases say about who answers.

    Attributes:
        levels: context → mandate → level → cases.
        cells: "mandate@region" → unit id → cases.
        units: units that stand in labels and that the registry does not compose by itself.
        own: mandate-like labels ("desk:…") of names that could not be resolved → unit ids, one
            for each region in whose papers the name stood.
    """

    levels: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    cells: dict[str, dict[str, float]] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)


def cell_key(mandate: str, region: str | None) -> str:
    """The key of a mandate at a region in ``Desks.cells``."""
    return f"{mandate}@{region or '-'}"


@dataclass(frozen=True, slots=True)
class Wording:
    """What the wording alone says of the units of each mandate, and its weight (0-1)."""

    units: Mapping[str, Shares] = field(default_factory=dict)
    share: float = 0.0


class DeskRanker:
    """Ranks units. What mandate and place alone settle is composed once and remembered."""

    def __init__(
        self, registry: Registry, desks: Desks, nowhere: Mapping[str, Mapping[str, float]]
    ) -> None:
        self._registry, self._desks, self._nowhere = registry, desks, nowhere
        self._cell = lru_cache(maxsize=20_000)(self._compose_cell)
        self._office = lru_cache(maxsize=50_000)(self._compose_office)
        self._somewhere = lru_cache(maxsize=5_000)(self._compose_somewhere)
        self._levels = lru_cache(maxsize=20_000)(self._compose_levels)
        self._memory = lru_cache(maxsize=_PLACES)(_new_memory)
        self._agencies = AgencyFinder(registry.agencies.values())

    def rank(
        self,
        place: Place,
        mandates: Sequence[tuple[str, float]],
        level_hint: Mapping[str, float],
        text: str,
        wording: Wording,
        factors: Factors = MappingProxyType({}),
    ) -> list[tuple[Unit, float]]:
        """Units with their joint probability, the likeliest first.

        Args:
            place: where the complaint belongs.
            mandates: labels of the mandate head with probabilities.
            level_hint: level → factor by which the text speaks for it.
            text: the complaint's normalised words, searched for units' own names.
            wording: what the wording alone says.
            factors: what the authority rules say of the level of some mandates.
        """
        units: dict[str, Unit] = {}
        found: dict[str, float] = {}
        agencies = self._agencies.find(text)
        said = Said(frozenset(text.split()), frozenset(f"{NATION}/{a}" for a in agencies))
        memory = self._memory(*_facts(place))
        for label, probability in mandates:
            if label in self._desks.own:
                ends = self._twins(label, place)
            else:
                hint = _times(level_hint, factors.get(label))
                ways = memory.get(label)
                if ways is None:
                    ways = memory[label] = self._compose_ways(label, place)
                ends = follow(
                    ways, probability, hint, said, wording.units.get(label), wording.share
                )
            # A way may end without a unit (a mandate that only one of two possible cities has):
            # the ways that do not share its probability.
            kept = sum([share for _, share in ends])
            for unit, share in ends if kept else ():
                units[unit.unit_id] = unit
                found[unit.unit_id] = found.get(unit.unit_id, 0.0) + share * probability / kept
        ranked = sorted(found)  # the first of equals is the first by its id
        ranked.sort(key=found.__getitem__, reverse=True)
        return [(units[unit_id], found[unit_id]) for unit_id in ranked]

    def weigh(
        self,
        place: Place,
        mandates: Sequence[tuple[str, float]],
        level_hint: Mapping[str, float],
        factors: Factors,
    ) -> list[tuple[str, float]]:
        """The mandates as the authority rules move them, likeliest first.

        A mandate whose usual level a rule confirms grows, one whose level it denies shrinks; what
        the mandates have together stays.
        """
        if not factors:
            return list(mandates)
        moved = [
            (label, p * self._confirmed(label, place, level_hint, factors.get(label, {})))
            for label, p in mandates
        ]
        total = sum(p for _, p in mandates) / sum(p for _, p in moved)
        return sorted(((label, p * total) for label, p in moved), key=lambda pair: -pair[1])

    def _confirmed(
        self,
        label: str,
        place: Place,
        level_hint: Mapping[str, float],
        factors: Mapping[str, float],
    ) -> float:
        if not factors or label in self._desks.own:
            return 1.0
        shares = self.level_shares(label, place, level_hint)
        return sum(share * factors.get(level, 1.0) for level, share in shares.items())

    def _twins(self, label: str, place: Place) -> list[tuple[Unit, float]]:
        """The units of a name that could not be resolved, one for each region's papers."""
        twins = [self._desks.units[unit_id] for unit_id in self._desks.own[label]]
        return [(u, place.regencies.get(u.region_code or "", 0.0) + LEAST) for u in twins]

    def _compose_ways(self, label: str, place: Place) -> list[Way]:
        """The ways from a mandate to its units at a place."""
        ways: list[Way] = []
        for level, weight in self._levels(label, place.context, tuple(place.regencies)).items():
            if level in OFFICE_LEVELS:
                ways.append(Way(level, weight, 0.0, list(self._offices(label, level, place))))
            else:
                regions = self._regions(label, level, place)
                cells = [(p, self._cell(label, level, region)) for region, p in regions]
                ways.append(Way(level, weight, LEAST, cells))
        return ways

    def level_shares(
        self, mandate: str, place: Place, hint: Mapping[str, float]
    ) -> dict[Level, float]:
        """P(level | mandate, place), moved by the text's own hint (level → factor)."""
        levels = self._levels(mandate, place.context, tuple(place.regencies))
        shares = {level: weight * hint.get(level, 1.0) for level, weight in levels.items()}
        total = sum(shares.values())
        return {level: share / total for level, share in shares.items()}

    def _compose_levels(
        self, mandate: str, context: str, regencies: tuple[str, ...]
    ) -> dict[Level, float]:
        """The levels where a mandate exists, each with its weight: prior and counted cases."""
        weights = LEVEL_WEIGHTS[context]
        levels = self._registry.levels(mandate, regencies)
        scale = _LEVEL_PRIOR / sum(weights[level] for level in levels)
        counted = self._desks.levels.get(context, {}).get(mandate, {})
        return {
            level: weights[level] * scale + counted.get(level, 0.0)
            for level in LEVELS
            if level in levels
        }

    def cell(self, mandate: str, level: Level, region: str | None, said: Said) -> Shares:
        """The units of a mandate at a region with their shares, which sum to 1."""
        return self._cell(mandate, level, region).read(said)

    def _compose_cell(self, mandate: str, level: Level, region: str | None) -> Cell:
        usual = list(self._registry.units(mandate, level, region))
        counts = self._desks.cells.get(cell_key(mandate, region), {})
        known = self._desks.units
        units = {unit.unit_id: unit for unit in usual}
        units |= {unit_id: known[unit_id] for unit_id in counts if unit_id in known}
        shares = {unit_id: counts.get(unit_id, 0.0) for unit_id in units}
        for unit, prior in zip(usual, _priors(len(usual)), strict=True):
            shares[unit.unit_id] += _CELL_PRIOR * prior
        total = sum(shares.values())
        kept = [(units[unit_id], share / total) for unit_id, share in shares.items() if share]
        return Cell.of(kept, (self._registry.aliases(unit) for unit, _ in kept))

    def _regions(
        self, mandate: str, level: Level, place: Place
    ) -> Iterator[tuple[str | None, float]]:
        if level == "nation":
            yield NATION, 1.0
            return
        known = place.regencies if level == "regency" else place.provinces
        yield from known.items()
        left = 1.0 - sum(known.values())
        if left <= LEAST:
            return
        # Nothing speaks for a place: earlier cases of this kind say where such texts belong.
        counts = {
            region: n
            for region, n in self._nowhere.get(mandate, {}).items()
            if (region.count(".") == 1) == (level == "regency")
        }
        total = sum(counts.values()) + _CELL_PRIOR
        for region, n in counts.items():
            yield region, left * n / total
        yield None, left * _CELL_PRIOR / total

    def _offices(self, mandate: str, level: Level, place: Place) -> Iterator[tuple[float, Cell]]:
        """District and village offices in each possible regency."""
        written = place.village if level == "village" else place.district
        regencies: list[tuple[str | None, float]] = list(place.regencies.items())
        regencies.append((None, 1.0 - sum(place.regencies.values())))
        for regency, probability in regencies:
            if probability <= LEAST:
                continue
            if written:
                yield probability, self._office(mandate, level, written, place.district, regency)
            else:
                yield probability, self._somewhere(mandate, level, regency)

    def _compose_office(
        self, mandate: str, level: Level, written: str, district: str, regency: str | None
    ) -> Cell:
        """A written place's office; where labels tell namesakes apart by district, so do we."""
        if level == "village" and district and regency:
            longer = self._registry.office(mandate, level, f"{written} - {district}", regency)
            if longer.unit_id in self._desks.units:
                return Cell([(longer, 1.0)])
        return Cell([(self._registry.office(mandate, level, written, regency), 1.0)])

    def _compose_somewhere(self, mandate: str, level: Level, regency: str | None) -> Cell:
        return Cell([(self._registry.somewhere(mandate, level, regency), 1.0)])


def _facts(place: Place) -> tuple[object, ...]:
    """A place as a key."""
    regencies, provinces = tuple(place.regencies.items()), tuple(place.provinces.items())
    return place.context, regencies, provinces, place.district, place.village


def _new_memory(*_: object) -> dict[str, list[Way]]:
    return {}


def _times(hint: Mapping[str, float], factors: Mapping[str, float] | None) -> Mapping[str, float]:
    if not factors:
        return hint
    return {level: hint.get(level, 1.0) * factors.get(level, 1.0) for level in LEVELS}


def _priors(units: int) -> list[float]:
    """How the prior of a cell divides among its usual units."""
    if units <= 1:
        return [1.0] * units
    return [_USUAL, *([(1 - _USUAL) / (units - 1)] * (units - 1))]
