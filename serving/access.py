"""Around every request: its id, the security headers, one log line, and the last safety net."""

import logging
import re
import time
import traceback
import uuid
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.problems import FAILURE, Problem, problem_response

ACCESS = logging.getLogger("pintu.access")
ERRORS = logging.getLogger("pintu.errors")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
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
            milliseconds = round(1000 * (time.perf_counter() - started), 1)
            ACCESS.info(
                "request",
                extra={
                    "method": scope["method"],
                    "path": getattr(scope.get("route"), "path", "-"),
                    "status": status,
                    "ms": milliseconds,
                    "request_id": request_id,
                },
            )


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
