"""Around every request: its id, the security headers, one log line, and the last safety net."""

import logging
import re
import time
import traceback
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.problems import FAILURE, Problem, problem_response

if TYPE_CHECKING:
    from serving.ops.metrics import Metrics

ACCESS = logging.getLogger("pintu.access")
ERRORS = logging.getLogger("pintu.errors")

OTHER = "-"  # stands for methods and paths that a client made up
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# It is logged, so it must not be an identity number (16 digits) either.
_REQUEST_ID = re.compile(r"(?!(.*[._-])?\d{16}([._-]|$))[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Access:
    """ASGI middleware. It logs method, path template, status and duration, and nothing that a
    client sent: no query, no body, no unknown path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        sent_id = Headers(scope=scope).get("x-request-id", "")
        request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else uuid.uuid4().hex
        metrics: Metrics | None = getattr(scope["app"].state, "metrics", None)
        if metrics is not None:
            metrics.request_begins()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), scope, request_id)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            ERRORS.error("%s", describe(error), extra={"request_id": request_id})
            if status:
                raise  # half an answer is out; the server has to cut the connection
            problem = Problem(FAILURE, "Coba lagi nanti. Bila berulang, hubungi pengelola server.")
            await problem_response(problem, scope)(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            method, path = method_of(scope), route_of(scope)
            if metrics is not None:
                metrics.request_ends(method, path, status, seconds)
            ACCESS.info(
                "request",
                extra={
                    "method": method,
                    "path": path,
                    "status": status,
                    "ms": round(1000 * seconds, 1),
                    "request_id": request_id,
                },
            )


def method_of(scope: Scope) -> str:
    """A request's method, ``OTHER`` for an unusual one: it is free text of the client's."""
    method: str = scope["method"]
    return method if method in _METHODS else OTHER


def route_of(scope: Scope) -> str:
    """The template of the path that answered, ``OTHER`` if none did."""
    path: str = getattr(scope.get("route"), "path", OTHER)
    return path


def describe(error: BaseException) -> str:
    """An exception's type and place; not its message, which may repeat a complaint's text."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _add_headers(headers: MutableHeaders, scope: Scope, request_id: str) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers["X-Request-ID"] = request_id
    router: Any = scope["app"].state.router if "app" in scope else None
    if router is not None:
        headers["X-Pintu-Bundle"] = quote(router.name)
