"""Keys in the database: made, listed, rotated, revoked."""

import hashlib
import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from data.errors import PintuError
from serving.security import keys
from serving.store.tables import api_keys, audit


def parts(key):
    return key.split("_")[1:]


def audited(database):
    with database.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.number)).all()
    return [(row.actor, row.action, row.subject, row.detail) for row in rows]


def listed(bench):
    with bench.database.reading() as connection:
        return {key.id: key for key in keys.list_keys(connection)}


def rotate(bench, key_id, now, hours=24):
    with bench.database.writing() as connection:
        grace = timedelta(hours=hours)
        return keys.rotate(connection, key_id, actor="test", now=now, grace=grace)


def revoke(bench, key_id, now):
    with bench.database.writing() as connection:
        return keys.revoke(connection, key_id, actor="test", now=now)


def test_a_key_has_256_random_bits_and_no_two_are_alike(bench):
    made = {bench.make() for _ in range(20)}
    assert len({parts(key)[0] for key in made}) == len({parts(key)[1] for key in made}) == 20
    assert all(re.fullmatch(r"pintu_[a-z2-7]{10}_[a-z2-7]{52}", key) for key in made)


def test_only_the_hash_of_the_secret_is_kept(bench):
    key_id, secret = parts(bench.make())
    with bench.database.reading() as connection:
        (row,) = connection.execute(select(api_keys)).all()
    assert row.hash == hashlib.sha256(secret.encode()).hexdigest()
    assert row.id == key_id
    assert secret not in str(tuple(row))
    assert secret not in str(audited(bench.database))


def test_what_is_listed_has_no_hash(bench):
    key = bench.make("review", "intake", per_minute=60)
    (found,) = listed(bench).values()
    assert (found.name, found.scopes, found.per_minute) == ("Uji", ("intake", "review"), 60)
    assert hashlib.sha256(parts(key)[1].encode()).hexdigest() not in repr(found)


def test_every_change_is_audited(stored, later):
    key_id, _ = parts(stored.make("admin"))
    new_id, _ = parts(rotate(stored, key_id, later()))
    assert revoke(stored, key_id, later())
    assert not revoke(stored, key_id, later())
    assert audited(stored.database) == [
        ("test", "key.create", key_id, '{"per_minute":600,"scopes":["admin"]}'),
        ("test", "key.rotate", key_id, f'{{"grace_hours":24.0,"successor":"{new_id}"}}'),
        ("test", "key.revoke", key_id, "{}"),
    ]


def test_a_successor_is_like_the_key_that_it_replaces(stored, later):
    old_id, _ = parts(stored.make("intake", "review", per_minute=42, expires_at=later(days=9)))
    new_id, _ = parts(rotate(stored, old_id, later(), hours=5))
    found = listed(stored)
    old, new = found[old_id], found[new_id]
    assert (new.name, new.scopes, new.per_minute) == (old.name, old.scopes, old.per_minute)
    assert new.expires_at == later(days=9)
    assert old.expires_at == later(hours=5)
    assert new.replaces == old_id
    assert old.state(later(hours=4)) == "active"
    assert old.state(later(hours=5)) == "expired"


def test_grace_never_lengthens_a_life(bench, later):
    old_id, _ = parts(bench.make(expires_at=later(hours=1)))
    rotate(bench, old_id, later(), hours=24)
    assert listed(bench)[old_id].expires_at == later(hours=1)


def test_what_cannot_be_rotated(stored, later):
    rotated, revoked, expired = (parts(stored.make(expires_at=later(days=1)))[0] for _ in range(3))
    successor, _ = parts(rotate(stored, rotated, later()))
    revoke(stored, revoked, later())
    with pytest.raises(PintuError, match=f"successor {successor}"):
        rotate(stored, rotated, later())
    with pytest.raises(PintuError, match="is revoked"):
        rotate(stored, revoked, later())
    with pytest.raises(PintuError, match="is expired"):
        rotate(stored, expired, later(days=2))
    assert len(listed(stored)) == 4


def test_of_two_who_rotate_at_once_one_succeeds(stored, later):
    key_id, _ = parts(stored.make())
    told = []

    def go():
        try:
            told.append(rotate(stored, key_id, later()))
        except PintuError as error:
            told.append(str(error))

    work = [threading.Thread(target=go) for _ in range(3)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert sum("was rotated already" in answer for answer in told) == 2
    assert len(listed(stored)) == 2


@pytest.mark.parametrize("written", ["", "x", "abcdefghij' OR 1=1 --", "ABCDEFGHIJ", "a" * 5000])
def test_what_is_no_id_is_not_repeated(bench, later, written):
    with pytest.raises(PintuError, match="that is no key's id"):
        revoke(bench, written, later())


def test_an_unknown_id_is_told(bench, later):
    with pytest.raises(PintuError, match="no key abcdefghij"):
        revoke(bench, "abcdefghij", later())


def test_a_leaked_key_may_be_pasted_to_revoke_it(bench, later):
    key = bench.make()
    assert revoke(bench, key, later())
    secret = parts(key)[1]
    with pytest.raises(PintuError) as told:
        revoke(bench, f"pintu_abcdefghij_{secret}", later())
    assert secret not in str(told.value)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "  \u200b "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["intake", "root"]}, "scopes"),
        ({"per_minute": 0}, "requests a minute"),
        ({"per_minute": 10**9}, "requests a minute"),
        ({"expires_at": 0}, "expired already"),
    ],
)
def test_what_cannot_be_made(bench, later, given, told):
    wanted = {"name": "Uji", "scopes": ["intake"]} | given
    if "expires_at" in wanted:
        wanted["expires_at"] = later()
    with bench.database.writing() as connection, pytest.raises(PintuError, match=told):
        keys.create(connection, actor="test", now=later(), **wanted)
    assert listed(bench) == {}


def test_odd_names_are_kept_as_they_are(bench, later):
    name = "Robert'); DROP TABLE api_keys;-- — “Café”"
    with bench.database.writing() as connection:
        keys.create(connection, name, ["intake"], actor="test", now=later())
    (found,) = listed(bench).values()
    assert found.name == name


def test_whether_any_key_works(stored, later):
    def any_active(now):
        with stored.database.reading() as connection:
            return keys.any_active(connection, now)

    assert not any_active(later())
    key_id, _ = parts(stored.make(expires_at=later(days=1)))
    assert any_active(later())
    assert not any_active(later(days=1))
    revoke(stored, key_id, later())
    assert not any_active(later())
