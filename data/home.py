"""Pintu's own folder: bundles, which of them answers or shadows, imported places."""

import getpass
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from data.errors import PintuError


@dataclass(frozen=True, slots=True)
class Activation:
    """A line of the history: ``bundle`` came after ``before`` (empty for the first one)."""

    at: datetime
    action: Literal["activate", "rollback"]
    bundle: Path
    before: str
    by: str


@dataclass(frozen=True, slots=True)
class Challenger:
    """A bundle in shadow, and since when."""

    bundle: Path
    since: datetime


def home() -> Path:
    """``$PINTU_HOME`` if set, else the user's data folder for Pintu."""
    given = os.environ.get("PINTU_HOME")
    return Path(given) if given else user_data_path("pintu")


def places_file() -> Path | None:
    """The imported districts and villages, or None if none were imported."""
    path = home() / "places.csv"
    return path if path.is_file() else None


def active_pointer() -> Path:
    """The file that names the active bundle's folder."""
    return home() / "active"


def active_bundle() -> Path:
    """The folder of the bundle in service.

    Raises:
        PintuError: none was activated yet.
    """
    pointer = active_pointer()
    if not pointer.is_file():
        raise PintuError(
            "no bundle is active; give --bundle FOLDER, or run `pintu starter` to train one "
            "from the bundled cases"
        )
    return Path(pointer.read_text(encoding="utf-8").strip())


def activate(bundle: Path, action: Literal["activate", "rollback"] = "activate") -> None:
    """Make a bundle the active one; the pointer is replaced in one step, the history written."""
    pointer = active_pointer()
    before = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    folder = bundle.resolve()
    _replace(pointer, f"{folder}\n")
    if before != str(folder):
        made = Activation(datetime.now(UTC), action, folder, before, user())
        row = asdict(made) | {"at": made.at.isoformat(), "bundle": str(folder)}
        with _history().open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def activations() -> list[Activation]:
    """Every change of the active bundle, the first one first.

    Raises:
        PintuError: a line of the history is damaged.
    """
    path = _history()
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [_activation(path, number, line) for number, line in enumerate(lines, 1)]


def earlier(history: Sequence[Activation], active: Path) -> list[Path]:
    """The bundles to which one can go back from the active one, the last one first.

    A rollback goes back to what was active before the last activation that was not undone, so that
    a second one goes further.
    """
    past: list[Path] = []
    for made in history:
        if made.before and past[-1:] != [Path(made.before)]:
            past.append(Path(made.before))  # the pointer was moved without a line
        if made.action == "activate":
            past.append(made.bundle)
        elif made.bundle in past:
            while past[-1] != made.bundle:
                past.pop()
    if past[-1:] == [active]:
        past.pop()
    return past[::-1]


def bundle_folders() -> list[Path]:
    """The bundles known here: those in ``bundles`` and every one that was in service or shadow."""
    own = home().resolve() / "bundles"
    found = [path for path in sorted(own.glob("*")) if path.is_dir() and path.name[0] != "."]
    for made in activations():
        found += [Path(made.before), made.bundle] if made.before else [made.bundle]
    if active_pointer().is_file():
        found.append(active_bundle())
    if challenger := shadow_bundle():
        found.append(challenger.bundle)
    return list(dict.fromkeys(found))


def shadow_pointer() -> Path:
    """The file that names the bundle in shadow."""
    return home() / "shadow"


def shadow_bundle() -> Challenger | None:
    """The bundle that answers in shadow, if one does.

    Raises:
        PintuError: the pointer is damaged.
    """
    pointer = shadow_pointer()
    try:
        row = json.loads(pointer.read_text(encoding="utf-8"))
        return Challenger(Path(row["bundle"]), datetime.fromisoformat(row["since"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise PintuError(f"{pointer} is damaged; run `pintu models shadow` again") from None


def shadow(bundle: Path | None) -> None:
    """Let a bundle answer in shadow from now on; None ends it."""
    if bundle is None:
        shadow_pointer().unlink(missing_ok=True)
        return
    row = {"bundle": str(bundle.resolve()), "since": datetime.now(UTC).isoformat()}
    _replace(shadow_pointer(), json.dumps(row, ensure_ascii=False) + "\n")


def user() -> str:
    """The name of the user whose process this is."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have none
        return str(os.getuid())


def _history() -> Path:
    return home() / "activations.jsonl"


def _activation(path: Path, number: int, line: str) -> Activation:
    try:
        row = json.loads(line)
        at = datetime.fromisoformat(row["at"])
        return Activation(at, row["action"], Path(row["bundle"]), row["before"], row["by"])
    except (ValueError, KeyError, TypeError):
        raise PintuError(f"{path} line {number} is damaged; remove that line") from None


def _replace(path: Path, content: str) -> None:
    """Write a file beside its place and rename it, so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with part.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
