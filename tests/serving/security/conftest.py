"""A gate over a database of each kind, with clocks that a test moves."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from serving.api.problems import Problem
from serving.security import keys
from serving.security.gate import Gate
from serving.security.rate import Rates
from serving.security.ring import KeyRing
from serving.settings import Settings
from serving.store import tables
from serving.store.audit import START
from serving.store.database import Database

NOW = datetime.now(UTC).replace(microsecond=0)


class Bench:
    """A gate, the clocks it goes by, and short ways to make keys and show them."""

    def __init__(self, database, folder: Path, host: str = "127.0.0.1") -> None:
        self.database = database
        self.seconds = 1000.0
        self.wall = NOW.timestamp()
        self.ring = KeyRing(database, lambda: self.seconds, patience=2.0)
        rates = Rates(folder, lambda: int(self.seconds * 1e9))
        settings = Settings(host=host)
        self.gate = Gate(settings, database, ring=self.ring, rates=rates, now=lambda: self.wall)

    def make(self, *scopes: str, **given) -> str:
        with self.database.writing() as connection:
            wanted = {"actor": "test", "now": NOW} | given
            return keys.create(connection, "Uji", scopes or ["intake"], **wanted)

    def show(self, *values: str, name: bytes = b"x-api-key"):
        """The caller of a request with these keys, or its problem."""
        return self.send(*((name, value.encode("latin-1")) for value in values))

    def send(self, *headers: tuple[bytes, bytes]):
        async def call():
            try:
                return await self.gate.caller(headers)
            except Problem as problem:
                return problem

        return asyncio.run(call())

    def settle(self) -> None:
        """Wait for a reading that goes on in the background."""
        if self.ring._reading:
            self.ring._reading.result(10)

    def goes_down(self) -> None:
        """Make the database fail: its table of keys is gone."""
        with self.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE api_keys RENAME TO api_keys_gone")

    def comes_back(self) -> None:
        with self.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE api_keys_gone RENAME TO api_keys")


@pytest.fixture
def sqlite(tmp_path):
    opened = Database(f"sqlite:///{tmp_path / 'pintu.db'}")
    with opened.writing() as connection:
        tables.metadata.create_all(connection)
        connection.execute(insert(tables.audit_head).values(id=1, number=0, hash=START))
    yield opened
    opened.close()


@pytest.fixture
def bench(sqlite, tmp_path):
    return Bench(sqlite, tmp_path)


@pytest.fixture
def public(sqlite, tmp_path):
    return Bench(sqlite, tmp_path, host="0.0.0.0")


@pytest.fixture
def stored(database, tmp_path):
    """Once of each kind of database, where that may matter."""
    return Bench(database, tmp_path)


@pytest.fixture
def later():
    return lambda **given: NOW + timedelta(**given)
