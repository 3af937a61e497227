"""Through which region's door a complaint came."""

from data.complaint import Complaint
from data.errors import PintuError
from data.registry.regions import NATION, government_name
from data.registry.registry import Registry


def door_code(door: str, registry: Registry) -> str:
    """The code of the region that a door's name stands for.

    Raises:
        PintuError: no region is called so.
    """
    found = [c for c in registry.regions.find(government_name(door)) if c.count(".") <= 1]
    if not found:
        raise PintuError(
            f"door {door!r} is no known region; write its full name (Kota Surabaya, "
            "Kabupaten Bandung, Jawa Timur) or its code (35.78)"
        )
    return found[0]


def door_of(complaint: Complaint, registry: Registry) -> str | None:
    """The door that a complaint names itself: a government, or an office of one."""
    if not complaint.door:
        return None
    try:
        return door_code(complaint.door, registry)
    except PintuError:
        unit = registry.resolve(complaint.door).unit
        return unit.region_code if unit and unit.region_code != NATION else None
