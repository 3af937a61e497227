"""``pintu keys``: what it writes where."""

import json

import pytest
from click.testing import CliRunner

from data.errors import PintuError
from serving.security.commands import keys
from serving.security.keys import SCOPES, split
from serving.settings import Settings
from serving.store.opening import open_database


@pytest.fixture
def run(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PINTU_{name.upper()}", raising=False)
    return lambda *options: CliRunner().invoke(keys, [str(option) for option in options])


def rows(run):
    return [json.loads(line) for line in run("list", "--json").stdout.splitlines()]


def test_a_key_is_shown_alone_on_stdout(run):
    made = run("create", "Aplikasi kota", "--scope", "intake", "--per-minute", 30)
    assert split(made.stdout.strip())
    assert "shown once" in made.stderr
    assert "the first" in made.stderr
    assert made.stdout.strip() not in made.stderr
    assert "the first" not in run("create", "Lain", "--scope", "review").stderr


def test_keys_are_listed_without_their_secrets(run):
    key = run("create", "Uji", "--scope", "review", "--scope", "intake").stdout.strip()
    key_id, secret = split(key)
    (row,) = rows(run)
    assert (row["id"], row["state"], row["scopes"]) == (key_id, "active", ["intake", "review"])
    header, line = run("list").stdout.splitlines()
    assert header.split()[:3] == ["ID", "STATE", "SCOPES"]
    assert line.startswith(key_id)
    assert line.endswith("Uji")
    assert secret not in run("list").output + run("list", "--json").output


def test_an_empty_list_says_how_to_begin(run):
    assert (run("list").stdout, "pintu keys create" in run("list").stderr) == ("", True)


def test_the_last_day_counts(run):
    run("create", "Uji", "--scope", "intake", "--expires", "2099-12-31")
    (row,) = rows(run)
    assert row["expires_at"] == "2099-12-31T23:59:59+00:00"


def test_days_that_cannot_be(run):
    made = run("create", "Uji", "--scope", "intake", "--expires", "2020-01-01")
    assert isinstance(made.exception, PintuError)
    assert run("create", "Uji", "--scope", "intake", "--expires", "31-12-2099").exit_code == 2
    assert rows(run) == []
    assert run("create", "Uji", "--scope", "intake", "--expires", "9999-12-31").exit_code == 0


def test_a_key_is_rotated_and_revoked(run):
    old = run("create", "Uji", "--scope", "intake").stdout.strip()
    new = run("rotate", split(old)[0], "--grace-hours", 0).stdout.strip()
    assert split(new)
    assert [row["state"] for row in rows(run)] == ["expired", "active"]
    assert "revoked" in run("revoke", split(new)[0]).stderr
    assert "already" in run("revoke", split(new)[0]).stderr
    assert [row["state"] for row in rows(run)] == ["expired", "revoked"]


def test_the_scopes_offered_are_all_that_there_are(run):
    assert all(f"{scope}" in run("create", "--help").output for scope in SCOPES)
    assert run("create", "Uji", "--scope", "root").exit_code == 2
    assert run("create", "Uji").exit_code == 2


def test_changes_are_audited_as_the_command_lines(run):
    run("create", "Uji", "--scope", "intake")
    with open_database(Settings()).reading() as connection:
        entries = connection.exec_driver_sql("SELECT actor, action FROM audit").all()
    assert [tuple(entry) for entry in entries] == [("cli", "key.create")]
