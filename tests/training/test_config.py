"""Settings of a training run: every fault at once, and nothing read twice."""

from pathlib import Path

import pytest

from data.errors import TableError
from training.config import Config, read_config


def faults(path: Path | None = None, settings: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(TableError) as caught:
        read_config(path, settings)
    return caught.value.problems


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "train.toml"
    path.write_text("cost = 0.5\nseed = 3\n", encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold() -> None:
    assert read_config() == Config()


def test_a_file_is_read_and_settings_lie_over_it(file: Path) -> None:
    assert read_config(file) == Config(cost=0.5, seed=3)
    assert read_config(file, ["seed = 11", "min_count=1"]) == Config(cost=0.5, seed=11, min_count=1)


def test_the_last_of_two_settings_holds() -> None:
    assert read_config(None, ["seed=1", "seed=2"]).seed == 2


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ("cost=2", "cost", 2.0),  # a whole number where a fraction is expected
        ("cost=1e-1", "cost", 0.1),
        ("backend=linear", "backend", "linear"),
        ('backend="linear"', "backend", "linear"),
        ("valid_share=0", "valid_share", 0.0),
    ],
)
def test_values_are_read_as_their_type(written: str, name: str, value: object) -> None:
    found = getattr(read_config(None, [written]), name)
    assert found == value
    assert type(found) is type(value)


def test_an_unknown_key_lists_the_settings() -> None:
    (fault,) = faults(None, ("costs=1",))
    assert "'costs'" in fault
    for name in ("seed", "cost", "min_count", "local_cases", "target_precision"):
        assert name in fault


@pytest.mark.parametrize(
    "written",
    ["seed=x", "seed=1.5", "seed=true", "cost=viel", "cost=true", "backend=3", "cost=[1]", "seed="],
)
def test_a_value_of_another_type_is_told_with_the_default(written: str) -> None:
    (fault,) = faults(None, (written,))
    name = written.split("=", maxsplit=1)[0]
    assert fault.startswith(name)
    assert repr(getattr(Config(), name)) in fault


@pytest.mark.parametrize("written", ["seed=-1", "cost=-0.1", "valid_share=-1"])
def test_negative_values_are_refused(written: str) -> None:
    (fault,) = faults(None, (written,))
    assert "negative" in fault


def test_a_setting_without_a_value_shows_how_to_write_one() -> None:
    (fault,) = faults(None, ("cost",))
    assert "key=value" in fault


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "train.toml"
    path.write_text('cost = "much"\nepochs = 3\n', encoding="utf-8")
    found = faults(path, ("seed", "min_count=-2", "lr=0.1"))
    assert len(found) == 5
    joined = "\n".join(found)
    for name in ("cost", "epochs", "seed", "min_count", "lr"):
        assert name in joined


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"cost = ", "TOML"), (b"\xff\xfe", "TOML"), (b"[train]\ncost = 1\n", "train")],
)
def test_what_is_no_table_of_settings_is_told(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    (fault,) = faults(path)
    assert word in fault


def test_a_missing_file_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"none\.toml"):
        read_config(tmp_path / "none.toml")
