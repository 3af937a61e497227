"""Runs the steps on the connection that ``migrate.py`` gives.

A new step: change ``tables.py``, then ``alembic revision --autogenerate --rev-id 0002 -m words``
in the repository, against a database at the newest step (``PINTU_DATABASE_URL``), and edit what
it wrote: it must not import ``tables``, and must run on SQLite and PostgreSQL.
"""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from serving.store.tables import Utc, metadata


def _written(kind: str, item: Any, _context: Any) -> Any:
    """How a type is written into a new step; steps do not depend on today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Utc) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite changes a table by copying it
        render_item=_written,
    )
    context.run_migrations()


if given := context.config.attributes.get("connection"):
    _run(given)
else:  # Alembic's own command line
    from serving.settings import configured
    from serving.store.database import Database

    with Database(configured().database()).writing() as writing:
        _run(writing)
