"""A complaint as it enters, and a labelled case as data scientists keep it."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Literal

Kind = Literal["complaint", "aspiration", "information", "none"]
KINDS: tuple[Kind, ...] = ("complaint", "aspiration", "information", "none")

MAX_TEXT = 20_000  # characters; the longest real complaint seen has under 9,000


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is known of a complaint before it is routed; empty strings where unknown.

    ``door`` is the regency, province or agency through which it came (a code or a name).
    """

    text: str
    id: str = ""
    title: str = ""
    created_at: datetime | None = None
    channel: str = ""
    door: str = ""
    province: str = ""
    regency: str = ""
    district: str = ""
    village: str = ""
    address: str = ""

    @property
    def words(self) -> str:
        """Title and text, as the text model reads them."""
        if not self.title or self.text.startswith(self.title):
            return self.text
        return f"{self.title}. {self.text}"


@dataclass(frozen=True, slots=True)
class LabelledCase:
    """A complaint with what people decided about it; empty strings where they did not.

    ``mandate``, ``level`` and ``scope`` ("inside" or "outside" of what government answers for)
    stand in texts written for the project alone. ``line`` is the line (CSV, JSON Lines) or row
    number (XLSX, Parquet) in its source.
    """

    complaint: Complaint
    kind: str = ""
    category: str = ""
    agency: str = ""
    unit: str = ""
    mandate: str = ""
    level: str = ""
    scope: str = ""
    line: int = 0
    source: str = field(default="", compare=False)


def as_entered(case: LabelledCase) -> Complaint:
    """The complaint as it was before anyone decided: an export names as door the agency that got
    the case, which is a label; such a door is left out."""
    complaint = case.complaint
    return replace(complaint, door="") if complaint.door == case.agency else complaint


COMPLAINT_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Complaint))
LABEL_FIELDS: tuple[str, ...] = ("kind", "category", "agency", "unit")


def category_key(category: str) -> str:
    """A category without differences of case, spaces and no-break spaces."""
    return " ".join(category.split()).casefold()
