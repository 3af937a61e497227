"""What an operator sees of webhooks and deliveries, and the retry of deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select, update

from data.errors import PintuError
from serving.store.tables import deliveries, webhooks

_c = deliveries.c
_delivered = _c.delivered_at.is_not(None)
_failed = _c.failed_at.is_not(None)
_waits = _c.delivered_at.is_(None) & _c.failed_at.is_(None)


def registered(connection: Connection) -> list[dict[str, Any]]:
    """The webhooks, the oldest first, with the numbers of their deliveries by state."""

    def count(condition: Any, name: str) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(name)

    counts = (
        select(
            _c.webhook_id,
            count(_waits, "waiting"),
            count(_delivered, "delivered"),
            count(_failed, "failed"),
        )
        .group_by(_c.webhook_id)
        .subquery()
    )
    rows = connection.execute(
        select(webhooks, counts.c.waiting, counts.c.delivered, counts.c.failed)
        .outerjoin(counts, counts.c.webhook_id == webhooks.c.id)
        .order_by(webhooks.c.created_at, webhooks.c.id)
    )
    return [
        {
            "id": row.id,
            "name": row.name,
            "url": row.url,
            "events": row.events.split(),
            "active": row.disabled_at is None,
            "version": row.version,
            "waiting": row.waiting or 0,
            "delivered": row.delivered or 0,
            "failed": row.failed or 0,
        }
        for row in rows
    ]


def latest(connection: Connection, limit: int, failed: bool = False) -> list[dict[str, Any]]:
    """The latest deliveries, or the latest that failed; the newest first."""
    query = select(deliveries).order_by(_c.number.desc()).limit(limit)
    rows = connection.execute(query.where(_failed) if failed else query)
    return [
        {
            "id": row.id,
            "webhook_id": row.webhook_id,
            "complaint_id": row.complaint_id,
            "event": row.event,
            "state": _state(row),
            "attempts": row.attempts,
            "created_at": row.created_at.isoformat(),
            "next_at": row.next_at.isoformat() if _state(row) == "waiting" else None,
            "error": row.last_error,
        }
        for row in rows
    ]


def retry(connection: Connection, delivery_id: str | None, now: datetime) -> int:
    """Queue one delivery again, whatever its state, or all that failed (None). They count as new:
    tried at once, and for three days. Those of disabled webhooks stay as they are.

    Returns:
        how many.

    Raises:
        PintuError: there is no such delivery, or its webhook is disabled.
    """
    active = select(webhooks.c.id).where(webhooks.c.disabled_at.is_(None))
    chosen = _c.id == delivery_id if delivery_id else _failed
    queued = connection.execute(
        update(deliveries)
        .where(chosen, _c.webhook_id.in_(active))
        .values(
            created_at=now,
            next_at=now,
            attempts=0,
            claimed_until=None,
            delivered_at=None,
            failed_at=None,
        )
    ).rowcount
    if delivery_id and not queued:
        raise PintuError(
            f"there is no delivery {delivery_id}, or its webhook is disabled; "
            "see pintu webhooks deliveries"
        )
    return queued


def _state(row: Row[Any]) -> str:
    if row.delivered_at:
        return "delivered"
    return "failed" if row.failed_at else "waiting"
