"""Cases as service requests. Secret ones are never among them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from serving.store.tables import complaints, decisions, outcomes, recommendations

CLOSED = "archived"  # that a unit has done its work is nothing that Pintu learns
_c = complaints.c
_r = recommendations.c
_mandate = (
    select(_r.mandate)
    .where(_r.complaint_id == _c.id, _r.role == "champion")
    .order_by(_r.number.desc())
    .limit(1)
    .scalar_subquery()
)
_decided = (
    select(func.max(decisions.c.made_at)).where(decisions.c.complaint_id == _c.id).scalar_subquery()
)
_answered = (
    select(func.max(outcomes.c.reported_at))
    .where(outcomes.c.complaint_id == _c.id)
    .scalar_subquery()
)


def by_ids(ids: Sequence[str]) -> list[ColumnElement[bool]]:
    """The condition on cases of these ids."""
    return [_c.id.in_(ids)]


def by_choice(
    start: datetime,
    end: datetime,
    *,
    doors: Sequence[str],
    mandates: Sequence[str],
    states: Sequence[str],
) -> list[ColumnElement[bool]]:
    """The conditions on cases that came in between two moments.

    Args:
        doors: written forms of the door; empty for all.
        mandates: the likeliest mandate; empty for all.
        states: "open", "closed"; empty for all.
    """
    found: list[ColumnElement[bool]] = [_c.received_at.between(start, end)]
    if doors:
        found.append(_c.door.in_(doors))
    if mandates:
        found.append(_mandate.in_(mandates))
    if len(set(states)) == 1:
        found.append(_c.status == CLOSED if "closed" in states else _c.status != CLOSED)
    return found


def service_requests(
    connection: Connection,
    wanted: Sequence[ColumnElement[bool]],
    *,
    key_id: str | None,
    limit: int,
    offset: int = 0,
) -> Sequence[Row[Any]]:
    """The cases that meet all conditions, the newest first, each with ``mandate``, ``decided_at``
    and ``answered_at``.

    Args:
        key_id: only those that this key brought; None for all.
    """
    seen = [] if key_id is None else [_c.key_id == key_id]
    page = (
        select(_c.number)
        .where(_c.secret.is_(False), *seen, *wanted)
        .order_by(_c.received_at.desc(), _c.number.desc())
        .limit(limit)
        .offset(offset)
    )
    told = (_mandate.label("mandate"), _decided.label("decided_at"), _answered.label("answered_at"))
    query = select(complaints, *told).where(_c.number.in_(page.scalar_subquery()))
    return connection.execute(query.order_by(_c.received_at.desc(), _c.number.desc())).all()
