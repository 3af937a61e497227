"""The course of a case after it was recorded: units accept or bounce it, people decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, or_, select, update

from data.errors import PintuError
from serving.store import audit
from serving.store.submissions import PINTU, recommendation_row, review_row
from serving.store.tables import complaints, decisions, outcomes, recommendations, reviews
from serving.webhooks.outbox import Happening, enqueue

Action = Literal["forward", "ask", "archive"]
STATUS = {"forward": "forwarded", "ask": "ask", "archive": "archived"}
# No claim is asked for that long: one that ends later was made before the clock was set back.
_TOO_LONG = timedelta(hours=2)


class Refused(PintuError):
    """What was asked does not fit the course of the case so far.

    Attributes:
        code: ``not_forwarded``, ``other_unit``, ``answered``, ``bounced_before``, ``claimed`` or
            ``erased``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class UnitAnswer:
    """A unit's word on a case that was sent to it; ``reason`` is masked."""

    outcome: Literal["accepted", "bounced"]
    unit_id: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's decision; ``note`` is masked, ``unit_id`` set where it is forwarded."""

    action: Action
    unit_id: str
    unit: str
    agency: str
    region_code: str
    note: str
    actor: str
    at: datetime
    again: bool = False  # also to a unit that bounced it before


def locked(connection: Connection, complaint_id: str) -> Row[Any] | None:
    """The row of a complaint, which nobody else can change until the commit; None if unknown."""
    audit.lock(connection)
    return connection.execute(
        select(complaints).where(complaints.c.id == complaint_id).with_for_update()
    ).one_or_none()


def ruled_out(connection: Connection, complaint_id: str) -> list[str]:
    """The units that bounced a case, the first one first."""
    found = connection.scalars(
        select(outcomes.c.unit_id)
        .where(outcomes.c.complaint_id == complaint_id, outcomes.c.outcome == "bounced")
        .order_by(outcomes.c.number)
    )
    return list(dict.fromkeys(found))


def answered(connection: Connection, case: Row[Any], said: UnitAnswer) -> bool:
    """Note a unit's answer to the last forwarding; False if it was noted before.

    Raises:
        Refused: it is with no unit, or with another one, or the unit said otherwise before
            (having accepted it may still bounce).
    """
    last = connection.execute(
        select(decisions)
        .where(decisions.c.complaint_id == case.id, decisions.c.action == "forward")
        .order_by(decisions.c.number.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        raise Refused("not_forwarded")
    if said.unit_id and said.unit_id != last.unit_id:
        raise Refused("other_unit")
    before = set(
        connection.scalars(
            select(outcomes.c.outcome).where(outcomes.c.decision_number == last.number)
        )
    )
    if said.outcome in before:
        return False
    if "bounced" in before:
        raise Refused("answered")
    if case.status not in ("forwarded", "accepted"):
        raise Refused("not_forwarded")
    connection.execute(
        insert(outcomes).values(
            complaint_id=case.id,
            decision_number=last.number,
            reported_at=said.at,
            actor=said.actor,
            outcome=said.outcome,
            unit_id=last.unit_id,
            reason="" if case.erased_at else said.reason,
            decided_by=last.actor,
            bundle=last.bundle,
        )
    )
    return True


def accept(connection: Connection, case: Row[Any], said: UnitAnswer) -> None:
    """What follows when a unit took a case."""
    _set(connection, case.id, status="accepted")
    data = {"complaint_id": case.id, "id": case.caller_id, "unit_id": case.unit_id}
    enqueue(connection, [Happening(case.id, "complaint.accepted", data)])
    detail = {"unit_id": case.unit_id}
    audit.append(connection, [audit.Entry(said.actor, "complaint.accepted", case.id, detail)])


def bounce(
    connection: Connection, case: Row[Any], said: UnitAnswer, answer: Mapping[str, Any] | None
) -> None:
    """What follows when a unit sent a case back: it goes to review with that unit ruled out, or,
    if its words were erased and nobody could judge it, into the archive.

    Args:
        answer: the recommendation without the units that bounced it; None for an erased case.
    """
    excluded = ruled_out(connection, case.id)
    if answer is None:
        _set(connection, case.id, status="archived", unit_id="")
    else:
        _review(connection, case.id, answer, said.at, excluded)
    data = {"complaint_id": case.id, "id": case.caller_id, "unit_id": excluded[-1]}
    enqueue(connection, [Happening(case.id, "complaint.bounced", data)])
    detail = {"unit_id": excluded[-1], "bounces": len(excluded)}
    audit.append(connection, [audit.Entry(said.actor, "complaint.bounced", case.id, detail)])


def _review(
    connection: Connection,
    complaint_id: str,
    answer: Mapping[str, Any],
    at: datetime,
    excluded: Sequence[str],
) -> None:
    region_code = answer["candidates"][0]["region_code"] or "" if answer["candidates"] else ""
    connection.execute(insert(recommendations), [recommendation_row(complaint_id, answer, at)])
    connection.execute(
        insert(decisions).values(
            complaint_id=complaint_id,
            made_at=at,
            actor=PINTU,
            action="review",
            bundle=answer["bundle"],
        )
    )
    connection.execute(
        insert(reviews), [review_row(complaint_id, answer, at, region_code, excluded)]
    )
    _set(connection, complaint_id, status="review", unit_id="")


def decide(connection: Connection, case: Row[Any], verdict: Verdict) -> None:
    """Note a person's decision, close the review, and send it on.

    Raises:
        Refused: another person has claimed the review, or the unit bounced the case before.
    """
    review = connection.execute(
        select(reviews).where(reviews.c.complaint_id == case.id, reviews.c.closed_at.is_(None))
    ).one_or_none()
    if review and _claimed(review, verdict.actor, verdict.at):
        raise Refused("claimed")
    if case.erased_at:
        raise Refused("erased")
    bounced = verdict.unit_id in ruled_out(connection, case.id)
    if verdict.action == "forward" and bounced and not verdict.again:
        raise Refused("bounced_before")
    connection.execute(
        insert(decisions).values(
            complaint_id=case.id,
            made_at=verdict.at,
            actor=verdict.actor,
            action=verdict.action,
            unit_id=verdict.unit_id,
            bundle=case.bundle,
            note=verdict.note,
        )
    )
    if review and verdict.action != "ask":
        connection.execute(
            update(reviews)
            .where(reviews.c.number == review.number)
            .values(closed_at=verdict.at, closed_by=verdict.actor, claimed_until=None)
        )
    region = {"region_code": verdict.region_code} if verdict.unit_id else {}
    _set(connection, case.id, status=STATUS[verdict.action], unit_id=verdict.unit_id, **region)
    enqueue(connection, [Happening(case.id, "complaint.decided", _told(case, verdict))])
    detail = {"action": verdict.action, "unit_id": verdict.unit_id}
    audit.append(connection, [audit.Entry(verdict.actor, "complaint.decided", case.id, detail)])


def claim(
    connection: Connection, actor: str, now: datetime, seconds: int, limit: int = 1
) -> Sequence[Row[Any]]:
    """The next open reviews that nobody holds, now held by ``actor``: urgent ones first, then the
    oldest. Two callers never get the same one."""
    c = reviews.c
    until = c.claimed_until
    lapsed = or_(until.is_(None), until < now, until > now + _TOO_LONG)
    free = (
        select(c.number)
        .where(c.closed_at.is_(None), lapsed)
        .order_by(c.urgent.desc(), c.opened_at, c.number)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer at a time and needs none
    )
    held = (
        update(reviews)
        .where(c.number.in_(free.scalar_subquery()))
        .values(claimed_by=actor, claimed_until=now + timedelta(seconds=seconds))
        .returning(*c)
    )
    rows = connection.execute(held).all()
    return sorted(rows, key=lambda row: (not row.urgent, row.opened_at, row.number))


def _claimed(review: Row[Any], actor: str, now: datetime) -> bool:
    """Whether somebody else holds a review."""
    until = review.claimed_until
    held = until is not None and now <= until <= now + _TOO_LONG
    return held and review.claimed_by != actor


def _set(connection: Connection, complaint_id: str, **values: Any) -> None:
    connection.execute(update(complaints).where(complaints.c.id == complaint_id).values(**values))


def _told(case: Row[Any], verdict: Verdict) -> dict[str, Any]:
    return {
        "complaint_id": case.id,
        "id": case.caller_id,
        "decision": verdict.action,
        "unit_id": verdict.unit_id,
        "unit": verdict.unit,
        "agency": verdict.agency,
        "bundle": case.bundle,
    }
