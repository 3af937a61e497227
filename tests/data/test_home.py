"""Pintu's own folder."""

from pathlib import Path

import pytest

from data.errors import PintuError
from data.home import activate, active_bundle, home, places_file


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINTU_HOME", str(tmp_path / "other"))
    assert home() == tmp_path / "other"


def test_without_it_the_users_data_folder_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PINTU_HOME")
    assert home().is_absolute()
    assert "pintu" in home().parts


def test_the_last_activated_bundle_is_the_active_one(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        activate(tmp_path / name)
    assert active_bundle() == (tmp_path / "second").resolve()
    assert {path.name for path in home().iterdir()} == {"active", "activations.jsonl"}


def test_the_error_names_the_remedy() -> None:
    with pytest.raises(PintuError, match=r"give --bundle FOLDER, or run `pintu starter`"):
        active_bundle()


def test_places_are_there_once_imported() -> None:
    assert places_file() is None
    home().mkdir(parents=True)
    (home() / "places.csv").write_text("code,name\n", encoding="utf-8")
    assert places_file() == home() / "places.csv"
