"""Everything that is kept of some cases, for the person whose cases they are."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from serving.store.personal import BATCH
from serving.store.submissions import PINTU
from serving.store.tables import (
    audit,
    complaints,
    decisions,
    deliveries,
    outcomes,
    recommendations,
    reviews,
    webhooks,
)

OFFICIAL = "petugas"  # stands for every person or system that worked on a case
_HISTORY = (recommendations, decisions, outcomes, reviews)
_ACTORS = ("actor", "decided_by", "claimed_by", "closed_by")
_INNER = ("number", "complaint_id", "decision_number")  # say nothing outside of the database


def export(connection: Connection, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One row of plain JSON values a case, with its history; ``docs/privacy.md`` has the fields.

    Who worked on the case is not told by name: that is personal data of others.
    """
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        history = {table.name: _of(connection, table, some) for table in _HISTORY}
        history["deliveries"] = _deliveries(connection, some)
        history["audit"] = _audit(connection, some)
        c = complaints.c
        found = connection.execute(select(complaints).where(c.id.in_(some)).order_by(c.number))
        for row in found.mappings():
            past = {name: rows.get(row["id"], []) for name, rows in history.items()}
            yield _plain(row) | past


def _of(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, list[Any]]:
    rows = connection.execute(
        select(table).where(table.c.complaint_id.in_(ids)).order_by(table.c.number)
    )
    return _by_case(rows.mappings())


def _deliveries(connection: Connection, ids: Sequence[str]) -> dict[str, list[Any]]:
    d = deliveries.c
    columns = (d.complaint_id, d.event, d.payload, d.created_at, d.delivered_at)
    rows = connection.execute(
        select(*columns, webhooks.c.name.label("receiver"))
        .join(webhooks, webhooks.c.id == d.webhook_id)
        .where(d.complaint_id.in_(ids))
        .order_by(d.number)
    )
    return _by_case(rows.mappings())


def _audit(connection: Connection, ids: Sequence[str]) -> dict[str, list[Any]]:
    a = audit.c
    columns = (a.subject.label("complaint_id"), a.at, a.actor, a.action)
    rows = connection.execute(select(*columns).where(a.subject.in_(ids)).order_by(a.number))
    return _by_case(rows.mappings())


def _by_case(rows: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row["complaint_id"], []).append(_plain(row))
    return found


def _plain(row: Any) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items() if name not in _INNER}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if name in _ACTORS and value:
        return value if value == PINTU else OFFICIAL
    return value
