"""Records complaints, each once, however often it is sent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from serving.store import audit
from serving.store.submissions import (
    ACTION,
    PINTU,
    Conflict,
    Recorded,
    Submission,
    complaint_row,
    recommendation_row,
    review_row,
    summary,
)
from serving.store.tables import complaints, decisions, recommendations, reviews
from serving.webhooks.outbox import Happening, enqueue

_INSERT: Mapping[str, Callable[..., Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

Outcome = list[Recorded] | Conflict


def record(connection: Connection, requests: Sequence[Sequence[Submission]]) -> list[Outcome]:
    """Record the complaints of some requests, all of a request or none.

    A complaint whose number or Idempotency-Key is known with the same content is not recorded
    again: its answer is that of the first time. With another content it is a conflict.

    Args:
        connection: a writing transaction.
        requests: each with its complaints, no two of which share a number or a retry key
            (``marks``).

    Returns:
        for each request, its complaints as they stand in the database, or the conflict.
    """
    audit.lock(connection)  # numbers are given in the order in which they can be seen
    sent = [submission for request in requests for submission in request]
    new = _insert(connection, sent)
    known = _known(connection, [one for one in sent if one.id not in new])
    found = [_outcome(request, new, known) for request in requests]
    refused = {
        one.id
        for request, outcome in zip(requests, found, strict=True)
        if isinstance(outcome, Conflict)
        for one in request
    }
    if refused:
        connection.execute(delete(complaints).where(complaints.c.id.in_(refused & new)))
    _follow(connection, [one for one in sent if one.id in new - refused])
    return found


def marks(request: Sequence[Submission]) -> list[tuple[str, str, str]]:
    """What a retry of these complaints would be known by."""
    return [
        (kind, one.key_id, value)
        for one in request
        for kind, value in (("number", one.complaint.id), ("retry", one.retry_key))
        if value
    ]


def _insert(connection: Connection, sent: Sequence[Submission]) -> set[str]:
    """The ids of those that were not there yet."""
    statement = _INSERT[connection.dialect.name](complaints).on_conflict_do_nothing()
    rows = [complaint_row(one) for one in sent]
    return set(connection.scalars(statement.returning(complaints.c.id), rows))


def _known(connection: Connection, sent: Sequence[Submission]) -> dict[tuple[str, str, str], Any]:
    """What stands in the database under the marks of complaints that could not be inserted."""
    if not sent:
        return {}
    c = complaints.c
    same = [
        and_(c.key_id == key_id, (c.caller_id if kind == "number" else c.retry_key) == value)
        for kind, key_id, value in marks(sent)
    ]
    answer = (
        select(recommendations.c.answer)
        .where(recommendations.c.complaint_id == c.id, recommendations.c.role == "champion")
        .order_by(recommendations.c.number)
        .limit(1)
        .scalar_subquery()
    )
    columns = (c.id, c.key_id, c.caller_id, c.retry_key, c.request_hash, c.received_at)
    rows = connection.execute(select(*columns, answer.label("answer")).where(or_(*same))).all()
    return {("number", row.key_id, row.caller_id): row for row in rows} | {
        ("retry", row.key_id, row.retry_key): row for row in rows
    }


def _outcome(
    request: Sequence[Submission], new: set[str], known: dict[tuple[str, str, str], Any]
) -> Outcome:
    answers: list[Recorded] = []
    wrong: list[int] = []
    for position, one in enumerate(request):
        if one.id in new:
            answers.append(
                Recorded(one.id, one.complaint.id, one.received_at, one.answer, replayed=False)
            )
            continue
        rows = [known[mark] for mark in marks([one]) if mark in known]
        if any(row.request_hash != one.request_hash for row in rows):
            wrong.append(position)
            continue
        row = rows[0]
        answers.append(Recorded(row.id, row.caller_id, row.received_at, row.answer, replayed=True))
    return Conflict(tuple(wrong)) if wrong else answers


def _follow(connection: Connection, sent: Sequence[Submission]) -> None:
    """What else is written of new complaints: recommendation, decision, review, messages, log."""
    if not sent:
        return
    connection.execute(
        insert(recommendations),
        [recommendation_row(one.id, one.answer, one.received_at) for one in sent],
    )
    connection.execute(insert(decisions), [_decision_row(one) for one in sent])
    reviewed = [one for one in sent if one.answer["decision"] != "auto-route"]
    if reviewed:
        connection.execute(
            insert(reviews),
            [review_row(one.id, one.answer, one.received_at, one.region_code) for one in reviewed],
        )
    enqueue(
        connection,
        [
            Happening(
                one.id,
                "complaint.decided"
                if one.answer["decision"] == "auto-route"
                else "complaint.review",
                summary(one.id, one.complaint.id, one.answer),
            )
            for one in sent
        ],
    )
    audit.append(
        connection,
        [
            audit.Entry(
                one.actor,
                "complaint.received",
                one.id,
                {
                    "decision": one.answer["decision"],
                    "unit_id": one.unit_id,
                    "bundle": one.answer["bundle"],
                },
            )
            for one in sent
        ],
    )


def _decision_row(sent: Submission) -> dict[str, Any]:
    decision = sent.answer["decision"]
    return {
        "complaint_id": sent.id,
        "made_at": sent.received_at,
        "actor": PINTU,
        "action": ACTION[decision],
        "unit_id": sent.unit_id if decision == "auto-route" else "",
        "bundle": sent.answer["bundle"],
        "note": "",
    }
