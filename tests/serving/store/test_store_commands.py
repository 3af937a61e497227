"""The commands ``db`` and ``audit``."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from data.errors import PintuError
from serving.store import migrate
from serving.store.audit import START, Entry, append
from serving.store.commands import audit, db
from serving.store.database import Database


@pytest.fixture
def call(database_url, monkeypatch):
    monkeypatch.setenv("PINTU_DATABASE_URL", database_url)
    return lambda group, *options, **given: CliRunner().invoke(group, options, **given)


@pytest.fixture
def logged(call, empty) -> Database:
    assert call(db, "upgrade").exit_code == 0
    with empty.writing() as connection:
        append(connection, [Entry("key:a", "forward", "case-1", {"unit": "u"})])
        append(connection, [Entry("pintu", "review", "case-2")])
    return empty


def test_up_and_down(call, empty):
    assert call(db, "current").stdout == f"none (newest: {migrate.head()})\n"
    with pytest.raises(PintuError, match="pintu db upgrade"):
        raise call(db, "check").exception
    result = call(db, "upgrade")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"database: step none → {migrate.head()}\n"
    assert call(db, "check").exit_code == 0
    assert call(db, "downgrade", "base", input="n\n").exit_code == 1
    assert call(db, "downgrade", "base", input="").exit_code == 1
    assert migrate.current(empty) == migrate.head()
    result = call(db, "downgrade", "base", "--yes")
    assert (result.exit_code, migrate.current(empty)) == (0, None)


def test_the_question_names_the_database_without_its_password(call, monkeypatch, logged):
    asked = call(db, "downgrade", "base", input="y\n").stderr
    assert (logged.url.database in asked, "***" in asked or ":@" not in asked) == (True, True)
    assert migrate.current(logged) is None


def test_a_whole_log(call, logged):
    number, noted = call(audit, "head").stdout.split()
    result = call(audit, "verify", "--anchor", noted.upper())
    assert (result.exit_code, result.stdout) == (0, f"{number} {noted}\n")
    assert (number, "whole" in result.stderr) == ("2", True)


def test_a_broken_log_exits_with_1(call, logged):
    with logged.writing() as connection:
        connection.execute(text("UPDATE audit_head SET number = 3"))
    result = call(audit, "verify")
    assert (result.exit_code, "entry 3, the newest, is missing" in result.stderr) == (1, True)
    assert result.stdout.startswith("2 ")


def test_an_anchor_of_another_log_exits_with_1(call, logged):
    result = call(audit, "verify", "--anchor", "f" * 64)
    assert (result.exit_code, "anchor" in result.stderr) == (1, True)
    assert call(audit, "verify", "--anchor", START).exit_code == 0


@pytest.mark.parametrize("anchor", ["abc", "g" * 64, "2"])
def test_what_is_no_hash_is_refused(anchor):
    result = CliRunner().invoke(audit, ["verify", "--anchor", anchor])
    assert (result.exit_code, "64 hexadecimal" in result.stderr) == (2, True)


def test_reading_the_log_changes_no_database(call, empty):
    for command in ("verify", "head", "show"):
        with pytest.raises(PintuError, match="pintu db upgrade"):
            raise call(audit, command).exception
    assert migrate.current(empty) is None


def test_showing_entries(call, logged):
    lines = call(audit, "show").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert 'case-1                      {"unit":"u"}' in lines[0]
    assert len(call(audit, "show", "--limit", "1").stdout.splitlines()) == 1
    only = json.loads(call(audit, "show", "--subject", "case-1", "--json").stdout)
    assert (only["number"], only["detail"], only["previous"]) == (1, {"unit": "u"}, START)
    assert only["at"].endswith("+00:00")
    assert call(audit, "show", "--subject", "case-9").stdout == ""
