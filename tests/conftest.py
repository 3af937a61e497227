"""What many tests share: the registry, the starter bundle, the place of the client's data."""

import os
from pathlib import Path

import pytest

from data.registry.registry import Registry


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The registry of the bundled tables, no districts or villages imported."""
    return Registry.from_tables()


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Path:
    """A bundle trained from the starter cases alone."""
    from training.config import Config
    from training.pipeline import train

    out = tmp_path_factory.mktemp("bundles") / "starter"
    train([], out, registry, Config(min_count=3))
    return out


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees or touches the user's own bundles and places."""
    monkeypatch.setenv("PINTU_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the client's data; tests that need it are skipped without it."""
    folder = Path(os.environ.get("PINTU_SHARED", Path(__file__).parent.parent.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the client's data (../shared) is not on this machine")
    return folder
