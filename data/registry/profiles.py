"""Profiles: how one deployment's government divides the mandates among its own units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from data.errors import TableError
from data.registry.names import slug
from data.registry.regions import TABLES, Regions, level_of
from data.registry.tables import Mandate
from data.registry.units import Unit


@dataclass(frozen=True, slots=True)
class ProfileUnit:
    """A unit of a profile with the names under which people write it."""

    unit: Unit
    aliases: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.unit.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Profile:
    """The units of one region and the mandates that each serves."""

    region: str
    agency: str
    units: tuple[ProfileUnit, ...]

    def serving(self, mandate: str) -> list[Unit]:
        """The units that answer for a mandate, in the order of the file."""
        return [entry.unit for entry in self.units if mandate in entry.unit.serves]

    def to_row(self) -> dict[str, Any]:
        """The profile in the form of its file."""
        units = [
            {"name": e.unit.name, "mandates": list(e.unit.serves), "aliases": list(e.aliases)}
            for e in self.units
        ]
        return {"region": self.region, "agency": self.agency, "units": units}


def read_profile(path: Path, mandates: Mapping[str, Mandate], regions: Regions) -> Profile:
    """A profile from a YAML file.

    Raises:
        TableError: every fault of the file with its line and remedy.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        # Without types: 32.10 stays the code of Majalengka and is no number.
        row = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes text only
    except OSError as error:
        raise TableError(str(path), [f"{error.strerror}; give the path of a profile"]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise TableError(str(path), [f"{where}not readable as YAML; mend the syntax"]) from None
    problems = list(_doubled_keys(node))
    problems = problems or list(_problems(row, _unit_lines(node), mandates, regions))
    if problems:
        raise TableError(str(path), problems)
    return profile_from(row, regions)


def bundled_profiles(mandates: Mapping[str, Mandate], regions: Regions) -> list[Profile]:
    """The profiles that come with Pintu."""
    paths = sorted((TABLES / "profiles").glob("*.yaml"))
    return [read_profile(path, mandates, regions) for path in paths]


def profile_from(row: Mapping[str, Any], regions: Regions) -> Profile:
    """A profile from a row that was checked before."""
    region = regions.find(str(row["region"]))[0]
    known = regions.get(region)
    agency = row.get("agency") or (known.government if known else "")
    units = tuple(
        ProfileUnit(
            Unit(
                unit_id=f"{region}/{slug(entry['name'])}",
                name=entry["name"],
                agency=agency,
                mandate=entry["mandates"][0],
                region_code=region,
                serves=tuple(entry["mandates"]),
            ),
            tuple(str(alias) for alias in entry.get("aliases") or ()),
        )
        for entry in row["units"]
    )
    return Profile(region=region, agency=agency, units=units)


def _unit_nodes(node: Any) -> list[Any]:
    """The YAML nodes of the entries of ``units``."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "units" and isinstance(value, yaml.SequenceNode):
                return list(value.value)
    return []


def _unit_lines(node: Any) -> list[int]:
    """The line on which each entry of ``units`` begins."""
    return [item.start_mark.line + 1 for item in _unit_nodes(node)]


def _doubled_keys(node: Any) -> Iterable[str]:
    """Keys that stand twice in one mapping, of which YAML would keep the last."""
    for mapping in (node, *_unit_nodes(node)):
        if not isinstance(mapping, yaml.MappingNode):
            continue
        seen: set[str] = set()
        for key, _ in mapping.value:
            name = str(key.value)
            if name in seen:
                yield f"line {key.start_mark.line + 1}: key {name!r} stands twice; keep one"
            seen.add(name)


def _problems(
    row: Any, lines: list[int], mandates: Mapping[str, Mandate], regions: Regions
) -> Iterable[str]:
    if not isinstance(row, dict):
        yield "line 1: not a mapping; a profile has the keys region, agency and units"
        return
    for key in sorted(set(row) - {"region", "agency", "units"}):
        yield f"key {key!r} is unknown; a profile has the keys region, agency and units"
    if not isinstance(row.get("agency", ""), str):
        yield "agency is no text; write the government's name"
    yield from _region_problems(row.get("region", ""), regions)
    entries = row.get("units")
    if not isinstance(entries, list) or not entries:
        yield "no units; list at least one with name and mandates"
        return
    seen: dict[str, int] = {}
    for entry, line in zip(entries, lines, strict=True):
        yield from _entry_problems(entry, line, seen, mandates)


def _region_problems(written: object, regions: Regions) -> Iterable[str]:
    found = regions.find(written) if isinstance(written, str) else []
    if not found:
        yield f"region {written!r} is unknown; give a code (35.78) or a full name"
    elif level_of(found[0]) not in ("province", "regency"):
        yield f"region {written!r} is a {level_of(found[0])}; give a province, regency or city"
    elif len({code for code in found if level_of(code) == level_of(found[0])}) > 1:
        listed = ", ".join(f"{code} ({regions.name(code)})" for code in found)
        yield f"region {written!r} may be {listed}; give the code"


def _entry_problems(
    entry: Any, line: int, seen: dict[str, int], mandates: Mapping[str, Mandate]
) -> Iterable[str]:
    where = f"line {line}"
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
        yield f"{where}: a unit without a name; add name: …"
        return
    name = entry["name"]
    for key in sorted(set(entry) - {"name", "mandates", "aliases"}):
        yield f"{where}: {name}: key {key!r} is unknown; use name, mandates, aliases"
    aliases = entry.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        yield f"{where}: {name}: aliases is no list of names; write [name, name]"
        aliases = []
    for written in dict.fromkeys((slug(name), *map(slug, aliases))):
        other = seen.setdefault(written, line)
        if other != line:
            yield f"{where}: {name}: {written!r} stands on line {other} too; keep one"
    served = entry.get("mandates")
    if not isinstance(served, list) or not served:
        yield f"{where}: {name}: no mandates; list at least one, the main one first"
        return
    for mandate in served:
        if mandate not in mandates:
            close = get_close_matches(str(mandate), mandates, 1)
            hint = f"; did you mean {close[0]!r}?" if close else "; see `pintu mandates`"
            yield f"{where}: {name}: mandate {mandate!r} is unknown{hint}"
    if len(set(map(str, served))) < len(served):
        yield f"{where}: {name}: a mandate stands twice; keep one"
