"""The routes that take complaints in and tell what became of them."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response

from classifier.router import Router
from data.text import clean
from serving.api import examples_cases as examples
from serving.api.answers_cases import CaseOut, CasesOut, ReceivedManyOut, ReceivedOut
from serving.api.limits import BatchRoute, JsonRoute
from serving.api.problems import CONFLICT, NOT_FOUND, Problem, invalid
from serving.api.routes import door_faults, faults
from serving.api.shared import Ready, Stored, declared, in_thread, named
from serving.api.taking import taken
from serving.api.wire import complaint_from
from serving.api.wire_cases import ID_PATTERN, CaseIn, CasesIn, CasesQuery
from serving.desk import Intake as Arrived
from serving.security.callers import Caller, Intake, charge
from serving.store.cases import case, history, latest_answer, page
from serving.store.course import ruled_out
from serving.store.submissions import Conflict, Recorded

_PROBLEMS = (400, 401, 403, 408, 409, 413, 415, 422, 429, 503)
_FOUND = (401, 403, 404, 422, 429, 503)
_OWN_FIELDS = ("reporter", "reporter_name", "anonymous", "secret", "lat", "long")

RetryKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[\x21-\x7e]*$",
        description="Pengenal kiriman; kiriman ulang dengan pengenal yang sama mendapat jawaban "
        "yang sama dan tidak dicatat dua kali.",
    ),
]
CasePath = Annotated[
    str, Path(pattern=ID_PATTERN, description="Nomor laporan di Pintu (`complaint_id`).")
]

router = APIRouter(route_class=JsonRoute)
batch_router = APIRouter(route_class=BatchRoute)


@router.post(
    "/v1/complaints",
    operation_id="receive",
    summary="Terima, teruskan, dan catat satu laporan",
    status_code=201,
    response_model=ReceivedOut,
    response_model_exclude_unset=True,
    response_description="Laporan yang dicatat",
    responses=declared(*_PROBLEMS),
)
async def receive(
    request: Request,
    response: Response,
    sent: Annotated[CaseIn, Body(openapi_examples=named(examples.RECEIVE_REQUEST))],
    loaded: Ready,
    _: Stored,
    caller: Intake,
    retry_key: RetryKey = "",
) -> Any:
    """Menentukan unit kerja dan mencatat laporan; jawaban datang sesudah catatan itu aman di
    penyimpanan. Kirim `id` atau kepala `Idempotency-Key`: kiriman ulang mendapat jawaban yang
    sama, dengan kepala `Idempotent-Replayed: true`. Isi disamarkan lebih dahulu, dan rekomendasi
    dihitung atas isi yang disamarkan."""
    recorded = await _take(request, loaded, caller, [sent], "", retry_key)
    if recorded[0].replayed:
        response.headers["Idempotent-Replayed"] = "true"
    response.headers["Location"] = f"/v1/complaints/{recorded[0].id}"
    return _received(recorded[0])


@batch_router.post(
    "/v1/complaints/batch",
    operation_id="receiveBatch",
    summary="Terima, teruskan, dan catat banyak laporan",
    status_code=201,
    response_model=ReceivedManyOut,
    response_model_exclude_unset=True,
    response_description="Laporan-laporan yang dicatat, dalam urutan yang sama",
    responses=declared(*_PROBLEMS),
)
async def receive_batch(
    request: Request,
    sent: Annotated[CasesIn, Body(openapi_examples=named(examples.RECEIVE_MANY_REQUEST))],
    loaded: Ready,
    _: Stored,
    caller: Intake,
    retry_key: RetryKey = "",
) -> Any:
    """Seperti `/v1/complaints` untuk paling banyak 256 laporan: semua dicatat atau tidak satu
    pun."""
    charge(request, caller, len(sent.complaints))
    recorded = await _take(request, loaded, caller, sent.complaints, sent.door, retry_key)
    return {"complaints": [_received(one) for one in recorded]}


@router.get(
    "/v1/complaints/{complaint_id}",
    operation_id="case",
    summary="Satu laporan dengan perjalanannya",
    response_model=CaseOut,
    response_model_exclude_unset=True,
    response_description="Laporan",
    responses=declared(*_FOUND),
)
async def one_case(complaint_id: CasePath, stored: Stored, caller: Intake) -> Any:
    """Isi laporan yang disamarkan, keadaannya, dan semua yang terjadi dengannya. Sebuah kunci
    dengan lingkup `intake` hanya melihat laporan yang dikirim dengan kunci itu."""

    def read() -> dict[str, Any]:
        with stored.reading() as connection:
            row = case(connection, complaint_id)
            if row is None or not may_see(row, caller):
                raise not_found()
            return told(
                row,
                caller,
                latest_answer(connection, complaint_id),
                ruled_out(connection, complaint_id),
                history(connection, complaint_id),
            )

    return await in_thread(read)


@router.get(
    "/v1/complaints",
    operation_id="cases",
    summary="Daftar laporan",
    response_model=CasesOut,
    response_description="Satu halaman laporan",
    responses=declared(401, 403, 422, 429, 503),
)
async def list_cases(query: Annotated[CasesQuery, Query()], stored: Stored, caller: Intake) -> Any:
    """Laporan dalam urutan kedatangan. Ulangi dengan `after` dari `next` untuk halaman berikut;
    laporan baru selalu datang sesudah halaman terakhir, jadi tidak ada yang terlewat."""
    after = place_of(query.after)
    owner = None if sees_all(caller) else caller.key_id

    def read() -> Sequence[Any]:
        with stored.reading() as connection:
            return page(connection, after, query.limit + 1, key_id=owner, status=query.status)

    rows = await in_thread(read)
    shown = rows[: query.limit]
    return {
        "complaints": [summary_of(row) for row in shown],
        "next": cursor(shown[-1].number) if len(rows) > len(shown) else "",
    }


async def _take(
    request: Request,
    loaded: Router,
    caller: Caller,
    sent: Sequence[CaseIn],
    door: str,
    retry_key: str,
) -> list[Recorded]:
    arrived = [arrived_from(one) for one in sent]
    one_by_one = len(sent) == 1 and not door
    found = door_faults(loaded, door)
    for i, one in enumerate(arrived):
        prefix = "" if one_by_one else f"complaints[{i}]."
        found += [(f"{prefix}{field}", m) for field, m in faults(loaded, one.complaint)]
    found += _repeated(arrived)
    if found:
        raise invalid(found)
    outcome = await taken(request, loaded, arrived, caller, door=clean(door), retry_key=retry_key)
    if isinstance(outcome, Conflict):
        raise _conflict(outcome, alone=one_by_one)
    return outcome


def arrived_from(sent: CaseIn) -> Arrived:
    """What came in, from what was sent."""
    own = {name: getattr(sent, name) for name in _OWN_FIELDS}
    name = clean(own.pop("reporter_name"))
    return Arrived(
        complaint_from(sent), sent=sent.model_dump(), names=[name] if name else [], **own
    )


def _repeated(arrived: Sequence[Arrived]) -> list[tuple[str, str]]:
    """Faults of a batch in which two complaints bear the same number."""
    first: dict[str, int] = {}
    found = []
    for i, one in enumerate(arrived):
        known = first.setdefault(one.complaint.id, i) if one.complaint.id else i
        if known != i:
            found.append((f"complaints[{i}].id", f"sama dengan complaints[{known}].id"))
    return found


def _conflict(conflict: Conflict, *, alone: bool) -> Problem:
    message = "nomor atau Idempotency-Key ini sudah dipakai untuk laporan lain; beri yang baru"
    names = ["id" if alone else f"complaints[{i}].id" for i in conflict.positions]
    return Problem(CONFLICT, "Tidak ada yang dicatat.", [(name, message) for name in names])


def _received(recorded: Recorded) -> dict[str, Any]:
    return {
        "complaint_id": recorded.id,
        "id": recorded.caller_id,
        "received_at": recorded.received_at,
        "recommendation": recorded.answer,
    }


def not_found() -> Problem:
    """The problem of a case that does not exist, or not for this caller."""
    return Problem(NOT_FOUND, "Tidak ada laporan dengan nomor ini.")


def sees_all(caller: Caller) -> bool:
    """Whether a caller sees the cases that others brought."""
    return bool(caller.scopes & {"review", "admin"})


def may_see(row: Any, caller: Caller) -> bool:
    """Whether a caller may see a case."""
    return sees_all(caller) or row.key_id == caller.key_id


def summary_of(row: Any) -> dict[str, Any]:
    """A case without its text."""
    return {
        "complaint_id": row.id,
        "id": row.caller_id,
        "received_at": row.received_at,
        "status": row.status,
        "unit_id": row.unit_id,
        "urgent": row.urgent,
        "bundle": row.bundle,
    }


def told(
    row: Any,
    caller: Caller,
    answer: Mapping[str, Any] | None,
    excluded: Sequence[str],
    events: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """A case as a caller may see it: a secret one's words only by review and admin."""
    hidden = row.secret and not sees_all(caller)
    return summary_of(row) | {
        "title": "" if hidden else row.title,
        "text": "" if hidden else row.text,
        "anonymous": row.anonymous,
        "secret": row.secret,
        "erased": row.erased_at is not None,
        "ruled_out": excluded,
        "recommendation": None if hidden or row.erased_at else answer,
        "history": [dict(event) | ({"note": ""} if hidden else {}) for event in events],
    }


def cursor(number: int) -> str:
    """A place in a list, opaque to clients."""
    return base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


def place_of(after: str) -> int:
    """The number behind a cursor; 0 for none.

    Raises:
        Problem: 422, it is none of ours.
    """
    try:
        number = int(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))) if after else 0
    except (ValueError, binascii.Error):
        number = -1
    if not 0 <= number < 2**63:
        raise invalid([("after", "bukan penanda halaman; kirim `next` dari jawaban sebelumnya")])
    return number
