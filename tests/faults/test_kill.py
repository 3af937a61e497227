"""kill -9 under load: every acknowledged complaint is there, none twice."""

import random
import subprocess
import sys
import threading

import pytest

from .load import Load, text_of
from .servers import ROOT, ask, until

ROUNDS = 20
SEED = 20260302


@pytest.mark.parametrize(
    ("kind", "workers"), [("sqlite", 1), ("sqlite", 2), ("postgresql", 1), ("postgresql", 2)]
)
def test_killed_under_load(kind, workers, new_database, start, ledger, full, table, monkeypatch):
    if not full and (kind, workers) != ("sqlite", 1):
        pytest.skip("takes long: make faults")
    chance = random.Random(SEED)
    url = new_database(kind)
    server, books = start(url, workers=workers), ledger(url)
    acknowledged = cut = lost = doubled = changed = 0
    for round_number in range(ROUNDS if full else 2):
        load = Load(server, clients=12, mark=f"R{round_number}")
        with load:
            until(lambda load=load: len(load.answers) > 20, 30)
            killer = threading.Timer(chance.uniform(0, 0.5), server.kill)
            killer.start()
            killer.join()
        known, unanswered = dict(load.answers), sorted(load.open)
        acknowledged, cut = acknowledged + len(known), cut + len(unanswered)
        missing, twice = books.check(load)
        server.start()
        changed += retried(load, [*unanswered, *chance.sample(sorted(known), 20)], known)
        lost, doubled = lost + missing, doubled + twice
        assert books.check(load) == (0, 0)
        unread = [number for number in known if not readable(server, load, number)]
        assert unread == []
    table(
        rounds=round_number + 1,
        acknowledged=acknowledged,
        unanswered=cut,
        lost=lost,
        doubled=doubled,
        retries_answered_otherwise=changed,
    )
    assert (lost, doubled, changed) == (0, 0, 0)
    server.kill()
    monkeypatch.setenv("PINTU_DATABASE_URL", url)
    command = [sys.executable, "-m", "pintu", "audit", "verify"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def retried(load, numbers, known):
    """Sends complaints again; how many of those that were acknowledged are answered otherwise."""
    changed = 0
    for number in numbers:
        assert load.send(number).status == 201
        changed += number in known and load.answers[number] != known[number]
    return changed


def readable(server, load, number):
    """Whether an acknowledged complaint is told as it was sent and answered."""
    answer = load.answers[number]
    kept = ask(server, "GET", f"/v1/complaints/{answer['complaint_id']}")
    if kept.status != 200:
        return False
    told = kept.json()
    return (told["id"], told["text"], told["recommendation"]) == (
        number,
        text_of(number),
        answer["recommendation"],
    )


def test_one_worker_of_two_killed(long, new_database, start, ledger, table):
    """The others go on, and it is replaced."""
    psutil = pytest.importorskip("psutil")
    url = new_database("sqlite")
    server = start(url, workers=2)
    parent = psutil.Process(server.process.pid)
    with Load(server) as load:
        for _ in range(3):
            before = len(load.answers)
            victim = max(workers(parent), key=lambda process: process.cpu_times().user)
            victim.kill()
            until(lambda before=before: len(load.answers) > before + 100, 60)
            until(lambda: len(workers(parent)) == 2, 60)
    for number in sorted(load.open):
        assert load.send(number).status == 201
    table(acknowledged=len(load.answers), statuses=dict(load.statuses))
    assert set(load.statuses) <= {0, 201}
    assert ledger(url).check(load) == (0, 0)


def workers(parent):
    """The processes that answer; one that was killed may lie there until it is replaced."""
    psutil = pytest.importorskip("psutil")
    living = [one for one in parent.children() if one.status() != psutil.STATUS_ZOMBIE]
    return [child for child in living if "resource_tracker" not in str(child.cmdline())]
