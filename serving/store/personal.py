"""A person's cases: who is meant by a name, and how words are taken out.

A case that is taken out keeps its figures (unit, mandate, probability, decision, outcome, times)
and loses its words. ``docs/privacy.md`` says the same in Indonesian; change both.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from data.errors import PintuError
from data.text import clean
from serving.security.secret import derived
from serving.store import audit
from serving.store.database import Database, Unavailable
from serving.store.tables import (
    Utc,
    complaints,
    decisions,
    deliveries,
    outcomes,
    recommendations,
    reviews,
)

BATCH = 200  # cases a transaction: others wait a tenth of a second
_MOBILE = re.compile(r"(?:\+?620?|0)(8[0-9]{8,11})")
_BETWEEN = re.compile(r"[\s.()\u2010-\u2015-]")

# What is kept of an answer's parts; all else there may be words of the complaint.
_FIGURES = (
    "kind",
    "kind_probability",
    "category",
    "category_probability",
    "decision",
    "candidates",
    "shortlists",
    "mandates",
    "bundle",
)
_DANGER = ("danger", "name", "number", "message", "score")


def reporter_hash(secret: bytes, name: str) -> str:
    """What stands in ``complaints.reporter`` for the caller's name of a person; empty for none.

    Upper and lower case and surplus spaces make no difference, nor does the way in which a mobile
    number is written: "0812-3456-7890", "+62 812 3456 7890" and "6281234567890" are one.
    """
    written = " ".join(clean(name).split()).casefold()
    mobile = _MOBILE.fullmatch(_BETWEEN.sub("", written))
    if mobile:
        written = f"+62{mobile[1]}"
    return derived(secret, "reporter", written) if written else ""


def strip(
    connection: Connection, ids: Sequence[str], at: datetime, *, keep_number: bool = False
) -> None:
    """Take every word out of some cases and leave their figures. Doing it twice changes nothing.

    Args:
        connection: a writing transaction.
        ids: of complaints, some hundreds at most.
        at: when; a case that was taken out before keeps its time.
        keep_number: whether the caller's own number of the case stays, by which the caller still
            knows whose it is.
    """
    c = complaints.c
    words = (c.title, c.text, c.village, c.address, c.reporter, c.retry_key, c.request_hash)
    blank: dict[str, Any] = {column.name: "" for column in words}
    blank |= {"lat": None, "long": None, "erased_at": func.coalesce(c.erased_at, literal(at, Utc))}
    if not keep_number:
        blank["caller_id"] = ""
    connection.execute(update(complaints).where(c.id.in_(ids)).values(blank))
    _strip_answers(connection, ids, keep_number)
    for table, column in ((decisions, "note"), (outcomes, "reason")):
        connection.execute(update(table).where(table.c.complaint_id.in_(ids)).values({column: ""}))
    connection.execute(delete(deliveries).where(deliveries.c.complaint_id.in_(ids)))


def figures(answer: Mapping[str, Any], *, keep_number: bool = False) -> dict[str, Any]:
    """An answer (``Recommendation.to_row``) without a word of the complaint, in the same form."""
    urgency = answer.get("urgency")
    return {
        **{key: answer[key] for key in _FIGURES if key in answer},
        "id": answer.get("id", "") if keep_number else "",
        "urgency": {**{k: urgency[k] for k in _DANGER if k in urgency}, "spans": []}
        if urgency
        else None,
        "reasons": [
            {"code": reason["code"], "message": "", "question": ""}
            for reason in answer.get("reasons", ())
        ],
        "places": [],
        "parts": [
            {
                "start": part["start"],
                "end": part["end"],
                "recommendation": figures(part["recommendation"], keep_number=keep_number),
            }
            for part in answer.get("parts", ())
        ],
    }


def of_person(*, reporter: str = "", number: str = "", key_id: str = "") -> ColumnElement[bool]:
    """Which complaints are a person's.

    Args:
        reporter: as ``reporter_hash`` gives it.
        number: a single case's instead: the caller's own number of it, or Pintu's.
        key_id: only those that this key brought.

    Raises:
        PintuError: neither is given; it would mean every anonymous complaint.
    """
    if bool(reporter) == bool(number):
        raise PintuError("whose cases? give either the reporter or the number of a case")
    c = complaints.c
    theirs = c.reporter == reporter if reporter else or_(c.caller_id == number, c.id == number)
    return and_(theirs, c.key_id == key_id) if key_id else theirs


def find(connection: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """The complaints with id, key_id and whether they are still being worked on (``open``)."""
    c = complaints.c
    is_open = or_(c.status.in_(("review", "ask")), awaits_review())
    columns = (c.id, c.key_id, is_open.label("open"))
    return connection.execute(select(*columns).where(which).order_by(c.number)).all()


def erase(database: Database, ids: Sequence[str], at: datetime, *, actor: str = "local") -> None:
    """Take every word and number out of a person's cases; those that were open are archived.

    Raises:
        Unavailable: the database cannot be written.
    """
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        with database.writing() as connection:
            audit.lock(connection)  # first, as the intake does: or both could wait for each other
            strip(connection, some, at)
            _withdraw(connection, some, at, actor)
            entry = audit.Entry(actor, "person.erased", detail={"cases": len(some)})
            audit.append(connection, [entry])


def awaits_review() -> ColumnElement[bool]:
    """Whether a complaint has an open review."""
    return exists().where(reviews.c.complaint_id == complaints.c.id, reviews.c.closed_at.is_(None))


def rewrite(database: Database) -> None:
    """Free the room of what was taken out. A SQLite file is written anew without it; PostgreSQL
    marks it as free to be overwritten.

    Raises:
        Unavailable: something else holds the database, or the disk is too full for the copy.
    """
    try:
        if database.is_sqlite:
            _rewrite_file(database)
            return
        engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(
                text("VACUUM complaints, recommendations, decisions, outcomes, deliveries")
            )
    except (DBAPIError, sqlite3.OperationalError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise Unavailable(
            f"the words are out of the cases, but copies may be left in the database's files: "
            f"{cause}; run `pintu purge` again when less is going on and the disk has room for a "
            "second copy of the database"
        ) from error


def _rewrite_file(database: Database) -> None:
    connection = database.engine.raw_connection()  # VACUUM runs in no transaction
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("a reader holds the write-ahead log")
    finally:
        connection.close()


def _strip_answers(connection: Connection, ids: Sequence[str], keep_number: bool) -> None:
    r = recommendations.c
    rows = connection.execute(select(r.number, r.answer).where(r.complaint_id.in_(ids))).all()
    if rows:
        connection.execute(
            update(recommendations)
            .where(r.number == bindparam("of"))
            .values(answer=bindparam("figures")),
            [
                {"of": row.number, "figures": figures(row.answer, keep_number=keep_number)}
                for row in rows
            ],
        )


def _withdraw(connection: Connection, ids: Sequence[str], at: datetime, actor: str) -> None:
    """Archive what nobody can judge any more, and close its reviews."""
    c = complaints.c
    waiting = connection.execute(
        select(c.id, c.bundle).where(c.id.in_(ids), c.status.in_(("review", "ask")))
    ).all()
    if waiting:
        archived = {"made_at": at, "actor": actor, "action": "archive"}
        connection.execute(
            insert(decisions),
            [{"complaint_id": one.id, "bundle": one.bundle, **archived} for one in waiting],
        )
        connection.execute(
            update(complaints)
            .where(c.id.in_([one.id for one in waiting]))
            .values(status="archived")
        )
    connection.execute(
        update(reviews)
        .where(reviews.c.complaint_id.in_(ids), reviews.c.closed_at.is_(None))
        .values(closed_at=at, closed_by=actor, claimed_by="", claimed_until=None)
    )
