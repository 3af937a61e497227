"""The project's own tables of mandates and national agencies, read and checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from data.errors import TableError
from data.registry.regions import LEVELS, TABLES, Level

VOLUMES = ("high", "medium", "low")
_MIN_DUTY_WORDS = 40


@dataclass(frozen=True, slots=True)
class Desk:
    """How a mandate is served at one level of government.

    Attributes:
        names: written names without the place; the first is the usual one.
        office: the mandate whose office serves this one where no separate office is known.
        agency: id of the national agency whose branch this is; None for a local government's unit.
        others: further offices of the same mandate that stand beside the usual one, by slug.
        named: whether units carry a proper name of their own ("RSUD dr. Mohamad Soewandhie").
    """

    names: tuple[str, ...] = ()
    office: str | None = None
    agency: str | None = None
    others: "Mapping[str, Desk]" = field(default_factory=dict)
    named: bool = False


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a desk answers for (*urusan*), at the levels of government where it exists."""

    id: str
    name: str
    category: str
    volume: str
    duty: str
    words: tuple[str, ...]
    levels: Mapping[Level, Desk]
    legal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agency:
    """A national ministry, body, directorate-general or company that is a desk itself.

    ``pattern`` lists leading words that stand for a whole family ("Universitas").
    """

    id: str
    name: str
    mandate: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    main: bool = False
    pattern: tuple[str, ...] = ()


def read_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        TableError: the file is no YAML; the message carries the line.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        reason = getattr(error, "problem", None) or "not readable as YAML"
        raise TableError(str(path), [f"{where}{reason}; mend the YAML syntax there"]) from None


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_mandates(folder: Path = TABLES / "mandates") -> dict[str, Mandate]:
    """All mandates of the folder's YAML files by id.

    Raises:
        TableError: entries are incomplete or contradict each other; every fault is listed.
    """
    rows = [row for path in sorted(folder.glob("*.yaml")) for row in read_yaml(path)]
    mandates = [mandate_from(row) for row in rows]
    problems = _mandate_problems(mandates)
    if problems:
        raise TableError(str(folder), problems)
    return {mandate.id: mandate for mandate in mandates}


def read_agencies(folder: Path = TABLES / "agencies") -> dict[str, Agency]:
    """All national agencies of the folder's YAML files by id.

    Raises:
        TableError: two entries share an id.
    """
    rows = [row for path in sorted(folder.glob("*.yaml")) for row in read_yaml(path) or []]
    agencies = [agency_from(row) for row in rows]
    doubled = _doubled(agency.id for agency in agencies)
    if doubled:
        raise TableError(
            str(folder), [f"agency {name!r} stands twice; keep one" for name in doubled]
        )
    return {agency.id: agency for agency in agencies}


def mandate_from(row: Mapping[str, Any]) -> Mandate:
    """A mandate from its table row (YAML or the JSON of a bundle)."""
    return Mandate(
        id=row["id"],
        name=row["name"],
        category=row["category"],
        volume=row["volume"],
        duty=" ".join(row["duty"].split()),
        words=tuple(str(word) for word in row["words"]),
        levels={
            level: _desk_from(row["levels"][level]) for level in LEVELS if level in row["levels"]
        },
        legal=tuple(row["legal"]),
    )


def _desk_from(row: Mapping[str, Any] | Sequence[str] | None) -> Desk:
    if not isinstance(row, Mapping):
        row = {"names": row or ()}
    return Desk(
        names=tuple(str(name) for name in row.get("names") or ()),
        office=row.get("office"),
        agency=row.get("agency"),
        others={slug: _desk_from(other) for slug, other in (row.get("others") or {}).items()},
        named=bool(row.get("named", False)),
    )


def agency_from(row: Mapping[str, Any]) -> Agency:
    """An agency from its table row (YAML or the JSON of a bundle)."""
    return Agency(
        id=row["id"],
        name=row["name"],
        mandate=row["mandate"],
        aliases=tuple(str(alias) for alias in row.get("aliases") or ()),
        parent=row.get("parent"),
        main=bool(row.get("main", False)),
        pattern=tuple(row.get("pattern") or ()),
    )


def _mandate_problems(mandates: list[Mandate]) -> list[str]:
    ids = {mandate.id for mandate in mandates}
    problems = [
        f"mandate {name!r} stands twice; keep one" for name in _doubled(m.id for m in mandates)
    ]
    for mandate in mandates:
        words = len(mandate.duty.split())
        if words < _MIN_DUTY_WORDS:
            problems.append(
                f"{mandate.id}: duty has {words} words; write {_MIN_DUTY_WORDS} or more"
            )
        if mandate.volume not in VOLUMES:
            problems.append(f"{mandate.id}: volume {mandate.volume!r}; choose one of {VOLUMES}")
        for level, desk in mandate.levels.items():
            if desk.office and desk.office not in ids:
                problems.append(f"{mandate.id}.{level}: office {desk.office!r} is no mandate")
            if level != "nation" and not desk.names:
                problems.append(f"{mandate.id}.{level}: no names; list the usual one first")
    return problems


def _doubled(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({name for name in names if name in seen or seen.add(name)})  # type: ignore[func-returns-value]
