"""Each complaint is recorded once, however often it is sent."""

from sqlalchemy import func, select

from serving.store import tables
from serving.store.cases import history
from serving.store.intake import record
from serving.store.submissions import Conflict


def count(database, table):
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def taken(database, *requests):
    with database.writing() as connection:
        return record(connection, requests)


def test_a_complaint_comes_with_recommendation_decision_review_and_log(database, submission):
    one = submission("A-1")
    [[recorded]] = taken(database, [one])
    assert (recorded.id, recorded.caller_id, recorded.replayed) == (one.id, "A-1", False)
    for table in (
        tables.complaints,
        tables.recommendations,
        tables.decisions,
        tables.reviews,
        tables.audit,
    ):
        assert count(database, table) == 1


def test_what_goes_out_by_itself_opens_no_review(database, submission):
    one = submission("A-1", "auto-route")
    taken(database, [one])
    assert count(database, tables.reviews) == 0
    with database.reading() as connection:
        row = connection.execute(select(tables.complaints)).one()
        assert (row.status, row.unit_id) == ("forwarded", "35.78/penerangan-jalan")
        assert [event["event"] for event in history(connection, one.id)] == ["forward"]


def test_a_retry_gets_the_first_answer(database, submission):
    first = submission("A-1")
    taken(database, [first])
    [[again]] = taken(database, [submission("A-1")])
    assert (again.id, again.received_at, again.replayed) == (first.id, first.received_at, True)
    assert again.answer == first.answer
    assert count(database, tables.complaints) == count(database, tables.audit) == 1


def test_a_retry_is_known_by_its_idempotency_key_alone(database, submission):
    first = submission(retry_key="k")
    taken(database, [first])
    [[again]] = taken(database, [submission(retry_key="k")])
    assert again.id == first.id
    [[other]] = taken(database, [submission(retry_key="other")])
    assert other.id != first.id


def test_numbers_are_each_caller_s_own(database, submission):
    taken(database, [submission("A-1", key_id="one")])
    [[other]] = taken(database, [submission("A-1", key_id="two", text="Lain.")])
    assert not other.replayed
    assert count(database, tables.complaints) == 2


def test_without_number_and_key_every_complaint_is_a_new_one(database, submission):
    taken(database, [submission()], [submission()])
    assert count(database, tables.complaints) == 2


def test_another_content_under_a_known_number_is_a_conflict(database, submission):
    taken(database, [submission("A-1")])
    assert taken(database, [submission("A-1", text="Lain.")]) == [Conflict((0,))]
    assert count(database, tables.complaints) == 1


def test_of_a_request_with_a_conflict_nothing_is_recorded(database, submission):
    taken(database, [submission("A-1")])
    outcomes = taken(
        database,
        [submission("A-2"), submission("A-1", text="Lain."), submission("A-3")],
        [submission("B-1")],
    )
    assert outcomes[0] == Conflict((1,))
    assert count(database, tables.complaints) == 2
    with database.reading() as connection:
        numbers = set(connection.scalars(select(tables.complaints.c.caller_id)))
        assert numbers == {"A-1", "B-1"}
        found = set(connection.scalars(select(tables.recommendations.c.complaint_id)))
        assert found == set(connection.scalars(select(tables.complaints.c.id)))


def test_a_batch_that_is_sent_again_after_part_of_it_was_recorded_is_completed(
    database, submission
):
    taken(database, [submission("A-1")])
    [answers] = taken(database, [submission("A-1"), submission("A-2")])
    assert [answer.replayed for answer in answers] == [True, False]
    assert count(database, tables.complaints) == 2


def test_the_order_of_arrival_does_not_rest_on_the_clock(database, submission, monkeypatch):
    later = submission("later")
    monkeypatch.setattr("time.time_ns", lambda: 10**18)  # the clock was set back by years
    earlier = submission("earlier", received_at=later.received_at.replace(year=2001))
    assert earlier.id < later.id
    taken(database, [later])
    taken(database, [earlier])
    with database.reading() as connection:
        rows = connection.execute(
            select(tables.complaints.c.caller_id).order_by(tables.complaints.c.number)
        )
        assert [row.caller_id for row in rows] == ["later", "earlier"]
