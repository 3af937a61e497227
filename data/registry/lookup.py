"""From a unit's id back to the unit."""

from typing import TYPE_CHECKING

from data.registry.regions import NATION, level_of
from data.registry.units import NOWHERE, Unit

if TYPE_CHECKING:
    from data.registry.registry import Registry


def find_unit(registry: "Registry", unit_id: str) -> Unit | None:
    """The unit that the registry composes under an id; None if it composes none.

    >>> from data.registry.registry import Registry
    >>> find_unit(Registry.from_tables(), "64.72/lingkungan").name
    'Dinas Lingkungan Hidup Kota Samarinda'
    """
    region, _, name = unit_id.partition("/")
    mandate, _, place = name.partition(":")
    if mandate not in registry.mandates and region != NATION and region not in registry.profiles:
        return None
    if region == NATION:
        return registry.national(name)
    return next(
        (unit for unit in _composed(registry, region, mandate, place) if unit.unit_id == unit_id),
        None,
    )


def _composed(registry: "Registry", region: str, mandate: str, place: str) -> list[Unit]:
    """The units that may bear an id of that region, mandate and written place."""
    profile = registry.profiles.get(region)
    found = [entry.unit for entry in profile.units] if profile else []
    if mandate not in registry.mandates:
        return found
    levels = registry.mandates[mandate].levels
    if region == NOWHERE or place:
        within = None if region == NOWHERE else region
        known = [level for level in levels if level != "nation"]
        found += [registry.somewhere(mandate, level, within) for level in known]
        offices = [level for level in known if level in ("district", "village")]
        found += [registry.office(mandate, level, place, within) for level in offices if place]
    elif registry.regions.get(region):
        found += registry.units(mandate, level_of(region), region)
        found += [
            registry.somewhere(mandate, level, region) for level in levels if level != "nation"
        ]
    return found
