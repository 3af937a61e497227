"""The routes that recommend units for complaints."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, TypeVar

import anyio.to_thread
from fastapi import APIRouter, Body

from classifier.router import Router
from data.complaint import Complaint
from data.errors import PintuError
from data.text import clean
from serving.api import examples
from serving.api.answers import BatchOut, RecommendationOut
from serving.api.limits import BatchRoute, JsonRoute
from serving.api.problems import invalid
from serving.api.shared import THREADS, UNKNOWN_REGION, Ready, declared, named
from serving.api.wire import BatchIn, ComplaintIn, RouteIn, complaint_from, is_blank

# What may be routed on the event loop: some 10 ms. A text of 1,000 characters may take 50 ms, since
# its matters are looked for.
INLINE_COMPLAINTS = 3
INLINE_CHARACTERS = 500
_PROBLEMS = (400, 408, 413, 415, 422, 503)
_ONE = named(examples.ROUTE_REQUEST, examples.ASK_REQUEST)
_MANY = named(examples.BATCH_REQUEST)

_T = TypeVar("_T")

router = APIRouter(route_class=JsonRoute)
batch_router = APIRouter(route_class=BatchRoute)


@router.post(
    "/v1/route",
    operation_id="route",
    summary="Rekomendasi untuk satu laporan",
    response_model=RecommendationOut,
    response_model_exclude_unset=True,  # no explanation unless one was asked for
    response_description="Rekomendasi",
    responses=declared(*_PROBLEMS),
)
async def route(
    sent: Annotated[RouteIn, Body(openapi_examples=_ONE)], loaded: Ready
) -> dict[str, Any]:
    """Menentukan unit kerja yang berwenang atas sebuah laporan. `explanation` hanya ada pada
    jawaban bila `explain` bernilai `true`."""
    return await _run([sent], partial(_route_one, loaded, sent))


@batch_router.post(
    "/v1/route/batch",
    operation_id="routeBatch",
    summary="Rekomendasi untuk banyak laporan",
    response_model=BatchOut,
    response_model_exclude_unset=True,
    response_description="Rekomendasi dalam urutan yang sama",
    responses=declared(*_PROBLEMS),
)
async def route_batch(
    sent: Annotated[BatchIn, Body(openapi_examples=_MANY)], loaded: Ready
) -> dict[str, Any]:
    """Menentukan unit kerja untuk paling banyak 256 laporan. Semua diperiksa lebih dahulu:
    bila satu saja tidak sah, tidak ada yang diproses."""
    return await _run(sent.complaints, partial(_route_batch, loaded, sent))


async def _run(sent: Sequence[ComplaintIn], work: Callable[[], _T]) -> _T:
    """Does short work at once, and longer work in a thread, so that others need not wait."""
    size = sum(len(complaint.text) for complaint in sent)
    if len(sent) <= INLINE_COMPLAINTS and size <= INLINE_CHARACTERS:
        return work()
    return await anyio.to_thread.run_sync(work, limiter=THREADS)


def _route_one(loaded: Router, sent: RouteIn) -> dict[str, Any]:
    complaint = complaint_from(sent)
    faults = _faults(loaded, complaint)
    if faults:
        raise invalid(faults)
    return _recommend(loaded, [complaint], "", sent)[0]


def _route_batch(loaded: Router, sent: BatchIn) -> dict[str, Any]:
    faults: list[tuple[str, str]] = _door_faults(loaded, sent.door)
    complaints = []
    for i, one in enumerate(sent.complaints):
        complaints.append(complaint_from(one))
        faults += [(f"complaints[{i}].{f}", m) for f, m in _faults(loaded, complaints[-1])]
    if faults:
        raise invalid(faults)
    return {"recommendations": _recommend(loaded, complaints, sent.door, sent)}


def _recommend(
    loaded: Router, complaints: Sequence[Complaint], door: str, asked: RouteIn | BatchIn
) -> list[dict[str, Any]]:
    found = loaded.route(
        complaints, door=clean(door) or None, top=asked.top, explained=asked.explain
    )
    return [recommendation.to_row() for recommendation in found]


def _faults(loaded: Router, complaint: Complaint) -> list[tuple[str, str]]:
    """What the wire model cannot see: text that shows nothing, a door that is not known."""
    blank = is_blank(complaint.text)
    empty = [("text", "kosong atau hanya berisi karakter tak tampak; tulis isi laporan")]
    return (empty if blank else []) + _door_faults(loaded, complaint.door)


def _door_faults(loaded: Router, door: str) -> list[tuple[str, str]]:
    try:
        if clean(door):
            loaded.door_code(clean(door))
    except PintuError:
        return [("door", UNKNOWN_REGION)]
    return []
