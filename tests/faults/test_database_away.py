"""The database goes away under load and comes back: intake says so within seconds, routing goes on,
and afterwards everything works again without a restart."""

import signal
import threading

import pytest

from .load import Load
from .servers import ask, until

ROUTED = {"text": "Sampah menumpuk di tepi sungai."}


@pytest.fixture
def url(new_database):
    return new_database("postgresql")


@pytest.fixture
def halted(postgres):
    """Halts every process of PostgreSQL, which then takes connections and never answers."""
    yield lambda: postgres.send(signal.SIGSTOP)
    postgres.send(signal.SIGCONT)


def test_killed_and_started_again(url, postgres, start, ledger, full, table):
    server = start(url)
    with Load(server) as load:
        for _ in range(5 if full else 1):
            before = len(load.answers)
            until(lambda before=before: len(load.answers) > before + 50, 30)
            postgres.kill()
            try:
                load.refused.clear()
                until(lambda: len(load.refused) > 30, 10)
                routed = [ask(server, "POST", "/v1/route", ROUTED) for _ in range(10)]
                read = ask(server, "GET", "/v1/complaints")
                alive, ready = (ask(server, "GET", path) for path in ("/healthz", "/readyz"))
            finally:
                postgres.start()
            assert {answer.status for answer in routed} == {200}
            assert (read.status, alive.status, ready.status) == (503, 200, 503)
            assert {answer.headers.get("retry-after") for answer in load.refused} == {"5"}
            before = len(load.answers)
            until(lambda before=before: len(load.answers) > before + 50, 20)
            assert ask(server, "GET", "/readyz").status == 200
    for number in sorted(load.open):
        assert load.send(number).status == 201
    slowest = max(load.seconds)
    table(acknowledged=len(load.answers), statuses=dict(load.statuses), slowest=f"{slowest:.1f} s")
    assert set(load.statuses) == {201, 503}
    assert slowest < 15
    assert ledger(url).check(load) == (0, 0)


def test_halted_and_going_on(url, halted, postgres, start, ledger, table):
    """What waits is given up in time; the writer and the readers go on when it answers again."""
    server = start(url, record_seconds=1)
    with Load(server, clients=4) as load:
        until(lambda: len(load.answers) > 50, 30)
        halted()
        until(lambda: load.statuses[503] >= 4, 10)
        readers = [
            threading.Thread(target=ask, args=(server, "GET", "/v1/complaints"), daemon=True)
            for _ in range(12)
        ]
        for reader in readers:
            reader.start()
        routed = [ask(server, "POST", "/v1/route", ROUTED) for _ in range(10)]
        postgres.send(signal.SIGCONT)
        before = len(load.answers)
        until(lambda: len(load.answers) > before + 50, 20)
        for reader in readers:
            reader.join(20)
    assert {answer.status for answer in routed} == {200}
    assert max(answer.seconds for answer in routed) < 3
    assert ask(server, "GET", "/v1/complaints").status == 200
    for number in sorted(load.open):
        assert load.send(number).status == 201
    table(acknowledged=len(load.answers), statuses=dict(load.statuses))
    assert set(load.statuses) == {201, 503}
    assert ledger(url).check(load) == (0, 0)
