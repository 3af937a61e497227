"""A served router of a small trained bundle (``bundle`` comes from the conftest above)."""

import asyncio
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, update
from sqlalchemy.exc import ProgrammingError

from classifier import bundle as bundles
from classifier.calibration import CalibrationCases
from classifier.router import Router
from classifier.settings import Proof
from serving.app import create_app
from serving.settings import Settings
from serving.store import migrate, tables
from serving.store.audit import START
from serving.store.database import Database


class Client:
    """Calls an application in-process, one event loop a call."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def __call__(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://pintu") as client:
                return await client.request(method, path, **given)

        return asyncio.run(call())

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self("GET", path, **given)

    def post(self, path: str, json: Any = None, **given: Any) -> httpx.Response:
        return self("POST", path, json=json, **given)

    def raw(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """Post bytes as they are, declared as JSON unless the headers say otherwise."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self(
            "POST", path, content=body, headers={"content-type": "application/json"} | named
        )


@pytest.fixture(scope="session")
def router(bundle: Path) -> Router:
    return Router.load(bundle)


@pytest.fixture(scope="session")
def proven(bundle: Path) -> Router:
    """The same bundle as if 400 cases of Surabaya had been answered, nearly all rightly."""
    made = bundles.load(bundle)
    levels = {"0.9": {"": 0.05}, "0.95": {"": 0.002}}
    made.settings = replace(made.settings, proofs={"35.78": Proof(cases=400, shortlist=levels)})
    made.calibration = CalibrationCases.from_row(
        {
            "group": ["35.78"] * 400,
            "mandate": ["jalan", "kependudukan"] * 200,
            "label": ["jalan", "kependudukan"] * 200,
            "raw": [0.9] * 400,
            "probability": [0.5 + i / 1000 for i in range(400)],
            "second": [0.05] * 400,
            "labelled": [0.5] * 400,
            "right": [i != 7 for i in range(400)],
            "block": [i % 4 for i in range(400)],
        }
    )
    return Router(made)


@pytest.fixture(scope="session")
def serve() -> Callable[..., Client]:
    """Makes a client of a router (or None) under the given settings."""

    def make(router: Router | None, **settings: Any) -> Client:
        return Client(create_app(router, Settings(**settings)))

    return make


@pytest.fixture(scope="session")
def client(serve: Callable[..., Client], router: Router) -> Client:
    return serve(router)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own."""
    pgserver = pytest.importorskip("pgserver")
    # Not pytest's folder, which is closed to others: as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="pintu-postgres-"))
    server = pgserver.get_server(folder, cleanup_mode=None)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # no test loses power
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    # At once, without writing what is thrown away: pgserver's own way took half a minute.
    os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


def _created(server: str) -> str:
    """The URL of a new empty database of a PostgreSQL server."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database without tables, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'pintu.db'}"
    return _created(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables, to be copied."""
    path: Path = tmp_path_factory.mktemp("sqlite") / "pintu.db"
    made = Database(f"sqlite:///{path}")
    migrate.upgrade(made)
    made.close()
    return path


@pytest.fixture(scope="session")
def postgres_url(postgres: str) -> str:
    """The URL of a PostgreSQL database with the tables, to be emptied before each test."""
    url = _created(postgres)
    made = Database(url)
    migrate.upgrade(made)
    made.close()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with its tables and no rows, once of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / "pintu.db")
        opened = Database(f"sqlite:///{tmp_path / 'pintu.db'}")
    else:
        opened = Database(request.getfixturevalue("postgres_url"))
        _empty(opened)
    yield opened
    opened.close()


def _empty(database: Database) -> None:
    """Take the rows out, or build the tables anew where a test has broken them."""
    names = ", ".join(table for table in tables.metadata.tables if table != "audit_head")
    try:
        with database.writing() as connection:
            connection.exec_driver_sql(
                "SET LOCAL session_replication_role = replica"
            )  # no triggers
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
            connection.execute(update(tables.audit_head).values(number=0, hash=START))
    except ProgrammingError:
        with database.writing() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        migrate.upgrade(database)


@pytest.fixture
def keeper(proven: Router, database: Database) -> Iterator[Client]:
    """A client of a server that keeps cases, once on each kind of database."""
    app = create_app(proven, Settings(), database)
    yield Client(app)
    app.state.writer.close()
