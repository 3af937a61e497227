"""The routes that tell about the model, the units, and the server itself."""

import hashlib
import json
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from classifier.router import Router
from data.text import clean
from serving.api.answers import StatusOut, UnitsOut
from serving.api.answers_model import ModelOut, model_facts
from serving.api.problems import invalid
from serving.api.shared import THREADS, UNKNOWN_REGION, Ready, declared, in_thread
from serving.api.wire import UnitsQuery, is_blank
from serving.store.database import Database

router = APIRouter()


@router.get(
    "/v1/model",
    operation_id="model",
    summary="Paket model yang dipakai",
    response_model=ModelOut,
    response_description="Keterangan paket model",
    responses={304: {"description": "Tidak berubah"}, **declared(503)},
)
async def model(
    request: Request,
    response: Response,
    loaded: Ready,
) -> Any:
    """Nama, asal-usul, dan ukuran mutu paket model, aturan instansi yang berlaku, dan batas
    penerusan otomatis setiap kelompok laporan. Kirim kembali `ETag` sebagai kepala
    `If-None-Match` untuk mendapat jawaban 304 selama paket dan aturan tidak berganti."""
    facts = model_facts(loaded)
    written = json.dumps(facts, sort_keys=True, default=str).encode()
    tag = f'"{hashlib.sha256(written).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = {
        part.strip().removeprefix("W/")
        for part in request.headers.get("if-none-match", "").split(",")
    }
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return facts


@router.get(
    "/v1/units",
    operation_id="units",
    summary="Cari unit kerja",
    response_model=UnitsOut,
    response_description="Unit kerja yang cocok",
    responses=declared(422, 503),
)
async def units(query: Annotated[UnitsQuery, Query()], loaded: Ready) -> dict[str, Any]:
    """Mencari unit kerja dengan namanya; singkatan dan salah ketik dimaklumi."""
    wanted = clean(query.q)
    if is_blank(wanted):
        raise invalid([("q", "tidak boleh kosong")])
    search = partial(loaded.units, wanted, _region_code(loaded, query.region), query.limit)
    found = await anyio.to_thread.run_sync(search, limiter=THREADS)
    return {
        "units": [
            {
                "unit_id": unit.unit_id,
                "unit": unit.name,
                "agency": unit.agency,
                "mandate": unit.mandate,
                "region_code": unit.region_code,
                "serves": unit.serves,
            }
            for unit in found
        ]
    }


@router.get(
    "/healthz",
    operation_id="healthz",
    summary="Apakah server hidup",
    response_model=StatusOut,
    response_description="Ya",
)
async def healthz() -> dict[str, str]:
    """Selalu 200 selama server berjalan."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Apakah server siap menjawab",
    response_model=StatusOut,
    response_description="Ya",
    responses=declared(503),
)
async def readyz(request: Request, _: Ready) -> dict[str, str]:
    """200 bila paket model sudah dimuat dan diuji, dan penyimpanan menjawab; 503 bila belum."""
    database: Database | None = request.app.state.database
    if database:
        await in_thread(database.ping)
    return {"status": "ok"}


def _region_code(loaded: Router, written: str) -> str | None:
    if not clean(written):
        return None
    found = loaded.registry.regions.find(clean(written))
    if not found:
        raise invalid([("region", UNKNOWN_REGION)])
    return found[0]
