"""Imports districts and villages from CSV files into the form that ``read_regions`` reads."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import TableError
from data.registry.regions import level_of
from data.text import clean

if TYPE_CHECKING:
    from _csv import Reader

_DIGITS = re.compile(r"\d{2}(\d{2}(\d{2}(\d{4})?)?)?")
_ROMAN = re.compile(r"\b(?:[Ii]{2,3}|[Ii]?[Vv][Ii]{1,3}|[Ii][Vv]|[Ii]?[Xx][Ii]{1,3}|[Ii][Xx])\b")
_MOST = 100  # faults that are listed
_HEADERS = {"code": ("code", "kode", "id"), "name": ("name", "nama")}


def import_files(files: Sequence[Path], out: Path) -> dict[str, int]:
    """Write the districts and villages of the files to ``out`` (columns code, name).

    Codes may have points or not; names in capitals are written in title case.

    Returns:
        Places written, by level.

    Raises:
        TableError: a file is missing, has no code or name column, or holds malformed rows; every
            fault is listed with its line.
    """
    rows: dict[str, str] = {}
    for file in files:
        rows |= _read(file)
    kept = {code: name for code, name in rows.items() if level_of(code) in ("district", "village")}
    if not kept:
        raise TableError(str(files[0]), ["no district or village in it; codes look like 35.78.10"])
    with out.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["code", "name"])
        writer.writerows(sorted(kept.items()))
    counts: dict[str, int] = {}
    for code in kept:
        counts[level_of(code)] = counts.get(level_of(code), 0) + 1
    return counts


def dotted(code: str) -> str | None:
    """A code with its points ("3578101007" → "35.78.10.1007"), None if it is none."""
    digits = code.strip().replace(".", "")
    if not _DIGITS.fullmatch(digits):
        return None
    parts = [digits[:2], digits[2:4], digits[4:6], digits[6:]]
    return ".".join(part for part in parts if part)


def _read(file: Path) -> dict[str, str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            return _places(csv.reader(handle), str(file))
    except OSError as error:
        raise TableError(str(file), [f"cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start}; save it as UTF-8"
        raise TableError(str(file), [reason]) from None
    except csv.Error as error:
        raise TableError(str(file), [f"not CSV: {error}; write it again as CSV"]) from None


def _places(reader: "Reader", source: str) -> dict[str, str]:
    header = [name.strip().lower() for name in next(reader, [])]
    positions = {
        key: next((header.index(name) for name in names if name in header), None)
        for key, names in _HEADERS.items()
    }
    at_code, at_name = positions["code"], positions["name"]
    if at_code is None or at_name is None:
        missing = [key for key, position in positions.items() if position is None]
        reasons = [f"line 1: no column {key}; the header is code,name" for key in missing]
        raise TableError(source, reasons)
    rows: dict[str, str] = {}
    problems: list[str] = []
    for row in filter(any, reader):
        cells = [*row, *[""] * len(header)]
        code, name = dotted(cells[at_code]), _name(cells[at_name])
        where = f"line {reader.line_num}"
        if code is None or not name:
            problems.append(
                f"{where}: {cells[at_code]!r} {cells[at_name]!r}: "
                "a code like 35.78.10.1007 and a name are needed"
            )
        elif rows.setdefault(code, name) != name:
            problems.append(f"{where}: {code} is {rows[code]!r} above and {name!r} here; keep one")
    if len(problems) > _MOST:
        problems[_MOST:] = [f"… and {len(problems) - _MOST} more"]
    if problems:
        raise TableError(source, problems)
    return rows


def _name(written: str) -> str:
    """A place's name; one in capitals is put in title case ("GRESIK II" → "Gresik II")."""
    name = clean(written)
    if not name.isupper():
        return name
    return _ROMAN.sub(lambda number: number[0].upper(), name.title())
