"""Delimited text (CSV) as rows with their physical lines; broken quotes swallow nothing."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from data.errors import PintuError
from data.problem import Problem

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 30  # rows; exports put titles and filters above their header
MAX_FIELD = 1_000_000  # characters; a field over it is taken for an unclosed quote
MAX_BROKEN = 1_000  # rows; with more, the file as a whole is not CSV
_MAX_LINES = 2_000  # lines that one row may span where a place to read on is looked for


def column_key(name: object) -> str:
    """A column's name without case and surplus spaces, for comparing."""
    return "" if name is None else " ".join(str(name).split()).casefold()


def find_header(rows: Sequence[Sequence[object]], known: frozenset[str]) -> tuple[int, int]:
    """Which of the first rows is the header, and how many known column names stand in it.

    Args:
        rows: the first rows of a table.
        known: column names as ``column_key`` writes them.

    Returns:
        The position of the row with the most known names, else of the first that is not blank.
    """
    counts = [len(known.intersection(map(column_key, row))) for row in rows[:HEADER_WITHIN]]
    best = max(counts, default=0)
    if best:
        return counts.index(best), best
    return next((index for index, row in enumerate(rows) if any(row)), 0), 0


class DelimitedTable:
    """The header of a delimited text, and its rows when iterated over.

    Iterating gives ``(line, cells)``: the physical line where the row begins, and as many cells as
    there are columns; ``problems`` is complete after that. Blank rows are passed over. A row with
    too few or too many cells is an error. One whose quotes are broken is read as if the
    inner quotes were text if that gives the right number of cells (a warning); else it is an error
    and reading goes on at the next line from which whole rows follow.

    Attributes:
        columns: the names in the header, as written.
        header: the line of the header, counted from 1.
    """

    def __init__(self, text: str, known: frozenset[str], source: str) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._lines = list(io.StringIO(text, newline=""))
        self._broken = 0
        index, self._delimiter = _dialect(self._lines[:HEADER_WITHIN], known)
        reader = self._reader(index)
        columns = _next(reader) or _names(self._lines[index], self._delimiter)
        self.columns = [name.strip() for name in columns]
        self.header = index + 1
        self._start = index + max(1, reader.line_num)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        begin = base = self._start
        reader = self._reader(begin)
        while begin < len(self._lines):
            row = _next(reader)
            end = base + reader.line_num
            if row is None or (not self._fits(row) and end > begin + 1):
                row, end = self._mend(begin)
                reader, base = self._reader(end), end
            elif any(row) and not self._fits(row):
                self._report(begin, self._miscounted(row))
                row = []
            if any(row):
                yield begin + 1, row[: len(self.columns)]
            begin = end

    def _mend(self, begin: int) -> tuple[list[str], int]:
        """The cells of a row that is broken (none if they cannot be told), and where it ends."""
        self._broken += 1
        if self._broken > MAX_BROKEN:
            raise PintuError(
                f"{self._source}: line {begin + 1}: more than {MAX_BROKEN} rows have broken "
                "quotes; write the file again with a CSV writer"
            )
        end = begin + 1
        while end < len(self._lines) and not self._whole_from(end):
            end += 1
        row = _cells("".join(self._lines[begin:end]), self._delimiter)
        lines = "this line" if end == begin + 1 else f"lines {begin + 1} to {end}"
        if max(map(len, row), default=0) > MAX_FIELD:
            self._report(begin, f"a cell has more than {MAX_FIELD} characters")
            return [], end
        if row and self._fits(row):
            reason = "quotes inside a quoted cell are not doubled; they were read as text"
            self.problems.append(Problem(begin + 1, "", reason, "warning"))
            return row, end
        if row:
            self._report(begin, f"{self._miscounted(row)}; {lines} cannot be read")
        else:
            fault = f"a quote is opened and never closed, so {lines} cannot be read"
            self._report(begin, f"{fault}; close it and look at the rows below")
        return [], end

    def _whole_from(self, start: int) -> bool:
        """Whether a row of the right width begins at that line, and not only misfits follow it."""
        reader = self._reader(start, start + _MAX_LINES)
        row, *after = (_next(reader) for _ in range(3))
        misfits = [not self._fits(other) for other in after if other]
        return bool(row and self._fits(row)) and not (misfits and all(misfits))

    def _fits(self, row: Sequence[str]) -> bool:
        """Whether it has a cell for each column, and nothing but empty ones beyond."""
        return len(row) >= len(self.columns) and not any(row[len(self.columns) :])

    def _reader(self, start: int, stop: int | None = None) -> "Reader":
        lines = range(start, min(stop or len(self._lines), len(self._lines)))
        rows = map(self._lines.__getitem__, lines)
        return csv.reader(rows, delimiter=self._delimiter, strict=True)

    def _report(self, begin: int, reason: str) -> None:
        self.problems.append(Problem(begin + 1, "", reason))

    def _miscounted(self, row: Sequence[str]) -> str:
        return (
            f"{len(row)} cells where the header has {len(self.columns)}; "
            f"put cells that hold {self._delimiter!r} between double quotes"
        )


def _dialect(head: Sequence[str], known: frozenset[str]) -> tuple[int, str]:
    """The position of the header line and the delimiter, by the known names that they show."""
    found = {
        delimiter: find_header([_names(line, delimiter) for line in head], known)
        for delimiter in DELIMITERS
    }
    best = max(DELIMITERS, key=lambda d: (found[d][1], head[found[d][0]].count(d)))
    return found[best][0], best


def _names(line: str, delimiter: str) -> list[str]:
    """The column names in a line, if it is a header; a last one may go on below."""
    return [name.strip('" \r\n') for name in line.split(delimiter)]


def _next(reader: "Reader") -> list[str] | None:
    """The next row; None where its quotes are broken, an empty list where nothing is left."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        return next(reader, [])
    except csv.Error:
        return None
    finally:
        csv.field_size_limit(before)


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one row, where a quote closes a cell only before a delimiter or the end.

    An empty list where a quote is never closed.
    """
    text = text.rstrip("\r\n") + delimiter
    cells: list[str] = []
    position = 0
    while position < len(text):
        quoted = text[position] == '"'
        end = text.find(f'"{delimiter}' if quoted else delimiter, position + quoted)
        if end < 0:
            return []
        cells.append(text[position + 1 : end].replace('""', '"') if quoted else text[position:end])
        position = end + 1 + quoted
    return cells
