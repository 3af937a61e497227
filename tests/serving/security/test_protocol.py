"""Connections that send slowly, over real sockets."""

import contextlib
import pickle
import socket
import threading
import time

import pytest
import uvicorn

from serving.security.protocol import MAX_HEAD, protocol
from serving.settings import Settings

LIMIT = 0.3
GET = b"GET / HTTP/1.1\r\nHost: pintu\r\n\r\n"


async def _app(scope, receive, send):
    """Answers with the number of headers and the body; /early answers before the body is read."""
    assert scope["type"] == "http"
    body, more = b"", scope["path"] != "/early"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = b"%d %d" % (len(scope["headers"]), len(body))
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture(scope="module")
def port():
    config = uvicorn.Config(
        _app,
        http=protocol(Settings(header_seconds=LIMIT)),
        lifespan="off",
        log_config=None,
        timeout_keep_alive=2,
    )
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture
def connection(port):
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as made:
        yield made


def answers(connection):
    """Everything until the server closes, and after how long."""
    started, read = time.monotonic(), b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            read += chunk
    return read, time.monotonic() - started


def answer(connection):
    """One answer."""
    read = b""
    while not read.endswith((b" 0", b" 3", b" 5")):
        chunk = connection.recv(65536)
        assert chunk, "closed"
        read += chunk
    return read


def drip(connection, data, seconds):
    """Send a byte now and again until the server closes or the time is over."""
    ends = time.monotonic() + seconds
    connection.settimeout(0.05)
    for byte in data * 1000:
        if time.monotonic() > ends:
            return False
        try:
            connection.send(bytes([byte]))
            if not connection.recv(1000):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def test_a_head_that_never_ends_is_given_up(connection):
    connection.sendall(b"GET / HTTP/1.1\r\nHost: pintu\r\nX-")
    read, seconds = answers(connection)
    assert read.startswith(b"HTTP/1.1 408 ")
    assert LIMIT * 0.5 < seconds < LIMIT * 5


def test_a_head_that_drips_is_given_up(connection):
    connection.sendall(b"GET / HTTP/1.1\r\nX: ")
    assert drip(connection, b"a", LIMIT * 8)


def test_line_breaks_before_a_head_do_not_count_as_one(connection):
    assert drip(connection, b"\r\n", LIMIT * 8)


def test_a_connection_that_says_nothing_is_closed(connection):
    read, seconds = answers(connection)
    assert read == b""
    assert seconds < LIMIT * 5


def test_the_next_head_on_a_connection_has_its_own_time(connection):
    for _ in range(2):
        connection.sendall(GET)
        assert answer(connection).startswith(b"HTTP/1.1 200")
    connection.sendall(GET[:10])
    assert answers(connection)[0].startswith(b"HTTP/1.1 408 ")


def test_idle_connections_are_kept(connection):
    connection.sendall(GET)
    answer(connection)
    assert not drip_nothing(connection, LIMIT * 2)
    connection.sendall(GET)
    assert answer(connection).startswith(b"HTTP/1.1 200")


def drip_nothing(connection, seconds):
    """Whether the server closes an idle connection within the time."""
    connection.settimeout(seconds)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False


def test_a_body_may_take_longer_than_a_head(connection):
    connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab")
    assert not drip_nothing(connection, LIMIT * 2)
    connection.sendall(b"cde")
    assert answer(connection).endswith(b"1 5")


def test_what_is_left_of_an_answered_request_must_come_soon(connection):
    connection.sendall(b"POST /early HTTP/1.1\r\nContent-Length: 100000\r\n\r\nab")
    assert answer(connection).startswith(b"HTTP/1.1 200")
    assert drip(connection, b"a", LIMIT * 8)


def test_requests_sent_together_are_answered_in_turn(connection):
    connection.sendall(GET + GET + GET[:20])
    read, _ = answers(connection)
    assert read.count(b"HTTP/1.1 200") == 2
    assert b"HTTP/1.1 408" in read


def test_a_head_has_a_size(connection):
    connection.sendall(b"GET / HTTP/1.1\r\n")
    with contextlib.suppress(OSError):
        for _ in range(40):
            connection.sendall(b"X: " + b"a" * (MAX_HEAD // 4) + b"\r\n")
    read, _ = answers(connection)
    # The refusal is lost where the system answers what was sent after it with a reset.
    assert read == b"" or read.startswith(b"HTTP/1.1 431 ")


def test_headers_after_the_body_are_not_taken_for_the_requests(connection):
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head + b"3\r\nabc\r\n0\r\nX-API-Key: x\r\n\r\n")
    assert answer(connection).endswith(b"1 3")


def test_it_travels_to_worker_processes():
    sent = pickle.loads(pickle.dumps(protocol(Settings(header_seconds=3))))
    assert sent.keywords == {"header_seconds": 3}
