"""``pintu webhooks``: who is told what happens to complaints, and whether it arrived."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from data.errors import PintuError
from serving.webhooks.events import EVENTS

if TYPE_CHECKING:
    from serving.settings import Settings
    from serving.store.database import Database
    from serving.webhooks.claims import Answer
    from serving.webhooks.hooks import Hook

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON array, for scripts.")


@click.group()
def webhooks() -> None:
    """Signed messages to other systems: register receivers, look at deliveries, retry them."""


@webhooks.command()
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    required=True,
    type=click.Choice(EVENTS),
    help="What to tell; repeatable.",
)
@click.option("--name", default="", help="What to call it.  [default: the host]")
def add(url: str, events: Sequence[Any], name: str) -> None:
    """Tell URL what happens to complaints from now on; prints the signing secret, once."""
    from serving.store import audit
    from serving.webhooks import addresses, hooks

    settings, now = _settings(), datetime.now(UTC)
    parsed = addresses.checked(url, settings.webhook_private)
    if len(name) > 200:
        raise click.BadParameter("at most 200 characters", param_hint="--name")
    with _opened(settings) as database, database.writing() as connection:
        hook = hooks.add(connection, name or parsed.host[:200], url, events, now)
        detail = {"host": parsed.host, "events": sorted(set(events))}
        audit.append(connection, [audit.Entry(_actor(), "webhook.add", hook.id, detail)])
    _show_secret(hook, settings)


@webhooks.command("list")
@_JSON
def list_(as_json: bool) -> None:
    """List the webhooks with their deliveries: waiting, delivered, failed."""
    from serving.webhooks.queries import registered

    with _opened(_settings()) as database, database.reading() as connection:
        rows = registered(connection)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not rows:
        click.echo("no webhook yet; see `pintu webhooks add`", err=True)
    for row in rows:
        state = "active" if row["active"] else "disabled"
        counts = f"{row['waiting']} waiting, {row['delivered']} delivered, {row['failed']} failed"
        events = " ".join(row["events"])
        click.echo(f"{row['id']}\t{state}\t{row['name']}\t{row['url']}\t{events}\t{counts}")


@webhooks.command()
@click.argument("webhook_id", metavar="ID")
def rotate(webhook_id: str) -> None:
    """Give the webhook ID a new signing secret, printed once. For a day its messages carry the
    signature of the old one too."""
    from serving.store import audit
    from serving.webhooks import hooks

    settings, now = _settings(), datetime.now(UTC)
    with _opened(settings) as database, database.writing() as connection:
        hook = hooks.rotate(connection, webhook_id, now)
        detail = {"version": hook.version}
        audit.append(connection, [audit.Entry(_actor(), "webhook.rotate", hook.id, detail)])
    _show_secret(hook, settings)


@webhooks.command()
@click.argument("webhook_id", metavar="ID")
def disable(webhook_id: str) -> None:
    """Send nothing more to the webhook ID; what waits for it has failed."""
    from serving.store import audit
    from serving.webhooks import hooks

    now = datetime.now(UTC)
    with _opened(_settings()) as database, database.writing() as connection:
        hooks.active(connection, webhook_id)
        hooks.disable(connection, webhook_id, now)
        audit.append(connection, [audit.Entry(_actor(), "webhook.disable", webhook_id)])
    click.echo(f"disabled: {webhook_id}", err=True)


@webhooks.command()
@click.argument("webhook_id", metavar="ID")
def test(webhook_id: str) -> None:
    """Send a signed message of the type "ping" to the webhook ID now and tell the answer."""
    from serving.webhooks import hooks

    settings = _settings()
    with _opened(settings) as database, database.reading() as connection:
        hook = hooks.active(connection, webhook_id)
    began = time.perf_counter()
    answer = asyncio.run(_ping(hook, settings))
    click.echo(f"{answer} after {1000 * (time.perf_counter() - began):.0f} ms")
    if not answer.accepted:
        raise PintuError("the receiver did not accept the message; any status 2xx does")


@webhooks.command()
@click.option("--failed", is_flag=True, help="Only those that failed for good.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@_JSON
def deliveries(failed: bool, limit: int, as_json: bool) -> None:
    """List the latest deliveries, the newest first."""
    from serving.webhooks.queries import latest

    with _opened(_settings()) as database, database.reading() as connection:
        rows = latest(connection, limit, failed)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        tried = f"{row['attempts']} attempts"
        fields = (row["id"], row["state"], row["event"], row["webhook_id"], tried, row["error"])
        click.echo("\t".join(fields).rstrip())


@webhooks.command()
@click.argument("delivery_id", metavar="[ID]", required=False)
@click.option("--failed", is_flag=True, help="All that failed for good.")
def retry(delivery_id: str | None, failed: bool) -> None:
    """Send the delivery ID again, or all that failed; the running server does it at once."""
    from serving.store import audit
    from serving.webhooks import queries

    if failed == bool(delivery_id):
        raise click.UsageError("give the ID of a delivery or --failed")
    now = datetime.now(UTC)
    with _opened(_settings()) as database, database.writing() as connection:
        queued = queries.retry(connection, delivery_id, now)
        detail = {"deliveries": queued}
        entry = audit.Entry(_actor(), "webhook.retry", delivery_id or "", detail)
        audit.append(connection, [entry])
    click.echo(f"queued again: {queued}", err=True)


async def _ping(hook: "Hook", settings: "Settings") -> "Answer":
    from serving.security.secret import secret
    from serving.store.ids import new_id
    from serving.webhooks.outbox import payload
    from serving.webhooks.sending import Sender

    now = datetime.now(UTC)
    message = payload("ping", {"webhook_id": hook.id}, now)
    async with Sender(settings.webhook_private) as sender:
        secrets = hook.secrets(secret(settings), now)
        return await sender.send(hook.url, secrets, new_id(), message, now)


def _show_secret(hook: "Hook", settings: "Settings") -> None:
    from serving.security.secret import secret
    from serving.webhooks.signing import signing_secret

    click.echo(f"webhook {hook.id}; its signing secret, which is not shown again:", err=True)
    click.echo(signing_secret(secret(settings), hook.id, hook.version))


def _settings() -> "Settings":
    from serving.settings import configured

    return configured()


@contextmanager
def _opened(settings: "Settings") -> Iterator["Database"]:
    from serving.store.opening import open_database

    with closing(open_database(settings)) as database:
        yield database


def _actor() -> str:
    from data.home import user

    return f"user:{user()}"[:64]
