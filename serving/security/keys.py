"""API keys: made, listed, rotated, revoked.

A key is ``pintu_<id>_<secret>``: the id names it in lists and logs, the secret is 32 random bytes.
Both are lower-case base32, so that a key is one word to double-click and easy to find for scanners
of leaked secrets. Only SHA-256 of the secret is kept. A slow hash (argon2, bcrypt) makes guessable
passwords dear to try; 256 random bits cannot be tried out, and every request pays for the hash.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, exists, insert, or_, select, update

from data.errors import PintuError
from data.text import clean
from serving.store.audit import Entry, append
from serving.store.tables import api_keys

SCOPES = ("intake", "review", "admin")
MAX_KEY = 128  # characters of a header that are looked at
MAX_PER_MINUTE = 1_000_000
_KEY = re.compile(r"pintu_([a-z2-7]{10})_([a-z2-7]{52})")
_ID = re.compile(r"[a-z2-7]{10}")
_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Caller:
    """The key behind a request; ``key_id`` is empty where no keys are asked for.

    Each scope stands for itself; a key with ``admin`` has the others too.
    """

    key_id: str
    name: str
    scopes: frozenset[str]
    per_minute: int = 0  # 0: no limit

    @property
    def actor(self) -> str:
        """How the audit log names it."""
        return f"key:{self.key_id}" if self.key_id else "local"


LOCAL = Caller("", "", frozenset(SCOPES))


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; neither it nor its hash."""

    id: str
    name: str
    scopes: tuple[str, ...]
    per_minute: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaces: str

    def state(self, now: datetime) -> Literal["active", "expired", "revoked"]:
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= now else "active"


def split(written: str) -> tuple[str, str] | None:
    """A key's id and secret, or None for what is no key."""
    found = _KEY.fullmatch(written) if len(written) <= MAX_KEY else None
    return (found[1], found[2]) if found else None


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def create(
    connection: Connection,
    name: str,
    scopes: Iterable[str],
    *,
    actor: str,
    now: datetime,
    per_minute: int = 600,
    expires_at: datetime | None = None,
) -> str:
    """Make a key. Call it last in a transaction.

    Returns:
        The key, which nothing else ever tells again.

    Raises:
        PintuError: the name, the scopes, the limit or the expiry cannot be.
    """
    name, wanted = _checked_name(name), _checked_scopes(scopes)
    if not 1 <= per_minute <= MAX_PER_MINUTE:
        raise PintuError(f"requests a minute: give 1 to {MAX_PER_MINUTE}, not {per_minute}")
    if expires_at is not None and expires_at <= now:
        raise PintuError("the key would have expired already; give a later day")
    row = {
        "name": name,
        "scopes": " ".join(wanted),
        "per_minute": per_minute,
        "expires_at": expires_at,
    }
    key_id, key = _insert(connection, row, now)
    detail = {"scopes": wanted, "per_minute": per_minute}
    append(connection, [Entry(actor, "key.create", key_id, detail)])
    return key


def list_keys(connection: Connection) -> list[Key]:
    """Every key that there ever was, oldest first."""
    columns = [column for column in api_keys.c if column.name != "hash"]
    ordered = select(*columns).order_by(api_keys.c.created_at, api_keys.c.id)
    return [_key(row) for row in connection.execute(ordered)]


def rotate(
    connection: Connection, key_id: str, *, actor: str, now: datetime, grace: timedelta
) -> str:
    """Make a successor with the same name, scopes, limit and expiry; the old key expires after
    ``grace``. Call it last in a transaction.

    Returns:
        The new key.

    Raises:
        PintuError: there is no such key, or it is not active, or it has a successor.
    """
    old = _found(connection, key_id)
    if old.state(now) != "active":
        raise PintuError(f"key {old.id} is {old.state(now)}; make another: pintu keys create")
    successor = select(api_keys.c.id).where(api_keys.c.replaces == old.id)
    if newer := connection.execute(successor).scalars().first():
        raise PintuError(f"key {old.id} was rotated already; rotate its successor {newer}")
    row = {
        "name": old.name,
        "scopes": " ".join(old.scopes),
        "per_minute": old.per_minute,
        "expires_at": old.expires_at,
        "replaces": old.id,
    }
    new_id, key = _insert(connection, row, now)
    ends = min(now + grace, old.expires_at or now + grace)
    _update(connection, old.id, expires_at=ends)
    detail = {"successor": new_id, "grace_hours": round(grace / timedelta(hours=1), 2)}
    append(connection, [Entry(actor, "key.rotate", old.id, detail)])
    return key


def revoke(connection: Connection, key_id: str, *, actor: str, now: datetime) -> bool:
    """End a key at once. Call it last in a transaction.

    Returns:
        Whether it was not revoked before.

    Raises:
        PintuError: there is no such key.
    """
    old = _found(connection, key_id)
    if old.revoked_at:
        return False
    _update(connection, old.id, revoked_at=now)
    append(connection, [Entry(actor, "key.revoke", old.id)])
    return True


def any_active(connection: Connection, now: datetime) -> bool:
    """Whether any key works now."""
    active = select(api_keys.c.id).where(works_at(now))
    return bool(connection.execute(select(exists(active))).scalar())


def works_at(now: datetime) -> Any:
    """The condition on rows of keys that are neither revoked nor expired."""
    unended = or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now)
    return api_keys.c.revoked_at.is_(None) & unended


def _insert(connection: Connection, row: dict[str, Any], now: datetime) -> tuple[str, str]:
    key_id, secret = _random(10), _random(52)
    made = {"id": key_id, "hash": digest(secret).hex(), "created_at": now}
    connection.execute(insert(api_keys).values(row | made))
    return key_id, f"pintu_{key_id}_{secret}"


def _random(length: int) -> str:
    return base64.b32encode(secrets.token_bytes(32)).decode().lower()[:length]


def _update(connection: Connection, key_id: str, **values: datetime) -> None:
    connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(values))


def _found(connection: Connection, written: str) -> Key:
    """The key that an id, or a whole key, names; locked until the transaction ends."""
    parts = split(written)
    key_id = parts[0] if parts else written
    if not _ID.fullmatch(key_id):
        # It may be a mistyped key: not repeated, for messages land in logs.
        raise PintuError("that is no key's id; pintu keys list shows them")
    columns = [column for column in api_keys.c if column.name != "hash"]
    asked = select(*columns).where(api_keys.c.id == key_id).with_for_update()
    row = connection.execute(asked).one_or_none()
    if row is None:
        raise PintuError(f"there is no key {key_id}; pintu keys list shows them")
    return _key(row)


def _key(row: Row[Any]) -> Key:
    fields: dict[str, Any] = dict(row._mapping)
    return Key(**fields | {"scopes": tuple(fields["scopes"].split())})


def _checked_name(name: str) -> str:
    name = " ".join(clean(name).split())
    if not name or len(name) > _MAX_NAME or not name.isprintable():
        raise PintuError(f"a key's name has 1 to {_MAX_NAME} visible characters")
    return name


def _checked_scopes(scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    if not wanted or wanted - set(SCOPES):
        raise PintuError(f"scopes: give one or more of {', '.join(SCOPES)}")
    return [scope for scope in SCOPES if scope in wanted]
