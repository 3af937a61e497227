"""From a unit's id back to the unit."""

import pytest

from data.registry.lookup import find_unit


@pytest.mark.parametrize("region", ["35.78", "64.72", "32.04", "35", "91"])
def test_every_unit_of_a_region_is_found_by_its_id(registry, region):
    level = "regency" if "." in region else "province"
    units = {u for m in registry.mandates for u in registry.units(m, level, region)}
    assert len(units) > 15
    found = [find_unit(registry, unit.unit_id) for unit in units]
    assert [(unit.unit_id, unit.name) for unit in found if unit] == [
        (unit.unit_id, unit.name) for unit in units
    ]


def test_every_national_agency_is_found(registry):
    for agency in registry.agencies.values():
        unit = find_unit(registry, f"ID/{agency.id}")
        assert unit is not None
        assert unit.name == agency.name


def test_a_village_office_by_its_written_name(registry):
    unit = registry.office("kelurahan", "village", "Ploso", "35.78")
    assert find_unit(registry, unit.unit_id).unit_id == unit.unit_id


def test_a_unit_of_which_only_the_mandate_is_known(registry):
    assert find_unit(registry, "-/jalan").mandate == "jalan"


@pytest.mark.parametrize(
    "unit_id",
    ["", "/", "35.78", "35.78/", "35.78/atlantis", "99.99/jalan", "ID/atlantis", "x" * 200],
)
def test_what_is_no_unit(registry, unit_id):
    assert find_unit(registry, unit_id) is None
