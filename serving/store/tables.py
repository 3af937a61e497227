"""The tables. Times are UTC; texts are masked before they come here; ``id`` columns of 26
characters are sortable public identifiers (``ids.new_id``)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only INTEGER keys
_Json = JSON().with_variant(JSONB, "postgresql")


def _number() -> Column[int]:
    return Column("number", _Number, primary_key=True, autoincrement=True)


def _of_complaint() -> Column[str]:
    return Column("complaint_id", String(26), ForeignKey("complaints.id"), nullable=False)


def _short(name: str, length: int = 200) -> Column[str]:
    return Column(name, String(length), nullable=False, server_default="")


def _long(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _when(name: str) -> Column[datetime]:
    return Column(name, Utc, nullable=False)


def _if_ever(name: str) -> Column[datetime]:
    return Column(name, Utc, nullable=True)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


complaints = Table(
    "complaints",
    metadata,
    _number(),  # order of arrival, whatever the clock says
    Column("id", String(26), nullable=False, unique=True),
    _short("key_id", 32),  # the key that brought it; empty without keys
    _short("caller_id"),  # the caller's own number
    _short("retry_key", 64),  # SHA-256 of the Idempotency-Key
    _short("request_hash", 64),  # HMAC-SHA-256 of what was sent, to tell a retry from a mistake
    _when("received_at"),
    _if_ever("created_at"),
    _short("channel"),
    _short("door"),
    _long("title"),
    _long("text"),
    _short("province"),
    _short("regency"),
    _short("district"),
    _short("village"),
    _long("address"),
    Column("lat", Float),
    Column("long", Float),
    _short("reporter", 64),  # HMAC-SHA-256 of the caller's name for the person; empty if anonymous
    _flag("anonymous"),
    _flag("secret"),
    _short("status", 16),  # forwarded, review, ask, accepted, archived
    _short("unit_id"),  # where it was sent last; empty if nowhere yet
    _short("region_code", 32),  # region of that unit, or of the likeliest one
    _flag("urgent"),
    _short("bundle"),
    _if_ever("erased_at"),
    Index(None, "reporter"),
    Index(None, "status", "number"),
    Index(None, "received_at"),
)
_sent = complaints.c
Index(
    "uq_complaints_caller_id",
    _sent.key_id,
    _sent.caller_id,
    unique=True,
    sqlite_where=_sent.caller_id != "",
    postgresql_where=_sent.caller_id != "",
)
Index(
    "uq_complaints_retry_key",
    _sent.key_id,
    _sent.retry_key,
    unique=True,
    sqlite_where=_sent.retry_key != "",
    postgresql_where=_sent.retry_key != "",
)

recommendations = Table(
    "recommendations",
    metadata,
    _number(),
    _of_complaint(),
    _short("role", 16),  # champion, or shadow: a challenger that decides nothing
    _short("bundle"),
    _when("made_at"),
    _short("decision", 16),
    _short("mandate", 64),
    _short("unit_id"),
    Column("probability", Float, nullable=False),
    Column("answer", _Json, nullable=False),  # the whole recommendation, as answered
    Index(None, "complaint_id", "role"),
    Index(None, "made_at"),
)

decisions = Table(
    "decisions",
    metadata,
    _number(),
    _of_complaint(),
    _when("made_at"),
    _short("actor", 64),  # "pintu", or who decided
    _short("action", 16),  # forward, review, ask, archive
    _short("unit_id"),
    _short("bundle"),  # the model that decided or was asked
    _long("note"),
    Index(None, "complaint_id"),
    Index(None, "made_at"),
)

outcomes = Table(
    "outcomes",
    metadata,
    _number(),
    _of_complaint(),
    Column("decision_number", _Number, ForeignKey("decisions.number"), nullable=False),
    _when("reported_at"),
    _short("actor", 64),
    _short("outcome", 16),  # accepted, bounced
    _short("unit_id"),
    _long("reason"),
    _short("decided_by", 64),  # actor of the decision it answers
    _short("bundle"),
    UniqueConstraint("decision_number", "outcome"),
    Index(None, "complaint_id"),
    Index(None, "reported_at"),
)

reviews = Table(
    "reviews",
    metadata,
    _number(),
    _of_complaint(),
    _when("opened_at"),
    Column("reasons", _Json, nullable=False),  # codes of reasons
    Column("ruled_out", _Json, nullable=False),  # ids of units that bounced it
    _flag("urgent"),
    Column("probability", Float, nullable=False),
    _short("mandate", 64),
    _short("region_code", 32),
    _short("claimed_by", 64),
    _if_ever("claimed_until"),
    _if_ever("closed_at"),
    _short("closed_by", 64),
    Index(None, "closed_at", "urgent", "opened_at"),
)
_open = reviews.c.closed_at.is_(None)
Index(
    "uq_reviews_open",
    reviews.c.complaint_id,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)

audit = Table(
    "audit",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),  # without gaps
    _when("at"),
    _short("actor", 64),
    _short("action", 32),
    _short("subject", 64),
    _long("detail"),  # canonical JSON, never text of a complaint
    _short("previous", 64),
    _short("hash", 64),
    Index(None, "subject"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, 1
    Column("number", _Number, nullable=False),
    _short("hash", 64),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    _short("name"),
    _short("hash", 64),  # SHA-256 of the secret part
    _short("scopes"),  # separated by spaces
    Column("per_minute", Integer, nullable=False),
    _when("created_at"),
    _if_ever("expires_at"),
    _if_ever("revoked_at"),
    _short("replaces", 32),  # the key that it succeeds
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(32), primary_key=True),
    _short("name"),
    Column("url", Text, nullable=False),
    _short("events"),  # separated by spaces
    Column("version", Integer, nullable=False),  # of its signing secret
    _when("created_at"),
    _if_ever("rotated_at"),
    _if_ever("disabled_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _number(),
    Column("id", String(26), nullable=False, unique=True),
    Column("webhook_id", String(32), ForeignKey("webhooks.id"), nullable=False),
    _of_complaint(),
    _short("event", 32),
    Column("payload", _Json, nullable=False),
    _when("created_at"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _when("next_at"),
    _if_ever("claimed_until"),
    _if_ever("delivered_at"),
    _if_ever("failed_at"),
    _short("last_error"),
    Index(None, "webhook_id", "delivered_at", "failed_at", "next_at"),
)
