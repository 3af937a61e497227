"""Opens the configured database for the server and the commands."""

from serving.settings import Settings
from serving.store import migrate
from serving.store.database import Database


def open_database(settings: Settings) -> Database:
    """The configured database, in the form that this code needs. A SQLite file that is new or
    behind is upgraded; PostgreSQL is the operator's to upgrade, as it may have other users.

    Raises:
        PintuError: the database is behind or made by a newer Pintu; the message says what to do.
        Unavailable: it cannot be reached.
    """
    database = Database(settings.database())
    try:
        if database.is_sqlite and migrate.current(database) != migrate.head():
            migrate.upgrade(database)
        migrate.check(database)
    except BaseException:
        database.close()
        raise
    return database
