"""The routes of Open311 GeoReport v2, in JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from sqlalchemy import ColumnElement
from starlette.responses import JSONResponse

from classifier.router import Router
from data.complaint import Complaint
from data.text import clean
from serving.api.cases import RetryKey, not_found, sees_all
from serving.api.problems import CONFLICT, NOT_FOUND, Problem
from serving.api.shared import Ready, Stored, in_thread
from serving.api.taking import taken
from serving.desk import Intake as Arrived
from serving.open311 import answers, queries, wire
from serving.open311.errors import PREFIX, translate
from serving.open311.form import FormRequest, KeyedRoute
from serving.open311.wire import RequestIn, RequestsIn
from serving.security.callers import Caller, Intake
from serving.store.database import Database
from serving.store.submissions import Conflict

_CHANGED = "2026-03-01T00:00:00+07:00"  # when these routes last changed

services_router = APIRouter(prefix=PREFIX, include_in_schema=False)
router = APIRouter(prefix=PREFIX, include_in_schema=False, route_class=KeyedRoute)


def add(app: FastAPI) -> None:
    """Open the door: its routes, and problems in its own form."""
    app.include_router(services_router)
    app.include_router(router)
    translate(app)


@services_router.get("/discovery.json")
async def discovery(request: Request) -> Any:
    """Where the door is and what it speaks."""
    return {
        "changeset": _CHANGED,
        "contact": "Pengelola server ini",
        "key_service": "Mintalah kunci API kepada pengelola server ini.",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": f"{request.base_url}{PREFIX[1:]}",
                "changeset": _CHANGED,
                "type": "production",
                "formats": ["application/json"],
            }
        ],
    }


@services_router.get("/services.json")
async def services(loaded: Ready) -> Any:
    """Every mandate as a service."""
    return [answers.service(mandate) for mandate in loaded.registry.mandates.values()]


@services_router.get("/services/{service_code}.json")
async def definition(service_code: str, loaded: Ready) -> Any:
    """A service's definition: none asks for more than the others."""
    if service_code not in loaded.registry.mandates:
        raise Problem(NOT_FOUND, "Tidak ada layanan dengan service_code ini; lihat services.json.")
    return {"service_code": service_code, "attributes": []}


@router.post("/requests.json", status_code=201)
async def receive(
    request: FormRequest,
    response: Response,
    loaded: Ready,
    _: Stored,
    caller: Intake,
    retry_key: RetryKey = "",
) -> Any:
    """Mask, route and record a service request; durable when this answers."""
    sent = wire.read(RequestIn, await request.fields(), loaded)
    outcome = await taken(request, loaded, [_arrived(sent)], caller, retry_key=retry_key)
    if isinstance(outcome, Conflict):
        raise Problem(CONFLICT, "Idempotency-Key ini sudah dipakai untuk laporan lain.")
    [recorded] = outcome
    response.headers["Location"] = f"{PREFIX}/requests/{recorded.id}.json"
    if recorded.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    said = answers.notice(recorded.answer)
    return [{"service_request_id": recorded.id, "service_notice": said, "account_id": None}]


@router.get("/requests.json")
async def search(request: Request, loaded: Ready, stored: Stored, caller: Intake) -> Response:
    """Service requests, the newest first."""
    asked = wire.read(RequestsIn, request.query_params.multi_items(), loaded)
    if asked.service_request_id is not None:  # overrides the others, by the specification
        wanted = queries.by_ids(asked.service_request_id)
    else:
        start, end = wire.window(asked, datetime.now(UTC))
        wanted = queries.by_choice(
            start,
            end,
            doors=_written(loaded, asked.jurisdiction_id),
            mandates=asked.service_code,
            states=asked.status,
        )
    offset = (asked.page - 1) * asked.page_size
    return await in_thread(
        lambda: JSONResponse(_found(stored, loaded, caller, wanted, asked.page_size, offset))
    )


@router.get("/requests/{service_request_id}.json")
async def one(service_request_id: str, loaded: Ready, stored: Stored, caller: Intake) -> Any:
    """One service request, in a list."""
    wanted = queries.by_ids([clean(service_request_id)])
    found = await in_thread(lambda: _found(stored, loaded, caller, wanted, 1))
    if not found:
        raise not_found()
    return found


def _arrived(sent: RequestIn) -> Arrived:
    complaint = Complaint(
        text=sent.description,
        channel=wire.channel_of(sent),
        door=sent.jurisdiction_id,
        address=wire.address_of(sent),
    )
    return Arrived(
        complaint,
        sent=sent.model_dump(),
        names=wire.names_of(sent),
        reporter=wire.reporter_of(sent),
        lat=sent.lat,
        long=sent.long,
    )


def _found(
    stored: Database,
    loaded: Router,
    caller: Caller,
    wanted: Sequence[ColumnElement[bool]],
    limit: int,
    offset: int = 0,
) -> list[dict[str, Any]]:
    owner = None if sees_all(caller) else caller.key_id
    with stored.reading() as connection:
        rows = queries.service_requests(
            connection, wanted, key_id=owner, limit=limit, offset=offset
        )
    return [answers.service_request(row, loaded.registry) for row in rows]


def _written(loaded: Router, code: str) -> list[str]:
    """The forms in which a door may have been written: its code, or its name."""
    region = loaded.registry.regions.get(code)
    return [code, region.name, region.full, region.government] if region else []
