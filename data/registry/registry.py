"""The registry: every table together, and the way from a mandate at a place to a unit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from data.registry.profiles import Profile, bundled_profiles, profile_from
from data.registry.regions import TABLES, Level, Region, Regions, level_of, read_regions
from data.registry.resolve import Resolution, Resolver
from data.registry.tables import (
    Agency,
    Mandate,
    agency_from,
    mandate_from,
    read_agencies,
    read_mandates,
)
from data.registry.units import Composer, Unit

OFFICE_LEVELS: tuple[Level, ...] = ("district", "village")


class Registry:
    """Composes mandate × jurisdiction into units, and resolves written names to them.

    A profile of a region comes before the patterns there. All tables are plain values: a registry
    can be written into a bundle and read back (``to_row``, ``from_row``).
    """

    def __init__(
        self,
        mandates: Mapping[str, Mandate],
        agencies: Mapping[str, Agency],
        regions: Regions,
        profiles: Iterable[Profile] = (),
    ) -> None:
        self.mandates = dict(mandates)
        self.agencies = dict(agencies)
        self.regions = regions
        self.profiles = {profile.region: profile for profile in profiles}
        self._composer = Composer(self.mandates, self.agencies, regions)

    @classmethod
    def from_tables(cls, profile: Path | None = None, places: Path | None = None) -> "Registry":
        """The registry of the bundled tables.

        Args:
            profile: a deployment's own profile, which replaces a bundled one of the same region.
            places: an imported CSV file of districts and villages.

        Raises:
            TableError: a table or the profile has faults.
        """
        from data.registry.profiles import read_profile

        found = read_regions(TABLES / "regions.csv")
        if places is not None:
            known = {region.code for region in found}
            found += [region for region in read_regions(places) if region.code not in known]
        regions = Regions(found)
        mandates = read_mandates()
        profiles = bundled_profiles(mandates, regions)
        if profile is not None:
            profiles.append(read_profile(profile, mandates, regions))
        return cls(mandates, read_agencies(), regions, profiles)

    def with_profile(self, profile: Path) -> "Registry":
        """A copy in which that profile file holds for its region.

        Raises:
            TableError: the profile has faults.
        """
        from data.registry.profiles import read_profile

        added = read_profile(profile, self.mandates, self.regions)
        return Registry(
            self.mandates, self.agencies, self.regions, [*self.profiles.values(), added]
        )

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self._composer, list(self.profiles.values()))

    def resolve(self, name: str, region: str | None = None) -> Resolution:
        """The unit that a written name stands for; see ``Resolver``."""
        return self._resolver.resolve(name, region)

    def nearest(self, query: str, region: str | None = None, limit: int = 5) -> list[Unit]:
        """The units whose written names are most like a query, the most similar first."""
        return self._resolver.nearest(query, region, limit)

    @cached_property
    def _national(self) -> dict[str, list[Unit]]:
        """The national desks of each mandate, the main one first."""
        desks: dict[str, list[Unit]] = {}
        for agency in sorted(self.agencies.values(), key=lambda a: not a.main):
            if not agency.pattern:
                desks.setdefault(agency.mandate, []).append(self._composer.national(agency.id))
        return desks

    def national(self, agency: str) -> Unit | None:
        """The national agency of that id as a unit; None if unknown."""
        return self._composer.national(agency) if agency in self.agencies else None

    def units(self, mandate: str, level: Level, region: str | None) -> Sequence[Unit]:
        """The units that answer for a mandate at a region of that level, the usual one first."""
        if level == "nation":
            return self._national.get(mandate, [])
        profile = self.profiles.get(region or "")
        if profile and level == level_of(profile.region):
            served = profile.serving(mandate)
            branch = self.mandates[mandate].levels.get(level)
            if branch and branch.agency:
                served = [*served, self._composer.local(mandate, level, region)]
            if served:
                return served
        if level not in self.mandates[mandate].levels:
            return []
        return [self._composer.local(self._composer.office(mandate, level), level, region)]

    def levels(self, mandate: str, regions: Iterable[str] = ()) -> set[Level]:
        """The levels where a mandate is served: those of the tables, and those of the profiles
        that give it to a unit of their own in one of these regions or around it."""
        levels = set(self.mandates[mandate].levels)
        for region in regions:
            for code in (region, region.split(".")[0]):
                if code in self.profiles and self.profiles[code].serving(mandate):
                    levels.add(level_of(code))
        return levels

    def aliases(self, unit: Unit) -> tuple[str, ...]:
        """The names under which a profile's unit is written, its own first."""
        profile = self.profiles.get(unit.region_code or "")
        entries = profile.units if profile else ()
        found = next((e.names for e in entries if e.unit.unit_id == unit.unit_id), None)
        return found or (unit.name,)

    def office(self, mandate: str, level: Level, place: str, region: str | None) -> Unit:
        """The office of a written district or village ("Kecamatan Tambaksari")."""
        return self._composer.office_at(place, mandate, level, region)

    def somewhere(self, mandate: str, level: Level, region: str | None) -> Unit:
        """A unit of which only the mandate, and perhaps the region around it, is known."""
        return self._composer.local(mandate, level, region)

    def to_row(self) -> dict[str, Any]:
        """All tables as plain JSON values."""
        return {
            "mandates": [asdict(m) for m in self.mandates.values()],
            "agencies": [asdict(a) for a in self.agencies.values()],
            "regions": [[r.code, r.name, list(r.aliases)] for r in self.regions],
            "profiles": [profile.to_row() for profile in self.profiles.values()],
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Registry":
        """The registry from ``to_row``'s values."""
        regions = Regions(Region(code, name, tuple(al)) for code, name, al in row["regions"])
        return cls(
            {m["id"]: mandate_from(m) for m in row["mandates"]},
            {a["id"]: agency_from(a) for a in row["agencies"]},
            regions,
            [profile_from(profile, regions) for profile in row["profiles"]],
        )
