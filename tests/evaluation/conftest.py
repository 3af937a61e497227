"""Outcomes made up without a model, for figures, slices and pages."""

from collections.abc import Callable
from datetime import datetime

import pytest

from classifier.recommendation import Candidate, Reason, Recommendation
from data.complaint import Complaint, LabelledCase
from data.registry.units import Unit
from evaluation.outcomes import Outcome

MakeOutcome = Callable[..., Outcome]


@pytest.fixture(scope="session")
def make() -> MakeOutcome:
    """Makes an outcome: what was answered, what is the label, how sure the answer was."""

    def outcome(
        label: str = "lalu-lintas",
        answer: str = "lalu-lintas",
        probability: float = 0.5,
        *,
        region: str | None = "35.78",
        answer_region: str | None = "35.78",
        auto: bool = False,
        second: str = "",
        text: str = "Rambu di simpang itu roboh",
        door: str = "",
        agency: str = "",
        created_at: datetime | None = None,
        unit: str = "Dinas",
        line: int = 2,
        reasons: tuple[str, ...] = ("low_confidence",),
    ) -> Outcome:
        def place(code: str | None, mandate: str) -> str:
            return f"{code or '-'}/{mandate}"

        true = Unit(place(region, label), unit, "Pemerintah", label, region, (label,))
        answers = [(answer, probability)] if answer else []
        answers += [(second, probability / 2)] if second else []
        candidates = tuple(
            Candidate(place(answer_region, m), "Dinas", "Pemerintah", m, answer_region, p)
            for m, p in answers
        )
        ids = [c.unit_id for c in candidates]
        mandates = [c.mandate for c in candidates]
        case = LabelledCase(
            Complaint(text, door=door, created_at=created_at),
            unit=unit if label else "",
            agency=agency,
            line=line,
            source="/rahasia/kasus.csv",
        )
        given = () if auto else tuple(Reason(code, "Perlu ditinjau.") for code in reasons)
        recommendation = Recommendation(
            id="",
            kinds=(("complaint", 1.0),),
            categories=(),
            decision="auto-route" if auto else "review",
            reasons=given,
            candidates=candidates,
            mandates=(),
            places=(),
            bundle="b",
        )
        if not label:
            return Outcome(case, recommendation, None, True, -1, -1)
        rank = ids.index(true.unit_id) if true.unit_id in ids else -1
        mandate_rank = mandates.index(label) if label in mandates else -1
        return Outcome(case, recommendation, true, True, rank, mandate_rank)

    return outcome
