"""The course of a case: units accept or bounce it, people decide."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from serving.desk import rule_out
from serving.store import course, tables
from serving.store.cases import history, latest_answer
from serving.store.course import Refused, UnitAnswer, Verdict
from serving.store.intake import record

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LAMPS, ROADS = "35.78/penerangan-jalan", "35.78/jalan"


def arrived(database, *submissions):
    with database.writing() as connection:
        record(connection, [list(submissions)])


def answer(database, case_id, outcome, unit_id="", reason="bukan kami"):
    said = UnitAnswer(outcome, unit_id, reason, "key:unit", NOW)
    with database.writing() as connection:
        case = course.locked(connection, case_id)
        if not course.answered(connection, case, said):
            return False
        if outcome == "accepted":
            course.accept(connection, case, said)
        else:
            excluded = course.ruled_out(connection, case_id)
            again = rule_out(latest_answer(connection, case_id), excluded)
            course.bounce(connection, case, said, again)
        return True


def decide(database, case_id, unit_id="", action="forward", actor="key:admin", again=False):
    verdict = Verdict(action, unit_id, "Unit", "Kota", "35.78", "", actor, NOW, again)
    with database.writing() as connection:
        course.decide(connection, course.locked(connection, case_id), verdict)


def state(database, case_id):
    with database.reading() as connection:
        row = connection.execute(
            select(tables.complaints).where(tables.complaints.c.id == case_id)
        ).one()
        open_review = connection.execute(
            select(tables.reviews).where(
                tables.reviews.c.complaint_id == case_id, tables.reviews.c.closed_at.is_(None)
            )
        ).one_or_none()
        events = [(e["event"], e["unit_id"]) for e in history(connection, case_id)]
        return row, open_review, events


@pytest.fixture
def sent(database, submission):
    one = submission("A-1", "auto-route")
    arrived(database, one)
    return one.id


def test_an_accepted_case_is_done(database, sent):
    assert answer(database, sent, "accepted")
    row, review, events = state(database, sent)
    assert row.status == "accepted"
    assert review is None
    assert events == [("forward", LAMPS), ("accepted", LAMPS)]


def test_a_bounced_case_goes_to_review_without_that_unit(database, sent):
    assert answer(database, sent, "bounced", LAMPS)
    row, review, events = state(database, sent)
    assert (row.status, row.unit_id) == ("review", "")
    assert review.ruled_out == [LAMPS]
    assert review.reasons[0] == "bounced"
    assert events == [("forward", LAMPS), ("bounced", LAMPS), ("review", "")]
    with database.reading() as connection:
        again = latest_answer(connection, sent)
    assert [c["unit_id"] for c in again["candidates"]] == [ROADS, "35.78/taman"]
    assert [c["probability"] for c in again["candidates"]] == pytest.approx(
        [2 / 3, 1 / 3], abs=1e-3
    )


def test_the_same_answer_twice_changes_nothing(database, sent):
    assert answer(database, sent, "bounced")
    assert not answer(database, sent, "bounced")
    assert len(state(database, sent)[2]) == 3


def test_a_unit_may_bounce_what_it_accepted_but_not_the_other_way_round(database, sent):
    answer(database, sent, "accepted")
    assert answer(database, sent, "bounced")
    assert not answer(database, sent, "accepted")  # a late repetition


def test_what_was_bounced_cannot_be_accepted_after_all(database, sent):
    answer(database, sent, "bounced")
    with pytest.raises(Refused) as refusal:
        answer(database, sent, "accepted")
    assert refusal.value.code == "answered"


def test_only_the_unit_that_has_the_case_can_answer(database, sent):
    with pytest.raises(Refused) as refusal:
        answer(database, sent, "bounced", ROADS)
    assert refusal.value.code == "other_unit"


def test_a_case_that_is_with_no_unit_cannot_be_answered(database, submission):
    one = submission("A-1")
    arrived(database, one)
    with pytest.raises(Refused) as refusal:
        answer(database, one.id, "accepted")
    assert refusal.value.code == "not_forwarded"


def test_sending_on_keeps_the_history_and_a_second_bounce_rules_both_out(database, sent):
    answer(database, sent, "bounced")
    decide(database, sent, ROADS)
    assert state(database, sent)[1] is None
    answer(database, sent, "bounced")
    _, review, events = state(database, sent)
    assert review.ruled_out == [LAMPS, ROADS]
    assert [event for event, _ in events] == [
        "forward", "bounced", "review", "forward", "bounced", "review",
    ]  # fmt: skip
    with database.reading() as connection:
        decided_by = connection.scalars(
            select(tables.outcomes.c.decided_by).order_by(tables.outcomes.c.number)
        ).all()
    assert decided_by == ["pintu", "key:admin"]  # the second bounce is not the model's


def test_a_unit_that_bounced_gets_it_again_only_on_purpose(database, sent):
    answer(database, sent, "bounced")
    with pytest.raises(Refused) as refusal:
        decide(database, sent, LAMPS)
    assert refusal.value.code == "bounced_before"
    decide(database, sent, LAMPS, again=True)
    assert state(database, sent)[0].status == "forwarded"


def test_asking_leaves_the_review_open_and_archiving_closes_it(database, submission):
    one = submission("A-1")
    arrived(database, one)
    decide(database, one.id, action="ask")
    assert state(database, one.id)[0].status == "ask"
    assert state(database, one.id)[1] is not None
    decide(database, one.id, action="archive")
    assert state(database, one.id)[0].status == "archived"
    assert state(database, one.id)[1] is None


def test_urgent_reviews_are_claimed_first_then_the_oldest(database, submission):
    def opened(number, urgent=False):
        one = submission(number, received_at=NOW + timedelta(minutes=int(number)))
        one.answer["urgency"] = {"danger": "x"} if urgent else None
        return one

    arrived(database, opened("1"), opened("2"), opened("3", urgent=True))
    with database.writing() as connection:
        claimed = course.claim(connection, "ani", NOW, 60, limit=2)
    assert [row.urgent for row in claimed] == [True, False]
    with database.writing() as connection:
        assert len(course.claim(connection, "budi", NOW, 60, limit=5)) == 1
    with database.writing() as connection:
        assert len(course.claim(connection, "budi", NOW + timedelta(seconds=61), 60, 5)) == 3


def test_who_holds_a_review_decides_it(database, submission):
    one = submission("A-1")
    arrived(database, one)
    with database.writing() as connection:
        course.claim(connection, "key:ani", NOW, 60)
    with pytest.raises(Refused) as refusal:
        decide(database, one.id, ROADS, actor="key:budi")
    assert refusal.value.code == "claimed"
    decide(database, one.id, ROADS, actor="key:ani")


def test_two_workers_never_claim_the_same_review(database, submission):
    arrived(database, *(submission(f"A-{i}") for i in range(40)))

    def work(actor):
        mine = []
        while True:
            with database.writing() as connection:
                rows = course.claim(connection, actor, NOW, 60, limit=3)
            if not rows:
                return mine
            mine += [row.number for row in rows]

    with ThreadPoolExecutor(4) as pool:
        found = [number for numbers in pool.map(work, "abcd") for number in numbers]
    assert len(found) == len(set(found)) == 40
