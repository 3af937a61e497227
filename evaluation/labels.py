"""What a labelled case's unit stands for in the registry."""

from data.cases import papers_region
from data.complaint import LabelledCase
from data.registry.names import slug
from data.registry.registry import Registry
from data.registry.units import NOWHERE, Unit

OWN_DESK = "desk:"


def label_unit(case: LabelledCase, registry: Registry) -> tuple[Unit, bool] | None:
    """The unit of a case's label and whether the registry knows it; None without a label."""
    if not case.unit:
        return None
    region = papers_region(case, registry.regions)
    found = registry.resolve(case.unit, region).unit
    if found:
        return found, True
    label = OWN_DESK + slug(case.unit)
    unit_id = f"{region or NOWHERE}/{label}"
    return Unit(unit_id, case.unit, case.agency, label, region, (label,)), False
