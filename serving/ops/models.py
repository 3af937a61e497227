"""The bundles known here, and which of them answers: found, checked, put into service."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from classifier import bundle as bundles
from classifier.errors import BundleError
from classifier.router import Router
from data import home
from data.errors import PintuError
from serving.ops.loading import load_router
from serving.settings import Settings
from serving.store.audit import Entry, append
from serving.store.opening import open_database

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Known:
    """A bundle in a folder of this machine.

    Attributes:
        manifest: without the list of files; empty where it cannot be read.
        metrics: the figures noted when it was trained.
        state: of "active", "shadow", "damaged".
        fault: why it cannot be used, with the remedy; empty if nothing was found. The probes are
            scored only when it is loaded.
    """

    folder: Path
    manifest: Mapping[str, Any]
    metrics: Mapping[str, Any]
    state: tuple[str, ...]
    fault: str

    @property
    def name(self) -> str:
        return str(self.manifest.get("name", self.folder.name))

    def to_row(self) -> dict[str, Any]:
        """The bundle as plain JSON values."""
        return {
            "name": self.name,
            "folder": str(self.folder),
            "format": self.manifest.get("format"),
            "trained": self.manifest.get("created_at"),
            "metrics": self.metrics,
            "active": "active" in self.state,
            "shadow": "shadow" in self.state,
            "fault": self.fault,
        }


def known() -> list[Known]:
    """Every bundle known here, the latest first; their files are read and their hashes checked."""
    found = [_look_at(folder) for folder in home.bundle_folders()]
    return sorted(found, key=lambda one: str(one.manifest.get("created_at", "")), reverse=True)


def find(given: str) -> Path:
    """The folder of a bundle given as a folder or by its name.

    Raises:
        PintuError: no bundle is known by that name, or several are.
    """
    if (Path(given) / _MANIFEST).is_file():
        return Path(given).resolve()
    folders = [f for f in home.bundle_folders() if given in (f.name, _facts(f).get("name"))]
    if not folders:
        raise PintuError(
            f"{given}: no bundle; give a folder with a manifest.json or a name that "
            "`pintu models list` shows"
        )
    if len(folders) > 1:
        listed = ", ".join(map(str, folders))
        raise PintuError(f"{given}: several bundles have this name; give one's folder: {listed}")
    return folders[0]


def name_of(folder: Path) -> str:
    """The name in a bundle's manifest; the folder's where that cannot be read."""
    return str(_facts(folder).get("name", folder.name))


def checked(folder: Path, settings: Settings) -> Router:
    """The router of a bundle as the server would load it: format, hashes, probes, policy, profile.

    Raises:
        PintuError: the server could not answer with it.
    """
    return load_router(settings.model_copy(update={"bundle": folder}))


def previous() -> Path:
    """The folder to which a rollback goes.

    Raises:
        PintuError: nothing was active before.
    """
    back = home.earlier(home.activations(), home.active_bundle())
    if not back:
        raise PintuError("nothing was active before this bundle; give one to `models activate`")
    return back[0]


def changes(router: Router) -> list[tuple[str, str, str]]:
    """What becomes different when a bundle replaces the active one: (what, now, then)."""
    then = _described(router.manifest, router.metrics)
    now: dict[str, str] = {}
    if home.active_pointer().is_file():
        active = _look_at(home.active_bundle())
        now = _described(active.manifest, active.metrics)
    names = list(dict.fromkeys([*then, *now]))
    rows = [(name, now.get(name, "-"), then.get(name, "-")) for name in names]
    return [row for row in rows if row[1] != row[2]]


def note(settings: Settings, action: str, folder: Path, name: str) -> str:
    """Write to the audit log who changed what answers; a lost database stops nobody.

    Returns:
        why it could not be written; empty if it was.
    """
    entry = Entry(f"user:{home.user()}"[:64], action, name[:64], {"folder": str(folder)})
    try:
        database = open_database(settings)
        try:
            with database.writing() as connection:
                append(connection, [entry])
        finally:
            database.close()
    except PintuError as error:
        return str(error)
    except SQLAlchemyError as error:
        return f"database: {type(error).__name__}; see `pintu db`"
    return ""


def _look_at(folder: Path) -> Known:
    active = home.active_bundle() if home.active_pointer().is_file() else None
    challenger = home.shadow_bundle()
    state = ["active"] if folder == active else []
    state += ["shadow"] if challenger and folder == challenger.bundle else []
    try:
        manifest, fault = bundles.checked_manifest(folder), ""
    except BundleError as error:
        manifest, fault = _facts(folder), str(error)
        state.append("damaged")
    facts = {key: value for key, value in manifest.items() if key != "files"}
    return Known(folder, facts, _json(folder / "metrics.json"), tuple(state), fault)


def _facts(folder: Path) -> dict[str, Any]:
    return _json(folder / _MANIFEST)


def _json(path: Path) -> dict[str, Any]:
    """An object in a file that may be damaged; empty where it is."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return row if isinstance(row, dict) else {}


def _described(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, str]:
    """A bundle in few words, as `models activate` compares it."""
    names = ("name", "created_at", "backend", "seed", "starter")
    rows = {name: str(manifest.get(name, "-")) for name in names}
    rows["trained on"] = ", ".join(source["name"] for source in manifest.get("training", []))
    return rows | figures(metrics)


def figures(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Figures of `metrics.json` by their path ("urgency.recall")."""
    rows: dict[str, str] = {}
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            rows |= {f"{name}.{key}": text for key, text in figures(value).items()}
        elif isinstance(value, str | int | float):
            rows[name] = f"{value:.4g}" if isinstance(value, float) else str(value)
    return rows
