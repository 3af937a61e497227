"""Errors as problem details (RFC 9457), in plain words that never repeat what was sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match
from starlette.types import Scope

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 20  # errors that one answer lists
_MAX_NAME = 80  # characters of a field's name that are repeated


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its slug (the anchor on the documentation page), status and title."""

    slug: str
    status: int
    title: str


BAD_JSON = ProblemKind("json-rusak", 400, "Isi permintaan bukan JSON yang sah")
BAD_REQUEST = ProblemKind("permintaan-rusak", 400, "Permintaan tidak dapat dibaca")
UNKNOWN_CALLER = ProblemKind("kunci-salah", 401, "Kunci API tidak ada atau tidak berlaku")
NOT_ALLOWED = ProblemKind("tidak-berhak", 403, "Kunci API ini tidak berhak")
NOT_FOUND = ProblemKind("tidak-ditemukan", 404, "Alamat atau laporan tidak ditemukan")
WRONG_METHOD = ProblemKind("metode-salah", 405, "Metode tidak didukung di alamat ini")
TOO_SLOW = ProblemKind("terlalu-lambat", 408, "Isi permintaan terlalu lama tiba")
CONFLICT = ProblemKind("bentrok", 409, "Bertentangan dengan yang sudah tercatat")
TOO_LARGE = ProblemKind("terlalu-besar", 413, "Isi permintaan terlalu besar")
WRONG_TYPE = ProblemKind("jenis-isi", 415, "Jenis isi permintaan tidak didukung")
INVALID = ProblemKind("isian-tidak-sah", 422, "Isian tidak sah")
TOO_OFTEN = ProblemKind("terlalu-sering", 429, "Terlalu banyak permintaan")
FAILURE = ProblemKind("gangguan", 500, "Terjadi gangguan di server")
NOT_READY = ProblemKind("belum-siap", 503, "Pintu belum siap")
OVERLOADED = ProblemKind("terlalu-sibuk", 503, "Pintu terlalu sibuk")
STORE_DOWN = ProblemKind("penyimpanan", 503, "Penyimpanan tidak dapat dihubungi")
KINDS = (
    BAD_JSON,
    BAD_REQUEST,
    UNKNOWN_CALLER,
    NOT_ALLOWED,
    NOT_FOUND,
    WRONG_METHOD,
    TOO_SLOW,
    CONFLICT,
    TOO_LARGE,
    WRONG_TYPE,
    INVALID,
    TOO_OFTEN,
    FAILURE,
    NOT_READY,
    OVERLOADED,
    STORE_DOWN,
)
_BY_STATUS = {kind.status: kind for kind in reversed(KINDS)} | {400: BAD_REQUEST}
_DETAILS = {
    400: "Permintaan tidak mengikuti aturan HTTP.",
    404: "Tidak ada layanan di alamat ini. Lihat /docs untuk daftar alamat.",
    405: "Lihat kepala Allow atau /docs untuk metode yang didukung.",
}


_HEADERS = {
    # The rest of a body that was not read would be taken for the next request.
    TOO_LARGE: {"Connection": "close"},
    TOO_SLOW: {"Connection": "close"},
    NOT_READY: {"Retry-After": "5"},
    OVERLOADED: {"Retry-After": "2"},
    STORE_DOWN: {"Retry-After": "5"},
}


class Problem(HTTPException):
    """A problem that ends a request.

    Args:
        kind: which problem.
        detail: what happened and what to do, in Indonesian, without anything that was sent.
        errors: (field as in the JSON, message) for each fault of the input.
    """

    def __init__(
        self, kind: ProblemKind, detail: str, errors: Iterable[tuple[str, str]] = ()
    ) -> None:
        super().__init__(kind.status, detail, _HEADERS.get(kind))
        self.kind = kind
        self.errors = list(errors)


def invalid(errors: Sequence[tuple[str, str]]) -> Problem:
    """The problem of input that breaks the rules: one (field, message) a fault."""
    count = len(errors)
    more = f", {MAX_ERRORS} yang pertama ditampilkan" if count > MAX_ERRORS else ""
    return Problem(INVALID, f"{count} isian perlu diperbaiki{more}.", errors[:MAX_ERRORS])


def problem_response(problem: Problem, scope: Scope) -> JSONResponse:
    """The answer that carries a problem."""
    content: dict[str, Any] = {
        "type": f"/docs#{problem.kind.slug}",
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": problem.detail,
        "instance": quote(scope["path"]),
    }
    if problem.errors:
        content["errors"] = [{"field": f, "message": message} for f, message in problem.errors]
    return JSONResponse(content, problem.kind.status, problem.headers, MEDIA_TYPE)


async def on_http_exception(request: Request, error: Exception) -> JSONResponse:
    """Answers a raised problem, or what the framework raises (404, 405)."""
    assert isinstance(error, HTTPException)
    problem = _as_problem(error)
    if problem.kind is WRONG_METHOD:
        problem.headers = {"Allow": ", ".join(sorted(_allowed(request)))}
    return problem_response(problem, request.scope)


def _allowed(request: Request) -> set[str]:
    """The methods of every route at a path; the framework tells those of the first one."""
    included = ((getattr(one, "original_router", None), one) for one in request.app.routes)
    routes = [route for router, one in included for route in (router.routes if router else [one])]
    return {
        method
        for route in routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    }


def _as_problem(error: HTTPException) -> Problem:
    if isinstance(error, Problem):
        return error
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        kind = BAD_REQUEST if error.status_code < 500 else FAILURE
    problem = Problem(kind, _DETAILS.get(kind.status, kind.title + "."))
    problem.headers = error.headers
    return problem


async def on_store_down(request: Request, _: Exception) -> JSONResponse:
    """Answers that the database could not be reached or written: nothing was lost."""
    detail = "Tidak ada yang berubah. Coba lagi sebentar lagi; kirim ulang dengan `id` yang sama."
    return problem_response(Problem(STORE_DOWN, detail), request.scope)


async def on_invalid_input(request: Request, error: Exception) -> JSONResponse:
    """Answers input that breaks the rules, each fault with its field and a remedy."""
    assert isinstance(error, RequestValidationError)
    errors = [(field_name(e["loc"][1:]), message(e)) for e in error.errors()]
    return problem_response(invalid(errors), request.scope)


def field_name(path: Sequence[str | int]) -> str:
    """A field's path as people write it.

    >>> field_name(("complaints", 3, "text"))
    'complaints[3].text'
    """
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            short = part if len(part) <= _MAX_NAME else part[:_MAX_NAME] + "…"
            name += f".{short}" if name else short
    return name or "(isi)"


_MESSAGES = {
    "missing": "wajib diisi",
    "extra_forbidden": "tidak dikenal; hapus atau perbaiki namanya (lihat /docs)",
    "string_type": "harus berupa teks; hilangkan field ini bila kosong",
    "string_too_short": "tidak boleh kosong",
    "string_too_long": "paling panjang {max_length} karakter",
    "bool_type": "harus true atau false, tanpa tanda kutip",
    "int_type": "harus berupa bilangan bulat",
    "int_parsing": "harus berupa bilangan bulat",
    "int_parsing_size": "bilangan terlalu besar",
    "int_from_float": "harus berupa bilangan bulat",
    "greater_than_equal": "paling kecil {ge}",
    "less_than_equal": "paling besar {le}",
    "list_type": "harus berupa daftar",
    "too_short": "paling sedikit {min_length} butir",
    "too_long": "paling banyak {max_length} butir",
    "model_attributes_type": "harus berupa objek JSON",
    "model_type": "harus berupa objek JSON",
    "dict_type": "harus berupa objek JSON",
}


def message(error: Mapping[str, Any]) -> str:
    """What is wrong, in Indonesian, from one of pydantic's error dictionaries."""
    if error["type"].startswith("pintu_"):
        return str(error["msg"])
    template = _MESSAGES.get(error["type"], "tidak sah; lihat /docs")
    return template.format_map(error.get("ctx") or {})
