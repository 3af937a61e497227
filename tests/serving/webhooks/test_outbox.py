"""The queue: filled with what happened, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from serving.store.tables import deliveries
from serving.webhooks import hooks
from serving.webhooks.outbox import Happening, enqueue, forget_delivered

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_each_active_subscriber_gets_what_it_asked_for(queue):
    both = queue.hook("https://satu.example/", "complaint.decided", "complaint.bounced")
    one = queue.hook("https://dua.example/", "complaint.bounced")
    off = queue.hook("https://tiga.example/", "complaint.bounced")
    with queue.database.writing() as connection:
        assert hooks.disable(connection, off.id, NOW)
    queue.put(event="complaint.decided")
    queue.put(event="complaint.bounced")
    queue.put(event="complaint.review")
    told = [(row.webhook_id, row.event) for row in queue.rows()]
    assert sorted(told) == sorted(
        [
            (both.id, "complaint.decided"),
            (both.id, "complaint.bounced"),
            (one.id, "complaint.bounced"),
        ]
    )


def test_a_message_has_the_shape_of_the_specification(queue):
    queue.hook("https://satu.example/")
    queue.put()
    (row,) = queue.rows()
    assert row.payload == {
        "type": "complaint.decided",
        "timestamp": "2026-03-02T08:00:00.000Z",
        "data": {"complaint_id": queue.complaint, "unit_id": "35.78/jalan"},
    }
    assert (row.attempts, row.next_at, len(row.id)) == (0, NOW, 26)


def test_what_did_not_happen_is_not_told(queue):
    queue.hook("https://satu.example/")

    def fails() -> None:
        with queue.database.writing() as connection:
            enqueue(connection, [Happening(queue.complaint, "complaint.decided", {})])
            raise RuntimeError("the case could not be recorded")

    with pytest.raises(RuntimeError):
        fails()
    assert queue.rows() == []


def test_without_webhooks_it_is_one_query_and_without_happenings_none(queue):
    told = []
    event.listen(queue.database.engine, "before_cursor_execute", lambda *a: told.append(a[2]))
    with queue.database.writing() as connection:
        told.clear()
        enqueue(connection, [])
        assert told == []
        enqueue(connection, [Happening(queue.complaint, "complaint.decided", {})] * 100)
        assert len(told) == 1


def test_what_ended_long_ago_is_forgotten(queue):
    queue.hook("https://satu.example/")
    off = queue.hook("https://dua.example/", "complaint.review")
    queue.put(5)
    queue.put(event="complaint.review")
    numbers = [row.number for row in queue.rows()]
    old, new = NOW - timedelta(days=40), NOW - timedelta(days=1)
    states = [
        {"delivered_at": old},
        {"delivered_at": new},
        {"failed_at": old},
        {"failed_at": new},
        {"created_at": old},  # waits still
        {"created_at": old, "webhook_id": off.id},  # waits for one that was disabled
    ]
    with queue.database.writing() as connection:
        hooks.disable(connection, off.id, NOW)
        for number, state in zip(numbers, states, strict=True):
            wipe = {"delivered_at": None, "failed_at": None}
            row = deliveries.c.number == number
            connection.execute(update(deliveries).where(row).values(wipe | state))
        assert forget_delivered(connection, NOW - timedelta(days=30)) == 3
    assert [row.number for row in queue.rows()] == [numbers[1], numbers[3], numbers[4]]
