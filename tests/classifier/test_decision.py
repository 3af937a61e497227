"""The decision: routed by itself, looked at by a person, or asked back."""

from dataclasses import replace

import pytest

from classifier.decision import Settings, decide
from classifier.recommendation import Candidate

SURE = Candidate("35.78/jalan", "Dinas", "Pemerintah", "jalan", "35.78", 0.97)
PLACELESS = replace(SURE, unit_id="-/jalan", region_code=None, probability=0.6)
SETTINGS = Settings(threshold=0.9)


def codes(kind: str, candidates: list[Candidate], settings: Settings) -> tuple[str, list[str]]:
    decision, reasons = decide(kind, candidates, settings)
    assert all(reason.message for reason in reasons)
    return decision, [reason.code for reason in reasons]


@pytest.mark.parametrize("probability", [0.9, 0.97, 1.0])
def test_from_the_threshold_on_a_case_is_routed_by_itself(probability: float) -> None:
    best = replace(SURE, probability=probability)
    assert codes("complaint", [best], SETTINGS) == ("auto-route", [])


def test_below_the_threshold_a_person_looks_and_is_told_why() -> None:
    best = replace(SURE, probability=0.62)
    assert codes("complaint", [best], SETTINGS) == ("review", ["low_confidence"])
    (reason,) = decide("complaint", [best], SETTINGS)[1]
    assert "62 %" in reason.message


def test_without_a_place_the_citizen_is_asked() -> None:
    assert codes("complaint", [PLACELESS], SETTINGS) == ("ask", ["place_missing"])
    (reason,) = decide("complaint", [PLACELESS], SETTINGS)[1]
    assert "?" in reason.message


def test_only_the_first_candidate_decides() -> None:
    assert codes("complaint", [SURE, PLACELESS], SETTINGS)[0] == "auto-route"
    assert codes("complaint", [replace(SURE, probability=0.5), PLACELESS], SETTINGS)[0] == "review"


@pytest.mark.parametrize("candidates", [[], [SURE], [PLACELESS]])
def test_what_is_no_complaint_is_never_routed_by_itself(candidates: list[Candidate]) -> None:
    assert codes("none", candidates, SETTINGS) == ("review", ["not_a_complaint"])


@pytest.mark.parametrize("kind", ["complaint", "aspiration", "information"])
def test_every_other_kind_is_routed_alike(kind: str) -> None:
    assert decide(kind, [SURE], SETTINGS)[0] == "auto-route"


def test_without_a_candidate_a_person_looks() -> None:
    assert codes("complaint", [], SETTINGS) == ("review", ["low_confidence"])


def test_by_default_nothing_is_routed_by_itself() -> None:
    best = replace(SURE, probability=1.0)
    assert decide("complaint", [best], Settings())[0] == "review"


def test_a_reason_does_not_call_a_sure_answer_unsure() -> None:
    """Where nothing goes out by itself, "only 100 %" would be no reason."""
    (reason,) = decide("complaint", [replace(SURE, probability=1.0)], Settings())[1]
    assert "hanya 100 %" not in reason.message
