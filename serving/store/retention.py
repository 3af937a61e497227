"""Retention: the words of closed cases are kept for a time only."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from serving.store import audit
from serving.store.database import Database
from serving.store.personal import BATCH, awaits_review, strip
from serving.store.tables import complaints, decisions, outcomes
from serving.webhooks.outbox import forget_delivered

_PAUSE = 0.25  # share of a batch's time that other writers then have the database for themselves


@dataclass(frozen=True, slots=True)
class Due:
    """Cases received before a moment that still have their text: ``closed`` may be purged,
    ``open`` wait for a reviewer and are not."""

    closed: int
    open: int


def due(connection: Connection, before: datetime) -> Due:
    """How many cases ``purge`` would take out, and how many wait for a reviewer since before."""
    old = and_(complaints.c.erased_at.is_(None), complaints.c.received_at < before)
    count = select(func.count()).select_from(complaints)
    return Due(
        closed=connection.scalar(count.where(_closed(before))) or 0,
        open=connection.scalar(count.where(old, awaits_review())) or 0,
    )


def purge(
    database: Database,
    before: datetime,
    at: datetime,
    *,
    actor: str = "local",
    progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Take the words out of closed cases received before a moment, batch by batch.

    Closed are cases that a unit accepted, that were archived, or that were forwarded and of which
    nothing was heard since that moment. Messages to webhooks that ended before it go, too. Each
    batch is whole, with its own audit entry: a purge that was broken off can be run again.

    Args:
        before: aware moment.
        at: now.
        progress: told the number of cases after each batch.

    Returns:
        how many cases were taken out.

    Raises:
        Unavailable: the database cannot be written.
    """
    done, last = 0, 0
    while True:
        started = time.monotonic()
        with database.writing() as connection:
            audit.lock(connection)  # first, as the intake does: or both could wait for each other
            c = complaints.c
            found = connection.execute(
                select(c.number, c.id)
                .where(c.number > last, _closed(before))
                .order_by(c.number)
                .limit(BATCH)
                .with_for_update()
            ).all()
            if not found:
                forget_delivered(connection, before)
                return done
            strip(connection, [row.id for row in found], at, keep_number=True)
            detail = {"cases": len(found), "before": before.isoformat()}
            audit.append(connection, [audit.Entry(actor, "complaints.purged", detail=detail)])
        last, done = found[-1].number, done + len(found)
        progress(len(found))
        time.sleep(_PAUSE * (time.monotonic() - started))


def _closed(before: datetime) -> ColumnElement[bool]:
    c, d, o = complaints.c, decisions.c, outcomes.c
    heard_of = or_(
        exists().where(d.complaint_id == c.id, d.made_at >= before),
        exists().where(o.complaint_id == c.id, o.reported_at >= before),
    )
    return and_(
        c.erased_at.is_(None),
        c.received_at < before,
        ~awaits_review(),
        or_(c.status.in_(("accepted", "archived")), and_(c.status == "forwarded", ~heard_of)),
    )
