"""``pintu purge`` and ``pintu person``, as they are typed."""

import json
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from data.errors import PintuError
from serving.settings import Settings
from serving.store import migrate
from serving.store.database import Database
from serving.store.ids import new_id
from serving.store.personal import reporter_hash
from serving.store.personal_commands import person, purge
from serving.store.tables import audit, complaints, reviews

SECRET = "a secret of at least thirty-two characters"
OLD = datetime.now(UTC) - timedelta(days=800)

Call = Callable[..., Result]


@pytest.fixture
def ready(database_url: str) -> Iterator[Database]:
    """A database as the commands find it, once of each kind."""
    opened = Database(database_url)
    migrate.upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def call(ready: Database, monkeypatch: pytest.MonkeyPatch) -> Call:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PINTU_{name.upper()}", raising=False)
    monkeypatch.setenv("PINTU_DATABASE_URL", ready.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PINTU_SECRET", SECRET)

    def run(*words: str, stdin: str = "") -> Result:
        command = {"purge": purge, "person": person}[words[0]]
        return CliRunner().invoke(command, words[1:], input=stdin)

    return run


@pytest.fixture
def add(ready: Database) -> Callable[..., str]:
    def record(name: str = "Siti@Contoh.id", **given: Any) -> str:
        row = {
            "id": new_id(),
            "received_at": OLD,
            "text": "lampu padam",
            "status": "accepted",
            "reporter": reporter_hash(SECRET.encode(), name),
        } | given
        with ready.writing() as connection:
            connection.execute(insert(complaints).values(row))
        return str(row["id"])

    return record


def texts(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.scalars(select(complaints.c.text).order_by(complaints.c.number)))


def logged(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        rows = connection.execute(select(audit.c.action, audit.c.detail).order_by(audit.c.number))
        return [(row.action, row.detail) for row in rows]


def test_purge_takes_what_is_older_than_the_setting(
    call: Call, ready: Database, add: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add()
    monkeypatch.setenv("PINTU_RETENTION_DAYS", "900")
    assert "purged: 0" in call("purge", "--yes").stderr
    monkeypatch.setenv("PINTU_RETENTION_DAYS", "700")
    assert "purged: 1" in call("purge", "--yes").stderr
    assert texts(ready) == [""]


def test_a_dry_run_changes_nothing(call: Call, ready: Database, add: Any) -> None:
    add()
    waiting = add(status="review")
    with ready.writing() as connection:
        connection.execute(
            insert(reviews).values(
                complaint_id=waiting, opened_at=OLD, reasons=[], ruled_out=[], probability=0.5
            )
        )
    result = call("purge", "--dry-run")
    assert result.exit_code == 0
    assert "have text: 1" in result.stderr
    assert "wait for a reviewer: 1" in result.stderr
    assert texts(ready) == ["lampu padam"] * 2
    assert logged(ready) == []


def test_purge_asks_first(call: Call, ready: Database, add: Any) -> None:
    add()
    assert call("purge", stdin="n\n").exit_code == 1
    assert texts(ready) == ["lampu padam"]
    assert call("purge", stdin="y\n").exit_code == 0
    assert texts(ready) == [""]


def test_a_name_may_come_from_stdin(call: Call, add: Any) -> None:
    mine = add()
    add("orang lain")
    result = call("person", "export", "--reporter", "-", stdin="siti@contoh.id\n")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [mine]
    assert "cases: 1" in result.stderr


def test_an_export_is_logged_without_the_name(call: Call, ready: Database, add: Any) -> None:
    add()
    call("person", "export", "--reporter", "siti@contoh.id")
    assert logged(ready) == [("person.exported", '{"cases":1}')]


def test_a_file_is_new_and_private(call: Call, add: Any, tmp_path: Path) -> None:
    add()
    out = tmp_path / "siti.jsonl"
    assert call("person", "export", "--reporter", "siti@contoh.id", "--out", str(out)).stdout == ""
    assert json.loads(out.read_text())["text"] == "lampu padam"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = call("person", "export", "--reporter", "lain", "--out", str(out))
    assert isinstance(again.exception, PintuError)
    assert "name a new file" in str(again.exception)


def test_erase_asks_and_takes_only_theirs(call: Call, ready: Database, add: Any) -> None:
    add()
    add("orang lain")
    refused = call("person", "erase", "--reporter", "-", stdin="siti@contoh.id\nn\n")
    assert refused.exit_code == 1
    assert "cases: 1, of these still open: 0" in refused.stderr
    assert texts(ready) == ["lampu padam"] * 2
    assert call("person", "erase", "--reporter", "SITI@contoh.id", "--yes").exit_code == 0
    assert texts(ready) == ["", "lampu padam"]
    assert logged(ready) == [("person.erased", '{"cases":1}')]


def test_an_anonymous_case_is_erased_by_its_number(call: Call, ready: Database, add: Any) -> None:
    add("", anonymous=True, caller_id="A-7")
    add("", anonymous=True, caller_id="A-8")
    assert call("person", "erase", "--caller-id", "A-7", "--yes").exit_code == 0
    assert texts(ready) == ["", "lampu padam"]


def test_a_number_of_two_callers_needs_the_key(call: Call, ready: Database, add: Any) -> None:
    add(caller_id="A-7", key_id="satu")
    add(caller_id="A-7", key_id="dua")
    refused = call("person", "erase", "--caller-id", "A-7", "--yes")
    assert isinstance(refused.exception, PintuError)
    assert "dua, satu" in str(refused.exception)
    assert texts(ready) == ["lampu padam"] * 2
    call("person", "erase", "--caller-id", "A-7", "--key", "dua", "--yes")
    assert texts(ready) == ["lampu padam", ""]


@pytest.mark.parametrize(
    "given", [(), ("--reporter", ""), ("--reporter", "  "), ("--reporter", "a", "--caller-id", "b")]
)
def test_nobody_is_not_everybody(
    call: Call, ready: Database, add: Any, given: tuple[str, ...]
) -> None:
    add("", anonymous=True)
    assert call("person", "erase", *given, "--yes").exit_code == 2
    assert texts(ready) == ["lampu padam"]


def test_an_unknown_name_points_to_the_secret(call: Call) -> None:
    assert "PINTU_SECRET" in call("person", "erase", "--reporter", "siapa", "--yes").stderr
