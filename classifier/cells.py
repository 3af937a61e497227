"""The ways from a mandate to its units at a place, and which of the units a text names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from data.registry.regions import NATION, Level
from data.registry.units import Unit
from data.text import normalise

LEAST = 1e-4  # joint probability below which a way is not followed further
_NAMED = 30.0  # how much likelier a unit becomes when the text holds its own name

Shares = Sequence[tuple[Unit, float]]
Names = Sequence[frozenset[str]]  # the words of each name of one unit that set it apart


@dataclass(frozen=True, slots=True)
class Said:
    """The words of the normalised text and the ids of the national units that it names."""

    words: frozenset[str]
    units: frozenset[str]

    def names(self, unit: Unit, own: Names) -> bool:
        """Whether the text names a unit: a national one, or by all words of one of its names."""
        if unit.region_code == NATION:
            return unit.unit_id in self.units
        return any(name <= self.words for name in own)


@dataclass(frozen=True, slots=True)
class Cell:
    """Units with their shares, which sum to 1.

    Attributes:
        shares: of a text that names none of them.
        own: the names of each.
        telling: the words of these names; a text without any of them names no unit.
    """

    shares: Shares
    own: Sequence[Names] = ()
    telling: frozenset[str] = frozenset()

    @classmethod
    def of(cls, shares: Shares, written: Iterable[tuple[str, ...]]) -> "Cell":
        """The cell of some units and the names under which each is written, its own first."""
        if len(shares) < 2:
            return cls(shares)
        own = _own_names(tuple(written))
        telling = frozenset(word for names in own for name in names for word in name)
        return cls(_whole(shares), own, telling)

    def read(self, said: Said) -> Shares:
        """The shares after a text, which may raise units that it names."""
        if not self.own or (not said.units and said.words.isdisjoint(self.telling)):
            return self.shares
        return _whole(
            [
                (unit, share * _NAMED if said.names(unit, own) else share)
                for (unit, share), own in zip(self.shares, self.own, strict=True)
            ]
        )


class Way(NamedTuple):
    """A level that may answer for a mandate at a place, with the units that may do so there.

    Attributes:
        level: of government.
        weight: of the level, before the text's hint.
        least: joint probability below which a region is not followed further.
        cells: probability of each possible region, and the units there.
    """

    level: Level
    weight: float
    least: float
    cells: Sequence[tuple[float, Cell]]


def follow(
    ways: Sequence[Way],
    probability: float,
    hint: Mapping[str, float],
    said: Said,
    worded: Shares | None = None,
    share_worded: float = 0.0,
) -> list[tuple[Unit, float]]:
    """The units that may answer for one mandate, with their part of its probability.

    Args:
        ways: to them.
        probability: of the mandate.
        hint: level → factor by which the text speaks for it.
        said: what the text says.
        worded: what the wording alone says of the units, if anything.
        share_worded: its weight.
    """
    ends = [(unit, probability * share_worded * share) for unit, share in worded or ()]
    weights = [way.weight * hint.get(way.level, 1.0) for way in ways]
    total = sum(weights)
    left = probability * (1 - share_worded) if worded else probability
    for weight, (_, _, least, cells) in zip(weights, ways, strict=True):
        p = left * (weight / total)
        if p < LEAST:
            continue
        for p_region, cell in cells:
            if p * p_region >= least:
                ends += [(unit, p * p_region * share) for unit, share in cell.read(said)]
    return ends


def _whole(shares: Shares) -> Shares:
    """Shares that sum to 1."""
    total = sum([share for _, share in shares])
    return [(unit, share / total) for unit, share in shares]


@lru_cache(maxsize=5_000)
def _own_names(units: tuple[tuple[str, ...], ...]) -> list[list[frozenset[str]]]:
    """For each unit the longer words of each of its names that not all units share."""
    words = [[normalise(name).split() for name in names] for names in units]
    common = set.intersection(*(set(names[0]) for names in words))
    own = [
        [frozenset(w for w in name if w not in common and len(w) > 3) for name in names]
        for names in words
    ]
    return [[name for name in names if name] for names in own]
