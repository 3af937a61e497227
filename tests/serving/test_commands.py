"""The command ``serve``: its refusals, and a server that really listens."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from classifier.errors import BundleError
from classifier.policy import Policy
from data.complaint import Complaint
from data.errors import PintuError, TableError
from serving.commands import environment, serve
from serving.ops.loading import load_router
from serving.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def call(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PINTU_{name.upper()}", raising=False)
    return lambda *options: CliRunner().invoke(serve, [str(option) for option in options])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_a_public_address_needs_a_key(call, bundle, host):
    error = call("--bundle", bundle, "--host", host).exception
    assert isinstance(error, PintuError)
    assert "pintu keys create" in str(error)


def test_a_bad_setting_is_named(call, monkeypatch):
    result = call("--port", 70_000)
    assert (result.exit_code, "PINTU_PORT" in result.output) == (2, True)
    monkeypatch.setenv("PINTU_MAX_BODY", "banyak")
    result = call()
    assert (result.exit_code, "PINTU_MAX_BODY" in result.output) == (2, True)


def test_a_missing_bundle_is_told(call, tmp_path):
    result = call("--bundle", tmp_path / "nothing")
    assert isinstance(result.exception, BundleError)


def test_every_fault_of_a_policy_is_told_at_start_up(call, bundle, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('target = 2\n[mandates]\njalann = "never"\n', encoding="utf-8")
    error = call("--bundle", bundle, "--policy", policy).exception
    assert isinstance(error, TableError)
    assert str(policy) in str(error)
    assert "target: 2" in str(error)
    assert "did you mean 'jalan'?" in str(error)


def test_a_missing_policy_is_told(call, bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("PINTU_POLICY", str(tmp_path / "nothing.toml"))
    assert "cannot be read" in str(call("--bundle", bundle).exception)


def test_the_router_keeps_to_the_policy(bundle, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('[mandates]\njalan = "never"\n', encoding="utf-8")
    strict = load_router(Settings(bundle=bundle, policy=policy))
    assert strict.policy == Policy(mandates={"jalan": "never"})
    complaint = Complaint(text="Aspal di depan pasar berlubang dalam.", door="35.78")
    (found,) = strict.route([complaint])
    assert found.decision == "review"
    assert "policy" in [reason.code for reason in found.reasons]
    (plain,) = load_router(Settings(bundle=bundle)).route([complaint])
    assert "policy" not in [reason.code for reason in plain.reasons]


def test_a_profile_and_a_policy_go_together(bundle, tmp_path):
    profile, policy = tmp_path / "profile.yaml", tmp_path / "policy.toml"
    profile.write_text(
        "region: '35.78'\nunits:\n- name: Dinas Jalan Raya\n  mandates: [jalan]\n", "utf-8"
    )
    policy.write_text('[mandates]\njalan = "always"\n', encoding="utf-8")
    found = load_router(Settings(bundle=bundle, profile=profile, policy=policy))
    (answer,) = found.route([Complaint(text="Aspal berlubang dalam.", door="35.78")])
    assert answer.candidates[0].unit == "Dinas Jalan Raya"
    assert found.policy.mandates == {"jalan": "always"}


def test_a_port_in_use_is_told_in_one_line(call, bundle):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = call("--bundle", bundle, "--port", port)
    assert result.exit_code == 1
    assert re.fullmatch(rf"Error: cannot listen on 127.0.0.1:{port}: .*--port\n", result.output)


def test_settings_survive_the_way_through_the_environment(monkeypatch, tmp_path):
    given = Settings(
        bundle=tmp_path,
        policy=tmp_path / "policy.toml",
        port=81,
        secret="s" * 40,
        database_url="postgresql://pintu:kata-sandi@db/pintu",
        log_level="error",
        max_body=5_000,
    )
    for name, value in environment(given).items():
        monkeypatch.setenv(name, value)
    assert Settings() == given


@pytest.fixture
def server(bundle, router):
    """A running server: its address and its process, stopped afterwards."""
    command = [sys.executable, "-m", "pintu", "serve", "--bundle", str(bundle), "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    assert process.stderr is not None
    address = re.search(rb"http://127.0.0.1:\d+", process.stderr.readline())
    assert address is not None
    yield address[0].decode(), process
    process.kill()
    process.communicate()


def test_a_server_answers_and_stops(server):
    address, process = server
    with httpx.Client(base_url=address, timeout=30) as client:
        answer = client.post("/v1/route", json={"text": "Lampu jalan di gang kami padam."})
        assert answer.status_code == 200
        assert "server" not in answer.headers
        assert client.post("/v1/route", content=b"x" * 3_000_000).status_code == 415
        large = client.post("/v1/route", json={"text": "x" * 3_000_000})
        assert (large.status_code, large.headers["connection"]) == (413, "close")
        assert client.get("/readyz?key=rahasia").status_code == 200
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"rahasia" not in errors
    assert b"gang kami" not in errors
    rows = [json.loads(line) for line in errors.splitlines()]
    requests = [row for row in rows if row["logger"] == "pintu.access"]
    assert [(row["path"], row["status"]) for row in requests] == [
        ("/v1/route", 200),
        ("/v1/route", 415),
        ("/v1/route", 413),
        ("/readyz", 200),
    ]
