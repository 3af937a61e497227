"""The commands ``db`` and ``audit``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from serving.store.database import Database


@click.group()
def db() -> None:
    """Look after the database (PINTU_DATABASE_URL; by default a file in Pintu's folder)."""


@db.command()
def upgrade() -> None:
    """Bring the database to the form that this Pintu needs, all of it or nothing.

    The server may run on: steps keep to what it needs. A backup first is always wise.
    """
    from serving.store import migrate

    with _database() as database:
        before = migrate.current(database)
        migrate.upgrade(database)
        _tell(before, migrate.current(database))


@db.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(revision: str, yes: bool) -> None:
    """Undo the steps after REVISION; "base" undoes all of them.

    What the undone steps added is lost, with the rows in it. Stop the server first.
    """
    from serving.store import migrate

    with _database() as database:
        before = migrate.current(database)
        if not yes:
            click.confirm(
                f"Undo the steps after {revision} in {database.url.render_as_string()} "
                "and lose what they hold?",
                abort=True,
                err=True,
            )
        migrate.downgrade(database, revision)
        _tell(before, migrate.current(database))


@db.command()
def current() -> None:
    """Print the step that the database is at, and the newest one."""
    from serving.store import migrate

    with _database() as database:
        click.echo(f"{migrate.current(database) or 'none'} (newest: {migrate.head()})")


@db.command()
def check() -> None:
    """Exit with 1 if the database is not in the form that this Pintu needs."""
    from serving.store import migrate

    with _database() as database:
        migrate.check(database)
    click.echo("the database is as this Pintu needs it", err=True)


@click.group()
def audit() -> None:
    """Read the audit log, and check that nobody changed it."""


@audit.command()
@click.option("--anchor", default="", metavar="HASH", help="A head that was noted elsewhere.")
def verify(anchor: str) -> None:
    """Check every entry; exit with 1 if the chain is broken.

    Note `pintu audit head` outside the database from time to time: only with such an anchor does
    it show that somebody rewrote the whole log, or cut its end.
    """
    from serving.store.verify import verify as walk

    noted = anchor.strip().lower()
    if noted and (len(noted) != 64 or not set(noted) <= set("0123456789abcdef")):
        raise click.BadParameter("64 hexadecimal digits, as `pintu audit head` prints them")
    with _checked() as database, database.reading() as connection:
        verdict = walk(connection, noted)
    click.echo(f"{verdict.entries} {verdict.head}")
    if not verdict.whole:
        raise click.ClickException(f"the audit log is broken: {verdict.fault}")
    click.echo("the audit log is whole", err=True)


@audit.command()
def head() -> None:
    """Print the newest entry's number and hash, to be noted elsewhere as an anchor."""
    from serving.store.audit import newest

    with _checked() as database, database.reading() as connection:
        number, noted = newest(connection)
    click.echo(f"{number} {noted}")


@audit.command()
@click.option("--subject", default="", metavar="ID", help="Only entries about this.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def show(subject: str, limit: int, as_json: bool) -> None:
    """Print the newest entries, the newest last."""
    from serving.store.audit import latest

    with _checked() as database, database.reading() as connection:
        rows = latest(connection, limit, subject)
    for row in rows:
        at = row["at"].isoformat(timespec="seconds")
        if as_json:
            plain = dict(row) | {"at": row["at"].isoformat(), "detail": json.loads(row["detail"])}
            click.echo(json.dumps(plain, ensure_ascii=False))
        else:
            line = f"{row['number']:>8}  {at}  {row['actor']:<20}  {row['action']:<20}"
            click.echo(f"{line}  {row['subject']:<26}  {row['detail']}".rstrip())


@contextmanager
def _database() -> Iterator["Database"]:
    from serving.settings import configured
    from serving.store.database import Database

    database = Database(configured().database())
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _checked() -> Iterator["Database"]:
    """The database as it is: reading the log changes nothing, not even an old form."""
    from serving.store import migrate

    with _database() as database:
        migrate.check(database)
        yield database


def _tell(before: str | None, after: str | None) -> None:
    click.echo(f"database: step {before or 'none'} → {after or 'none'}", err=True)
