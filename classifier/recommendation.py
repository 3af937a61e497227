"""What Pintu answers about a complaint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Optional

if TYPE_CHECKING:  # both build on this module
    from classifier.explain import Explanation
    from classifier.urgency import Urgency

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
    """Why a person should look, for machines (``code``) and for people (Indonesian).

    ``question`` is what the reporter could be asked to settle it, empty where nothing could.
    """

    code: str
    message: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One of several matters in a complaint, with its own recommendation.

    ``start`` and ``end`` are offsets in the complaint's text (``Complaint.words``).
    """

    start: int
    end: int
    recommendation: "Recommendation"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Where a complaint should go.

    Candidates, kinds, categories and mandates are ranked. The candidates' probabilities are joint
    over mandate and jurisdiction, calibrated, and sum to at most 1.

    Attributes:
        shortlists: confidence level ("0.9", "0.95") → ids of the units among which the right one
            is at that level; all of them stand among the candidates. Empty without calibration.
        urgency: danger to life or limb, with its evidence; None where there is none.
        parts: the matters of a complaint about several; empty for one.
        explanation: only where it was asked for.
        uncalibrated: probability of the first candidate before calibration.
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
    shortlists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    urgency: Optional["Urgency"] = None
    parts: tuple[Part, ...] = ()
    explanation: Optional["Explanation"] = None
    uncalibrated: float = 0.0

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
            "urgency": self.urgency.to_row() if self.urgency else None,
            "reasons": [
                {"code": r.code, "message": r.message, "question": r.question} for r in self.reasons
            ],
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
            "shortlists": {level: list(units) for level, units in self.shortlists.items()},
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
            "parts": [
                {"start": p.start, "end": p.end, "recommendation": p.recommendation.to_row()}
                for p in self.parts
            ],
            "bundle": self.bundle,
            **({"explanation": self.explanation.to_row()} if self.explanation else {}),
        }
