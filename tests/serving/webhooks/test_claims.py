"""Claims: each delivery to one worker at a time, until the claim lapses."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from serving.store.tables import audit, webhooks
from serving.webhooks.claims import (
    CLAIM,
    KEEPS_TRYING,
    Answer,
    Result,
    claim,
    next_attempt,
    settle,
    waiting,
)
from serving.webhooks.queries import latest, registered, retry

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def take(queue, count: int = 1, now: datetime = NOW):
    with queue.database.writing() as connection:
        return claim(connection, dict.fromkeys(waiting(connection, now), count), now)


def end(queue, job, answer: Answer, now: datetime = NOW, dead: bool = False) -> None:
    with queue.database.writing() as connection:
        settle(connection, [Result(job, answer, now, dead)])


def test_nobody_else_gets_what_is_claimed_until_the_claim_lapses(queue):
    queue.hook("https://satu.example/")
    queue.put(3)
    first = take(queue, 2)
    assert [job.attempts for job in first] == [1, 1]
    assert len(take(queue, 5)) == 1
    assert take(queue, 5) == []
    almost = NOW + CLAIM - timedelta(microseconds=1)
    assert take(queue, 5, almost) == []
    again = take(queue, 2, NOW + CLAIM)  # the worker was killed
    assert {job.id for job in again} == {job.id for job in first}
    assert [job.attempts for job in again] == [2, 2]


def test_workers_that_claim_at_the_same_time_never_get_the_same(queue):
    queue.hook("https://satu.example/")
    queue.hook("https://dua.example/")
    queue.put(30)
    got: list[str] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        while jobs := take(queue, 3):
            got.extend(job.id for job in jobs)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 60


def test_an_accepted_delivery_is_done(queue):
    queue.hook("https://satu.example/")
    queue.put()
    end(queue, take(queue)[0], Answer(204))
    (row,) = queue.rows()
    assert (row.delivered_at, row.claimed_until, row.last_error) == (NOW, None, "")
    assert take(queue, 1, NOW + timedelta(days=9)) == []


@pytest.mark.parametrize("answer", [Answer(500), Answer(302), Answer(404), Answer(None, "nihil")])
def test_anything_else_is_tried_again_later(queue, answer):
    queue.hook("https://satu.example/")
    queue.put()
    end(queue, take(queue)[0], answer)
    (row,) = queue.rows()
    assert timedelta(seconds=4) <= row.next_at - NOW <= timedelta(seconds=6)
    assert row.last_error == str(answer)
    assert take(queue, 1, NOW + timedelta(seconds=3)) == []
    assert len(take(queue, 1, NOW + timedelta(seconds=6))) == 1


def test_errors_are_kept_short_and_printable(queue):
    queue.hook("https://satu.example/")
    queue.put()
    end(queue, take(queue)[0], Answer(None, "a\0b\n" + "x" * 500))
    assert queue.rows()[0].last_error == "ab" + "x" * 198


def test_attempts_become_rarer_and_end_after_three_days():
    now, attempts, pauses = NOW, 1, []
    while at := next_attempt(attempts, NOW, now):
        pauses.append((at - now).total_seconds())
        now, attempts = at, attempts + 1
    usual = [5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, *[12 * 3600] * 9]
    assert all(
        0.8 * expected <= pause <= 1.2 * expected
        for pause, expected in zip(pauses, usual, strict=False)
    )
    assert timedelta(days=2) < now - NOW <= KEEPS_TRYING
    assert next_attempt(10_000, NOW, NOW) is not None


def test_after_three_days_it_has_failed_and_can_be_retried(queue):
    queue.hook("https://satu.example/")
    queue.put()
    late = NOW + KEEPS_TRYING
    end(queue, take(queue, 1, late)[0], Answer(503), late)
    (row,) = queue.rows()
    assert (row.failed_at, row.last_error) == (late, "HTTP 503")
    assert take(queue, 1, late + timedelta(days=1)) == []
    with queue.database.writing() as connection:
        assert retry(connection, None, late) == 1
    end(queue, take(queue, 1, late)[0], Answer(503), late)
    assert queue.rows()[0].failed_at is None  # three more days


def test_what_waits_for_a_dead_receiver_fails_after_three_days_without_its_turn(queue):
    queue.hook("https://satu.example/")
    queue.hook("https://dua.example/", "complaint.review")
    queue.put(5)
    queue.put(event="complaint.review")
    late = NOW + KEEPS_TRYING + timedelta(hours=1)
    queue.put(at=late)
    one, other = take(queue, 1, late)[0], take(queue, 1, late)[0]
    end(queue, one, Answer(None, "nihil"), late)
    assert sum(row.failed_at is not None for row in queue.rows()) == 1  # itself
    end(queue, other, Answer(None, "nihil"), late, dead=True)
    states = [row.failed_at is not None for row in queue.rows()]
    assert sum(states) == 5
    assert states[-2:] == [False, False]  # of another receiver; of today


def test_a_worker_that_was_held_up_changes_nothing_but_what_arrived(queue):
    queue.hook("https://satu.example/")
    queue.put()
    (held,) = take(queue)
    later = NOW + CLAIM
    (other,) = take(queue, 1, later)
    end(queue, held, Answer(500), later)
    assert queue.rows()[0].claimed_until == later + CLAIM  # the other's claim stands
    end(queue, other, Answer(200), later)
    end(queue, held, Answer(500), later)
    assert queue.rows()[0].delivered_at == later
    queue.put()
    (held,) = take(queue, 1, later)
    (other,) = take(queue, 1, later + CLAIM)
    end(queue, other, Answer(500), later + CLAIM)
    end(queue, held, Answer(200), later + CLAIM)
    assert queue.rows()[1].delivered_at


def test_a_receiver_that_is_gone_is_disabled_once(queue):
    queue.hook("https://satu.example/")
    queue.put(4)
    first, second = take(queue, 2)
    with queue.database.writing() as connection:
        settle(connection, [Result(job, Answer(410), NOW) for job in (first, second)])
    with queue.database.reading() as connection:
        assert connection.scalar(select(webhooks.c.disabled_at)) == NOW
        entries = connection.execute(select(audit.c.actor, audit.c.action)).all()
    assert entries == [("pintu", "webhook.disable")]
    assert {row.failed_at for row in queue.rows()} == {NOW}
    assert take(queue, 9, NOW + timedelta(days=1)) == []
    queue.put()
    assert len(queue.rows()) == 4


def test_what_an_operator_sees(queue):
    hook = queue.hook("https://satu.example/")
    queue.hook("https://dua.example/", "complaint.review")
    queue.put(3)
    done, gone = take(queue, 2)
    end(queue, done, Answer(200))
    end(queue, gone, Answer(500), NOW + KEEPS_TRYING)
    with queue.database.reading() as connection:
        first, second = registered(connection)
        rows, failed = latest(connection, 2), latest(connection, 9, failed=True)
    assert (first["id"], first["waiting"], first["delivered"], first["failed"]) == (
        hook.id,
        1,
        1,
        1,
    )
    assert (second["waiting"], second["active"]) == (0, True)
    assert [row["state"] for row in rows] == ["waiting", "failed"]
    assert [(row["id"], row["error"]) for row in failed] == [(gone.id, "HTTP 500")]
