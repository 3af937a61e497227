"""``pintu models``: what is in service changes only for a sound bundle, and can be undone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from data import home
from data.errors import PintuError
from serving.ops.model_commands import models
from serving.store.database import Database
from serving.store.tables import audit

Copy = Callable[[str], Path]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(models, list(map(str, arguments)))


def listed() -> dict[str, dict[str, object]]:
    rows = json.loads(call("list", "--json").stdout)
    return {row["name"]: row for row in rows}


# -- the history in Pintu's own folder


def activations(*steps: str) -> list[Path]:
    """The active bundle after each step: a name is activated, "<" rolls back."""
    seen = []
    for step in steps:
        if step == "<":
            home.activate(home.earlier(home.activations(), home.active_bundle())[0], "rollback")
        else:
            home.activate(Path("/b") / step)
        seen.append(home.active_bundle())
    return seen


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("a b <", "a b a"),
        ("a b c < <", "a b c b a"),
        ("a b < c <", "a b a c a"),
        ("a b a < <", "a b a b a"),
        ("a b < b <", "a b a b a"),
        ("a a b b <", "a a b b a"),
        ("a b c < c < <", "a b c b c b a"),
    ],
)
def test_a_rollback_undoes_the_last_activation_that_was_not_undone(
    steps: str, expected: str
) -> None:
    assert [path.name for path in activations(*steps.split())] == expected.split()


def test_a_pointer_that_was_moved_by_hand_is_part_of_the_past() -> None:
    home.activate(Path("/b/a"))
    home.active_pointer().write_text("/b/moved\n", encoding="utf-8")
    home.activate(Path("/b/c"))
    back = home.earlier(home.activations(), home.active_bundle())
    assert [path.name for path in back] == ["moved", "a"]


def test_the_history_tells_who_changed_what_from_what() -> None:
    activations("a", "b", "b", "<")
    rows = [(made.action, made.before, made.bundle.name) for made in home.activations()]
    assert rows == [("activate", "", "a"), ("activate", "/b/a", "b"), ("rollback", "/b/b", "a")]
    assert {made.by for made in home.activations()} == {home.user()}


def test_a_damaged_line_of_the_history_is_named() -> None:
    home.activate(Path("/b/a"))
    with (home.home() / "activations.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"at": 1}\n')
    with pytest.raises(PintuError, match=r"activations\.jsonl line 2 is damaged"):
        home.activations()


# -- activate and rollback


def test_a_bundle_is_activated_by_folder_then_by_name(bundle: Path, second: Path) -> None:
    assert call("activate", bundle).exit_code == 0
    done = call("activate", second)
    assert "starter → second" in done.stdout
    assert "second is active" in done.stderr
    assert call("activate", "starter").exit_code == 0
    assert home.active_bundle() == bundle


def test_a_dry_run_changes_nothing(bundle: Path, second: Path) -> None:
    home.activate(bundle)
    done = call("activate", second, "--dry-run")
    assert (done.exit_code, "not activated" in done.stderr) == (0, True)
    assert home.active_bundle() == bundle
    assert len(home.activations()) == 1


def break_format(folder: Path) -> None:
    path = folder / "manifest.json"
    row = json.loads(path.read_text(encoding="utf-8")) | {"format": 99}
    path.write_text(json.dumps(row), encoding="utf-8")


def break_probes(folder: Path) -> None:
    (folder / "probes.jsonl").unlink()


def break_byte(folder: Path) -> None:
    path = folder / "labels.json"
    path.write_bytes(path.read_bytes().replace(b"jalan", b"jaIan", 1))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (break_format, "format 99"),
        (break_probes, "probes.jsonl is missing"),
        (break_byte, "labels.json is damaged"),
    ],
)
def test_a_damaged_bundle_is_refused_and_the_old_one_stays(
    bundle: Path, copied: Copy, damage: Callable[[Path], None], reason: str
) -> None:
    home.activate(bundle)
    folder = copied("broken")
    damage(folder)
    for command in ("activate", "shadow"):
        refused = call(command, folder)
        assert isinstance(refused.exception, PintuError)
        assert reason in str(refused.exception)
    assert home.active_bundle() == bundle
    assert home.shadow_bundle() is None


def test_what_the_policy_of_the_server_refuses_is_refused_here(
    bundle: Path, second: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.activate(bundle)
    policy = tmp_path / "policy.toml"
    policy.write_text("target = 7\n", encoding="utf-8")
    monkeypatch.setenv("PINTU_POLICY", str(policy))
    assert isinstance(call("activate", second).exception, PintuError)
    assert home.active_bundle() == bundle


def test_rollback_goes_back_further_each_time(bundle: Path, second: Path, copied: Copy) -> None:
    third = copied("third")
    for folder in (bundle, second, third):
        home.activate(folder)
    for expected in (second, bundle):
        assert call("rollback").exit_code == 0
        assert home.active_bundle() == expected
    refused = call("rollback")
    assert "nothing was active before" in str(refused.exception)
    assert home.active_bundle() == bundle


def test_rollback_to_a_bundle_that_is_gone_is_refused(bundle: Path, copied: Copy) -> None:
    gone = copied("gone")
    home.activate(gone)
    home.activate(bundle)
    shutil.rmtree(gone)
    refused = call("rollback")
    assert "choose another one" in str(refused.exception)
    assert home.active_bundle() == bundle


def test_names_that_are_unknown_or_of_several_bundles_are_told(copied: Copy) -> None:
    for _ in range(2):
        home.activate(copied("twin"))
    assert "several bundles" in str(call("activate", "twin").exception)
    assert "no bundle" in str(call("activate", "nobody").exception)


# -- list and shadow


def test_the_list_tells_what_answers_what_shadows_and_what_is_damaged(
    bundle: Path, second: Path, damaged: Path
) -> None:
    home.activate(damaged)
    home.activate(bundle)
    home.shadow(second)
    own = home.home() / "bundles" / "stray"
    own.mkdir(parents=True)
    rows = listed()
    assert set(rows) == {"starter", "second", "damaged", "stray"}
    assert [name for name, row in rows.items() if row["active"]] == ["starter"]
    assert [name for name, row in rows.items() if row["shadow"]] == ["second"]
    assert "hash differs" in str(rows["damaged"]["fault"])
    assert "manifest.json is missing" in str(rows["stray"]["fault"])
    assert rows["starter"]["fault"] == ""
    text = call("list").stdout
    assert "starter  [active]" in text
    assert "starter_cases" in text
    assert "damaged  [damaged]" in text


def test_without_a_bundle_the_list_is_empty() -> None:
    assert call("list", "--json").stdout == "[]\n"
    assert "pintu train" in call("list").stderr


def test_shadow_is_named_and_ended(second: Path) -> None:
    assert call("shadow", second).exit_code == 0
    challenger = home.shadow_bundle()
    assert challenger is not None
    assert challenger.bundle == second
    assert call("shadow", "--off").exit_code == 0
    assert home.shadow_bundle() is None
    assert "no bundle" in call("shadow", "--off").stderr
    assert call("shadow").exit_code == 2


# -- the audit log


def test_the_audit_log_tells_who_activated_what(
    bundle: Path,
    second: Path,
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PINTU_DATABASE_URL", database_url)
    home.activate(bundle)
    for arguments in (("activate", second), ("rollback",), ("shadow", second), ("shadow", "--off")):
        assert call(*arguments).exit_code == 0
    with database.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.number)).all()
    assert [(row.action, row.subject) for row in rows] == [
        ("models.activate", "second"),
        ("models.rollback", "starter"),
        ("models.shadow", "second"),
        ("models.shadow-off", "second"),
    ]
    assert {row.actor for row in rows} == {f"user:{home.user()}"}


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/none/pintu.db", "nonsense"]
)
def test_activation_does_not_need_the_database(
    bundle: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINTU_DATABASE_URL", url)
    done = call("activate", bundle)
    assert done.exit_code == 0
    assert "not in the audit log" in done.stderr
    assert home.active_bundle() == bundle
