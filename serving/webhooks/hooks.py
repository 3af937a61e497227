"""The registered webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data.errors import PintuError
from serving.store.ids import new_id
from serving.store.tables import deliveries, webhooks
from serving.webhooks.events import Event
from serving.webhooks.signing import signing_secret

OVERLAP = timedelta(days=1)  # how long messages carry the signature of the old secret too


@dataclass(frozen=True, slots=True)
class Hook:
    """An active webhook."""

    id: str
    url: str
    version: int
    rotated_at: datetime | None

    def secrets(self, key: bytes, at: datetime) -> list[str]:
        """What its messages are signed with, the newest first."""
        rotating = self.rotated_at is not None and at - self.rotated_at < OVERLAP
        versions = [self.version, self.version - 1] if rotating else [self.version]
        return [signing_secret(key, self.id, version) for version in versions]


def as_hook(row: Row[Any]) -> Hook:
    """A webhook from its row."""
    return Hook(row.id, row.url, row.version, row.rotated_at)


def add(connection: Connection, name: str, url: str, events: Sequence[Event], at: datetime) -> Hook:
    """Register a webhook; its URL was checked."""
    hook = Hook(new_id(), url, 1, None)
    connection.execute(
        insert(webhooks).values(
            id=hook.id,
            name=name,
            url=url,
            events=" ".join(dict.fromkeys(events)),
            version=hook.version,
            created_at=at,
        )
    )
    return hook


def active(connection: Connection, hook_id: str) -> Hook:
    """
    Raises:
        PintuError: there is no such webhook, or it is disabled.
    """
    row = connection.execute(
        select(webhooks).where(webhooks.c.id == hook_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise PintuError(f"there is no webhook {hook_id}; see pintu webhooks list")
    if row.disabled_at:
        raise PintuError(f"the webhook {hook_id} is disabled; add it again")
    return as_hook(row)


def rotate(connection: Connection, hook_id: str, at: datetime) -> Hook:
    """Give a webhook a new secret; for a day its messages carry the old one's signature too.

    Raises:
        PintuError: it is unknown or disabled.
    """
    hook = active(connection, hook_id)
    connection.execute(
        update(webhooks)
        .where(webhooks.c.id == hook_id)
        .values(version=hook.version + 1, rotated_at=at)
    )
    return Hook(hook.id, hook.url, hook.version + 1, at)


def disable(connection: Connection, hook_id: str, at: datetime) -> bool:
    """Send nothing more to a webhook; what waits for it has failed. False if it was disabled."""
    found = connection.execute(
        update(webhooks)
        .where(webhooks.c.id == hook_id, webhooks.c.disabled_at.is_(None))
        .values(disabled_at=at)
    )
    c = deliveries.c
    connection.execute(
        update(deliveries)
        .where(c.webhook_id == hook_id, c.delivered_at.is_(None), c.failed_at.is_(None))
        .values(failed_at=at, claimed_until=None, last_error="the webhook was disabled")
    )
    return found.rowcount == 1
