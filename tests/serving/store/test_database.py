"""Reading and writing, and what is told when the database is gone."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from data.errors import PintuError
from serving.store import database as module
from serving.store.database import Database, Unavailable
from serving.store.tables import webhooks

MOMENT = datetime(2026, 3, 1, 7, 30, tzinfo=timezone(timedelta(hours=7)))


def add(connection, name, at=MOMENT):
    connection.execute(
        insert(webhooks).values(id=name, url="https://a.example", version=1, created_at=at)
    )


def count(connection):
    return connection.execute(select(func.count()).select_from(webhooks)).scalar()


def test_what_is_written_stays(migrated):
    with migrated.writing() as connection:
        add(connection, "a")
    with migrated.reading() as connection:
        assert count(connection) == 1
        moment = connection.execute(select(webhooks.c.created_at)).scalar()
    assert (moment, moment.tzinfo) == (MOMENT, UTC)


def test_an_exception_undoes_what_was_written(migrated):
    def fail() -> None:
        with migrated.writing() as connection:
            add(connection, "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with migrated.reading() as connection:
        assert count(connection) == 0


def test_a_reader_sees_one_state_while_others_write(migrated):
    with migrated.reading() as connection:
        assert count(connection) == 0
        with migrated.writing() as other:
            add(other, "a")
        assert count(connection) == 0
    with migrated.reading() as connection:
        assert count(connection) == 1


def test_a_reader_changes_nothing(migrated):
    # PostgreSQL refuses to write; on SQLite it is undone.
    with suppress(DBAPIError), migrated.reading() as connection:
        add(connection, "a")
    with migrated.writing() as connection:  # on the connection that was read with
        assert count(connection) == 0
        add(connection, "b")


def test_a_moment_needs_a_time_zone(migrated):
    with pytest.raises(StatementError, match="time zone"), migrated.writing() as connection:
        add(connection, "a", datetime(2026, 3, 1))


def test_writers_wait_for_each_other(migrated):
    def raise_version(_number: int) -> None:
        with migrated.writing() as connection:
            query = select(webhooks.c.version).with_for_update()
            version = connection.execute(query).scalar()
            connection.execute(webhooks.update().values(version=version + 1))

    with migrated.writing() as connection:
        add(connection, "a")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(raise_version, range(20)))
    with migrated.reading() as connection:
        assert connection.execute(select(webhooks.c.version)).scalar() == 21


def test_a_lost_connection_is_told_and_the_next_one_works(migrated):
    if migrated.is_sqlite:
        pytest.skip("SQLite has no server")

    def cut_off() -> None:
        with migrated.writing() as connection:
            add(connection, "a")
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            with migrated.writing() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": own})
            count(connection)

    with pytest.raises(Unavailable):
        cut_off()
    with migrated.writing() as connection:
        assert count(connection) == 0
        add(connection, "a")


def test_a_server_that_is_not_there_is_told_without_the_password():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # not listening
        port = taken.getsockname()[1]
        database = Database(f"postgresql://pintu:rahasia@127.0.0.1:{port}/pintu")
        with pytest.raises(Unavailable, match="refused") as told:
            database.ping()
    assert "rahasia" not in str(told.value)


def test_a_lock_that_is_not_released_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with (
        database.writing(),
        pytest.raises(Unavailable, match="locked"),
        database.writing(),
    ):
        pass
    database.close()


def test_every_connection_in_use_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")

    def take_all() -> None:
        with ExitStack() as readers:
            for _ in range(99):
                readers.enter_context(database.reading())

    with pytest.raises(Unavailable, match="in use"):
        take_all()
    database.ping()
    database.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Unavailable, match="file"):
        Database(f"sqlite:///{tmp_path / 'file' / 'pintu.db'}")


def test_a_path_that_is_no_file_is_told(tmp_path):
    with pytest.raises(Unavailable, match="unable to open"):
        Database(f"sqlite:///{tmp_path}").ping()


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "letter.db").write_text("Yth. Bapak Wali Kota" * 100, encoding="utf-8")
    with pytest.raises(Unavailable, match="not a database"):
        Database(f"sqlite:///{tmp_path / 'letter.db'}").ping()


@pytest.mark.parametrize(
    "url", ["pintu.db", "mysql://host/pintu", "sqlite://", "sqlite:///:memory:"]
)
def test_urls_that_are_not_supported_are_refused(url):
    with pytest.raises(PintuError, match="PINTU_DATABASE_URL"):
        Database(url)
