"""What several routes share: the loaded router, threads, and how answers are declared."""

from typing import Annotated, Any

import anyio
from fastapi import Depends, Request

from classifier.router import Router
from serving.api.answers import ProblemOut
from serving.api.problems import KINDS, NOT_READY, Problem

THREADS = anyio.CapacityLimiter(4)  # for work of tens of milliseconds; they share the interpreter
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
