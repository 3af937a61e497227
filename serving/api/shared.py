"""What several routes share: the loaded router, threads, and how answers are declared."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import Depends, Request

from classifier.router import Router
from serving.api.answers import ProblemOut
from serving.api.problems import KINDS, NOT_READY, STORE_DOWN, Problem
from serving.store.database import Database

THREADS = anyio.CapacityLimiter(4)  # for work of tens of milliseconds; they share the interpreter
READERS = anyio.CapacityLimiter(8)  # for work that waits for the database

_T = TypeVar("_T")
UNKNOWN_REGION = (
    "bukan daerah yang dikenal; tulis kode Kemendagri (35.78) atau nama lengkapnya "
    "(Kota Surabaya, Kabupaten Bandung, Jawa Timur)"
)


async def ready_router(request: Request) -> Router:
    """The loaded router.

    Raises:
        Problem: 503, none is loaded yet.
    """
    loaded: Router | None = request.app.state.router
    if loaded is None:
        raise Problem(NOT_READY, "Paket model belum dimuat. Coba lagi beberapa saat lagi.")
    return loaded


Ready = Annotated[Router, Depends(ready_router)]


async def open_database(request: Request) -> Database:
    """The database.

    Raises:
        Problem: 503, the server was started without one.
    """
    database: Database | None = request.app.state.database
    if database is None:
        raise Problem(STORE_DOWN, "Server ini berjalan tanpa penyimpanan laporan.")
    return database


Stored = Annotated[Database, Depends(open_database)]


async def in_thread(work: Callable[[], _T]) -> _T:
    """Do work that waits for the database, off the event loop."""
    return await anyio.to_thread.run_sync(work, limiter=READERS)


def declared(*problems: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a route for the OpenAPI document: problems by status."""
    titles = {kind.status: kind.title for kind in reversed(KINDS)}
    return {
        status: {"model": ProblemOut, "description": titles[status]}
        for status in sorted({*problems, 500})
    }


def named(*examples: Any) -> dict[str, Any]:
    """Examples as OpenAPI wants them on a media type."""
    return {f"contoh{i}": {"value": example} for i, example in enumerate(examples, 1)}
