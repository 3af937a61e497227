"""Problems in the form in which Open311 clients expect them."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from serving.store.database import Unavailable

PREFIX = "/open311/v2"
_CODES = {401: 403, 422: 400}  # what the specification says for a missing key, a bad argument
_ONLY_JSON = "Hanya JSON yang tersedia: ganti .xml di akhir alamat dengan .json."
_DROPPED = ("content-length", "content-type", "www-authenticate")

_Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def translate(app: FastAPI) -> None:
    """Let an application tell its problems in Open311's form below ``PREFIX``."""
    for kind in (HTTPException, RequestValidationError, Unavailable):
        app.exception_handlers[kind] = _translating(app.exception_handlers[kind])


def _translating(handler: Callable[[Request, Any], Any]) -> _Handler:
    async def answer(request: Request, error: Exception) -> Response:
        response: Response = await handler(request, error)
        path: str = request.scope["path"]
        if not path.startswith(f"{PREFIX}/"):
            return response
        only_json = response.status_code == 404 and path.endswith(".xml")
        return _translated(response, _ONLY_JSON if only_json else "")

    return answer


def _translated(response: Response, detail: str) -> JSONResponse:
    problem = json.loads(bytes(response.body))
    code = _CODES.get(response.status_code, response.status_code)
    said = [f"{e['field']}: {e['message']}" for e in problem.get("errors", ())]
    content = [
        {"code": code, "description": line} for line in said or [detail or problem["detail"]]
    ]
    kept = {name: text for name, text in response.headers.items() if name not in _DROPPED}
    return JSONResponse(content, code, kept)
