"""Servers and databases for the tests of faults, and how much is tried.

FAULTS=full (``make faults``) tries as much as was promised; without it, what takes long is skipped
and the rest is tried less often.
"""

import contextlib
import os
import shutil
import signal
import tempfile
import uuid
from pathlib import Path

import pytest
from sqlalchemy import make_url

from serving.store import migrate
from serving.store.database import Database

from .load import Ledger
from .servers import Server

FULL = os.environ.get("FAULTS") == "full"
_TABLE = pytest.StashKey[list[tuple[str, str]]]()


@pytest.fixture(scope="session")
def full():
    """Whether as much is tried as was promised."""
    return FULL


@pytest.fixture
def long():
    """For tests that take long."""
    if not FULL:
        pytest.skip("takes long: make faults")


@pytest.fixture
def table(request):
    """Notes figures for the table at the end of ``make faults``."""
    rows = request.config.stash.setdefault(_TABLE, [])

    def note(**figures):
        told = ", ".join(f"{name} {value}" for name, value in figures.items())
        rows.append((request.node.name.removeprefix("test_"), told))

    return note


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash.get(_TABLE, [])
    if FULL and rows:
        terminalreporter.section("faults")
        for name, told in rows:
            terminalreporter.write_line(f"{name}\n    {told}")


@pytest.fixture
def start(bundle, tmp_path):
    """Starts servers and ends them with the test."""
    servers = []

    def begin(database: str, name: str = "server", bundle=bundle, **settings) -> Server:
        servers.append(Server(tmp_path / name, bundle, database, **settings))
        return servers[-1].start()

    yield begin
    for server in servers:
        server.kill()


@pytest.fixture
def ledger():
    """Opens databases to look into them."""
    opened = []

    def look(url: str) -> Ledger:
        opened.append(Ledger(url))
        return opened[-1]

    yield look
    for one in opened:
        one.database.close()


class Postgres:
    """A PostgreSQL server that can be killed, halted and started again."""

    def __init__(self, folder: Path) -> None:
        self.server = pytest.importorskip("pgserver").get_server(folder)

    def create(self) -> str:
        """The URL of a new, empty database."""
        psycopg = pytest.importorskip("psycopg")
        name = f"faults_{uuid.uuid4().hex}"
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        url = make_url(self.server.get_uri()).set(database=name)
        return url.render_as_string(hide_password=False)

    def kill(self) -> None:
        """End it at once, without a checkpoint."""
        process = self._processes()[0]
        process.send_signal(signal.SIGQUIT)
        process.wait(10)

    def start(self) -> None:
        self.server.ensure_postgres_running()

    def send(self, number: int) -> None:
        """Send a signal to each of its processes; a connection's own may end meanwhile."""
        psutil = pytest.importorskip("psutil")
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _processes(self):
        psutil = pytest.importorskip("psutil")
        first = psutil.Process(self.server.get_pid())
        return [first, *first.children(recursive=True)]


@pytest.fixture(scope="session")
def postgres():
    # Not pytest's folder, which is closed to others: as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="pintu-faults-"))
    made = Postgres(folder)
    yield made
    made.server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_database(tmp_path, request):
    """Makes a database of a kind, with its tables: its URL."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path / 'pintu.db'}"
        else:
            url = request.getfixturevalue("postgres").create()
        database = Database(url)
        migrate.upgrade(database)
        database.close()
        return url

    return make
