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


def declared(*problems: int, example: Any = None) -> dict[int | str, dict[str, Any]]:
    """The answers of a route for the OpenAPI document: an example, and problems by status."""
    titles = {kind.status: kind.title for kind in reversed(KINDS)}
    answers: dict[int | str, dict[str, Any]] = {
        status: {"model": ProblemOut, "description": titles[status]}
        for status in sorted({*problems, 500})
    }
    if example is not None:
        answers[200] = {"content": {"application/json": {"examples": named(example)}}}
    return answers


def named(example: Any) -> dict[str, Any]:
    """An example as OpenAPI wants it on a media type."""
    return {"contoh": {"value": example}}
