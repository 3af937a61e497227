"""The steps of the database: up, down, at once, with rows, and never half."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, inspect, select, text
from sqlalchemy.engine import Engine

from data.errors import PintuError
from serving.settings import Settings
from serving.store import migrate, tables
from serving.store.database import Database
from serving.store.opening import open_database

HERE = Path(migrate.__file__).parent / "migrations"
WHEN = "2026-03-01 00:00:00+00:00"


def differences(database):
    with database.reading() as connection:
        return compare_metadata(MigrationContext.configure(connection), tables.metadata)


def indexes(database):
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if database.is_sqlite
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
        "AND tablename <> 'alembic_version'"
    )
    with database.reading() as connection:
        return {tuple(row) for row in connection.execute(text(query))}


def columns(database):
    with database.reading() as connection:
        found = inspect(connection).get_multi_columns()
    return {
        (table, column["name"], str(column["type"]), column["nullable"], column["default"])
        for (_, table), its in found.items()
        for column in its
        if table != "alembic_version"
    }


def names(database):
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def test_the_steps_make_what_the_code_describes_up_down_and_up(empty):
    migrate.upgrade(empty)
    assert differences(empty) == []
    assert migrate.current(empty) == migrate.head()
    migrate.downgrade(empty, "base")
    assert names(empty) == {"alembic_version"}
    assert migrate.current(empty) is None
    migrate.upgrade(empty)
    assert differences(empty) == []
    with empty.reading() as connection:
        assert connection.execute(select(tables.audit_head)).all() == [(1, 0, "0" * 64)]


def test_columns_defaults_and_indexes_are_the_same_to_the_letter(empty):
    migrate.upgrade(empty)
    made = columns(empty) | indexes(empty)
    migrate.downgrade(empty, "base")
    with empty.writing() as connection:
        tables.metadata.create_all(connection)
    assert made == columns(empty) | indexes(empty)


def test_a_downgrade_takes_the_function_of_the_triggers_too(migrated):
    if migrated.is_sqlite:
        pytest.skip("SQLite has no functions of its own")
    query = text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'pintu%'")
    with migrated.reading() as connection:
        assert connection.execute(query).scalar() == 1
    migrate.downgrade(migrated, "base")
    with migrated.reading() as connection:
        assert connection.execute(query).scalar() == 0


def test_upgrading_again_changes_nothing(migrated):
    add_rows(migrated)
    migrate.upgrade(migrated)
    migrate.check(migrated)
    assert rows(migrated) == (1, 1)


def test_processes_that_upgrade_at_once_wait_for_each_other(empty, at_once):
    program = (
        "from serving.store import migrate\nfrom serving.store.database import Database\n"
        "# together\nmigrate.upgrade(Database(sys.argv[1]))\n"
    )
    url = empty.url.render_as_string(hide_password=False)
    assert at_once(program, url) == ["", ""]
    assert differences(empty) == []


def test_an_upgrade_that_fails_midway_leaves_nothing(empty):
    def fail(_connection, _cursor, statement, *_rest):
        if "CREATE TABLE deliveries" in statement:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(KeyboardInterrupt):
            migrate.upgrade(empty)
    finally:
        event.remove(Engine, "before_cursor_execute", fail)
    assert names(empty) == set()
    migrate.upgrade(empty)
    assert differences(empty) == []


def test_tables_of_others_are_not_touched(empty):
    with empty.writing() as connection:
        connection.execute(text("CREATE TABLE audit (who text)"))
    with pytest.raises(PintuError, match=r"tables named audit .* empty database"):
        migrate.upgrade(empty)
    assert names(empty) == {"audit"}


def test_an_unknown_revision_is_told(migrated):
    with pytest.raises(PintuError, match=r"'0999'.*nothing was changed"):
        migrate.upgrade(migrated, "0999")
    with pytest.raises(PintuError, match="'0999'"):
        migrate.downgrade(migrated, "0999")
    migrate.check(migrated)


def test_a_database_that_is_behind_names_the_remedy(empty):
    with pytest.raises(PintuError, match=r"at step none.*`pintu db upgrade`"):
        migrate.check(empty)


def test_a_database_of_a_newer_pintu_is_left_alone(migrated):
    with migrated.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (
        lambda: migrate.check(migrated),
        lambda: migrate.upgrade(migrated),
        lambda: migrate.downgrade(migrated, "base"),
        lambda: open_database(settings(migrated)),
    ):
        with pytest.raises(PintuError, match=r"step 9999.*newer"):
            attempt()
    assert "complaints" in names(migrated)


@pytest.fixture
def later_step(monkeypatch, tmp_path):
    """Adds step 0002 with the given body to the code."""

    def add(*lines):
        folder = tmp_path / "100 % steps"
        shutil.copytree(HERE, folder)
        head = ["import sqlalchemy as sa", "from alembic import op", 'revision = "0002"']
        head += ['down_revision = "0001"', "def upgrade():"]
        step = "\n".join([*head, *(f"    {line}" for line in lines)])
        (folder / "versions" / "0002_later.py").write_text(step, encoding="utf-8")
        monkeypatch.setattr(migrate, "SCRIPTS", str(folder).replace("%", "%%"))

    return add


def test_a_later_step_keeps_the_rows_and_what_refers_to_them(migrated, later_step):
    add_rows(migrated)
    before = indexes(migrated)
    later_step(
        'with op.batch_alter_table("complaints") as batch:',
        '    batch.alter_column("channel", type_=sa.String(90))',
    )
    with pytest.raises(PintuError, match="at step 0001, this Pintu needs 0002"):
        migrate.check(migrated)
    migrate.upgrade(migrated)
    migrate.check(migrated)
    assert rows(migrated) == (1, 1)
    assert indexes(migrated) == before
    with pytest.raises(Exception, match=r"(?i)foreign key"), migrated.writing() as connection:
        connection.execute(text("DELETE FROM complaints"))


MORE = 'op.add_column("reviews", sa.Column("more", sa.Text()))'


@pytest.mark.parametrize(
    "fails",
    [
        'op.execute("DELETE FROM complaints")',  # decisions refer to it
        'op.execute("SELECT 1 FROM nowhere")',
    ],
)
def test_a_step_that_fails_changes_nothing(migrated, later_step, fails):
    add_rows(migrated)
    later_step(MORE, fails)
    with pytest.raises(PintuError):
        migrate.upgrade(migrated)
    assert migrate.current(migrated) == "0001"
    assert rows(migrated) == (1, 1)
    with migrated.reading() as connection:
        assert "more" not in {c["name"] for c in inspect(connection).get_columns("reviews")}


def test_a_new_step_is_written_without_todays_code(migrated, tmp_path, monkeypatch):
    shutil.copytree(HERE, tmp_path / "steps")
    with migrated.writing() as connection:
        connection.execute(text("ALTER TABLE reviews DROP COLUMN claimed_until"))
    monkeypatch.setenv("PINTU_DATABASE_URL", migrated.url.render_as_string(hide_password=False))
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(tmp_path / "steps"))
    command.revision(config, "claims", autogenerate=True, rev_id="0002")
    written = (tmp_path / "steps" / "versions" / "0002_claims.py").read_text(encoding="utf-8")
    assert "sa.Column('claimed_until', sa.DateTime(timezone=True)" in written
    assert "serving" not in written
    monkeypatch.setattr(migrate, "SCRIPTS", str(tmp_path / "steps"))
    migrate.upgrade(migrated)
    assert differences(migrated) == []


def test_only_one_review_of_a_complaint_is_open(migrated):
    add_rows(migrated)
    one = (
        "INSERT INTO reviews (complaint_id, opened_at, reasons, ruled_out, probability, closed_at)"
        f" VALUES ('A', '{WHEN}', '[]', '[]', 0.5, %s)"
    )
    with migrated.writing() as connection:
        connection.execute(text(one % f"'{WHEN}'"))
        connection.execute(text(one % f"'{WHEN}'"))
        connection.execute(text(one % "NULL"))
    with pytest.raises(Exception, match=r"(?i)unique"), migrated.writing() as connection:
        connection.execute(text(one % "NULL"))


def test_an_embedded_database_is_made_and_upgraded_when_opened(later_step, tmp_path, monkeypatch):
    monkeypatch.delenv("PINTU_DATABASE_URL", raising=False)
    opened = open_database(Settings())
    add_rows(opened)
    opened.close()
    assert (tmp_path / "home" / "pintu.db").is_file()
    later_step(MORE)
    opened = open_database(Settings())
    assert (migrate.current(opened), rows(opened)) == ("0002", (1, 1))
    opened.close()


def test_a_server_that_is_behind_is_for_its_operator_to_upgrade(empty):
    if empty.is_sqlite:
        pytest.skip("an embedded database is upgraded by itself")
    with pytest.raises(PintuError, match="pintu db upgrade"):
        open_database(settings(empty))
    assert names(empty) == set()
    migrate.upgrade(empty)
    open_database(settings(empty)).close()


def settings(database: Database) -> Settings:
    return Settings(database_url=database.url.render_as_string(hide_password=False))


def add_rows(database):
    with database.writing() as connection:
        connection.execute(text(f"INSERT INTO complaints (id, received_at) VALUES ('A', '{WHEN}')"))
        connection.execute(
            text(f"INSERT INTO decisions (complaint_id, made_at) VALUES ('A', '{WHEN}')")
        )


def rows(database):
    with database.reading() as connection:
        return tuple(
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            for table in ("complaints", "decisions")
        )
