"""The audit log: one chain whoever writes, no changes, and every break found."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from serving.store import migrate
from serving.store import verify as walk
from serving.store.audit import START, Entry, append, entry_hash, latest, newest
from serving.store.database import Database
from serving.store.tables import audit, audit_head
from serving.store.verify import Verdict, verify

ENTRIES = 7


@pytest.fixture
def log(migrated, monkeypatch) -> Database:
    """A log of seven entries that is read in batches of three."""
    monkeypatch.setattr(walk, "_BATCH", 3)
    for number in range(1, ENTRIES + 1):
        with migrated.writing() as connection:
            detail = {"unit": f"unit-{number}", "try": number}
            append(connection, [Entry("key:a", "forward", f"case-{number % 2}", detail)])
    return migrated


def verdict(database, anchor="") -> Verdict:
    with database.reading() as connection:
        return verify(connection, anchor)


def after(database, *statements, anchor="") -> Verdict:
    """The verdict on a log that was changed by somebody who may do anything; then as before."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            for trigger in ("update", "delete", "insert"):
                connection.execute(text(f"DROP TRIGGER audit_{trigger}"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement) if isinstance(statement, str) else statement)
        found = verify(connection, anchor)
        connection.rollback()
    return found


def rewritten(database, change) -> list:
    """What writes the whole chain anew, with right hashes, after a change of its rows."""
    with database.reading() as connection:
        rows = change([dict(row) for row in connection.execute(select(audit)).mappings()])
    previous = START
    for number, row in enumerate(rows, 1):
        row |= {"number": number, "previous": previous}
        row["hash"] = previous = entry_hash(row)
    add = [insert(audit).values(rows)] if rows else []
    head = update(audit_head).values(number=len(rows), hash=previous)
    return ["DELETE FROM audit", *add, head]


def test_a_new_log_is_whole(migrated):
    assert verdict(migrated) == Verdict(0, START)
    assert verdict(migrated, START).whole


def test_a_log_is_whole_over_several_batches(log):
    found = verdict(log)
    with log.reading() as connection:
        assert (found.entries, found.head) == newest(connection)
    assert (found.whole, found.entries, found.broken) == (True, ENTRIES, None)


def test_the_hash_is_what_the_documentation_says(log):
    with log.reading() as connection:
        first = connection.execute(select(audit)).mappings().first()
    at = first["at"].isoformat(timespec="microseconds")
    detail = r'"{\"try\":1,\"unit\":\"unit-1\"}"'
    plain = f'["1", "{at}", "key:a", "forward", "case-1", {detail}, "{START}"]'
    assert first["hash"] == hashlib.sha256(plain.encode()).hexdigest()


def test_a_changed_entry_is_found(log):
    moment = f"at = '2020-01-01 00:00:00.000000{'' if log.is_sqlite else '+00:00'}'"
    fields = ["actor = 'key:b'", "action = 'archive'", "subject = ''", "detail = '{}'", moment]
    for change in [*fields, "previous = 'x'", f"hash = '{START}'"]:
        for number in (1, 3, 4, ENTRIES):
            found = after(log, f"UPDATE audit SET {change} WHERE number = {number}")
            assert (found.entries, found.broken) == (number - 1, number), change
            assert f"entry {number} was changed" in found.fault


def test_an_entry_that_was_replaced_with_a_right_hash_is_found(log):
    with log.reading() as connection:
        row = dict(connection.execute(select(audit).where(audit.c.number == 4)).mappings().one())
    row["actor"] = "key:b"
    row["hash"] = entry_hash(row)
    found = after(log, update(audit).where(audit.c.number == 4).values(**row))
    assert found.broken == 5
    assert "one of them was replaced" in found.fault


def test_missing_entries_are_found(log):
    for where, broken, fault in [
        ("number = 1", 1, "entry 1 is missing"),
        ("number = 4", 4, "entry 4 is missing"),
        ("number IN (3, 4, 5)", 3, "entries 3–5 are missing"),
        ("number = 7", 7, "entry 7, the newest, is missing"),
        ("number > 4", 5, "entries 5–7, the newest, are missing"),
        ("true", 1, "entries 1–7, the newest, are missing"),
    ]:
        found = after(log, f"DELETE FROM audit WHERE {where}")
        assert (found.broken, found.entries, found.fault) == (broken, broken - 1, fault)


def test_added_entries_are_found(log):
    added = "INSERT INTO audit (number, at) VALUES (0, '2020-01-01 00:00:00.000000')"
    assert after(log, added).fault == "entry 0 was added: the first is 1"
    found = after(log, "UPDATE audit_head SET number = 5")
    assert (found.broken, "entry 6 was added" in found.fault) == (6, True)


def test_a_wrong_head_is_found(log):
    for change, broken, fault in [
        (f"UPDATE audit_head SET hash = '{START}'", ENTRIES, "not the one that the head notes"),
        ("DELETE FROM audit_head", ENTRIES + 1, "head has 0 rows"),
        ("INSERT INTO audit_head (id, number) VALUES (2, 0)", ENTRIES + 1, "head has 2 rows"),
    ]:
        found = after(log, change)
        assert (found.broken, fault in found.fault) == (broken, True)


def test_what_cannot_be_read_is_a_changed_entry(log):
    if not log.is_sqlite:
        pytest.skip("PostgreSQL keeps only what fits a column")
    for value in ("at = 'kemarin'", "at = 7", "actor = CAST(x'ff' AS TEXT)", "actor = x'00'"):
        found = after(log, f"UPDATE audit SET {value} WHERE number = 5")
        assert (found.entries, found.broken) == (4, 5)
        assert "entry 5 was changed" in found.fault


def test_an_earlier_head_is_an_anchor(log):
    with log.reading() as connection:
        hashes = connection.execute(select(audit.c.hash)).scalars().all()
    assert all(verdict(log, noted).whole for noted in hashes)
    assert not verdict(log, "f" * 64).whole


def test_only_an_anchor_shows_a_log_that_was_rewritten_from_end_to_end(log):
    noted = verdict(log).head
    for change in (
        lambda rows: [{**row, "actor": "key:b"} for row in rows],
        lambda rows: rows[:-1],
        lambda rows: [],
    ):
        statements = rewritten(log, change)
        assert after(log, *statements).whole
        found = after(log, *statements, anchor=noted)
        assert (found.whole, found.broken, "anchor" in found.fault) == (False, None, True)


def test_the_database_refuses_changes(log):
    entry = "INTO audit (number, at) VALUES (2, '2020-01-01 00:00:00.000000')"
    ways = (
        [f"INSERT OR REPLACE {entry}", f"REPLACE {entry}", "UPDATE OR REPLACE audit SET number = 2"]
        if log.is_sqlite
        else ["TRUNCATE audit", f"INSERT {entry} ON CONFLICT (number) DO UPDATE SET actor = 'x'"]
    )
    for way in [*ways, "UPDATE audit SET actor = 'x' WHERE number = 2", "DELETE FROM audit"]:
        with pytest.raises(DBAPIError, match="never changed"), log.writing() as connection:
            connection.execute(text(way))
    assert verdict(log).whole


def test_entries_of_a_transaction_that_is_undone_are_gone(log):
    def fail() -> None:
        with log.writing() as connection:
            append(connection, [Entry("key:a", "forward")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert verdict(log).entries == ENTRIES


def test_the_newest_entries_are_read_in_the_order_of_the_log(log):
    with log.reading() as connection:
        assert [row["number"] for row in latest(connection, 3)] == [5, 6, 7]
        assert [row["number"] for row in latest(connection, 9, "case-1")] == [1, 3, 5, 7]
        assert latest(connection, 9, "case-9") == []


def test_threads_write_one_chain(migrated):
    def write(actor: str) -> None:
        for number in range(20):
            with migrated.writing() as connection:
                append(connection, [Entry(actor, "a", str(number)), Entry(actor, "b")])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["one", "two"]))
    assert verdict(migrated) == Verdict(80, verdict(migrated).head)


def test_processes_write_one_chain(tmp_path, at_once):
    url = f"sqlite:///{tmp_path / 'pintu.db'}"
    database = Database(url)
    migrate.upgrade(database)
    program = (
        "from serving.store.audit import Entry, append\n"
        "from serving.store.database import Database\n"
        "database = Database(sys.argv[1])\n"
        "# together\n"
        "for number in range(20):\n"
        "    with database.writing() as connection:\n"
        "        append(connection, [Entry('process', 'a', str(number))])\n"
    )
    assert at_once(program, url) == ["", ""]
    assert (verdict(database).entries, verdict(database).whole) == (40, True)
    database.close()
