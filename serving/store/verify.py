"""Walks the audit chain and says where it breaks first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from serving.store.audit import START, entry_hash
from serving.store.tables import audit, audit_head

_BATCH = 1000  # entries held in memory


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk over the chain found.

    Attributes:
        entries: how many entries from the first on are whole.
        head: hash of the last of them; what the first entry follows if there is none.
        broken: the first number where something is wrong; None if nothing is, or if it cannot be
            said where (an anchor that is not there).
        fault: what is wrong; empty if nothing is.
    """

    entries: int
    head: str
    broken: int | None = None
    fault: str = ""

    @property
    def whole(self) -> bool:
        return not self.fault


def verify(connection: Connection, anchor: str = "") -> Verdict:
    """Check every entry's number and hash and the noted head, in a reading transaction.

    The chain alone does not show that somebody rewrote all of it, or cut its end and set the head
    back. An anchor does.

    Args:
        anchor: a hash that was the head's at some time and was noted elsewhere.
    """
    number, previous = 0, START
    anchored = anchor in {"", START}
    try:
        for row in _rows(connection):
            if fault := _fault(row, number + 1, previous):
                return Verdict(number, previous, number + 1, fault)
            number, previous = row["number"], row["hash"]
            anchored = anchored or previous == anchor
    except (ValueError, TypeError, OperationalError) as error:
        if isinstance(error, OperationalError) and "decode" not in str(error.orig):
            raise
        # SQLite keeps whatever is written into a column: no moment, bytes, text that is not UTF-8.
        return Verdict(number, previous, number + 1, f"entry {number + 1} was changed: unreadable")
    return _end(connection, number, previous, anchored)


def _rows(connection: Connection) -> Iterator[dict[str, Any]]:
    following = batch = select(audit).order_by(audit.c.number).limit(_BATCH)
    while True:
        found = 0
        for row in connection.execute(following).mappings():
            yield dict(row)
            found += 1
            following = batch.where(audit.c.number > row["number"])
        if found < _BATCH:
            return


def _fault(row: dict[str, Any], expected: int, previous: str) -> str:
    number = row["number"]
    if number < expected:
        return f"entry {number} was added: the first is 1"
    if number > expected:
        return _missing(expected, number - 1)
    if entry_hash(row) != row["hash"]:
        return f"entry {number} was changed: its hash does not fit"
    if row["previous"] != previous:
        return f"entry {number} does not follow the one before: one of them was replaced"
    return ""


def _missing(first: int, last: int, which: str = "") -> str:
    if first == last:
        return f"entry {first}{which} is missing"
    return f"entries {first}–{last}{which} are missing"


def _end(connection: Connection, number: int, last: str, anchored: bool) -> Verdict:
    heads = connection.execute(select(audit_head.c.number, audit_head.c.hash)).all()
    if len(heads) != 1:
        return Verdict(number, last, number + 1, f"the head has {len(heads)} rows instead of one")
    noted = heads[0]
    if noted.number > number:
        fault = _missing(number + 1, noted.number, ", the newest,")
        return Verdict(number, last, number + 1, fault)
    if noted.number < number:
        fault = f"entry {noted.number + 1} was added: the head ends before it"
        return Verdict(number, last, noted.number + 1, fault)
    if noted.hash != last:
        return Verdict(
            number, last, max(number, 1), f"entry {number} is not the one that the head notes"
        )
    if not anchored:
        fault = "the anchor is not in the chain: it was rewritten, or cut before the anchor"
        return Verdict(number, last, None, fault)
    return Verdict(number, last)
