"""What Pintu answers about a complaint."""

from dataclasses import dataclass
from typing import Any, Literal

Decision = Literal["auto-route", "review", "ask"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One unit that may be responsible, with the probability that it is."""

    unit_id: str
    unit: str
    agency: str
    mandate: str
    region_code: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in the text.

    Attributes:
        start: offset of the first character in the complaint's text (``Complaint.words``).
        end: offset after the last character.
        text: the words as they stand there.
        candidates: region codes that may be meant with their probabilities, the likeliest first;
            they sum to at most 1, the rest being "no place at all".
    """

    start: int
    end: int
    text: str
    candidates: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a person should look, for machines (``code``) and for people (Indonesian)."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Where a complaint should go.

    Candidates, kinds, categories and mandates are ranked. The candidates' probabilities are joint
    over mandate and jurisdiction and sum to at most 1.
    """

    id: str
    kinds: tuple[tuple[str, float], ...]
    categories: tuple[tuple[str, float], ...]
    decision: Decision
    reasons: tuple[Reason, ...]
    candidates: tuple[Candidate, ...]
    mandates: tuple[tuple[str, float], ...]
    places: tuple[Mention, ...]
    bundle: str

    @property
    def kind(self) -> str:
        """The likeliest kind."""
        return self.kinds[0][0]

    @property
    def category(self) -> str:
        """The likeliest category; empty if the bundle was trained without any."""
        return self.categories[0][0] if self.categories else ""

    def to_row(self) -> dict[str, Any]:
        """The recommendation as plain JSON values, probabilities rounded to 4 decimals."""
        return {
            "id": self.id,
            "kind": self.kind,
            "kind_probability": round(self.kinds[0][1], 4),
            "category": self.category,
            "category_probability": round(self.categories[0][1], 4) if self.categories else 0.0,
            "decision": self.decision,
            "reasons": [{"code": r.code, "message": r.message} for r in self.reasons],
            "candidates": [
                {
                    "unit_id": c.unit_id,
                    "unit": c.unit,
                    "agency": c.agency,
                    "mandate": c.mandate,
                    "region_code": c.region_code,
                    "probability": round(c.probability, 4),
                }
                for c in self.candidates
            ],
            "mandates": [{"id": m, "probability": round(p, 4)} for m, p in self.mandates],
            "places": [
                {
                    "start": m.start,
                    "end": m.end,
                    "text": m.text,
                    "candidates": [
                        {"region_code": code, "probability": round(p, 4)}
                        for code, p in m.candidates
                    ],
                }
                for m in self.places
            ],
            "bundle": self.bundle,
        }
