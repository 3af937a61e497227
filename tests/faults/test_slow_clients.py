"""Clients that dribble: the others are served, and connections and memory are bounded."""

import contextlib
import random
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from .load import Load
from .servers import ask, until

CONNECTIONS = 200
HEADER_SECONDS, BODY_SECONDS = 2, 3
_POST = b"POST /v1/complaints HTTP/1.1\r\nHost: pintu\r\nContent-Type: application/json\r\n"
KINDS = {
    "nothing": (b"", b""),
    "head": (b"GET /v1/model HTTP/1.1\r\n", b"X-Slow: 1\r\n"),
    "line breaks": (b"", b"\r\n"),
    "body": (_POST + b"Content-Length: 100000\r\n\r\n{", b" "),
    "chunks": (_POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "large head": (b"GET / HTTP/1.1\r\n", b"X-Large: " + b"x" * 4000 + b"\r\n"),
    "reads nothing": (b"GET /openapi.json HTTP/1.1\r\nHost: pintu\r\n\r\n" * 20, b""),
}


class Dribblers:
    """Connections that send a little now and again, and are opened anew when they are closed."""

    def __init__(self, server):
        address = urlsplit(server.address)
        self.address = address.hostname, address.port
        self.opened = self.closed = 0
        self.longest = 0.0  # seconds that one was left open
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._dribble)

    def __enter__(self):
        self._thread.start()
        until(lambda: self.opened >= CONNECTIONS, 20)
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _dribble(self):
        chance, connections = random.Random(1), []
        while not self._over.is_set():
            for _ in range(min(CONNECTIONS - len(connections), 25)):
                begin, more = KINDS[chance.choice(list(KINDS))]
                made = socket.create_connection(self.address)
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                made.sendall(begin)
                made.setblocking(False)
                connections.append((made, more, time.monotonic()))
                self.opened += 1
            connections = [one for one in connections if self._goes_on(*one)]
            self._over.wait(0.1)
        for made, _, _ in connections:
            made.close()

    def _goes_on(self, made, more, since):
        ended = False
        try:
            if more:
                made.send(more)
                ended = made.recv(65536) == b""
            else:  # these read nothing; closed by the other side all the same
                ended = made.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            pass
        except OSError:
            ended = True
        if more or ended:
            self.longest = max(self.longest, time.monotonic() - since)
        if ended:
            made.close()
            self.closed += 1
        return not ended


@pytest.fixture
def server(new_database, start):
    return start(
        new_database("sqlite"), header_seconds=HEADER_SECONDS, body_seconds=BODY_SECONDS, workers=1
    )


def test_slow_clients(server, full, table):
    with Load(server, clients=2, mark="alone") as alone:
        time.sleep(1)
    before = server.memory()
    with Dribblers(server) as dribblers, Load(server, clients=2) as load:
        time.sleep(25 if full else 5)
        during = server.memory()
    usual, slow = (p95(one.seconds) for one in (alone, load))
    table(
        dribbling=dribblers.opened,
        closed=dribblers.closed,
        longest=f"{dribblers.longest:.1f} s",
        p95_ms_alone=round(usual),
        p95_ms=round(slow),
        memory_mib=f"{before:.0f} to {during:.0f}",
        statuses=dict(load.statuses),
    )
    assert set(load.statuses) == {201}
    assert slow < 500
    assert dribblers.longest < HEADER_SECONDS + BODY_SECONDS + 2
    assert during - before < 100
    with contextlib.closing(socket.create_connection(dribblers.address, timeout=5)):
        assert ask(server, "GET", "/readyz").status == 200


def p95(seconds):
    return 1000 * sorted(seconds)[int(0.95 * len(seconds))]
