"""Reads cases: one with its history, or pages of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from data.complaint import COMPLAINT_FIELDS, Complaint
from serving.store.tables import complaints, decisions, outcomes, recommendations, reviews


def complaint_of(row: Row[Any]) -> Complaint:
    """The complaint of a row of ``complaints``, as it is routed (its texts are masked)."""
    values = row._mapping
    return Complaint(
        **{name: values[name] for name in COMPLAINT_FIELDS if name != "id"}, id=row.caller_id
    )


def case(connection: Connection, complaint_id: str) -> Row[Any] | None:
    """The row of a complaint; None if unknown."""
    return connection.execute(
        select(complaints).where(complaints.c.id == complaint_id)
    ).one_or_none()


def latest_answer(connection: Connection, complaint_id: str) -> dict[str, Any] | None:
    """The last recommendation of the models that decide."""
    answer: dict[str, Any] | None = connection.scalar(
        select(recommendations.c.answer)
        .where(recommendations.c.complaint_id == complaint_id, recommendations.c.role == "champion")
        .order_by(recommendations.c.number.desc())
        .limit(1)
    )
    return answer


def history(connection: Connection, complaint_id: str) -> list[dict[str, Any]]:
    """What happened to a case, in the order in which it was recorded: decisions, and the units'
    answers after the decision that they answer."""
    said: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(
        select(outcomes).where(outcomes.c.complaint_id == complaint_id).order_by(outcomes.c.number)
    ):
        said.setdefault(row.decision_number, []).append(
            {
                "at": row.reported_at,
                "actor": row.actor,
                "event": row.outcome,
                "unit_id": row.unit_id,
                "note": row.reason,
            }
        )
    events: list[dict[str, Any]] = []
    for row in connection.execute(
        select(decisions)
        .where(decisions.c.complaint_id == complaint_id)
        .order_by(decisions.c.number)
    ):
        events.append(
            {
                "at": row.made_at,
                "actor": row.actor,
                "event": row.action,
                "unit_id": row.unit_id,
                "note": row.note,
            }
        )
        events += said.get(row.number, [])
    return events


def page(
    connection: Connection, after: int, limit: int, *, key_id: str | None = None, status: str = ""
) -> Sequence[Row[Any]]:
    """The complaints that arrived after a number, in the order of arrival.

    Args:
        key_id: only those that this key brought; None for all.
        status: only those of this status.
    """
    c = complaints.c
    query = select(complaints).where(c.number > after).order_by(c.number).limit(limit)
    if key_id is not None:
        query = query.where(c.key_id == key_id)
    if status:
        query = query.where(c.status == status)
    return connection.execute(query).all()


def open_reviews(connection: Connection, after: int, limit: int) -> Sequence[Row[Any]]:
    """The open reviews after a number, in the order in which they were opened."""
    c = reviews.c
    return connection.execute(
        select(reviews)
        .where(c.number > after, c.closed_at.is_(None))
        .order_by(c.number)
        .limit(limit)
    ).all()
