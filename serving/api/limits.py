"""Reads a request's body within bounds: bytes, seconds, media type, and strict JSON."""

import re
from collections.abc import Callable, Coroutine
from email.message import Message as Header
from typing import Any, ClassVar

import anyio
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from serving.api.problems import BAD_JSON, TOO_LARGE, TOO_SLOW, WRONG_TYPE, Problem
from serving.security.callers import admitted

_PLACE = re.compile(r"at line (?P<line>\d+) column (?P<column>\d+)$")
_REASONS = (
    ("EOF", "JSON terputus sebelum selesai"),
    ("trailing comma", "ada koma berlebih"),
    ("trailing characters", "ada karakter sesudah akhir JSON"),
    ("recursion limit", "objek atau daftar bersarang terlalu dalam"),
    ("key must be a string", "nama field harus diapit tanda kutip ganda"),
    (
        "control character",
        "ganti baris dan karakter kendali di dalam teks harus ditulis \\n, \\t …",
    ),
    ("invalid escape", "tanda \\ di dalam teks harus ditulis \\\\"),
    ("unexpected end of hex", "kode \\u di dalam teks tidak berpasangan"),
    ("lone", "kode \\u di dalam teks tidak berpasangan"),
    ("number out of range", "bilangan terlalu besar"),
    ("invalid number", "bilangan tidak sah"),
    ("expected `:`", "kurang tanda titik dua"),
    ("expected `,`", "kurang koma atau kurung tutup"),
    (
        "expected value",
        "di sini seharusnya ada nilai (teks, bilangan, objek, atau daftar)",
    ),
)


class JsonRequest(Request):
    """A request whose body is read within ``limit`` bytes and only as JSON."""

    limit: int
    seconds: float

    async def body(self) -> bytes:
        """The body.

        Raises:
            Problem: it is not declared as JSON (415), too large (413), too slow (408), empty (400).
        """
        if not hasattr(self, "_body"):
            self._check_type()
            self._check_size(int(self.headers.get("content-length") or 0))
            try:
                with anyio.fail_after(self.seconds):
                    self._body = await self._read()
            except TimeoutError:
                detail = f"Isi permintaan tidak tiba lengkap dalam {self.seconds:g} detik."
                raise Problem(TOO_SLOW, detail) from None
            if not self._body:
                raise Problem(BAD_JSON, "Isi permintaan kosong; kirim sebuah objek JSON.")
        return self._body

    async def json(self) -> Any:
        """The body as JSON values.

        Raises:
            Problem: 400 with line and column.
        """
        return parse(await self.body())

    async def _read(self) -> bytes:
        read = bytearray()
        async for chunk in self.stream():
            self._check_size(len(read) + len(chunk))
            read += chunk
        return bytes(read)

    def _check_size(self, size: int) -> None:
        if size > self.limit:
            raise Problem(TOO_LARGE, f"Isi permintaan paling besar {self.limit} byte.")

    def _check_type(self) -> None:
        plain = self.headers.get("content-type") == "application/json"
        if plain and "content-encoding" not in self.headers:
            return  # what nearly every client sends
        header = Header()
        header["content-type"] = self.headers.get("content-type", "")
        charset = header.get_content_charset("utf-8")
        if header.get_content_type() != "application/json" or charset not in (
            "utf-8",
            "us-ascii",
        ):
            raise Problem(WRONG_TYPE, "Kirim isi dengan kepala Content-Type: application/json.")
        if self.headers.get("content-encoding", "identity") != "identity":
            raise Problem(WRONG_TYPE, "Kirim isi tanpa kompresi (Content-Encoding).")


class JsonRoute(APIRoute):
    """A route that reads its body through ``JsonRequest``, up to ``Settings.max_body`` bytes."""

    limit: ClassVar = "max_body"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            settings = request.app.state.settings
            strict = JsonRequest(request.scope, request.receive)
            strict.limit = getattr(settings, self.limit)
            strict.seconds = settings.body_seconds
            await admitted(request)  # before anything of the body is read
            return await handle(strict)

        return bounded


class BatchRoute(JsonRoute):
    """A ``JsonRoute`` for bodies of up to ``Settings.max_batch_body`` bytes."""

    limit = "max_batch_body"


def parse(body: bytes) -> Any:
    """JSON values from UTF-8 bytes; a byte order mark is skipped, NaN and Infinity are refused.

    Raises:
        Problem: 400 with the line and the column (in characters, from 1) of the fault.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return from_json(body.decode(), allow_inf_nan=False)
    except UnicodeDecodeError as error:
        line_start = body.rfind(b"\n", 0, error.start) + 1
        line, column = (
            body.count(b"\n", 0, error.start) + 1,
            error.start - line_start + 1,
        )
        reason = "teks bukan UTF-8 yang sah"
    except ValueError as error:
        found = _PLACE.search(str(error))
        line, column = (int(found["line"]), int(found["column"])) if found else (1, 1)
        reason = next((text for key, text in _REASONS if str(error).startswith(key)), "")
    raise Problem(BAD_JSON, _where(body, line, column) + (f": {reason}." if reason else "."))


def _where(body: bytes, line: int, column: int) -> str:
    """A place in words; the column is given in bytes and told in characters."""
    before = body.split(b"\n")[line - 1][: max(column, 1)]
    return f"Kesalahan di baris {line}, kolom {max(len(before.decode(errors='replace')), 1)}"
