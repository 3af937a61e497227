"""The table of suspicious labels, for a spreadsheet."""

import csv
from collections.abc import Iterable
from pathlib import Path

from data.errors import PintuError
from data.masking import mask
from training.label_audit import Suspect

COLUMNS = (
    "rank",
    "source",
    "line",
    "id",
    "label",
    "label_unit",
    "label_mandate",
    "suggested_unit",
    "suggested_mandate",
    "label_probability",
    "suggested_probability",
    "quality",
    "likely_wrong",
    "reason",
    "text",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(suspects: Iterable[Suspect], out: Path) -> None:
    """Write suspects with ``COLUMNS``; texts are masked, and no cell can be read as a formula.

    Raises:
        PintuError: the file cannot be written.
    """
    try:
        with out.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(COLUMNS)
            for rank, suspect in enumerate(suspects, 1):
                writer.writerow([rank, *map(_cell, _row(suspect))])
    except OSError as error:
        raise PintuError(f"--out {out}: {error.strerror}; give another file") from None


def _row(suspect: Suspect) -> tuple[str, ...]:
    """The cells after the rank, in the order of ``COLUMNS``."""
    case = suspect.case
    return (
        case.source,
        str(case.line),
        case.complaint.id,
        case.unit,
        suspect.unit.name,
        suspect.unit.mandate,
        suspect.suggested_unit,
        suspect.suggested_mandate,
        f"{suspect.label_probability:.4f}",
        f"{suspect.suggested_probability:.4f}",
        f"{suspect.quality:.4f}",
        "yes" if suspect.likely_wrong else "no",
        suspect.reason,
        mask(" ".join(case.complaint.words.split())),
    )


def _cell(value: str) -> str:
    """A cell that no spreadsheet reads as a formula (OWASP, CSV Injection)."""
    return f"'{value}" if value.startswith(_FORMULA) else value
