# mypy: disable-error-code="import-untyped"
"""Raw tables: files and hub data sets as columns and rows with their lines, not interpreted."""

import hashlib
import io
import json
import math
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.delimited import HEADER_WITHIN, DelimitedTable, find_header
from data.encoding import decode
from data.errors import PintuError
from data.problem import Problem

if TYPE_CHECKING:
    from datasets import Dataset

MAX_BYTES = 500_000_000  # a country's complaints of several years; larger files are split

_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
}
_READABLE = "CSV, JSON Lines (.jsonl), Parquet (.parquet) and Excel (.xlsx)"
_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


@dataclass(slots=True)
class Table:
    """Columns as written and rows as ``(line, cells)``, each with a cell for every column.

    ``line`` is the physical line where the row begins (CSV, JSON Lines) or the row's number,
    counted from 1 (XLSX with its header and titles, Parquet, hub).

    Attributes:
        header: the line of the header, 0 where the format has none.
        sha256: of the file's bytes; of the rows for a hub data set.
    """

    columns: list[str]
    header: int = 0
    rows: list[tuple[int, Sequence[object]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sha256: str = ""


def read_table(source: str | Path, known: frozenset[str]) -> Table:
    """The table in a file, or in a data set of the hub ("hf:owner/name" or "owner/name").

    Args:
        source: a path or a hub name.
        known: names that columns may have, as ``column_key`` writes them: they tell the header
            from the titles above it, and the delimiter.

    Raises:
        PintuError: the source cannot be read as a whole, or holds nothing.
    """
    name = _hub_name(source)
    if name:
        return _read_hub(name)
    path = Path(source)
    raw = _bytes(path)
    kind = _kind(path, raw)
    if kind == "csv":
        table = _read_csv(raw, known, str(path))
    elif kind == "jsonl":
        table = _read_jsonl(raw, str(path))
    elif kind == "xlsx":
        table = _read_xlsx(raw, known, str(path))
    else:
        table = _read_parquet(path)
    table.sha256 = hashlib.sha256(raw).hexdigest()
    return table


# Halves of characters, which JSON can hold and no encoding can write.
_HALF = re.compile("[\ud800-\udfff]")


def cell_text(value: object) -> str:
    """A raw cell as text: whole numbers without ".0", dates in ISO 8601, nothing as "".

    Raises:
        ValueError: it is a list, a mapping, bytes or the like.
    """
    if isinstance(value, str):
        return _HALF.sub("", value)
    if value is None or (isinstance(value, float) and math.isnan(value)):  # a data frame's "empty"
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time() and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (bool, int, float, Decimal)):
        return str(value)
    raise ValueError("the cell holds neither text nor a number nor a date")


def _hub_name(source: str | Path) -> str:
    if not isinstance(source, str):
        return ""
    if source.startswith("hf:"):
        return source.removeprefix("hf:")
    is_file = Path(source).suffix.lower() in _SUFFIXES or Path(source).exists()
    return source if _HUB.fullmatch(source) and not is_file else ""


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PintuError(
                f"{path}: {size / 1e6:.0f} MB are more than {MAX_BYTES / 1e6:.0f}; split it"
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise PintuError(f"{path}: there is no such file") from None
    except OSError as error:
        raise PintuError(f"{path}: cannot be read ({error.strerror})") from None
    if not raw.strip(b" \t\r\n\0"):
        raise PintuError(f"{path}: the file is empty")
    return raw


def _kind(path: Path, raw: bytes) -> str:
    """The format by its first bytes, then by the file's suffix."""
    if raw.startswith(b"PK\x03\x04"):
        return "xlsx"
    if raw.startswith(b"PAR1"):
        return "parquet"
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise PintuError(f"{path}: old .xls or password-protected; save it as plain .xlsx")
    if raw.startswith(b"\x1f\x8b"):
        raise PintuError(f"{path}: the file is compressed; unpack it first")
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<", raw):
        raise PintuError(f"{path}: a web page or XML, not a table; open it in Excel, save as .xlsx")
    kind = _SUFFIXES.get(path.suffix.lower(), "")
    if kind in ("xlsx", "parquet"):
        raise PintuError(f"{path}: not a {path.suffix} file inside; name it by what it is")
    if not kind:
        raise PintuError(f"{path}: suffix {path.suffix!r} is not known; Pintu reads {_READABLE}")
    return kind


def _read_csv(raw: bytes, known: frozenset[str], source: str) -> Table:
    text, problems = decode(raw, source)
    rows = DelimitedTable(text, known, source)
    table = Table(rows.columns, rows.header, list(rows))
    table.problems = problems + rows.problems
    return table


def _read_jsonl(raw: bytes, source: str) -> Table:
    text, problems = decode(raw, source)
    if text.lstrip().startswith("["):
        raise PintuError(f"{source}: a JSON array; write one object a line (JSON Lines)")
    objects: list[tuple[int, dict[str, object]]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            reason = f"not valid JSON at character {error.colno}: {error.msg}"
        except (ValueError, RecursionError):
            reason = "not valid JSON: a number too long or values nested too deeply"
        else:
            if isinstance(value, dict):
                objects.append((number, value))
                continue
            reason = 'not a JSON object; write {"text": …} on each line'
        problems.append(Problem(number, "", reason))
    if not objects and problems:
        raise PintuError(f"{source}: no line is a JSON object; {problems[0]}")
    columns = list(dict.fromkeys(key for _, value in objects for key in value))
    rows = [(line, [value.get(column) for column in columns]) for line, value in objects]
    return Table(columns, 0, list(rows), problems)


def _read_xlsx(raw: bytes, known: frozenset[str], source: str) -> Table:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheets = [(sheet.title, _sheet_rows(sheet)) for sheet in book.worksheets]
    # openpyxl lets through whatever its zip and XML parsers meet.
    except Exception as error:
        fault = type(error).__name__
        raise PintuError(f"{source}: cannot be read as .xlsx ({fault}); save it anew") from None
    found = [
        (*find_header([cells for _, cells in rows[:HEADER_WITHIN]], known), title, rows)
        for title, rows in sheets
        if rows
    ]
    if not found:
        raise PintuError(f"{source}: the workbook has no rows")
    index, _, title, rows = max(found, key=lambda sheet: sheet[1])
    problems = [
        Problem(0, "", f"sheet {other!r} looks like cases too; only {title!r} was read", "warning")
        for _, known_there, other, _ in found
        if known_there > 1 and other != title
    ]
    line, header = rows[index]
    columns = [cell_text(name).strip() for name in header]
    table = Table(columns, line, problems=problems)
    for line, cells in rows[index + 1 :]:
        if any(cell not in (None, "") for cell in cells[len(columns) :]):
            reason = "cells beyond the last column of the header were not read"
            problems.append(Problem(line, "", reason, "warning"))
        padded = [*cells[: len(columns)], *[None] * (len(columns) - len(cells))]
        table.rows.append((line, padded))
    return table


def _sheet_rows(sheet: Any) -> list[tuple[int, Sequence[object]]]:
    sheet.reset_dimensions()  # exporters write wrong ones, and rows would be cut to them
    return [
        (number, cells)
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
        if any(cell not in (None, "") for cell in cells)
    ]


def _read_parquet(path: Path) -> Table:
    from datasets import Dataset

    try:
        with tempfile.TemporaryDirectory() as cache:  # no copy of the complaints stays behind
            rows = Dataset.from_parquet(str(path), cache_dir=cache, keep_in_memory=True)
    # The library lets through several others' errors, and some of them quote the data.
    except Exception as error:
        fault = type(error).__name__
        raise PintuError(f"{path}: cannot be read as Parquet ({fault}); write it anew") from None
    return _of_dataset(rows)


def _read_hub(name: str) -> Table:
    from datasets import load_dataset

    try:
        splits = load_dataset(name)
    # Network, access rights, a broken file: all the caller's to mend.
    except Exception as error:
        fault = type(error).__name__
        raise PintuError(
            f"hf:{name}: cannot be loaded ({fault}); look at the name, the network and HF_TOKEN"
        ) from None
    if "train" not in splits and len(splits) > 1:
        raise PintuError(f"hf:{name}: no split 'train' among {', '.join(splits)}")
    split = "train" if "train" in splits else next(iter(splits))
    table = _of_dataset(splits[split])
    table.problems = [
        Problem(0, "", f"split {other!r} was not read, only {split!r}", "warning")
        for other in splits
        if other != split
    ]
    digest = hashlib.sha256()
    for _, cells in table.rows:
        digest.update(json.dumps(cells, default=str).encode() + b"\n")
    table.sha256 = digest.hexdigest()
    return table


def _of_dataset(rows: "Dataset") -> Table:
    columns = rows.to_dict()
    cells = zip(*columns.values(), strict=True)
    return Table(list(columns), 0, list(enumerate(cells, start=1)))
