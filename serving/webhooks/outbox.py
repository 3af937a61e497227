"""What happened, queued for webhooks in the transaction that records it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select

from serving.store.ids import new_id
from serving.store.tables import deliveries, webhooks
from serving.webhooks.events import Event


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that receivers want to know of a complaint.

    Attributes:
        complaint_id: which complaint.
        event: ``complaint.decided`` (routed, or decided by a person), ``complaint.review`` (waits
            for a person), ``complaint.accepted`` or ``complaint.bounced`` (a unit's answer).
        data: identifiers, names of units, figures and codes; never a complaint's text.
    """

    complaint_id: str
    event: Event
    data: Mapping[str, Any]


def enqueue(
    connection: Connection, happenings: Sequence[Happening], now: datetime | None = None
) -> None:
    """Queue a delivery for every active webhook that wants an event. What is queued is sent if the
    transaction commits and only then; without webhooks this is one short query."""
    if not happenings:
        return
    active = connection.execute(
        select(webhooks.c.id, webhooks.c.events).where(webhooks.c.disabled_at.is_(None))
    ).all()
    at = now or datetime.now(UTC)
    rows = [
        {
            "id": new_id(),
            "webhook_id": hook.id,
            "complaint_id": happening.complaint_id,
            "event": happening.event,
            "payload": payload(happening.event, happening.data, at),
            "created_at": at,
            "next_at": at,
        }
        for happening in happenings
        for hook in active
        if happening.event in hook.events.split()
    ]
    if rows:
        connection.execute(insert(deliveries), rows)


def payload(event: str, data: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A message as receivers get it (standardwebhooks.com: type, timestamp, data)."""
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"type": event, "timestamp": stamp, "data": dict(data)}


def forget_delivered(connection: Connection, before: datetime) -> int:
    """Delete deliveries that ended before a moment, well or not, and those that wait since before
    it for a webhook that was disabled. Returns how many."""
    c = deliveries.c
    disabled = select(webhooks.c.id).where(webhooks.c.disabled_at.is_not(None))
    ended = func.coalesce(c.delivered_at, c.failed_at)
    stranded = (c.created_at < before) & ended.is_(None) & c.webhook_id.in_(disabled)
    return connection.execute(delete(deliveries).where(or_(ended < before, stranded))).rowcount
