"""Who is let in: keys as they come with requests, and what is known while time goes by."""

import asyncio
import hmac
import logging
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from serving.security import gate, keys
from serving.security.gate import Gate
from serving.security.keys import LOCAL, Caller
from serving.security.ring import KeyRing
from serving.settings import Settings
from serving.store.database import Database

WRONG = f"pintu_{'a' * 10}_{'b' * 52}"


def revoke(bench, key):
    with bench.database.writing() as connection:
        keys.revoke(connection, key, actor="test", now=datetime.now(UTC))


def test_without_keys_a_local_server_lets_everyone_in(bench):
    assert bench.send() is LOCAL
    assert bench.show(WRONG) is LOCAL
    assert LOCAL.actor == "local"


def test_without_keys_a_public_server_lets_nobody_in(public):
    assert public.send().status_code == 401
    assert public.show(WRONG).status_code == 401


def test_without_a_database():
    def caller(host):
        return asyncio.run(Gate(Settings(host=host), None).caller([]))

    assert caller("127.0.0.1") is LOCAL
    with pytest.raises(gate.Problem) as told:
        caller("0.0.0.0")
    assert told.value.status_code == 503


def test_a_key_lets_in(bench):
    key = bench.make("review", per_minute=7)
    key_id = key.split("_")[1]
    wanted = Caller(key_id, "Uji", frozenset({"review"}), 7)
    assert bench.show(key) == wanted
    assert bench.show(f"Bearer {key}", name=b"authorization") == wanted
    assert bench.show(f"bearer  {key} ", name=b"authorization") == wanted
    assert wanted.actor == f"key:{key_id}"


def test_admin_includes_the_other_scopes(bench):
    assert bench.show(bench.make("admin")).scopes == {"intake", "review", "admin"}
    bench.seconds += 2
    assert bench.show(bench.make("review")).scopes == {"review"}


def test_the_first_key_shuts_out_those_without(bench):
    assert bench.send() is LOCAL
    bench.make()
    bench.seconds += 4.5
    problem = bench.send()
    assert problem.status_code == 401
    assert problem.headers == {"WWW-Authenticate": 'Bearer realm="pintu"'}


def test_a_server_that_had_keys_never_opens_again(stored):
    revoke(stored, stored.make())
    assert stored.send().status_code == 401


@pytest.mark.parametrize(
    "value",
    [
        "",
        "pintu",
        "pintu__",
        "pintu_abcdefghij_",
        WRONG,
        WRONG.upper(),
        f"{WRONG}\n",
        f"{WRONG} {WRONG}",
        "pintu_abcdefghij_" + "'" * 52,
        "pintu_' OR '1'='1_" + "b" * 52,
        "pintu_abcdefghij_" + "\xe9" * 52,
        "x" * 1_000_000,
        "pintu_" * 10_000,
    ],
)
def test_what_is_no_key_is_refused(bench, value):
    bench.make()
    problem = bench.show(value)
    assert problem.status_code == 401
    assert "WWW-Authenticate" in problem.headers
    assert len(value) < 20 or value not in problem.detail


def test_a_key_with_a_wrong_secret_is_refused(bench):
    key, other = bench.make(), bench.make()
    crossed = "_".join([*key.split("_")[:2], other.split("_")[2]])
    assert bench.show(crossed).status_code == 401


def test_several_keys_are_refused_and_the_same_one_twice_is_not(bench):
    key, other = bench.make(), bench.make()
    assert bench.show(key, key).scopes == {"intake"}
    assert bench.show(key, other).status_code == 401
    both = bench.send((b"authorization", f"Bearer {other}".encode()), (b"x-api-key", key.encode()))
    assert both.status_code == 401


def test_a_proxys_own_authorization_does_not_hide_the_key(bench):
    key = bench.make()
    sent = bench.send((b"authorization", b"Basic cGludHU6cGludHU="), (b"x-api-key", key.encode()))
    assert sent.scopes == {"intake"}
    assert bench.show("Basic cGludHU6cGludHU=", name=b"authorization").status_code == 401


def test_the_comparison_takes_constant_time(bench, monkeypatch):
    compared = []
    compare = hmac.compare_digest
    key = bench.make()
    monkeypatch.setattr(hmac, "compare_digest", lambda *g: compared.append(g) or compare(*g))
    bench.show(key)
    assert [(type(a), len(a), len(b)) for a, b in compared] == [(bytes, 32, 32)]


def test_expiry_counts_to_the_second(stored, later):
    key = stored.make(expires_at=later(hours=1))
    stored.wall = later(hours=1).timestamp() - 1
    assert stored.show(key).scopes == {"intake"}
    stored.wall += 1
    assert stored.show(key).status_code == 401


def test_a_revocation_counts_within_five_seconds(bench):
    key = bench.make()
    bench.make()
    assert bench.show(key).scopes == {"intake"}
    revoke(bench, key)
    bench.seconds += 4.9
    assert bench.show(key).status_code == 401


def test_a_revocation_counts_though_requests_never_wait(bench):
    key = bench.make()
    bench.show(key)
    revoke(bench, key)
    bench.seconds += 2.5
    bench.show(key)  # known from memory; begins to read in the background
    bench.settle()
    assert bench.show(key).status_code == 401


def test_a_new_key_works_after_a_second_at_most(bench):
    bench.show(bench.make())
    key = bench.make()
    bench.seconds += 1
    assert bench.show(key).scopes == {"intake"}


def test_wrong_keys_cost_one_reading_a_second_and_no_memory(bench):
    key = bench.make()
    bench.show(key)
    read = []
    event.listen(bench.database.engine, "before_cursor_execute", lambda *given: read.append(given))
    for second in range(3):
        bench.seconds += 1
        for i in range(50):
            wrong = f"pintu_{'aa' * 5}_" + "abcdefghij"[second] + "b" * 50 + "abcdefg"[i % 7]
            assert bench.show(wrong).status_code == 401
    statements = [given[2] for given in read if "FROM api_keys" in given[2]]
    assert len(statements) == 2 * 3
    assert len(bench.ring._known.holders) == 1


def test_known_keys_work_for_ten_minutes_without_the_database(stored, caplog):
    key, other = stored.make(), stored.make()
    revoke(stored, other)
    assert stored.show(key).scopes == {"intake"}
    stored.goes_down()
    stored.seconds += 3
    assert stored.show(key).scopes == {"intake"}
    stored.settle()
    stored.seconds += 590
    assert stored.show(key).scopes == {"intake"}
    assert stored.send().status_code == 401
    unknown = stored.show(WRONG)
    assert (unknown.status_code, unknown.headers["Retry-After"]) == (503, "5")
    assert stored.show(other).status_code == 503
    stored.seconds += 10
    assert stored.show(key).status_code == 503
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_known_key_with_a_wrong_secret_is_refused_without_the_database(bench):
    key = bench.make()
    bench.show(key)
    bench.goes_down()
    bench.seconds += 5
    assert bench.show(key[:-1] + ("a" if key[-1] != "a" else "b")).status_code == 401


def test_a_database_that_was_never_there_lets_nobody_in(bench):
    bench.goes_down()
    assert bench.send().status_code == 503
    assert bench.show(WRONG).status_code == 503


def test_a_server_that_cannot_be_reached_lets_nobody_in(tmp_path):
    unreachable = Database("postgresql://pintu:rahasia@127.0.0.1:1/pintu")
    with pytest.raises(gate.Problem) as told:
        asyncio.run(Gate(Settings(), unreachable).caller([]))
    assert told.value.status_code == 503
    assert "rahasia" not in told.value.detail


def test_the_database_comes_back(stored):
    key = stored.make()
    stored.goes_down()
    assert stored.show(key).status_code == 503
    stored.comes_back()
    stored.seconds += 1
    assert stored.show(key).scopes == {"intake"}


def test_a_database_that_hangs_holds_nobody_up_for_long(bench):
    key = bench.make()
    bench.show(key)
    answers = threading.Event()
    bench.ring._patience = 0.01
    bench.ring._thread.submit(answers.wait)  # the thread is busy with a query without an answer
    bench.seconds += 5
    try:
        assert bench.show(key).scopes == {"intake"}
        assert bench.show(WRONG).status_code == 503
    finally:
        answers.set()


def test_many_requests_at_once_read_once(stored):
    key = stored.make()
    read = []
    event.listen(stored.database.engine, "before_cursor_execute", lambda *given: read.append(given))

    async def calls():
        sent = [(b"x-api-key", key.encode())]
        return await asyncio.gather(*(stored.gate.caller(sent) for _ in range(200)))

    found = asyncio.run(calls())
    assert {caller.name for caller in found} == {"Uji"}
    assert len([given for given in read if "FROM api_keys" in given[2]]) == 2


def test_a_client_that_goes_away_does_not_stop_the_reading(bench):
    key = bench.make()

    async def calls():
        sent = [(b"x-api-key", key.encode())]
        gone = asyncio.ensure_future(bench.gate.caller(sent))
        await asyncio.sleep(0)
        stays = asyncio.ensure_future(bench.gate.caller(sent))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(calls()).scopes == {"intake"}


def test_keys_are_never_logged(bench, caplog):
    caplog.set_level(logging.DEBUG)
    key = bench.make()
    for value in (key, WRONG, key + "x"):
        bench.show(value)
    bench.goes_down()
    bench.seconds += 5
    bench.show(key)
    problem = bench.show(WRONG)
    told = caplog.text + str(problem) + repr(problem) + problem.detail
    for secret in (key.split("_")[2], WRONG.split("_")[2]):
        assert secret not in told


def test_what_is_known_before_any_key_is_made(sqlite):
    known = asyncio.run(KeyRing(sqlite).known())
    assert (dict(known.holders), known.any_ever) == ({}, False)
