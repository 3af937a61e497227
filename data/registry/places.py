"""Imports districts and villages from CSV files into the form that ``read_regions`` reads."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from data.errors import TableError
from data.registry.regions import level_of, words_of

_DIGITS = re.compile(r"\d{2}(\d{2}(\d{2}(\d{4})?)?)?")
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
        handle = file.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise TableError(str(file), [f"cannot be read: {error.strerror}"]) from None
    problems: list[str] = []
    rows: dict[str, str] = {}
    with handle:
        reader = csv.DictReader(handle)
        header = {(name or "").strip().lower(): name for name in reader.fieldnames or []}
        columns = {
            key: next((header[name] for name in names if name in header), None)
            for key, names in _HEADERS.items()
        }
        missing = [key for key, column in columns.items() if column is None]
        if missing:
            raise TableError(
                str(file),
                [f"line 1: no column {name}; the header is code,name" for name in missing],
            )
        for row in reader:
            code = dotted(row[columns["code"]] or "")
            name = (row[columns["name"]] or "").strip()
            if code is None or not name:
                problems.append(
                    f"line {reader.line_num}: {row[columns['code']]!r} {name!r}: "
                    "a code like 35.78.10.1007 and a name are needed"
                )
            else:
                rows[code] = name.title() if name.isupper() and words_of(name) else name
    if problems:
        raise TableError(str(file), problems[:100])
    return rows
