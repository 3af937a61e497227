"""Reads what Open311 clients send: forms within bounds, and a key among the parameters."""

import codecs
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from email.message import Message as Header
from typing import Any
from urllib.parse import parse_qsl

from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from serving.api.limits import JsonRequest
from serving.api.problems import BAD_JSON, BAD_REQUEST, WRONG_TYPE, Problem, invalid
from serving.security.callers import admitted

MAX_FIELDS = 64  # the specification knows 17
_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
_KEY = "api_key"

Fields = Sequence[tuple[str, str]]


class FormRequest(JsonRequest):
    """A request whose body is a form of texts in UTF-8."""

    async def fields(self) -> Fields:
        """The form's fields as they were sent, after those of the query.

        Raises:
            Problem: it is no such form (400, 415), too large (413), too slow (408), or holds a
                file (422).
        """
        if not hasattr(self, "_fields"):
            body = await self.body()
            fields = _fields if self._kind() == _FORM else self._parts
            self._fields = [*self.query_params.multi_items(), *await fields(body)]
        return self._fields

    async def body(self) -> bytes:
        """The body; an empty one is a form without fields, whose faults are told later."""
        try:
            return await super().body()
        except Problem as problem:
            if problem.kind is not BAD_JSON:
                raise
            return self._body

    def _check_type(self) -> None:
        if self._kind() not in (_FORM, _PARTS):
            raise Problem(WRONG_TYPE, f"Kirim isi dengan kepala Content-Type: {_FORM}.")
        if not _is_utf8(self._content_type().get_content_charset("utf-8")):
            raise Problem(WRONG_TYPE, "Kirim isi dalam UTF-8 (Content-Type: …; charset=utf-8).")
        if self.headers.get("content-encoding", "identity") != "identity":
            raise Problem(WRONG_TYPE, "Kirim isi tanpa kompresi (Content-Encoding).")

    def _kind(self) -> str:
        return self._content_type().get_content_type()

    def _content_type(self) -> Header:
        header = Header()
        header["content-type"] = self.headers.get("content-type", "")
        return header

    async def _parts(self, body: bytes) -> Fields:
        async def stream() -> AsyncGenerator[bytes, None]:
            yield body

        bounds = {"max_fields": MAX_FIELDS, "max_files": MAX_FIELDS, "max_part_size": len(body) + 1}
        parser = MultiPartParser(self.headers, stream(), **bounds)
        parser.spool_max_size = len(body) + 1  # nothing of it may touch the disk
        boundary = self._content_type().get_boundary("")
        if f"--{boundary}--".encode() not in body:  # the parser drops a part that was cut off
            raise _unreadable()
        try:
            found = (await parser.parse()).multi_items()
        except MultiPartException:
            raise _unreadable() from None
        files = [
            name
            for name, value in found
            if isinstance(value, UploadFile) and (value.filename or value.size)
        ]
        if files:
            raise invalid([(name, "berkas tidak diterima; kirim teks saja") for name in files])
        _decoded(body)  # the parser reads what is no UTF-8 as Latin-1
        return [(name, value) for name, value in found if isinstance(value, str)]


class KeyedRoute(APIRoute):
    """A route that takes a key as header or as parameter, and reads its form within the bounds of
    the settings. Without a key outside of it, the form is read before the caller is known."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            settings = request.app.state.settings
            form = FormRequest(request.scope, request.receive)
            form.limit, form.seconds = settings.max_body, settings.body_seconds
            await _show_key(form)
            await admitted(form)
            return await handle(form)

        return bounded


async def _show_key(request: FormRequest) -> None:
    """Put a key that is a parameter where the gate looks for it; a header comes first."""
    if "x-api-key" in request.headers or "authorization" in request.headers:
        return
    keys = [value for value in request.query_params.getlist(_KEY) if value]
    if not keys and request.method == "POST":
        keys = [value for name, value in await request.fields() if name == _KEY and value]
    shown = [(b"x-api-key", key.encode()) for key in keys]
    request.scope["headers"] = [*request.scope["headers"], *shown]


async def _fields(body: bytes) -> Fields:
    try:
        return parse_qsl(
            _decoded(body), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except UnicodeDecodeError:
        raise _no_utf8() from None
    except ValueError:
        raise _unreadable() from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise _no_utf8() from None


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):  # unknown, or no name at all
        return False


def _no_utf8() -> Problem:
    return Problem(BAD_REQUEST, "Isi formulir bukan teks UTF-8 yang sah.")


def _unreadable() -> Problem:
    return Problem(BAD_REQUEST, f"Formulir rusak, atau memuat lebih dari {MAX_FIELDS} isian.")
