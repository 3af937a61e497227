"""The audit log: entries chained by hash, so that a change or a gap shows.

An entry's hash is SHA-256 over its number, time, actor, action, subject, detail and the hash of
the entry before it. Entries never hold complaint text or personal data.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from serving.store.tables import audit, audit_head

START = "0" * 64  # what the first entry follows


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what. ``detail`` is small and plain."""

    actor: str
    action: str
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def lock(connection: Connection) -> tuple[int, str]:
    """The last entry's number and hash; from here to the commit nobody else can append."""
    head = connection.execute(
        select(audit_head.c.number, audit_head.c.hash).with_for_update()
    ).one()
    return head.number, head.hash


def append(connection: Connection, entries: Iterable[Entry]) -> None:
    """Add entries in the transaction that does what they tell. Call it last, for it locks."""
    at = datetime.now(UTC)
    number, previous = lock(connection)
    rows: list[dict[str, Any]] = []
    for entry in entries:
        number += 1
        row: dict[str, Any] = {
            "number": number,
            "at": at,
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "detail": json.dumps(entry.detail, sort_keys=True, separators=(",", ":")),
            "previous": previous,
        }
        row["hash"] = previous = entry_hash(row)
        rows.append(row)
    if rows:
        connection.execute(insert(audit), rows)
        connection.execute(update(audit_head).values(number=number, hash=previous))


def newest(connection: Connection) -> tuple[int, str]:
    """The newest entry's number and hash; 0 and ``START`` if there is none."""
    head = connection.execute(select(audit_head.c.number, audit_head.c.hash)).one()
    return head.number, head.hash


def latest(connection: Connection, limit: int, subject: str = "") -> list[dict[str, Any]]:
    """The newest entries in the order of the log, about a subject if one is given."""
    query = select(audit).order_by(audit.c.number.desc()).limit(limit)
    if subject:
        query = query.where(audit.c.subject == subject)
    return [dict(row) for row in reversed(connection.execute(query).mappings().all())]


def entry_hash(row: Mapping[str, Any]) -> str:
    """The hash of an entry's row, in hexadecimal."""
    parts = [
        str(row["number"]),
        row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        row["actor"],
        row["action"],
        row["subject"],
        row["detail"],
        row["previous"],
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
