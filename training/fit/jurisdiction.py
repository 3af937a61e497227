"""Counts on labelled cases how much fields, doors and named places are worth."""

from collections.abc import Sequence

from classifier.desks import Desks, cell_key
from classifier.jurisdiction import (
    OPEN,
    PLACED,
    Counts,
    field_key,
    field_regencies,
    key_of,
    named_regencies,
    signatures,
)
from classifier.places import PlaceFinder
from data.registry.regions import NATION, ancestor
from data.registry.registry import OFFICE_LEVELS, Registry
from training.targets import OWN_DESK, Target


def count_evidence(
    targets: Sequence[Target], mandates: Sequence[str], registry: Registry
) -> Counts:
    """What the cases with a resolved local unit say about evidence.

    Args:
        targets: labelled cases.
        mandates: the mandate chosen for each, same length.
        registry: its regions name the places.
    """
    counts = Counts()
    local = [
        (target, mandate, regency)
        for target, mandate in zip(targets, mandates, strict=True)
        if target.unit and (regency := ancestor(target.unit.region_code or NATION, "regency"))
    ]
    for target, _, regency in local:
        wording = field_key(target.case.complaint)
        if wording:
            _add(counts.fields.setdefault(wording, {}), regency)
    finder = PlaceFinder(registry.regions)
    for target, mandate, regency in local:
        complaint = target.case.complaint
        fields = field_regencies(complaint, registry.regions, counts)
        door = next(iter(registry.regions.find(complaint.door, level="regency")), None)
        near = door or max(fields, key=lambda code: fields[code], default=None)
        named = named_regencies(finder.find(complaint.words, regency=near))
        found = False
        for code, signature in signatures(door, fields, named):
            found = True
            row = counts.evidence.setdefault(key_of(signature), [0.0, 0.0])
            row[0] += code == regency
            row[1] += 1
        if not found:
            _add(counts.nowhere.setdefault(mandate, {}), regency)
    return counts


def count_desks(targets: Sequence[Target], mandates: Sequence[str], registry: Registry) -> Desks:
    """Which units and levels answered for each mandate."""
    desks = Desks()
    for target, mandate in zip(targets, mandates, strict=True):
        unit = target.unit
        if unit is None:
            continue
        if mandate.startswith(OWN_DESK):
            desks.units[unit.unit_id] = unit
            desks.own.setdefault(mandate, unit.unit_id)
            continue
        complaint = target.case.complaint
        context = PLACED if complaint.door or complaint.regency else OPEN
        _add(desks.levels.setdefault(context, {}).setdefault(mandate, {}), target.level)
        if target.level in OFFICE_LEVELS:
            desks.units[unit.unit_id] = unit
            continue
        known = {u.unit_id for u in registry.units(mandate, target.level, unit.region_code)}  # type: ignore[arg-type]
        if unit.unit_id not in known:
            desks.units[unit.unit_id] = unit
        _add(desks.cells.setdefault(cell_key(mandate, unit.region_code), {}), unit.unit_id)
    return desks


def _add(counts: dict[str, float], key: str) -> None:
    counts[key] = counts.get(key, 0.0) + 1.0
