"""The routes that recommend units for complaints."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from classifier.router import Router
from data.complaint import Complaint
from data.errors import PintuError
from data.text import clean
from serving.api import examples
from serving.api.answers import BatchOut, RecommendationOut
from serving.api.limits import BatchRoute, JsonRoute
from serving.api.problems import invalid
from serving.api.shared import UNKNOWN_REGION, Ready, declared, named
from serving.api.wire import MOST_CHARACTERS, BatchIn, RouteIn, complaint_from, is_blank
from serving.batcher import Wish
from serving.ops.tracing import span
from serving.security.callers import Intake, charge

_PROBLEMS = (400, 401, 403, 408, 413, 415, 422, 429, 503)
_ONE = named(examples.ROUTE_REQUEST, examples.ASK_REQUEST)
_MANY = named(examples.BATCH_REQUEST)

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
    request: Request,
    sent: Annotated[RouteIn, Body(openapi_examples=_ONE)],
    loaded: Ready,
    _: Intake,
) -> dict[str, Any]:
    """Menentukan unit kerja yang berwenang atas sebuah laporan, tanpa mencatatnya. `explanation`
    hanya ada pada jawaban bila `explain` bernilai `true`."""
    complaint = complaint_from(sent)
    found = faults(loaded, complaint)
    if found:
        raise invalid(found)
    return (await _recommend(request, loaded, [complaint], "", sent))[0]


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
    request: Request,
    sent: Annotated[BatchIn, Body(openapi_examples=_MANY)],
    loaded: Ready,
    caller: Intake,
) -> dict[str, Any]:
    """Menentukan unit kerja untuk paling banyak 256 laporan, tanpa mencatatnya. Semua diperiksa
    lebih dahulu: bila satu saja tidak sah, tidak ada yang diproses."""
    charge(request, caller, len(sent.complaints))
    found: list[tuple[str, str]] = door_faults(loaded, sent.door)
    complaints = [complaint_from(one) for one in sent.complaints]
    for i, complaint in enumerate(complaints):
        found += [(f"complaints[{i}].{f}", m) for f, m in faults(loaded, complaint)]
    if found:
        raise invalid(found)
    return {"recommendations": await _recommend(request, loaded, complaints, sent.door, sent)}


async def _recommend(
    request: Request,
    loaded: Router,
    complaints: Sequence[Complaint],
    door: str,
    asked: RouteIn | BatchIn,
) -> list[dict[str, Any]]:
    wish = Wish(clean(door) or None, asked.top, asked.explain)
    state = request.app.state
    with span("route", complaints=len(complaints)):
        found = await state.batcher.route(loaded, complaints, wish)
    rows = [one.to_row() for one in found]
    for row in rows:
        state.metrics.routed(row)
    return rows


def faults(loaded: Router, complaint: Complaint) -> list[tuple[str, str]]:
    """What the wire model cannot see: text that shows nothing, or that has become too long by
    cleaning (one sign may stand for eighteen), a door that is not known."""
    found = door_faults(loaded, complaint.door)
    if is_blank(complaint.text):
        found.append(("text", "kosong atau hanya berisi karakter tak tampak; tulis isi laporan"))
    for name, most in MOST_CHARACTERS.items():
        if len(getattr(complaint, name)) > most:
            found.append((name, f"paling panjang {most} karakter, sesudah dibersihkan"))
    return found


def door_faults(loaded: Router, door: str) -> list[tuple[str, str]]:
    """The fault of a door that is not known."""
    try:
        if clean(door):
            loaded.door_code(clean(door))
    except PintuError:
        return [("door", UNKNOWN_REGION)]
    return []
