"""The decision: routed by itself, looked at by a person with reasons, or asked back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.decision import REASONS, Facts, audited, decide
from classifier.policy import ALWAYS, NEVER, Limits, Policy
from classifier.recommendation import Candidate

SURE = Candidate("35.78/jalan", "Dinas A", "Pemerintah", "jalan", "35.78", 0.97)
OTHER = Candidate("35.78/air", "Dinas B", "Pemerintah", "air", "35.78", 0.02)
PLACELESS = replace(SURE, unit_id="-/jalan", region_code=None)
LIMITS = Limits({"jalan": 0.9}, margin=0.1, bound=0.95)
UNAUDITED = Policy(audit_share=0.0)


def facts(*candidates: Candidate, key: str = "k-1", kind: str = "complaint", **more: Any) -> Facts:
    return Facts(key, kind, candidates, **more)


def codes(
    found: Facts, limits: Limits | None = LIMITS, policy: Policy = UNAUDITED
) -> tuple[str, list[str]]:
    decision, reasons = decide(found, limits, policy)
    assert all(reason.message for reason in reasons)
    assert {reason.code for reason in reasons} <= set(REASONS)
    assert bool(reasons) == (decision != "auto-route")
    return decision, [reason.code for reason in reasons]


# -- by probability


@pytest.mark.parametrize("probability", [0.9, 0.97, 1.0])
def test_from_the_threshold_on_a_case_is_routed_by_itself(probability: float) -> None:
    best = replace(SURE, probability=probability)
    assert codes(facts(best)) == ("auto-route", [])
    assert codes(facts(best, OTHER)) == ("auto-route", [])


def test_below_the_threshold_a_person_looks_and_is_told_why() -> None:
    found = facts(replace(SURE, probability=0.62), OTHER)
    assert codes(found) == ("review", ["low_confidence"])
    (reason,) = decide(found, LIMITS, UNAUDITED)[1]
    assert "62 %" in reason.message
    assert not reason.question


def test_two_units_about_as_likely_are_both_named() -> None:
    found = facts(replace(SURE, probability=0.5), replace(OTHER, probability=0.4))
    assert codes(found) == ("review", ["ambiguous"])
    (reason,) = decide(found, LIMITS, UNAUDITED)[1]
    assert "Dinas A" in reason.message
    assert "Dinas B" in reason.message


def test_a_second_unit_within_the_margin_keeps_a_sure_case_back() -> None:
    wide = replace(LIMITS, thresholds={"jalan": 0.5}, margin=0.3)
    near = facts(replace(SURE, probability=0.6), replace(OTHER, probability=0.35))
    far = facts(replace(SURE, probability=0.6), replace(OTHER, probability=0.25))
    assert codes(near, wide) == ("review", ["ambiguous"])
    assert codes(far, wide) == ("auto-route", [])


def test_a_second_unit_that_hardly_counts_makes_nothing_ambiguous() -> None:
    """Unsure is what the case is: no officer is told to choose a unit of 1 %."""
    wide = replace(LIMITS, margin=0.5)
    found = facts(replace(SURE, probability=0.4), replace(OTHER, probability=0.01))
    assert codes(found, wide) == ("review", ["low_confidence"])


def test_without_a_candidate_a_person_looks() -> None:
    assert codes(facts()) == ("review", ["low_confidence"])
    assert codes(facts(), None) == ("review", ["low_confidence"])


def test_what_has_not_been_proven_here_is_never_routed_by_itself() -> None:
    sure = replace(SURE, probability=1.0)
    assert codes(facts(sure), None) == ("review", ["not_proven"])
    assert codes(facts(sure), Limits({})) == ("review", ["not_proven"])
    assert codes(facts(replace(OTHER, probability=1.0))) == ("review", ["not_proven"])


def test_a_reason_does_not_call_a_sure_answer_unsure() -> None:
    """Where nothing goes out by itself, "only 100 %" would be no reason."""
    (reason,) = decide(facts(replace(SURE, probability=1.0)), Limits({}), UNAUDITED)[1]
    assert "%" not in reason.message


# -- by the text


@pytest.mark.parametrize("candidates", [(), (SURE,), (PLACELESS,)])
def test_what_is_no_complaint_is_never_routed_by_itself(candidates: Sequence[Candidate]) -> None:
    decision, found = codes(facts(*candidates, kind="none"))
    assert decision == "review"
    assert found[0] == "not_a_complaint"


@pytest.mark.parametrize("kind", ["complaint", "aspiration", "information"])
def test_every_other_kind_is_routed_alike(kind: str) -> None:
    assert codes(facts(SURE, kind=kind)) == ("auto-route", [])


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ({"outside": True}, "out_of_scope"),
        ({"matters": 2}, "several_matters"),
        ({"strange": True}, "new_kind_of_text"),
    ],
)
def test_each_doubt_about_the_text_keeps_a_sure_case_back(fact: dict[str, Any], code: str) -> None:
    assert codes(facts(SURE, **fact)) == ("review", [code])


def test_what_is_no_complaint_is_not_called_out_of_scope_too() -> None:
    assert codes(facts(SURE, kind="none", outside=True))[1] == ["not_a_complaint"]


def test_the_number_of_matters_is_told() -> None:
    (reason,) = decide(facts(SURE, matters=3), LIMITS, UNAUDITED)[1]
    assert "3 perkara" in reason.message


# -- by the place


def test_without_a_place_the_citizen_is_asked_where() -> None:
    found = facts(PLACELESS, regional=True)
    assert codes(found) == ("ask", ["place_missing"])
    (reason,) = decide(found, LIMITS, UNAUDITED)[1]
    assert reason.question.endswith("?")
    assert "kabupaten/kota" in reason.question


def test_who_sent_no_complaint_is_asked_nothing() -> None:
    assert codes(facts(PLACELESS, kind="none", regional=True))[0] == "review"


def test_two_places_are_told_with_the_question_between_them() -> None:
    torn = {"conflict": ("Kota Surabaya", "Kota Semarang")}
    assert codes(facts(SURE, **torn)) == ("review", ["place_conflict"])
    (reason,) = decide(facts(SURE, **torn), LIMITS, UNAUDITED)[1]
    for said in (reason.message, reason.question):
        assert "Kota Surabaya" in said
        assert "Kota Semarang" in said
    assert reason.question.endswith("?")


# -- several at once


def test_every_reason_is_told() -> None:
    found = facts(
        replace(PLACELESS, probability=0.4),
        replace(OTHER, probability=0.35),
        outside=True,
        matters=2,
        strange=True,
        regional=True,
        conflict=("Kota Surabaya", "Kota Semarang"),
    )
    expected = ["out_of_scope", "several_matters", "new_kind_of_text"]
    expected += ["place_missing", "place_conflict", "not_proven", "ambiguous"]
    assert codes(found, Limits({"air": 0.5})) == ("ask", expected)


PROBABILITIES = st.lists(st.floats(0, 1), max_size=3).map(lambda found: sorted(found)[::-1])


@given(
    PROBABILITIES,
    st.none() | st.builds(Limits, st.just({"m0": 0.6}), st.sampled_from([0.0, 0.1, 0.5])),
    st.sampled_from(["complaint", "none"]),
    st.booleans(),
    st.sampled_from([{}, {"m0": ALWAYS}, {"m0": NEVER}]),
)
def test_whatever_is_not_routed_has_a_reason(
    probabilities: list[float],
    limits: Limits | None,
    kind: str,
    regional: bool,
    mandates: dict[str, str],
) -> None:
    candidates = [
        replace(SURE, unit_id=f"u{i}", mandate=f"m{i}", probability=p)
        for i, p in enumerate(probabilities)
    ]
    policy = Policy(audit_share=0.0, mandates=mandates)
    decision, found = codes(facts(*candidates, kind=kind, regional=regional), limits, policy)
    assert len(set(found)) == len(found)
    if mandates.get("m0") == NEVER:
        assert decision != "auto-route"
    elif decision == "auto-route" and not mandates:
        assert limits is not None
        assert candidates[0].probability >= 0.6


# -- what the operator says


def test_always_needs_no_proof() -> None:
    always = replace(UNAUDITED, mandates={"jalan": ALWAYS})
    unsure = facts(replace(SURE, probability=0.2), replace(OTHER, probability=0.19))
    for limits in (LIMITS, Limits({}), None):
        assert codes(unsure, limits, always) == ("auto-route", [])
    assert codes(facts(replace(OTHER, probability=0.99)), LIMITS, always)[0] == "review"


@pytest.mark.parametrize(
    "fact", [{"kind": "none"}, {"outside": True}, {"matters": 2}, {"regional": True}]
)
def test_always_silences_no_doubt_about_text_or_place(fact: dict[str, Any]) -> None:
    always = replace(UNAUDITED, mandates={"jalan": ALWAYS})
    assert codes(facts(SURE, **fact), LIMITS, always)[0] != "auto-route"


def test_never_is_told_as_the_operators_own_rule() -> None:
    never = replace(UNAUDITED, mandates={"jalan": NEVER})
    without = replace(LIMITS, thresholds={})  # as the limits of such a policy are
    assert codes(facts(SURE), without, never) == ("review", ["policy"])
    assert codes(facts(SURE), None, never) == ("review", ["policy"])
    assert codes(facts(SURE), LIMITS, never) == ("review", ["policy"])


def test_the_operator_may_speak_of_the_texts_mandate_or_of_the_units() -> None:
    """A unit for roads may serve street lamps too: whichever the operator names is meant."""
    lamp = facts(SURE, matter="penerangan-jalan")
    never = replace(UNAUDITED, mandates={"penerangan-jalan": NEVER})
    assert codes(lamp, LIMITS, never) == ("review", ["policy"])
    assert codes(facts(SURE, matter="jalan"), LIMITS, never) == ("auto-route", [])
    always = replace(UNAUDITED, mandates={"penerangan-jalan": ALWAYS})
    assert codes(lamp, None, always) == ("auto-route", [])
    both = replace(UNAUDITED, mandates={"penerangan-jalan": ALWAYS, "jalan": NEVER})
    assert codes(lamp, LIMITS, both) == ("review", ["policy"])


# -- the audit


KEYS = [f"aduan-{i}" for i in range(10_000)]


def test_about_the_share_is_drawn() -> None:
    drawn = sum(audited(key, 0.02) for key in KEYS)
    assert 160 < drawn < 240
    assert not any(audited(key, 0.0) for key in KEYS)
    assert all(audited(key, 1.0) for key in KEYS)


def test_the_draw_is_the_same_each_time_and_grows_with_the_share() -> None:
    few = {key for key in KEYS if audited(key, 0.02)}
    assert few == {key for key in reversed(KEYS) if audited(key, 0.02)}
    assert few < {key for key in KEYS if audited(key, 0.1)}


@given(st.text(), st.floats(0, 1))
def test_any_key_can_be_drawn(key: str, share: float) -> None:
    assert audited(key, share) == audited(key, share)
    audited("\ud800", share)  # half a character, as an export may hold


def test_an_audited_case_goes_to_a_person_with_that_reason() -> None:
    decisions = [codes(facts(SURE, key=key), policy=Policy()) for key in KEYS[:2_000]]
    drawn = [found for decision, found in decisions if decision != "auto-route"]
    assert 15 < len(drawn) < 75
    assert all(found == ["audit"] for found in drawn)


def test_only_what_would_go_out_is_audited() -> None:
    everything = Policy(audit_share=1.0)
    assert codes(facts(SURE), policy=everything) == ("review", ["audit"])
    for found in (facts(replace(SURE, probability=0.3)), facts(SURE, outside=True), facts()):
        assert "audit" not in codes(found, policy=everything)[1]
    always = replace(everything, mandates={"jalan": ALWAYS})
    assert codes(facts(replace(SURE, probability=0.1)), None, always) == ("review", ["audit"])
