"""Bodies that no client should send: no status from 500 on, nothing of them in the logs."""

import asyncio
import contextlib
import io
import logging
import random
import socket
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest

from classifier.router import Router
from serving.app import create_app
from serving.logs import JsonLines
from serving.settings import Settings
from serving.store.database import Database

from .bodies import MARK, Bodies
from .servers import ask

SEED = 20260302


class Log:
    """What the server would log while it is open."""

    def __init__(self):
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(JsonLines())

    def __enter__(self):
        for name in ("pintu", "uvicorn", ""):
            logging.getLogger(name).addHandler(self.handler)
        logging.getLogger("pintu").setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_):
        for name in ("pintu", "uvicorn", ""):
            logging.getLogger(name).removeHandler(self.handler)


@pytest.fixture
def app(bundle, new_database):
    database = Database(new_database("sqlite"))
    made = create_app(Router.load(bundle), Settings(secret="s" * 40), database)
    yield made
    made.state.writer.close()
    database.close()


async def post(app, path, headers, body):
    """One request without a network: the status and the body of its answer."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"pintu"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    sent = [{"type": "http.request", "body": body, "more_body": False}]
    status, told = 0, b""

    async def receive():
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message):
        nonlocal status, told
        status = message.get("status", status)
        told += message.get("body", b"")

    await app(scope, receive, send)
    return status, told


def test_fuzzed_bodies(app, full, table):
    chance, statuses = random.Random(SEED), Counter()
    count = 10_000 if full else 600

    async def all_of_them():
        good = b'{"text": "Lampu jalan padam di depan pasar.", "door": "35.78"}'
        json_type = (b"content-type", b"application/json")
        _, told = await post(app, "/v1/complaints", [json_type], good)
        complaint_id = told.decode().split('"')[3]
        bodies = Bodies(chance, complaint_id)
        for number in range(count):
            path, headers, body = bodies.request()
            status, told = await post(app, path, headers, body)
            statuses[status] += 1
            assert status < 500, f"{path}: body {number} of seed {SEED}: {status} {body[:300]!r}"
            if status >= 400:
                assert MARK.encode() not in told, f"{path}: body {number} is repeated: {told!r}"
        status, _ = await post(app, "/v1/route", [json_type], good)
        assert status == 200

    with Log() as log:
        asyncio.run(all_of_them())
    table(bodies=count, statuses=dict(sorted(statuses.items())))
    assert statuses[201] > count / 50  # some of them are good
    assert statuses[422] > count / 50
    assert MARK not in log.stream.getvalue()


def test_fuzzed_connections(long, new_database, start, table):
    """Bodies cut short, wrong lengths, torn heads: each connection ends, and the server lives."""
    server = start(new_database("sqlite"), header_seconds=1, body_seconds=1, log_level="debug")
    address = urlsplit(server.address)
    count = 600
    statuses, longest, left = Counter(), [0.0], list(range(count))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if not left:
                    return
                number = left.pop()
            bodies = Bodies(random.Random(SEED + number), "0" * 26)
            status, seconds = torn((address.hostname, address.port), bodies.connection())
            with lock:
                statuses[status] += 1
                longest[0] = max(longest[0], seconds)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    table(connections=count, statuses=dict(sorted(statuses.items())), longest=f"{longest[0]:.1f} s")
    assert sum(statuses.values()) == count
    assert not [status for status in statuses if status >= 500]
    # Idle connections are closed after five seconds.
    assert longest[0] < 9
    routed = ask(server, "POST", "/v1/route", {"text": "Sampah menumpuk di tepi sungai."})
    assert routed.status == 200
    assert MARK not in server.log()


def torn(address, data):
    """Send bytes and wait for the end of the connection: the worst status, 0 for none."""
    began, told = time.monotonic(), b""
    made = socket.create_connection(address, timeout=20)
    with made, contextlib.suppress(ConnectionError):
        made.sendall(data)
        while chunk := made.recv(65536):
            told += chunk
    found = [int(part[:3]) for part in told.split(b"HTTP/1.1 ")[1:]]
    return max(found, default=0), time.monotonic() - began
