"""The clock is set back under load: order, numbers, retries, limits, claims and webhooks hold."""

import http.server
import json
import shutil
import struct
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from serving.security import keys
from serving.store.tables import deliveries
from serving.webhooks import hooks

from .load import Load
from .servers import Client, ask, until

DAY = 24 * 3600
NOW = datetime.now(UTC)


@pytest.fixture
def clock(tmp_path):
    """Settings of a server whose clock a test moves, and what moves it."""
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("a C compiler makes the clock that can be moved")
    library, moved = tmp_path / "clock.so", tmp_path / "moved"
    source = Path(__file__).with_name("clock.c")
    options = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
    subprocess.run([compiler, *options], check=True)
    moved.write_bytes(struct.pack("l", 0))

    def move(seconds):
        with moved.open("r+b") as file:
            file.write(struct.pack("l", seconds))

    return {"LD_PRELOAD": library, "CLOCK_FILE": moved}, move


@contextmanager
def receiver():
    """Where webhooks go: its URL, complaints that were told of, and whether it works."""
    told, works = set(), threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if works.is_set():
                told.add(body["data"]["complaint_id"])
            self.send_response(204 if works.is_set() else 500)
            self.end_headers()

        def log_message(self, *args):
            pass

    works.set()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", told, works
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def made(books, url):
    """Keys that send and review, one with a small share, and a webhook."""
    with books.database.writing() as connection:
        hooks.add(connection, "penerima", url, ["complaint.review", "complaint.decided"], NOW)
        wanted = [(["admin"], 1_000_000), (["review"], 1_000_000), (["intake"], 60)]
        return [
            keys.create(connection, "uji", scopes, actor="test", now=NOW, per_minute=share)
            for scopes, share in wanted
        ]


@pytest.mark.parametrize("days", [1, 366])
def test_set_back_under_load(days, clock, new_database, start, ledger, full, table):
    if days > 1 and not full:
        pytest.skip("takes long: make faults")
    settings, move = clock
    url = new_database("sqlite")
    books = ledger(url)
    with receiver() as (address, told, *_):
        sender, reviewer, small = made(books, address)
        server = start(url, webhook_private=True, **settings)
        client = Client(server)
        with Load(server, clients=3, x_api_key=sender) as load:
            until(lambda: len(load.answers) > 60, 30)
            held = claimed(client, reviewer, 5)
            move(-days * DAY)
            before = dict(load.answers)
            until(lambda: len(load.answers) > len(before) + 60, 30)
        again = [load.send(number) for number in list(before)[:20]]
        ids = {number: answer["complaint_id"] for number, answer in load.answers.items()}
        assert {answer.headers.get("idempotent-replayed") for answer in again} == {"true"}
        assert {n: before[n]["complaint_id"] for n in before} == {n: ids[n] for n in before}
        assert len(set(ids.values())) == len(ids)
        listed = pages(client, sender)
        assert sorted(listed) == sorted(ids.values())
        # A complaint may have been on its way when the clock was moved.
        early = {answer["complaint_id"] for answer in before.values()}
        assert set(listed[: len(early) - 6]) <= early | set(listed[len(early) - 6 : len(early) + 6])
        taken = set()
        while more := claimed(client, sender, 20):
            assert not more & taken
            taken |= more
        assert held <= taken  # held before the move: free again
        share = [client("GET", "/v1/complaints", x_api_key=small).status for _ in range(12)]
        assert (share[0], share[-1]) == (200, 429)
        until(lambda: client("GET", "/v1/complaints", x_api_key=small).status == 200, 5, 0.2)
        moved = NOW - timedelta(days=days - 0.5)
        late = {
            answer["complaint_id"]
            for answer in load.answers.values()
            if datetime.fromisoformat(answer["received_at"]) < moved
        }
        assert late  # the clock was moved indeed
        until(lambda: late <= told, 30)
    table(
        acknowledged=len(ids),
        after_the_move=len(late),
        webhooks=len(told),
        statuses=dict(load.statuses),
    )
    assert set(load.statuses) == {201}
    lost, doubled = books.check(load)
    assert (lost, doubled) == (0, 0)


def test_what_waited_for_a_receiver(long, clock, new_database, start, ledger):
    settings, move = clock
    url = new_database("sqlite")
    with receiver() as (address, told, works):
        books = ledger(url)
        sender, *_ = made(books, address)
        server = start(url, webhook_private=True, **settings)
        works.clear()
        sent = {"text": "Sampah menumpuk di tepi sungai."}
        assert ask(server, "POST", "/v1/complaints", sent, x_api_key=sender).status == 201
        until(lambda: waits(books), 10)
        move(-2 * DAY)
        works.set()
        until(lambda: told, 15)


def waits(books):
    """Whether a delivery failed and is to be tried again."""
    with books.database.reading() as connection:
        return connection.scalar(select(deliveries.c.last_error).where(deliveries.c.attempts == 1))


def claimed(client, key, limit):
    answer = client("POST", "/v1/reviews/claim", {"limit": limit, "seconds": 600}, x_api_key=key)
    assert answer.status == 200
    return {review["complaint_id"] for review in answer.json()["reviews"]}


def pages(client, key):
    """Every complaint in the order of the list."""
    found, after = [], ""
    while True:
        page = client("GET", f"/v1/complaints?limit=50&after={after}", x_api_key=key).json()
        found += [row["complaint_id"] for row in page["complaints"]]
        if not (after := page["next"]):
            return found
