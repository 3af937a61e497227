"""The task that makes deliveries, against a receiver that really listens."""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from serving.webhooks.claims import CLAIM
from serving.webhooks.signing import signing_secret, verify

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRET = b"a secret of the server, for tests only"


async def drained(deliverer, now: datetime = NOW) -> int:
    made = 0
    while some := await deliverer.drain(now):
        made += some
    return made


async def until(condition: Callable[[], bool], task: asyncio.Task) -> None:
    """Wait for a condition while a task runs, then cancel it."""
    limit = time.monotonic() + 10
    while not condition() and time.monotonic() < limit and not task.done():
        await asyncio.sleep(0.01)
    held = condition()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert held


def test_a_message_arrives_signed(queue, receiver, deliverer):
    hook = queue.hook(receiver.url("200"))
    queue.put()
    assert asyncio.run(drained(deliverer(queue.database))) == 1
    ((path, headers, body),) = receiver.received
    verify(signing_secret(SECRET, hook.id, 1), headers, body, NOW)
    (row,) = queue.rows()
    assert (path, headers["webhook-id"]) == ("/200", row.id)
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == row.payload
    assert row.delivered_at == NOW


def test_two_workers_send_each_of_many_once(queue, receiver, deliverer):
    queue.hook(receiver.url("late"))
    queue.hook(receiver.url("204"))
    queue.put(100)

    async def both() -> list[int]:
        return await asyncio.gather(
            drained(deliverer(queue.database)), drained(deliverer(queue.database))
        )

    shares = asyncio.run(both())
    assert sum(shares) == 200
    assert min(shares) > 20
    ids = [headers["webhook-id"] for _, headers, _ in receiver.received]
    assert len(ids) == len(set(ids)) == 200
    assert all(row.delivered_at and row.attempts == 1 for row in queue.rows())
    assert receiver.most_at_once <= 16


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("500", "HTTP 500"),
        ("404", "HTTP 404"),
        ("redirect", "HTTP 302"),
        ("hang", "no answer within 0.3 s"),
        ("drip", "no answer within 0.3 s"),
        ("close", "no answer"),
        ("garbage", "no answer"),
    ],
)
def test_a_receiver_that_fails_is_tried_again_with_the_same_message(
    sqlite_queue, receiver, deliverer, kind, error
):
    sqlite_queue.hook(receiver.url(kind))
    sqlite_queue.put()
    worker = deliverer(sqlite_queue.database, seconds=0.3)
    assert asyncio.run(drained(worker)) == 1
    (row,) = sqlite_queue.rows()
    assert row.last_error.startswith(error)
    assert (row.delivered_at, row.failed_at) == (None, None)
    assert asyncio.run(drained(worker, NOW + timedelta(seconds=7))) == 1
    first, second = receiver.received  # nothing went to where a redirect points
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert first[1]["webhook-timestamp"] != second[1]["webhook-timestamp"]
    assert first[2] == second[2]


def test_nobody_listens(sqlite_queue, deliverer):
    sqlite_queue.hook("http://127.0.0.1:9/")
    sqlite_queue.put()
    asyncio.run(drained(deliverer(sqlite_queue.database)))
    assert sqlite_queue.rows()[0].last_error.startswith("no answer: ")


def test_an_endless_answer_is_not_read(sqlite_queue, receiver, deliverer):
    sqlite_queue.hook(receiver.url("endless"))
    sqlite_queue.put()
    asyncio.run(drained(deliverer(sqlite_queue.database)))
    assert sqlite_queue.rows()[0].delivered_at


def test_addresses_are_checked_when_it_is_sent(sqlite_queue, receiver, deliverer):
    asked = []

    async def inside(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["169.254.169.254"]

    sqlite_queue.hook("https://contoh.go.id/hook")
    sqlite_queue.put()
    asyncio.run(drained(deliverer(sqlite_queue.database, resolve=inside)))
    assert asked == ["contoh.go.id"]
    assert sqlite_queue.rows()[0].last_error.startswith("not sent: the address is link-local")


def test_it_connects_to_the_checked_address_under_the_host_s_name(
    sqlite_queue, receiver, deliverer
):
    port = receiver.server.server_port

    async def here(host: str, asked: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]  # nobody listens at the first

    sqlite_queue.hook(f"http://contoh.go.id:{port}/200?key=1")
    sqlite_queue.put()
    asyncio.run(drained(deliverer(sqlite_queue.database, resolve=here)))
    ((path, headers, _),) = receiver.received
    assert (path, headers["host"]) == ("/200?key=1", f"contoh.go.id:{port}")


def test_a_host_that_does_not_resolve(sqlite_queue, deliverer):
    async def nothing(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    sqlite_queue.hook("https://contoh.go.id/")
    sqlite_queue.put()
    asyncio.run(drained(deliverer(sqlite_queue.database, resolve=nothing)))
    assert sqlite_queue.rows()[0].last_error == "no answer: Name or service not known"


def test_receivers_that_hang_do_not_hold_up_others(queue, receiver, deliverer):
    queue.hook(receiver.url("hang"))
    queue.put(50)
    queue.hook(receiver.url("200"), "complaint.review")
    queue.put(20, "complaint.review")
    worker = deliverer(queue.database, seconds=8)

    async def runs() -> None:
        began = time.monotonic()
        task = asyncio.create_task(worker.run())
        await until(lambda: Counter(receiver.paths())["200"] == 20, task)
        assert time.monotonic() - began < 4

    asyncio.run(runs())
    assert Counter(receiver.paths())["hang"] <= 4


def test_a_dead_receiver_is_left_alone_for_a_while(sqlite_queue, receiver, deliverer):
    sqlite_queue.hook(receiver.url("503"))
    sqlite_queue.put(100)
    worker = deliverer(sqlite_queue.database)
    assert asyncio.run(drained(worker)) == 4
    assert asyncio.run(drained(worker, NOW + timedelta(seconds=9))) == 0
    assert asyncio.run(drained(worker, NOW + timedelta(seconds=10))) == 1


def test_a_killed_worker_loses_nothing(queue, receiver, deliverer):
    queue.hook(receiver.url("hang"))
    queue.put(2)
    worker = deliverer(queue.database)

    async def killed() -> None:
        task = asyncio.create_task(worker.run())
        await until(lambda: len(receiver.received) == 2, task)

    asyncio.run(killed())
    receiver.over.set()
    moment = datetime.now(UTC)
    other = deliverer(queue.database)
    assert asyncio.run(drained(other, moment)) == 0
    with queue.database.writing() as connection:  # the receiver is mended
        connection.execute(text("UPDATE webhooks SET url = :u"), {"u": receiver.url("200")})
    assert asyncio.run(drained(other, moment + CLAIM)) == 2
    assert all(row.delivered_at and row.attempts == 2 for row in queue.rows())


def test_what_arrived_is_noted_when_the_task_is_stopped(sqlite_queue, receiver, deliverer):
    sqlite_queue.hook(receiver.url("gate"))
    sqlite_queue.put(4)
    worker = deliverer(sqlite_queue.database)

    async def stopped() -> None:
        task = asyncio.create_task(worker.run())
        while len(receiver.received) < 4:
            await asyncio.sleep(0.01)
        with sqlite_queue.database.writing():  # so that nothing can be noted for now
            receiver.gate.set()
            while len(worker._ended) < 4:
                await asyncio.sleep(0.01)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())
    assert all(row.delivered_at for row in sqlite_queue.rows())


def test_the_task_survives_a_database_that_goes_away(
    sqlite_queue, receiver, deliverer, caplog, monkeypatch
):
    monkeypatch.setattr("serving.webhooks.delivery._PAUSE", 0.02)
    database = sqlite_queue.database
    sqlite_queue.hook(receiver.url("200"))
    worker = deliverer(database)

    def rename(old: str, new: str) -> None:
        with database.writing() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    async def outage() -> None:
        task = asyncio.create_task(worker.run())
        rename("webhooks", "away")
        await asyncio.sleep(0.3)
        rename("away", "webhooks")
        sqlite_queue.put(2)
        await until(lambda: len(receiver.received) == 2, task)

    with caplog.at_level(logging.INFO, "pintu.webhooks"):
        asyncio.run(outage())
    assert [r.getMessage()[:14] for r in caplog.records] == ["webhooks wait:", "webhooks go on"]


def test_an_idle_task_asks_rarely(sqlite_queue, deliverer, monkeypatch):
    from sqlalchemy import event

    asked = []
    engine = sqlite_queue.database.engine
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    sqlite_queue.hook("https://satu.example/")
    asked.clear()

    async def idle() -> None:
        task = asyncio.create_task(deliverer(sqlite_queue.database).run())
        await asyncio.sleep(0.4)
        task.cancel()

    asyncio.run(idle())
    assert len([one for one in asked if "SELECT" in one]) == 1
    assert not any("IMMEDIATE" in one for one in asked)  # it never takes the writer's place


def test_a_payload_that_cannot_be_sent_ends_nothing(sqlite_queue, receiver, deliverer):
    sqlite_queue.hook(receiver.url("200"))
    sqlite_queue.put(2)
    first = sqlite_queue.rows()[0]
    with sqlite_queue.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE deliveries SET payload = ? WHERE number = ?",
            (r'{"data": "\ud800"}', first.number),
        )
    asyncio.run(drained(deliverer(sqlite_queue.database)))
    bad, good = sqlite_queue.rows()
    assert bad.last_error == "not sent: UnicodeEncodeError"
    assert good.delivered_at
