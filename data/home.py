"""Pintu's own folder: bundles, the name of the active one, imported places."""

import os
from pathlib import Path

from platformdirs import user_data_path

from data.errors import PintuError


def home() -> Path:
    """``$PINTU_HOME`` if set, else the user's data folder for Pintu."""
    given = os.environ.get("PINTU_HOME")
    return Path(given) if given else user_data_path("pintu")


def places_file() -> Path | None:
    """The imported districts and villages, or None if none were imported."""
    path = home() / "places.csv"
    return path if path.is_file() else None


def active_bundle() -> Path:
    """The folder of the bundle in service.

    Raises:
        PintuError: none was activated yet.
    """
    pointer = home() / "active"
    if not pointer.is_file():
        raise PintuError(
            "no bundle is active; give --bundle FOLDER, or run `pintu starter` to train one "
            "from the bundled cases"
        )
    return Path(pointer.read_text(encoding="utf-8").strip())


def activate(bundle: Path) -> None:
    """Make a bundle the active one; the pointer is replaced in one step."""
    pointer = home() / "active"
    pointer.parent.mkdir(parents=True, exist_ok=True)
    part = pointer.with_suffix(".part")
    part.write_text(f"{bundle.resolve()}\n", encoding="utf-8")
    part.replace(pointer)
