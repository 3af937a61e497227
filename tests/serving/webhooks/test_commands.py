"""``pintu webhooks``, as an operator calls it."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from data.errors import PintuError
from serving.security.secret import secret
from serving.settings import Settings
from serving.store.tables import audit
from serving.webhooks.commands import webhooks
from serving.webhooks.signing import signing_secret, verify

DECIDED = ("--event", "complaint.decided")


@pytest.fixture
def call(sqlite_queue, monkeypatch):
    """Calls the command on the queue's database."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PINTU_{name.upper()}", raising=False)
    monkeypatch.setenv("PINTU_DATABASE_URL", str(sqlite_queue.database.url))
    monkeypatch.setenv("PINTU_SECRET", "a secret of the server, for tests only")
    monkeypatch.setenv("PINTU_WEBHOOK_PRIVATE", "true")

    def run(*options: str):
        result = CliRunner().invoke(webhooks, options)
        if isinstance(result.exception, PintuError):
            raise result.exception
        return result

    return run


def listed(call) -> list[dict]:
    return json.loads(call("list", "--json").stdout)


def test_the_secret_of_a_new_webhook_is_all_that_goes_to_stdout(call):
    result = call("add", "https://contoh.go.id/hook", *DECIDED, "--event", "complaint.bounced")
    (row,) = listed(call)
    assert result.stdout.strip() == signing_secret(secret(Settings()), row["id"], 1)
    assert row["id"] in result.stderr
    assert row["events"] == ["complaint.decided", "complaint.bounced"]
    assert (row["name"], row["active"], row["waiting"]) == ("contoh.go.id", True, 0)
    shown = call("list").stdout
    assert "https://contoh.go.id/hook" in shown
    assert "whsec_" not in shown


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "ftp://x/", "https://u:p@contoh.go.id/"])
def test_a_bad_url_is_refused(call, url):
    with pytest.raises(PintuError):
        call("add", url, *DECIDED)
    assert listed(call) == []


def test_wrong_calls(call):
    assert call("add", "https://contoh.go.id/").exit_code == 2
    assert call("add", "https://contoh.go.id/", "--event", "complaint.read").exit_code == 2
    assert call("add", "https://contoh.go.id/", *DECIDED, "--name", "x" * 201).exit_code == 2
    assert call("retry").exit_code == 2
    assert call("retry", "ID", "--failed").exit_code == 2
    for command in ("rotate", "disable", "test", "retry"):
        with pytest.raises(PintuError, match="there is no"):
            call(command, "nothing")


def test_a_rotation_prints_another_secret(call):
    first = call("add", "https://contoh.go.id/", *DECIDED).stdout
    (row,) = listed(call)
    second = call("rotate", row["id"]).stdout
    assert second.strip() == signing_secret(secret(Settings()), row["id"], 2)
    assert first != second


def test_a_disabled_webhook(call):
    call("add", "https://contoh.go.id/", *DECIDED)
    (row,) = listed(call)
    assert call("disable", row["id"]).exit_code == 0
    assert listed(call)[0]["active"] is False
    for command in ("rotate", "disable", "test"):
        with pytest.raises(PintuError, match="disabled"):
            call(command, row["id"])


def test_a_test_message_is_signed_and_its_answer_told(call, receiver):
    key = call("add", receiver.url("200"), *DECIDED).stdout.strip()
    (row,) = listed(call)
    assert call("test", row["id"]).stdout.startswith("HTTP 200 after ")
    ((_, headers, body),) = receiver.received
    verify(key, headers, body)
    assert json.loads(body)["type"] == "ping"
    call("add", receiver.url("500"), *DECIDED)
    with pytest.raises(PintuError, match="did not accept"):
        call("test", listed(call)[1]["id"])


def test_deliveries_and_their_retry(call, receiver, sqlite_queue):
    call("add", "https://contoh.go.id/", *DECIDED)
    (row,) = listed(call)
    sqlite_queue.put(3)
    shown = json.loads(call("deliveries", "--json", "--limit", "2").stdout)
    assert [one["state"] for one in shown] == ["waiting", "waiting"]
    assert call("deliveries", "--failed").stdout == ""
    assert call("deliveries").stdout.count("complaint.decided") == 3
    call("retry", shown[0]["id"])
    assert "queued again: 0" in call("retry", "--failed").stderr
    call("disable", row["id"])
    assert call("deliveries", "--failed").stdout.count("the webhook was disabled") == 3
    assert "queued again: 0" in call("retry", "--failed").stderr
    with pytest.raises(PintuError, match="disabled"):
        call("retry", shown[0]["id"])


def test_changes_are_in_the_audit_log(call, sqlite_queue):
    call("add", "https://contoh.go.id/hook?key=rahasia", *DECIDED)
    (row,) = listed(call)
    call("rotate", row["id"])
    call("disable", row["id"])
    call("retry", "--failed")
    with sqlite_queue.database.reading() as connection:
        entries = connection.execute(select(audit).order_by(audit.c.number)).all()
    assert [entry.action for entry in entries] == [
        "webhook.add",
        "webhook.rotate",
        "webhook.disable",
        "webhook.retry",
    ]
    assert {entry.actor.split(":")[0] for entry in entries} == {"user"}
    assert not any("rahasia" in entry.detail or "whsec" in entry.detail for entry in entries)
