"""Brings a database to the form of ``tables.py`` and back (``migrations/``)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.exc import DBAPIError

from data.errors import PintuError
from serving.store.database import Database
from serving.store.tables import metadata

SCRIPTS = "serving.store:migrations"
_LOCK = 0x50494E5455  # "PINTU": what upgrades of one PostgreSQL database wait for
_LOCK_SECONDS = 30  # how long a step waits for a table that the service is using


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the steps that the database lacks, all of them or none. Several processes may call it
    at once: one of them works, the others wait.

    Raises:
        PintuError: the revision is unknown, the database was made by a newer Pintu, holds tables
            of others, or refuses (what it says is told); nothing was changed.
        Unavailable: the database cannot be reached.
    """
    with _migrating(database) as connection:
        if _revision(connection) is None:
            _refuse_other_tables(connection)
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Undo the steps after a revision; "base" undoes all. What they added is lost.

    Raises:
        PintuError: as ``upgrade``.
    """
    with _migrating(database) as connection:
        _revision(connection)
        command.downgrade(_config(connection), revision)


def current(database: Database) -> str | None:
    """The newest step that the database has; None for a new one.

    Raises:
        Unavailable: the database cannot be reached.
    """
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The newest step that this code knows."""
    revision = _steps().get_current_head()
    if revision is None:
        raise PintuError("the steps of the database are not installed; install Pintu again")
    return revision


def check(database: Database) -> None:
    """
    Raises:
        PintuError: the database is behind this code, or ahead of it; the message says what to do.
        Unavailable: the database cannot be reached.
    """
    found = current(database)
    _refuse_newer(found)
    if found != head():
        raise PintuError(
            f"the database is at step {found or 'none'}, this Pintu needs {head()}; "
            "run `pintu db upgrade`"
        )


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """A transaction in which nobody else migrates, committed at the end."""
    # Connections of its own: what is set on them for the steps must not reach the service.
    own = Database(database.url.render_as_string(hide_password=False))
    if own.is_sqlite:
        event.listen(own.engine, "connect", _without_foreign_keys)
    try:
        with own.writing() as connection:
            if not own.is_sqlite:  # there, BEGIN IMMEDIATE waits for the others
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
            yield connection
            if own.is_sqlite:
                _check_foreign_keys(connection)
    except CommandError as error:
        raise PintuError(f"database: {error}; nothing was changed") from None
    except DBAPIError as error:
        told = str(error.orig).splitlines()[0]
        raise PintuError(f"database: {told}; nothing was changed") from error
    finally:
        own.close()


def _without_foreign_keys(connection: Any, _record: Any) -> None:
    # SQLite changes a table by copying and dropping it, which those that refer to it would refuse.
    connection.execute("PRAGMA foreign_keys = OFF")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken:
        raise PintuError(f"database: rows of {broken[0]} would refer to none; nothing was changed")


def _revision(connection: Connection) -> str | None:
    """The step of a database that this code knows."""
    found = MigrationContext.configure(connection).get_current_revision()
    _refuse_newer(found)
    return found


def _refuse_newer(found: str | None) -> None:
    if found is not None and found not in {step.revision for step in _steps().walk_revisions()}:
        raise PintuError(
            f"the database is at step {found}, which this Pintu (step {head()}) does not know: "
            "it was made by a newer one; install that"
        )


def _refuse_other_tables(connection: Connection) -> None:
    there = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if there:
        raise PintuError(
            f"the database already has tables named {', '.join(there)} that `pintu db upgrade` "
            "did not make; give PINTU_DATABASE_URL an empty database"
        )


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", SCRIPTS)
    return config


def _steps() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
