"""Wrong keys by the thousand, and a key revoked under load."""

import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from serving.security import keys

from .load import Load
from .servers import Client, ask, until

NOW = datetime.now(UTC)
REVOKED_SECONDS = 5  # as `pintu keys revoke` promises


@pytest.fixture
def url(new_database):
    return new_database("sqlite")


def make(books, *scopes):
    with books.database.writing() as connection:
        return keys.create(connection, "uji", scopes, actor="test", now=NOW, per_minute=1_000_000)


def test_wrong_keys_do_not_slow_the_right_ones(url, start, ledger, full, table):
    books = ledger(url)
    right = make(books, "intake")
    server = start(url)
    with Load(server, clients=1, mark="alone", x_api_key=right) as alone:
        until(lambda: len(alone.answers) > 100, 30)
    statuses = Counter()
    share = 5000 // 4 if full else 300
    wrong = [
        threading.Thread(target=guess, args=(server, right, share, seed, statuses), daemon=True)
        for seed in range(4)
    ]
    with Load(server, clients=1, x_api_key=right) as load:
        for thread in wrong:
            thread.start()
        for thread in wrong:
            thread.join()
    usual, crowded = median(alone.seconds), median(load.seconds)
    table(
        wrong=dict(statuses),
        right=dict(load.statuses),
        median_ms_alone=f"{usual:.1f}",
        median_ms=f"{crowded:.1f}",
    )
    assert statuses == {401: 4 * share}
    assert set(load.statuses) == {201}
    assert crowded < max(10 * usual, 100)


def guess(server, right, count, seed, statuses):
    """Shows keys that do not work: of the right form, nearly right, and of no form."""
    chance, client = random.Random(seed), Client(server)
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    key_id = right.split("_")[1]
    for _ in range(count):
        secret = "".join(chance.choices(letters, k=52))
        other = "".join(chance.choices(letters, k=10))
        shown = [f"pintu_{other}_{secret}", f"pintu_{key_id}_{secret}", right[:-1], "x" * 200]
        answer = client("GET", "/v1/complaints", x_api_key=chance.choice(shown))
        statuses[answer.status] += 1


def test_revoked_under_load(long, url, start, ledger, table):
    books = ledger(url)
    ended, other = make(books, "intake"), make(books, "intake")
    server = start(url)
    last = [0.0]
    over = threading.Event()

    def go_on():
        client = Client(server)
        while not over.is_set():
            if client("GET", "/v1/complaints?limit=1", x_api_key=ended).status == 200:
                last[0] = time.monotonic()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    with Load(server, clients=2, x_api_key=other) as load:
        until(lambda: last[0], 10)
        with books.database.writing() as connection:
            keys.revoke(connection, ended, actor="test", now=datetime.now(UTC))
        revoked = time.monotonic()
        until(lambda: ask(server, "GET", "/v1/complaints", x_api_key=ended).status == 401, 10)
        before = len(load.answers)
        until(lambda: len(load.answers) > before + 50, 20)
    over.set()
    thread.join()
    table(seconds=f"{last[0] - revoked:.1f}", others=dict(load.statuses))
    assert last[0] - revoked < REVOKED_SECONDS
    assert set(load.statuses) == {201}


def median(seconds):
    return 1000 * sorted(seconds)[len(seconds) // 2]
