"""SIGTERM under load: what was taken in is answered, and it is over soon."""

import contextlib
import socket
import time
from urllib.parse import urlsplit

import pytest

from .load import Load
from .servers import until

BODY = b"POST /v1/complaints HTTP/1.1\r\nHost: pintu\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("workers", [1, 2])
def test_stopped_under_load(workers, new_database, start, ledger, full, table):
    if workers > 1 and not full:
        pytest.skip("takes long: make faults")
    url = new_database("sqlite")
    server = start(url, workers=workers)
    with Load(server, clients=12) as load:
        until(lambda: len(load.answers) > 50, 30)
        code, seconds = server.stop()
    kept = ledger(url).count()
    table(acknowledged=len(load.answers), recorded=kept, seconds=f"{seconds:.1f}", code=code)
    assert ledger(url).check(load) == (0, 0)
    assert kept == len(load.answers)  # nothing was recorded without an answer
    assert set(load.statuses) <= {0, 201}
    assert seconds < 15
    assert code == 0


def test_stopped_while_a_client_dribbles(long, new_database, start, table):
    server = start(new_database("sqlite"), body_seconds=600)
    address = urlsplit(server.address)
    with contextlib.closing(socket.create_connection((address.hostname, address.port))) as made:
        made.sendall(BODY + b"Content-Length: 1000\r\n\r\n{")
        time.sleep(0.5)
        code, seconds = server.stop()
    table(seconds=f"{seconds:.1f}", code=code)
    assert seconds < 15
    assert code == 0
