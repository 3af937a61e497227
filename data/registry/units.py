"""Units: mandate × jurisdiction, with their own names where a city gave them some."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from data.registry.names import slug
from data.registry.regions import NATION, Level, Region, Regions, ancestor, place_key
from data.registry.tables import Agency, Mandate

NOWHERE = "-"
_PLACED = ("province", "regency")  # levels whose units bear the name of their region
_DISTRICT = re.compile(
    r"\s*,?\s*\b(?:kec(?:amatan)?|kapanewon|distrik)\b\.?\s*|\s*[-,]\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A desk that a complaint can be sent to.

    Attributes:
        unit_id: "35.78/lingkungan"; "-/…" where the place is not known.
        name: the unit's written name.
        agency: the government, ministry or company that it belongs to.
        mandate: its main mandate.
        region_code: where it answers; "ID" for the nation, None where unknown.
        serves: every mandate that it answers for, the main one first.
    """

    unit_id: str
    name: str
    agency: str
    mandate: str
    region_code: str | None
    serves: tuple[str, ...]


def unit_id(region_code: str | None, mandate: str, qualifier: str = "") -> str:
    """The identifier of a composed unit."""
    tail = f":{qualifier}" if qualifier else ""
    return f"{region_code or NOWHERE}/{mandate}{tail}"


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes units from mandates, agencies and regions where no profile says otherwise."""

    mandates: dict[str, Mandate]
    agencies: dict[str, Agency]
    regions: Regions
    _served: dict[tuple[str, Level], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def office(self, mandate: str, level: Level) -> str:
        """The mandate whose office serves ``mandate`` at that level by default."""
        seen = {mandate}
        while True:
            desk = self.mandates[mandate].levels.get(level)
            if desk is None or desk.office is None or desk.office in seen:
                return mandate
            mandate = desk.office
            seen.add(mandate)

    def served_by(self, office: str, level: Level) -> tuple[str, ...]:
        """All mandates that an office serves at that level by default, its own first."""
        known = self._served.get((office, level))
        if known is None:  # asked for each place anew, and the same everywhere
            others = [
                m.id
                for m in self.mandates.values()
                if m.id != office and level in m.levels and self.office(m.id, level) == office
            ]
            known = self._served[office, level] = (office, *others)
        return known

    def national(self, agency_id: str) -> Unit:
        """A national agency as a unit."""
        agency = self.agencies[agency_id]
        parent = self.agencies.get(agency.parent or "")
        return Unit(
            unit_id=f"{NATION}/{agency.id}",
            name=agency.name,
            agency=parent.name if parent else agency.name,
            mandate=agency.mandate,
            region_code=NATION,
            serves=(agency.mandate,),
        )

    def member(self, family: str, name: str) -> Unit:
        """One agency of a family that the tables give only a pattern for (a university)."""
        pattern = self.agencies[family]
        return Unit(
            unit_id=f"{NATION}/{slug(name)}",
            name=name.strip(),
            agency=name.strip(),
            mandate=pattern.mandate,
            region_code=NATION,
            serves=(pattern.mandate,),
        )

    def local(
        self,
        mandate: str,
        level: Level,
        region_code: str | None,
        *,
        name: str = "",
        qualifier: str = "",
        serves: Sequence[str] = (),
        agency: str | None = None,
    ) -> Unit:
        """A unit below the nation: a local government's, or a national agency's branch.

        Args:
            mandate: the mandate whose office it is.
            level: the level whose names apply.
            region_code: where; None gives a unit "somewhere".
            name: its own written name without the place, instead of the usual one.
            qualifier: what tells it from other units of the same mandate and region.
            serves: the mandates that it serves, by default those of the office.
            agency: id of the national agency whose branch it is, "" for a local government's; by
                default that of the desk.
        """
        desk = self.mandates[mandate].levels[level]
        region = self.regions.get(region_code) if region_code else None
        owner = self.agencies.get((desk.agency if agency is None else agency) or "")
        return Unit(
            unit_id=unit_id(region_code, mandate, qualifier),
            name=_named_at(name or desk.names[0], region if level in _PLACED else None),
            agency=owner.name if owner else government(self.regions, region),
            mandate=mandate,
            region_code=region_code,
            serves=tuple(serves) or self.served_by(mandate, level),
        )

    def office_at(
        self, place: str, mandate: str, level: Level, region: str | None, *, prefix: str = ""
    ) -> Unit:
        """A district's or village's own office by its written name.

        The region is the finest one known: the place's own code where places are imported.

        Args:
            prefix: the word for such offices there ("Nagari"), instead of the usual one.
        """
        code, written = self.place_code(place, level, region)
        known = self.regions.get(code) if code else None
        desk = self.mandates[mandate].levels[level]
        if code and level == "village" and prefix in ("", "Desa", "Kelurahan"):
            prefix = village_prefix(code)
        regency = ancestor(code, "regency") if code else region
        owner = self.agencies.get(desk.agency or "")
        return Unit(
            unit_id=unit_id(code, mandate)
            if code
            else unit_id(region, mandate, place_key(written)),
            name=f"{prefix or desk.names[0]} {known.name if known else written}",
            agency=owner.name
            if owner
            else government(self.regions, self.regions.get(regency) if regency else None),
            mandate=mandate,
            region_code=code or region,
            serves=(mandate,),
        )

    def place_code(self, place: str, level: Level, region: str | None) -> tuple[str | None, str]:
        """The code of a written district or village ("Wonorejo - Rungkut"), and its clean name."""
        for written in (place, place.replace("-", " ")):
            found = self.regions.find(written, level=level, within=region)
            if len(found) == 1:
                return found[0], place
        village, district = _village_and_district(place)
        if level != "village" or not district:
            return None, place
        for parent in self.regions.find(district, level="district", within=region):
            inside = self.regions.find(village, level="village", within=parent)
            if len(inside) == 1:
                return inside[0], place
        return None, place if "-" in place else f"{village} - {district}"


def _village_and_district(place: str) -> tuple[str, str]:
    """ "Wonorejo - Rungkut" and "Wonorejo, Kec. Rungkut" parted; no district if none is named."""
    parted = _DISTRICT.split(place, maxsplit=1) if _DISTRICT.search(place) else [place, ""]
    return parted[0].strip(), parted[1].strip()


def _named_at(name: str, region: Region | None) -> str:
    """An office's name with its place; the cities of Jakarta have a "Suku Dinas"."""
    if region is None:
        return name
    if region.kind and " Administrasi " in region.name and name.startswith("Dinas "):
        name = f"Suku {name}"
    names_it = any(written in name for written in (region.short, *region.aliases))
    if names_it:
        return name
    # "Dinas Perhubungan Provinsi" and its like bear the type word of their place already.
    bare = name.removesuffix(f" {region.full.split()[0]}") if region.kind != "kota" else name
    return f"{bare} {region.full}"


def government(regions: Regions, region: Region | None) -> str:
    """The government that answers at a region: its own, or its regency's below that."""
    if region is None:
        return ""
    if region.level in ("province", "regency"):
        return region.government
    regency = regions.get(ancestor(region.code, "regency") or "")
    return regency.government if regency else ""


def village_prefix(code: str | None) -> str:
    """ "Desa" or "Kelurahan": in the Kemendagri code the village part starts with 2 or 1."""
    return "Desa" if code and code.rsplit(".", 1)[-1].startswith("2") else "Kelurahan"
