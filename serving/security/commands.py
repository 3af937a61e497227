"""``pintu keys``: API keys made, listed, rotated and revoked."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from serving.security.keys import Key
    from serving.store.database import Database

_ACTOR = "cli"
_DAY = "%Y-%m-%d"
_ONCE = "this key is shown once and cannot be read again; keep it like a password"


@click.group()
def keys() -> None:
    """Create, list, rotate and revoke API keys.

    As soon as the first key exists, every request needs one. Running servers follow within five
    seconds.
    """


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(["intake", "review", "admin"]),
    help="What the key may do; may be given several times. admin includes the others.",
)
@click.option(
    "--per-minute",
    type=click.IntRange(1, 1_000_000),
    default=600,
    show_default=True,
    help="Requests (complaints in batches) a minute; a sixth of them may come at once.",
)
@click.option("--expires", type=click.DateTime([_DAY]), help="Last day it works (UTC).")
def create(name: str, scopes: tuple[str, ...], per_minute: int, expires: datetime | None) -> None:
    """Make a key for NAME, a system or a person, and show it, once."""
    from serving.security.keys import create as make
    from serving.security.keys import list_keys

    ends = expires.replace(hour=23, minute=59, second=59, tzinfo=UTC) if expires else None
    with _database().writing() as connection:
        first = not list_keys(connection)
        key = make(
            connection,
            name,
            scopes,
            actor=_ACTOR,
            now=datetime.now(UTC),
            per_minute=per_minute,
            expires_at=ends,
        )
    click.echo(key)
    click.echo(_ONCE, err=True)
    if first:
        click.echo("it is the first: from now on every request needs a key", err=True)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON line a key.")
def list_command(as_json: bool) -> None:
    """List every key that there ever was, without its secret."""
    from serving.security.keys import list_keys

    now = datetime.now(UTC)
    with _database().reading() as connection:
        found = list_keys(connection)
    if as_json:
        for key in found:
            click.echo(json.dumps(_row(key, now), ensure_ascii=False))
        return
    if not found:
        click.echo("no keys yet: pintu keys create NAME --scope intake", err=True)
        return
    for line in _table(found, now):
        click.echo(line)


@keys.command()
@click.argument("id")
@click.option(
    "--grace-hours",
    type=click.FloatRange(0, 24 * 90),
    default=24,
    show_default=True,
    help="How long the old key goes on working.",
)
def rotate(id: str, grace_hours: float) -> None:
    """Make a successor of key ID with the same name, scopes, limit and expiry; show it, once."""
    from serving.security.keys import rotate as succeed

    with _database().writing() as connection:
        key = succeed(
            connection,
            id,
            actor=_ACTOR,
            now=datetime.now(UTC),
            grace=timedelta(hours=grace_hours),
        )
    click.echo(key)
    click.echo(f"{_ONCE}; the old key works for {grace_hours:g} more hours at most", err=True)


@keys.command()
@click.argument("id")
def revoke(id: str) -> None:
    """End key ID within five seconds, everywhere. A whole key may be given instead of its ID."""
    from serving.security.keys import revoke as end

    with _database().writing() as connection:
        ended = end(connection, id, actor=_ACTOR, now=datetime.now(UTC))
    click.echo("revoked" if ended else "was revoked already", err=True)


def _database() -> "Database":
    from serving.settings import configured
    from serving.store.opening import open_database

    return open_database(configured())


def _row(key: "Key", now: datetime) -> dict[str, Any]:
    fields = asdict(key) | {"state": key.state(now)}
    return {
        name: value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
        for name, value in fields.items()
    }


def _table(found: "list[Key]", now: datetime) -> list[str]:
    rows = [("ID", "STATE", "SCOPES", "PER MINUTE", "CREATED", "EXPIRES", "NAME")]
    rows += [
        (
            key.id,
            key.state(now),
            " ".join(key.scopes),
            str(key.per_minute),
            key.created_at.strftime(_DAY),
            key.expires_at.strftime(f"{_DAY} %H:%M") if key.expires_at else "-",
            key.name,
        )
        for key in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
