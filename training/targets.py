"""What each labelled case teaches: which mandates, at which level, which unit."""

from collections.abc import Iterable
from dataclasses import dataclass

from data.complaint import LabelledCase
from data.registry.regions import NATION, Level, level_of
from data.registry.registry import OFFICE_LEVELS, Registry
from data.registry.units import Unit
from evaluation.labels import OWN_DESK, label_unit

__all__ = ["OWN_DESK", "Target", "make_targets", "unit_level"]


@dataclass(frozen=True, slots=True)
class Target:
    """A case as training sees it.

    Attributes:
        case: the labelled case.
        mandates: the mandates that its unit serves, one of which the case is about; empty if the
            case has no unit.
        level: the level of government that answered, empty if unknown.
        unit: the unit of its label; None for starter cases and for cases without a unit.
        resolved: False where the label could not be resolved and became a desk of its own.
    """

    case: LabelledCase
    mandates: tuple[str, ...] = ()
    level: str = ""
    unit: Unit | None = None
    resolved: bool = True


def make_targets(cases: Iterable[LabelledCase], registry: Registry) -> list[Target]:
    """Targets in the order of the cases."""
    return [_target(case, registry) for case in cases]


def unit_level(unit: Unit, registry: Registry) -> Level:
    """The level of government at which a unit answers."""
    if unit.region_code == NATION:
        return "nation"
    mandate = registry.mandates.get(unit.mandate)
    levels = list(mandate.levels) if mandate else []
    if len(levels) == 1 and levels[0] in OFFICE_LEVELS:
        return levels[0]
    return level_of(unit.region_code) if unit.region_code else "regency"


def _target(case: LabelledCase, registry: Registry) -> Target:
    if case.mandate:
        return Target(case, (case.mandate,), case.level)
    labelled = label_unit(case, registry)
    if labelled is None:
        return Target(case)
    unit, resolved = labelled
    return Target(case, unit.serves, unit_level(unit, registry), unit, resolved)
