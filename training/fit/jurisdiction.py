"""Counts on labelled cases how much fields, doors and named places are worth."""

from collections.abc import Mapping, Sequence

from classifier.desks import Desks, cell_key
from classifier.jurisdiction import (
    Counts,
    context_of,
    field_key,
    field_regencies,
    key_of,
    named_regencies,
    signatures,
)
from classifier.places import PlaceFinder
from data.complaint import Complaint
from data.registry.regions import NATION, ancestor, government_name
from data.registry.registry import OFFICE_LEVELS, Registry
from training.targets import OWN_DESK, Target


def named_places(targets: Sequence[Target], registry: Registry) -> list[dict[str, float]]:
    """For each case the regencies that its text names, with probabilities."""
    finder = PlaceFinder(registry.regions)
    named: list[dict[str, float]] = []
    for target in targets:
        complaint = target.case.complaint
        near = door_regency(complaint, registry)
        if near is None and complaint.regency:
            near = next(iter(registry.regions.find(complaint.regency, level="regency")), None)
        named.append(named_regencies(finder.find(complaint.words, regency=near)))
    return named


def door_regency(complaint: Complaint, registry: Registry) -> str | None:
    """The regency that a complaint's door names, if any."""
    return next(iter(registry.regions.find(government_name(complaint.door), level="regency")), None)


def contexts(targets: Sequence[Target], named: Sequence[Mapping[str, float]]) -> list[str]:
    """What places each case (``Place.context``)."""
    return [
        context_of(bool(t.case.complaint.door or t.case.complaint.regency), places)
        for t, places in zip(targets, named, strict=True)
    ]


def count_evidence(
    targets: Sequence[Target],
    mandates: Sequence[str],
    named: Sequence[Mapping[str, float]],
    registry: Registry,
) -> Counts:
    """What the cases with a resolved local unit say about evidence.

    Args:
        targets: labelled cases.
        mandates: the mandate chosen for each, same length.
        named: the regencies that each text names, same length.
        registry: its regions read the fields.
    """
    counts = Counts()
    local = [
        (target.case.complaint, mandate, places, regency)
        for target, mandate, places in zip(targets, mandates, named, strict=True)
        if target.unit and (regency := ancestor(target.unit.region_code or NATION, "regency"))
    ]
    for complaint, _, _, regency in local:
        wording = field_key(complaint)
        if wording:
            _add(counts.fields.setdefault(wording, {}), regency)
    for complaint, mandate, places, regency in local:
        fields = field_regencies(complaint, registry.regions, counts)
        found = False
        for code, signature in signatures(door_regency(complaint, registry), fields, places):
            found = True
            row = counts.evidence.setdefault(key_of(signature), [0.0, 0.0])
            row[0] += code == regency
            row[1] += 1
        if not found:
            _add(counts.nowhere.setdefault(mandate, {}), regency)
    return counts


def count_desks(
    targets: Sequence[Target],
    mandates: Sequence[str],
    placed: Sequence[str],
    registry: Registry,
) -> Desks:
    """Which units and levels answered for each mandate.

    Args:
        targets: labelled cases.
        mandates: the mandate chosen for each, same length.
        placed: what places each (``Place.context``), same length.
        registry: tells which units need no counting to be known.
    """
    desks = Desks()
    for target, mandate, context in zip(targets, mandates, placed, strict=True):
        unit = target.unit
        if unit is None:
            continue
        if mandate.startswith(OWN_DESK):
            desks.units[unit.unit_id] = unit
            twins = desks.own.setdefault(mandate, [])
            if unit.unit_id not in twins:
                twins.append(unit.unit_id)
            continue
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
