"""Every table of the first release, and an audit log that takes entries only."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_NOT_EMPTY = "{} != ''"


def upgrade() -> None:
    _complaints()
    _answers()
    _reviews()
    _audit()
    _clients()
    if op.get_context().dialect.name == "sqlite":
        _refuse_changes_on_sqlite()
    else:
        _refuse_changes_on_postgresql()


def downgrade() -> None:
    for table in (
        "deliveries",
        "webhooks",
        "api_keys",
        "audit_head",
        "audit",
        "reviews",
        "outcomes",
        "decisions",
        "recommendations",
        "complaints",
    ):
        op.drop_table(table)  # with its indexes and triggers
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION pintu_audit_keeps()")


def _complaints() -> None:
    op.create_table(
        "complaints",
        *_numbered("complaints"),
        sa.Column("id", sa.String(26), nullable=False),
        *(_short("key_id", 32), _short("caller_id")),
        *(_short("retry_key", 64), _short("request_hash", 64)),
        *(_when("received_at"), _if_ever("created_at")),
        *(_short("channel"), _short("door")),
        *(_long("title"), _long("text")),
        *(_short("province"), _short("regency"), _short("district"), _short("village")),
        _long("address"),
        *(sa.Column("lat", sa.Float()), sa.Column("long", sa.Float())),
        *(_short("reporter", 64), _flag("anonymous"), _flag("secret")),
        *(_short("status", 16), _short("unit_id"), _short("region_code", 32), _flag("urgent")),
        _short("bundle"),
        _if_ever("erased_at"),
        sa.UniqueConstraint("id", name=op.f("uq_complaints_id")),
    )
    _index("complaints", "reporter")
    _index("complaints", "status", "number")
    _index("complaints", "received_at")
    for column in ("caller_id", "retry_key"):
        where = sa.text(_NOT_EMPTY.format(column))
        _unique(f"uq_complaints_{column}", "complaints", ["key_id", column], where)


def _answers() -> None:
    op.create_table(
        "recommendations",
        *_numbered("recommendations"),
        *_of_complaint("recommendations"),
        *(_short("role", 16), _short("bundle"), _when("made_at")),
        *(_short("decision", 16), _short("mandate", 64), _short("unit_id")),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("answer", _JSON, nullable=False),
    )
    _index("recommendations", "complaint_id", "role")
    _index("recommendations", "made_at")
    op.create_table(
        "decisions",
        *_numbered("decisions"),
        *_of_complaint("decisions"),
        *(_when("made_at"), _short("actor", 64), _short("action", 16)),
        *(_short("unit_id"), _short("bundle"), _long("note")),
    )
    _index("decisions", "complaint_id")
    _index("decisions", "made_at")
    op.create_table(
        "outcomes",
        *_numbered("outcomes"),
        *_of_complaint("outcomes"),
        *_foreign("outcomes", "decision_number", _NUMBER, "decisions.number"),
        sa.UniqueConstraint(
            "decision_number", "outcome", name=op.f("uq_outcomes_decision_number_outcome")
        ),
        *(_when("reported_at"), _short("actor", 64), _short("outcome", 16)),
        *(_short("unit_id"), _long("reason"), _short("decided_by", 64), _short("bundle")),
    )
    _index("outcomes", "complaint_id")
    _index("outcomes", "reported_at")


def _reviews() -> None:
    op.create_table(
        "reviews",
        *_numbered("reviews"),
        *_of_complaint("reviews"),
        _when("opened_at"),
        sa.Column("reasons", _JSON, nullable=False),
        sa.Column("ruled_out", _JSON, nullable=False),
        _flag("urgent"),
        sa.Column("probability", sa.Float(), nullable=False),
        *(_short("mandate", 64), _short("region_code", 32)),
        *(_short("claimed_by", 64), _if_ever("claimed_until")),
        *(_if_ever("closed_at"), _short("closed_by", 64)),
    )
    _index("reviews", "closed_at", "urgent", "opened_at")
    _unique("uq_reviews_open", "reviews", ["complaint_id"], sa.text("closed_at IS NULL"))


def _audit() -> None:
    op.create_table(
        "audit",
        *_numbered("audit", autoincrement=False),
        *(_when("at"), _short("actor", 64), _short("action", 32), _short("subject", 64)),
        *(_long("detail"), _short("previous", 64), _short("hash", 64)),
    )
    _index("audit", "subject")
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", _NUMBER, nullable=False),
        _short("hash", 64),
        _key("audit_head", "id"),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64}])


def _clients() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(32), nullable=False),
        *(_short("name"), _short("hash", 64), _short("scopes")),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        *(_when("created_at"), _if_ever("expires_at"), _if_ever("revoked_at")),
        _short("replaces", 32),
        _key("api_keys", "id"),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(32), nullable=False),
        _short("name"),
        sa.Column("url", sa.Text(), nullable=False),
        _short("events"),
        sa.Column("version", sa.Integer(), nullable=False),
        *(_when("created_at"), _if_ever("rotated_at"), _if_ever("disabled_at")),
        _key("webhooks", "id"),
    )
    op.create_table(
        "deliveries",
        *_numbered("deliveries"),
        sa.Column("id", sa.String(26), nullable=False),
        *_foreign("deliveries", "webhook_id", sa.String(32), "webhooks.id"),
        *_of_complaint("deliveries"),
        _short("event", 32),
        sa.Column("payload", _JSON, nullable=False),
        _when("created_at"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        *(_when("next_at"), _if_ever("claimed_until")),
        *(_if_ever("delivered_at"), _if_ever("failed_at")),
        _short("last_error"),
        sa.UniqueConstraint("id", name=op.f("uq_deliveries_id")),
    )
    _index("deliveries", "webhook_id", "delivered_at", "failed_at", "next_at")


def _refuse_changes_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'audit: entries are never changed'); END"
    # INSERT OR REPLACE deletes without the trigger for it.
    replaces = "WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)"
    for change, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", replaces)):
        name = f"audit_{change.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON audit {when} {refuse}")


def _refuse_changes_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION pintu_audit_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'audit: entries are never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION pintu_audit_keeps()"
    )


def _numbered(table: str, autoincrement: bool = True) -> tuple[Any, ...]:
    number = sa.Column("number", _NUMBER, nullable=False, autoincrement=autoincrement)
    return number, _key(table, "number")


def _key(table: str, column: str) -> Any:
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def _of_complaint(table: str) -> tuple[Any, ...]:
    return _foreign(table, "complaint_id", sa.String(26), "complaints.id")


def _foreign(table: str, name: str, kind: Any, target: str) -> tuple[Any, ...]:
    column = sa.Column(name, kind, nullable=False)
    return column, sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_{table}_{name}"))


def _short(name: str, length: int = 200) -> Any:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")


def _long(name: str) -> Any:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _when(name: str) -> Any:
    return sa.Column(name, _MOMENT, nullable=False)


def _if_ever(name: str) -> Any:
    return sa.Column(name, _MOMENT, nullable=True)


def _flag(name: str) -> Any:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _unique(name: str, table: str, columns: list[str], where: Any) -> None:
    op.create_index(
        op.f(name), table, columns, unique=True, sqlite_where=where, postgresql_where=where
    )
