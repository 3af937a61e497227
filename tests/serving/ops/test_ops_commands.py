"""``pintu settings`` and ``pintu drift``."""

import json

import pytest
from click.testing import CliRunner

from data import home
from serving.ops import commands
from serving.ops.drift import Drift
from serving.settings import Settings

PASSWORD, SECRET = "kata-sandi-rahasia", "x7" * 20
URL = f"postgresql://pintu:{PASSWORD}@db.example/pintu?sslpassword={PASSWORD}&sslmode=require"


@pytest.fixture
def call(monkeypatch):
    def run(command, *options, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(command, options)

    return run


def test_every_setting_is_shown_with_where_it_comes_from(call):
    done = call(commands.settings, "--json", PINTU_PORT="9000", PINTU_CORS_ORIGINS="https://a.id")
    rows = json.loads(done.stdout)
    assert set(rows) == {"PINTU_HOME", *(f"PINTU_{name.upper()}" for name in Settings.model_fields)}
    assert rows["PINTU_PORT"] == {"value": 9000, "from": "environment"}
    assert rows["PINTU_HOST"] == {"value": "127.0.0.1", "from": "default"}
    assert rows["PINTU_CORS_ORIGINS"]["value"] == "https://a.id"
    assert rows["PINTU_BUNDLE"]["value"] is None
    assert rows["PINTU_DATABASE_URL"]["value"].endswith("/pintu.db")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_secrets_are_hidden(call, options):
    done = call(commands.settings, *options, PINTU_SECRET=SECRET, PINTU_DATABASE_URL=URL)
    assert done.exit_code == 0
    assert SECRET not in done.output
    assert PASSWORD not in done.output
    assert "(set)" in done.stdout
    assert "postgresql://pintu:***@db.example/pintu" in done.stdout


def test_an_unreadable_url_is_hidden_whole(call):
    done = call(commands.settings, PINTU_DATABASE_URL=f"{PASSWORD} no url")
    assert done.exit_code == 0
    assert PASSWORD not in done.output


def test_a_table_is_for_people(call):
    lines = call(commands.settings).stdout.splitlines()
    assert lines[0].split() == ["setting", "value", "from"]
    assert len(lines) == 2 + len(Settings.model_fields)


def test_misspelt_variables_are_named(call):
    done = call(commands.settings, PINTU_WORKER="2", PINTU_XYZZY="1")
    assert "PINTU_WORKER is no setting of Pintu; did you mean PINTU_WORKERS?" in done.stderr
    assert "PINTU_XYZZY is no setting of Pintu\n" in done.stderr
    assert "PINTU_HOME" not in done.stderr


def test_a_wrong_value_is_told_without_a_secret(call):
    done = call(commands.settings, PINTU_SECRET="short-secret")
    assert done.exit_code == 1
    assert "PINTU_SECRET" in str(done.exception)
    assert "short-secret" not in str(done.exception)


def test_drift_of_a_new_server_says_that_there_are_too_few(call, bundle):
    home.activate(bundle)
    done = call(commands.drift)
    assert done.exit_code == 0, done.exception
    assert "0 recommendations" in done.stdout
    assert "too few" in done.stderr


def test_drift_as_json_has_no_nan(call, bundle):
    home.activate(bundle)
    row = json.loads(call(commands.drift, "--json").stdout)
    assert row["recent"] == 0
    assert row["mandates"] is None


def test_large_drift_is_marked():
    lines = list(commands.drift_lines(Drift("b", 400, 400, 0.3, 0.01, 0.5, 0.8, 0.2, 0.6, 0.1)))
    assert lines[1].endswith("large: look into it")
    assert lines[2].endswith("no change to speak of")
    assert lines[3].split()[-2:] == ["0.500", "0.800"]
