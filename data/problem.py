"""One fault in a source of cases, as it is reported to people."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row: an "error" makes it unusable, a "warning" does not.

    Attributes:
        line: where the row begins; 0 for the source as a whole.
        column: as it is written in the source; empty for the whole row.
        reason: the fault and its remedy; it never repeats what stands in a cell.
    """

    line: int
    column: str
    reason: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        where = ", ".join(part for part in (line, self.column) if part)
        return f"{where}: {self.reason}" if where else self.reason
