"""A receiver that really listens, and a queue to fill."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import insert, select

from serving.settings import Settings
from serving.store import migrate
from serving.store.database import Database
from serving.store.ids import new_id
from serving.store.tables import complaints, deliveries
from serving.webhooks import hooks
from serving.webhooks.delivery import Deliverer
from serving.webhooks.hooks import Hook
from serving.webhooks.outbox import Happening, enqueue

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRET = b"a secret of the server, for tests only"


class Receiver:
    """Answers by the path: /200, /500 …; /hang never, /drip slowly, /close not at all,
    /redirect to /200, /gate when ``gate`` is set. ``received`` has (path, headers, body)."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        self.over = threading.Event()
        self.gate = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                with outer._lock:
                    outer._now += 1
                    outer.most_at_once = max(outer.most_at_once, outer._now)
                body = self.rfile.read(int(self.headers["content-length"]))
                named = {name.lower(): value for name, value in self.headers.items()}
                try:
                    outer.received.append((self.path, named, body))
                    self.reply(self.path.strip("/"))
                finally:
                    with outer._lock:
                        outer._now -= 1

            def reply(self, kind: str) -> None:
                if kind == "hang":
                    outer.over.wait(10)
                elif kind == "gate":
                    outer.gate.wait(10)
                    self.send_response(200)
                    self.end_headers()
                elif kind == "drip":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                    while not outer.over.wait(0.05):
                        self.wfile.write(b"x-more: 1\r\n")
                elif kind == "redirect":
                    self.send_response(302)
                    self.send_header("location", "/200")
                    self.end_headers()
                elif kind == "endless":
                    self.send_response(200)
                    self.end_headers()
                    while not outer.over.is_set():
                        self.wfile.write(b"x" * 65536)
                elif kind == "late":
                    time.sleep(0.02)
                    self.send_response(204)
                    self.end_headers()
                elif kind == "garbage":
                    self.wfile.write(b"\x00\x01 no HTTP\x00\r\n\r\n")
                elif kind != "close":
                    self.send_response(int(kind))
                    self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            request_queue_size = 64

            def handle_error(self, *args: object) -> None:
                pass  # a client that hangs up is part of the tests

        self.server = Quiet(("127.0.0.1", 0), Handler)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{path}"

    def paths(self) -> list[str]:
        return [path.strip("/") for path, _, _ in self.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.over.set()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


class Queue:
    """Fills and reads the tables ``webhooks`` and ``deliveries``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.complaint = new_id()
        with database.writing() as connection:
            connection.execute(insert(complaints).values(id=self.complaint, received_at=NOW))

    def hook(self, url: str, *events: str) -> Hook:
        with self.database.writing() as connection:
            return hooks.add(connection, "penerima", url, events or ("complaint.decided",), NOW)

    def put(self, count: int = 1, event: str = "complaint.decided", at: datetime = NOW) -> None:
        data = {"complaint_id": self.complaint, "unit_id": "35.78/jalan"}
        with self.database.writing() as connection:
            enqueue(connection, [Happening(self.complaint, event, data)] * count, at)

    def rows(self) -> list:
        with self.database.reading() as connection:
            return connection.execute(select(deliveries).order_by(deliveries.c.number)).all()


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


@pytest.fixture
def sqlite_queue(tmp_path) -> Iterator[Queue]:
    """A queue on SQLite alone, where the database does not matter."""
    opened = Database(f"sqlite:///{tmp_path / 'alone.db'}")
    migrate.upgrade(opened)
    yield Queue(opened)
    opened.close()


@pytest.fixture
def deliverer() -> Callable[..., Deliverer]:
    settings = Settings(webhook_private=True)
    return lambda database, **given: Deliverer(database, settings, SECRET, **given)
