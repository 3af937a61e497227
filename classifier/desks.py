"""Mandate × jurisdiction → units, with their joint probability."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from classifier.agencies import AgencyFinder
from classifier.authority import Factors
from classifier.jurisdiction import Place
from data.registry.regions import LEVELS, NATION, Level
from data.registry.registry import OFFICE_LEVELS, Registry
from data.registry.units import Unit
from data.text import normalise

_CELL_PRIOR = 3.0  # cases that the registry's usual units of a cell are worth before any is counted
_USUAL = 0.8  # share of them for the first of several units that a cell has by the tables
_NAMED = 30.0  # how much likelier a unit becomes when the text holds its own name
_LEAST = 1e-4  # joint probability below which a way is not followed further
_LEVEL_PRIOR = 6.0

# Before any case is counted: how a mandate's cases divide among the levels where it exists, for a
# complaint that names a place or came through one's door, and for one that does not.
LEVEL_WEIGHTS: Mapping[str, Mapping[Level, float]] = {
    "placed": {"nation": 0.15, "province": 0.1, "regency": 1.0, "district": 1.0, "village": 1.0},
    "named": {"nation": 0.3, "province": 0.15, "regency": 1.0, "district": 1.0, "village": 1.0},
    "open": {"nation": 0.6, "province": 0.2, "regency": 1.0, "district": 1.0, "village": 1.0},
}

Shares = Sequence[tuple[Unit, float]]


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


@dataclass(frozen=True, slots=True)
class Said:
    """The normalised text and the ids of the national units that it names."""

    text: str
    units: frozenset[str]

    def names(self, unit: Unit, own: Sequence[Sequence[str]]) -> bool:
        """Whether the text names a unit: a national one, or by all words of one of its names."""
        if unit.region_code == NATION:
            return unit.unit_id in self.units
        padded = f" {self.text} "
        return any(all(f" {word} " in padded for word in words) for words in own)


class DeskRanker:
    """Ranks units; cells that were composed once are remembered."""

    def __init__(
        self, registry: Registry, desks: Desks, nowhere: Mapping[str, Mapping[str, float]]
    ) -> None:
        self._registry, self._desks, self._nowhere = registry, desks, nowhere
        self._cell = lru_cache(maxsize=20_000)(self._compose_cell)
        self._office = lru_cache(maxsize=50_000)(self._compose_office)
        self._somewhere = lru_cache(maxsize=5_000)(registry.somewhere)
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
        found: dict[str, tuple[Unit, float]] = {}
        said = Said(text, frozenset(f"{NATION}/{agency}" for agency in self._agencies.find(text)))
        for label, probability in mandates:
            hint = _times(level_hint, factors.get(label, {}))
            units = list(self._units(label, probability, place, hint, said, wording))
            # A way may end without a unit (a mandate that only one of two possible cities has):
            # the ways that do not share its probability.
            kept = sum(share for _, share in units)
            for unit, share in ((u, s * probability / kept) for u, s in units if kept):
                known = found.get(unit.unit_id)
                found[unit.unit_id] = (unit, share + (known[1] if known else 0.0))
        return sorted(found.values(), key=lambda pair: (-pair[1], pair[0].unit_id))

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

    def _units(
        self,
        label: str,
        probability: float,
        place: Place,
        level_hint: Mapping[str, float],
        said: Said,
        wording: Wording,
    ) -> Iterator[tuple[Unit, float]]:
        """The units that may answer for one mandate, with their part of its probability."""
        if label in self._desks.own:
            twins = [self._desks.units[unit_id] for unit_id in self._desks.own[label]]
            near = [place.regencies.get(u.region_code or "", 0.0) + _LEAST for u in twins]
            for unit, weight in zip(twins, near, strict=True):
                yield unit, probability * weight / sum(near)
            return
        worded = wording.units.get(label, ())
        for unit, share in worded:
            yield unit, probability * wording.share * share
        left = probability * (1 - wording.share) if worded else probability
        for level, p_level in self.level_shares(label, place, level_hint).items():
            p = left * p_level
            if p < _LEAST:
                continue
            if level in OFFICE_LEVELS:
                for unit, share in self._offices(label, level, place):
                    yield unit, p * share
                continue
            for region, p_region in self._regions(label, level, place):
                if p * p_region >= _LEAST:
                    for unit, share in self.cell(label, level, region, said):
                        yield unit, p * p_region * share

    def level_shares(
        self, mandate: str, place: Place, hint: Mapping[str, float]
    ) -> dict[Level, float]:
        """P(level | mandate, place), moved by the text's own hint (level → factor)."""
        weights = LEVEL_WEIGHTS[place.context]
        levels = self._registry.levels(mandate, place.regencies)
        scale = _LEVEL_PRIOR / sum(weights[level] for level in levels)
        counted = self._desks.levels.get(place.context, {}).get(mandate, {})
        shares = {
            level: (weights[level] * scale + counted.get(level, 0.0)) * hint.get(level, 1.0)
            for level in LEVELS
            if level in levels
        }
        total = sum(shares.values())
        return {level: share / total for level, share in shares.items()}

    def cell(self, mandate: str, level: Level, region: str | None, said: Said) -> Shares:
        """The units of a mandate at a region with their shares, which sum to 1."""
        shares = self._cell(mandate, level, region)
        if len(shares) < 2:
            return shares
        names = _own_names(tuple(self._registry.aliases(unit) for unit, _ in shares))
        raised = [
            (unit, share * _NAMED if said.names(unit, own) else share)
            for (unit, share), own in zip(shares, names, strict=True)
        ]
        total = sum(share for _, share in raised)
        return [(unit, share / total) for unit, share in raised]

    def _compose_cell(self, mandate: str, level: Level, region: str | None) -> Shares:
        usual = list(self._registry.units(mandate, level, region))
        counts = self._desks.cells.get(cell_key(mandate, region), {})
        known = self._desks.units
        units = {unit.unit_id: unit for unit in usual}
        units |= {unit_id: known[unit_id] for unit_id in counts if unit_id in known}
        shares = {unit_id: counts.get(unit_id, 0.0) for unit_id in units}
        for unit, prior in zip(usual, _priors(len(usual)), strict=True):
            shares[unit.unit_id] += _CELL_PRIOR * prior
        total = sum(shares.values())
        return [(units[unit_id], share / total) for unit_id, share in shares.items() if share]

    def _regions(
        self, mandate: str, level: Level, place: Place
    ) -> Iterator[tuple[str | None, float]]:
        if level == "nation":
            yield NATION, 1.0
            return
        known = place.regencies if level == "regency" else place.provinces
        yield from known.items()
        left = 1.0 - sum(known.values())
        if left <= _LEAST:
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

    def _offices(self, mandate: str, level: Level, place: Place) -> Iterator[tuple[Unit, float]]:
        """District and village offices in each possible regency."""
        written = place.village if level == "village" else place.district
        regencies: list[tuple[str | None, float]] = list(place.regencies.items())
        regencies.append((None, 1.0 - sum(place.regencies.values())))
        for regency, probability in regencies:
            if probability <= _LEAST:
                continue
            if written:
                unit = self._office(mandate, level, written, place.district, regency)
            else:
                unit = self._somewhere(mandate, level, regency)
            yield unit, probability

    def _compose_office(
        self, mandate: str, level: Level, written: str, district: str, regency: str | None
    ) -> Unit:
        """A written place's office; where labels tell namesakes apart by district, so do we."""
        if level == "village" and district and regency:
            longer = self._registry.office(mandate, level, f"{written} - {district}", regency)
            if longer.unit_id in self._desks.units:
                return longer
        return self._registry.office(mandate, level, written, regency)


def _times(hint: Mapping[str, float], factors: Mapping[str, float]) -> Mapping[str, float]:
    if not factors:
        return hint
    return {level: hint.get(level, 1.0) * factors.get(level, 1.0) for level in LEVELS}


def _priors(units: int) -> list[float]:
    """How the prior of a cell divides among its usual units."""
    if units <= 1:
        return [1.0] * units
    return [_USUAL, *([(1 - _USUAL) / (units - 1)] * (units - 1))]


@lru_cache(maxsize=5_000)
def _own_names(units: tuple[tuple[str, ...], ...]) -> list[list[list[str]]]:
    """For each unit the longer words of each of its names that not all units share."""
    words = [[normalise(name).split() for name in names] for names in units]
    common = set.intersection(*(set(names[0]) for names in words))
    own = [
        [[word for word in name if word not in common and len(word) > 3] for name in names]
        for names in words
    ]
    return [[name for name in names if name] for names in own]
