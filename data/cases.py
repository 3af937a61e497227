# mypy: disable-error-code="import-untyped"
"""Labelled cases from a file, an export or the hub, with every fault that was met on the way."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data import sp4n
from data.complaint import COMPLAINT_FIELDS, KINDS, LABEL_FIELDS, MAX_TEXT, Complaint, LabelledCase
from data.dates import parse_date
from data.delimited import column_key
from data.errors import PintuError
from data.problem import Problem
from data.reading import cell_text, read_table
from data.registry.regions import Regions, ancestor, level_of
from data.text import clean

if TYPE_CHECKING:
    from datasets import Dataset

CASE_FIELDS: tuple[str, ...] = (*COMPLAINT_FIELDS, *LABEL_FIELDS)

_UNKNOWN = "tidak diketahui"  # what SP4N-LAPOR! writes where there is nothing
_KINDS: dict[str, str] = {kind: kind for kind in KINDS} | {
    "pengaduan": "complaint",
    "aspirasi": "aspiration",
    "permintaan informasi": "information",
    "bukan laporan": "none",
}
_KNOWN = frozenset(map(column_key, (*CASE_FIELDS, *sp4n.COLUMNS, *sp4n.UNUSED)))
_GOVERNMENT = re.compile(
    r"^(?:pemerintah(?: daerah(?! istimewa| khusus))?|pemda)\s+", re.IGNORECASE
)
_PLACE = re.compile(
    r"\b(?:kab|kabupaten|kota|prov|provinsi|propinsi|pemkab|pemkot|pemprov)\b.+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Cases:
    """What a source gave: the usable rows in their order, and every fault.

    Attributes:
        cases: one a usable row; ``line`` says where it begins.
        problems: by line; those with severity "error" tell of rows that are not in ``cases``.
        source: the path or hub name.
        sha256: of the file's bytes (of the rows, for a hub data set).
    """

    cases: list[LabelledCase]
    problems: list[Problem]
    source: str
    sha256: str

    @property
    def errors(self) -> list[Problem]:
        """The problems that made a row unusable."""
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """The problems of usable rows and of the source as a whole."""
        return [problem for problem in self.problems if problem.severity == "warning"]


def load_cases(source: str | Path, columns: Mapping[str, str] | None = None) -> Cases:
    """The labelled cases of a source; see docs/cases.md for the schema and what is checked.

    Args:
        source: a CSV, JSON Lines, Parquet or XLSX file, an SP4N-LAPOR! "Laporan Ringkas" export, or
            a data set of the hub ("hf:owner/name" or "owner/name").
        columns: schema field → the source's own column, where they differ.

    Raises:
        PintuError: the source cannot be read as a whole, has no text column or no rows, or
            ``columns`` does not fit it.
    """
    columns = columns or {}
    unknown = sorted(set(columns) - set(CASE_FIELDS))
    if unknown:
        listed = ", ".join(CASE_FIELDS)
        raise PintuError(f"columns: no field {', '.join(unknown)}; the fields are {listed}")
    table = read_table(source, _KNOWN.union(map(column_key, columns.values())))
    layout = _layout(table.columns, columns, str(source))
    if not table.rows and not table.problems:
        raise PintuError(f"{source}: there is a header and no row below it")
    problems = table.problems + [
        Problem(table.header, name, "not a column of the schema; it was not read", "warning")
        for name in layout.unread
    ]
    cases: list[LabelledCase] = []
    for line, cells in table.rows:
        case = _case(line, cells, layout, problems, str(source))
        if case:
            cases.append(case)
    problems += _doubled(cases, layout)
    problems.sort(key=lambda problem: problem.line)
    return Cases(cases, problems, str(source), table.sha256)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where each field stands in a row, and its column as written there."""

    positions: Mapping[str, int]
    names: Mapping[str, str]
    unread: Sequence[str]
    is_export: bool


def _layout(found: Sequence[str], columns: Mapping[str, str], source: str) -> _Layout:
    is_export = not columns and sp4n.is_export(found)
    wanted = {field: field for field in CASE_FIELDS} | dict(columns)
    if is_export:
        wanted = {field: name for name, field in sp4n.COLUMNS.items()}
    keys = [column_key(name) for name in found]
    positions: dict[str, int] = {}
    for field, name in wanted.items():
        key = column_key(name)
        if keys.count(key) > 1:
            raise PintuError(f"{source}: column {name!r} stands {keys.count(key)} times; keep one")
        if key in keys:
            positions[field] = keys.index(key)
        elif field in columns:
            raise PintuError(f"{source}: no column {name!r} for {field!r}; {_listed(found)}")
    if not is_export and "text" not in positions:
        remedy = 'rename one, or name it: columns={"text": …}'
        raise PintuError(f"{source}: no column 'text'; {_listed(found)}; {remedy}")
    used = {keys[index] for index in positions.values()}
    if is_export:
        used.update(map(column_key, sp4n.UNUSED))
    unread = [name for name, key in zip(found, keys, strict=True) if key and key not in used]
    return _Layout(positions, {f: found[i] for f, i in positions.items()}, unread, is_export)


def _listed(columns: Sequence[str]) -> str:
    """The columns found; without a header these are cells, so only what is like a name is shown."""
    names = [n if re.fullmatch(r"[A-Za-z_][\w ()/.-]{0,29}", n) else "…" for n in columns[:40]]
    return f"the columns found are {', '.join(names)}"


def _case(
    line: int, cells: Sequence[object], layout: _Layout, problems: list[Problem], source: str
) -> LabelledCase | None:
    values = {
        field: _value(line, field, cells[index], layout, problems)
        for field, index in layout.positions.items()
    }
    if layout.is_export:
        values = sp4n.to_schema(values)
    text = values["text"]
    if not text or len(text) > MAX_TEXT:
        reason = f"{len(text)} characters; the limit is {MAX_TEXT}" if text else "there is no text"
        problems.append(Problem(line, layout.names.get("text", "text"), reason))
        return None
    labels = {field: values.get(field, "") for field in LABEL_FIELDS}
    labels["kind"] = _kind(line, labels["kind"], layout, problems)
    created_at = _moment(line, values.pop("created_at", ""), layout, problems)
    known = {field: value for field, value in values.items() if field in COMPLAINT_FIELDS}
    complaint = Complaint(**known, created_at=created_at)
    return LabelledCase(complaint, **labels, line=line, source=source)


def _value(line: int, field: str, cell: object, layout: _Layout, problems: list[Problem]) -> str:
    try:
        value = cell_text(cell)
    except ValueError as error:
        problems.append(Problem(line, layout.names[field], str(error), "warning"))
        return ""
    if value.isascii() and value.isprintable():
        value = value.strip()
    else:
        if "\0" in value:
            reason = "null bytes were taken out"
            problems.append(Problem(line, layout.names[field], reason, "warning"))
        value = clean(value)
    return "" if value.casefold() == _UNKNOWN else value


def _kind(line: int, written: str, layout: _Layout, problems: list[Problem]) -> str:
    """The kind that a cell names; SP4N-LAPOR! writes "Pengaduan Berkadar Pengawasan"."""
    key = column_key(written)
    found = next((k for word, k in _KINDS.items() if f"{key} ".startswith(f"{word} ")), "")
    if key and not found:
        reason = f"not a kind, so it was left empty; the kinds are {', '.join(KINDS)}"
        problems.append(Problem(line, layout.names["kind"], reason, "warning"))
    return found


def _moment(line: int, written: str, layout: _Layout, problems: list[Problem]) -> datetime | None:
    if not written:
        return None
    try:
        return parse_date(written)
    except ValueError as error:
        problems.append(Problem(line, layout.names["created_at"], str(error), "warning"))
        return None


def _doubled(cases: Iterable[LabelledCase], layout: _Layout) -> list[Problem]:
    first: dict[str, int] = {}
    return [
        Problem(case.line, layout.names["id"], f"the id stands on line {seen} already", "warning")
        for case in cases
        if case.complaint.id
        and (seen := first.setdefault(case.complaint.id, case.line)) != case.line
    ]


def to_dataset(cases: Iterable[LabelledCase]) -> "Dataset":
    """The cases as a ``datasets.Dataset`` with the schema's columns as text, and ``line``.

    ``created_at`` is in ISO 8601: as a timestamp it would leave JSON Lines as a bare number, which
    nothing could read back for certain. What the data set writes, ``load_cases`` reads.
    """
    from datasets import Dataset

    return Dataset.from_list([_row(case) for case in cases])


def _row(case: LabelledCase) -> dict[str, str | int]:
    created_at = case.complaint.created_at
    row = {field: getattr(case.complaint, field) for field in COMPLAINT_FIELDS}
    row |= {field: getattr(case, field) for field in LABEL_FIELDS}
    return row | {"created_at": created_at.isoformat() if created_at else "", "line": case.line}


def papers_region(case: LabelledCase, regions: Regions) -> str | None:
    """The code of the province or regency in whose papers a case's labels stand.

    That is the region that its door names ("Pemerintah Kabupaten Bandung" → "32.04"), else its
    agency, else its regency, else its province; None where none of them is known.
    """
    complaint = case.complaint
    for name in (complaint.door, case.agency):
        code = _region_in(name, regions)
        if code:
            return code
    province = next(iter(regions.find(complaint.province, level="province")), None)
    for within in (province, None):
        found = regions.find(complaint.regency, level="regency", within=within)
        if found:
            return found[0]
    return province


def _region_in(name: str, regions: Regions) -> str | None:
    """The province or regency that a government's or an office's name ends with."""
    bare = _GOVERNMENT.sub("", name.strip())
    place = _PLACE.search(bare)
    for written in (bare, place[0] if place else ""):
        codes = regions.find(written)
        if codes and level_of(codes[0]) in ("province", "regency"):
            return codes[0]
        regencies = {ancestor(code, "regency") for code in codes}
        if len(regencies) == 1:  # a district or village of which there is but one
            return regencies.pop()
    return None
