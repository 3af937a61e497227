"""A second bundle beside the trained one, and complaints in a database."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from serving.store.database import Database
from serving.store.ids import new_id
from serving.store.tables import complaints

Copy = Callable[[str], Path]
Arrive = Callable[..., list[str]]
TEXTS = ("Lampu jalan padam di depan pasar", "KTP saya belum jadi", "Sampah menumpuk di kali")


@pytest.fixture(scope="session")
def copied(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Makes a bundle with the same model under another name."""

    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp("copies") / name
        shutil.copytree(bundle, folder)
        manifest = folder / "manifest.json"
        row = json.loads(manifest.read_text(encoding="utf-8")) | {"name": name}
        manifest.write_text(json.dumps(row), encoding="utf-8")
        return folder

    return make


@pytest.fixture(scope="session")
def second(copied: Copy) -> Path:
    return copied("second")


@pytest.fixture
def damaged(copied: Copy) -> Path:
    """A bundle with one byte flipped."""
    folder = copied("damaged")
    path = folder / "model" / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    return folder


@pytest.fixture
def arrive() -> Arrive:
    """Puts complaints into a database and gives their ids."""

    def put(database: Database, *texts: str, **values: Any) -> list[str]:
        rows = [
            {"id": new_id(), "received_at": datetime.now(UTC), "text": text, **values}
            for text in texts or TEXTS
        ]
        with database.writing() as connection:
            for row in rows:
                connection.execute(insert(complaints).values(row))
        return [str(row["id"]) for row in rows]

    return put


@pytest.fixture
def database_url(database: Database) -> str:
    """The URL of the test's ``database``."""
    return database.url.render_as_string(hide_password=False)


def erase(database: Database, complaint_id: str) -> None:
    with database.writing() as connection:
        connection.execute(
            update(complaints)
            .where(complaints.c.id == complaint_id)
            .values(text="", erased_at=datetime.now(UTC))
        )
