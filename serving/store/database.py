"""The database: SQLite in a file by default, PostgreSQL by its URL."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, TimeoutError

from data.errors import PintuError

BUSY_SECONDS = 10  # how long a writer waits for another process
_POLL_SECONDS = 0.001


class Unavailable(PintuError):
    """The database cannot be reached, or cannot write (a full disk); trying again may help."""


class Database:
    """An engine with two ways in: ``reading`` and ``writing``. Safe between threads."""

    def __init__(self, url: str) -> None:
        """
        Raises:
            PintuError: the URL is none, or of a database that is not supported.
            Unavailable: the folder of a SQLite file cannot be made.
        """
        self.url = _checked(url)
        self.engine = _engine(self.url)
        self._reads = (
            {"pintu_reads": True}
            if self.is_sqlite
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and changes nothing.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with _told(), self.engine.connect().execution_options(**self._reads) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end and durable then; undone by an exception.

        Raises:
            Unavailable: the database cannot be reached or written.
        """
        with _told(), _turn(self.url), self.engine.begin() as connection:
            yield connection

    def ping(self) -> None:
        """Raises Unavailable if the database does not answer."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def _turn(url: URL) -> Iterator[None]:
    """One writer of a SQLite file at a time, among all processes of the machine.

    SQLite keeps to that by itself, but whoever finds it busy sleeps for up to a tenth of a second:
    with two busy workers some waited for more than a second. Whoever does not get a turn in time
    tries without, and SQLite has the last word.
    """
    if url.get_backend_name() != "sqlite":
        yield
        return
    try:
        file = os.open(f"{url.database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield  # the transaction will tell what is wrong with the folder
        return
    try:
        ends = time.monotonic() + BUSY_SECONDS
        while not _taken(file) and time.monotonic() < ends:
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(file)  # which gives the turn away


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise Unavailable(_cause(error)) from error
    except TimeoutError as error:
        raise Unavailable("database: every connection is in use") from error
    except DBAPIError as error:
        damaged = type(error.orig) is sqlite3.DatabaseError  # or not a database at all
        if error.connection_invalidated or damaged:
            raise Unavailable(_cause(error)) from error
        raise


def _cause(error: DBAPIError) -> str:
    # The driver's own words only; SQLAlchemy's message would repeat the statement's values.
    return f"database: {str(error.orig).splitlines()[0] if error.orig else 'no answer'}"


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise PintuError(
            "PINTU_DATABASE_URL: not a database URL; write sqlite:////folder/pintu.db or "
            "postgresql://user:password@host/name"
        ) from None
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite" or not parsed.database or ":" in parsed.database:
        raise PintuError(
            f"PINTU_DATABASE_URL: {parsed.get_backend_name()!r} is not supported; "
            "use a SQLite file or PostgreSQL"
        )
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        try:
            return create_engine(
                url,
                hide_parameters=True,  # errors must not repeat complaints
                json_serializer=_json,
                pool_pre_ping=True,
                pool_size=8,
                pool_timeout=BUSY_SECONDS,
                connect_args={
                    "connect_timeout": 5,
                    "tcp_user_timeout": 10_000,  # ms: a silent network must not hold the writer
                    "keepalives_idle": 10,
                },
            )
        except ModuleNotFoundError:
            raise PintuError("PostgreSQL needs: pip install 'pintu[postgres]'") from None
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"database: {folder}: {error.strerror}") from None
    engine = create_engine(
        url,
        hide_parameters=True,  # errors must not repeat complaints
        json_serializer=_json,
        pool_size=8,
        pool_timeout=BUSY_SECONDS,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _json(value: Any) -> str:
    return to_json(value).decode()  # five times as fast as the standard library's


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    _write_ahead(cursor)  # readers never wait for the writer
    cursor.execute("PRAGMA synchronous = FULL")  # what is committed survives a loss of power
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    # Unlike a statement, the change of mode does not wait for a process that is just doing it.
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading and then writes would fail when another wrote between.
    reads = connection.get_execution_options().get("pintu_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
