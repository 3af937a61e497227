"""``pintu purge`` and ``pintu person``: retention, and what a person may ask for."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.errors import PintuError

if TYPE_CHECKING:
    from serving.store.database import Database


@click.command()
@click.option(
    "--older-than-days",
    "days",
    type=click.IntRange(min=1),
    help="Days since a case was received.  [default: PINTU_RETENTION_DAYS, 730]",
)
@click.option("--dry-run", is_flag=True, help="Only say how many cases would be purged.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(days: int | None, dry_run: bool, yes: bool) -> None:
    """Take the words out of closed cases whose retention period is over; figures stay.

    Cases that wait for a reviewer are never purged, only counted. A purge that was broken off
    goes on where it stopped when it is run again.
    """
    from tqdm import tqdm

    from serving.settings import configured
    from serving.store.opening import open_database
    from serving.store.personal import rewrite
    from serving.store.retention import due
    from serving.store.retention import purge as purge_cases

    settings = configured()
    now = datetime.now(UTC)
    before = now - timedelta(days=days or settings.retention_days)
    with closing(open_database(settings)) as database:
        with database.reading() as connection:
            found = due(connection, before)
        since = f"{before:%Y-%m-%d}"
        click.echo(f"closed cases from before {since} that have text: {found.closed}", err=True)
        if found.open:
            click.echo(f"kept, since they wait for a reviewer: {found.open}", err=True)
        if dry_run:
            return
        if found.closed and not yes:
            click.confirm("Take their words out for good?", abort=True, err=True)
        with tqdm(total=found.closed, desc="purging", unit="case", disable=None) as bar:
            done = purge_cases(database, before, now, progress=bar.update)
        rewrite(database)
    click.echo(f"purged: {done}", err=True)


@click.group()
def person() -> None:
    """Export or erase the cases of a person."""


def _of_person(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option(
            "--key", "key_id", default="", help="Only cases that this key brought (its id)."
        ),
        click.option(
            "--caller-id",
            "number",
            default="",
            help="A single case instead: the caller's own number of it, or Pintu's.",
        ),
        click.option(
            "--reporter",
            default="",
            help="What the caller names the person by: account, e-mail, telephone; - asks for it, "
            "so that it stays out of the shell's history.",
        ),
    ):
        command = option(command)
    return command


@person.command()
@_of_person
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file, readable by you alone.  [default: stdout]",
)
def export(reporter: str, number: str, key_id: str, out: Path | None) -> None:
    """Write everything that is kept of a person's cases, a JSON line a case."""
    from serving.store import audit
    from serving.store.personal_export import export as export_rows

    with ExitStack() as stack:
        database, ids, _ = stack.enter_context(_found(reporter, number, key_id))
        file = stack.enter_context(_new(out)) if out else sys.stdout
        with database.writing() as connection:
            entry = audit.Entry("local", "person.exported", detail={"cases": len(ids)})
            audit.append(connection, [entry])
        with database.reading() as connection:
            for row in export_rows(connection, ids):
                print(json.dumps(row, ensure_ascii=False), file=file)
    click.echo(f"cases: {len(ids)}", err=True)


@person.command()
@_of_person
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(reporter: str, number: str, key_id: str, yes: bool) -> None:
    """Take every word and number out of a person's cases; figures stay.

    Cases that are still open are archived. Files that were exported, bundles that were trained on
    reviewed cases, and backups are not reached: see docs/privacy.md.
    """
    from serving.store.personal import erase as erase_cases
    from serving.store.personal import rewrite

    with _found(reporter, number, key_id) as (database, ids, still_open):
        if not ids:
            return
        click.echo(f"cases: {len(ids)}, of these still open: {still_open}", err=True)
        if not yes:
            click.confirm("Erase them for good?", abort=True, err=True)
        erase_cases(database, ids, datetime.now(UTC))
        rewrite(database)
    click.echo(f"erased: {len(ids)}", err=True)


@contextmanager
def _found(
    reporter: str, number: str, key_id: str
) -> "Iterator[tuple[Database, Sequence[str], int]]":
    """The database, the ids of the person's cases, and how many of them are open."""
    from serving.security.secret import secret
    from serving.settings import configured
    from serving.store.opening import open_database
    from serving.store.personal import find, of_person, reporter_hash

    if bool(reporter) == bool(number):
        raise click.UsageError("give either --reporter or --caller-id")
    if reporter == "-":
        reporter = click.prompt("Reporter, as the caller names the person", err=True)
    settings = configured()
    hashed = reporter_hash(secret(settings), reporter)
    if reporter and not hashed:
        raise click.UsageError("--reporter is blank")
    with closing(open_database(settings)) as database:
        with database.reading() as connection:
            found = find(connection, of_person(reporter=hashed, number=number, key_id=key_id))
        _tell_doubts(reporter, len(found), sorted({row.key_id or "(none)" for row in found}))
        yield database, [row.id for row in found], sum(row.open for row in found)


def _tell_doubts(reporter: str, cases: int, keys: Sequence[str]) -> None:
    """Say where the cases may not be those of one person.

    Raises:
        PintuError: one number, cases of several callers.
    """
    if not cases:
        remedy = "; PINTU_SECRET must be the one that the server runs with" if reporter else ""
        click.echo(f"no case found{remedy}", err=True)
    if len(keys) > 1:
        told = f"these are {cases} cases that different keys brought ({', '.join(keys)})"
        if not reporter:
            raise PintuError(f"{told}; say with --key whose number it is, or give Pintu's number")
        click.echo(f"{told}; give --key if the name may mean another person there", err=True)


def _new(path: Path) -> Any:
    try:
        return os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        )
    except OSError as error:
        raise PintuError(f"--out {path}: {error.strerror}; name a new file") from None
