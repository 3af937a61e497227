"""Where a server may listen, and whose pages may call it."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from data.errors import PintuError
from serving.security import keys
from serving.security.listening import cors, is_loopback, origins, refuse_public
from serving.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_addresses_need_no_key(host, sqlite):
    assert is_loopback(host)
    refuse_public(Settings(host=host), sqlite)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "example.org"])
def test_public_addresses_need_an_active_key(host, bench):
    settings = Settings(host=host)
    with pytest.raises(PintuError, match="pintu keys create NAME --scope intake"):
        refuse_public(settings, bench.database)
    key = bench.make()
    refuse_public(settings, bench.database)
    with bench.database.writing() as connection:
        keys.revoke(connection, key, actor="test", now=datetime.now(UTC))
    with pytest.raises(PintuError, match="no API key is active"):
        refuse_public(settings, bench.database)


@pytest.fixture
def call():
    def send(method, cors_origins, **headers):
        app = FastAPI()
        cors(app, Settings(cors_origins=cors_origins))

        @app.post("/x")
        async def x():
            return {}

        async def request():
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://pintu") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, "/x", headers=named)

        return asyncio.run(request())

    return send


PREFLIGHT = {"access_control_request_method": "POST", "access_control_request_headers": "x-api-key"}


def test_no_other_origin_may_call_by_default(call):
    assert "access-control-allow-origin" not in call("POST", "", origin="https://a.id").headers
    assert call("OPTIONS", "", origin="https://a.id", **PREFLIGHT).status_code == 405


def test_named_origins_may_call_without_cookies(call):
    listed = "https://a.id, http://localhost:3000"
    answer = call("POST", listed, origin="https://a.id")
    assert answer.headers["access-control-allow-origin"] == "https://a.id"
    assert "access-control-allow-credentials" not in answer.headers
    assert call("OPTIONS", listed, origin="http://localhost:3000", **PREFLIGHT).status_code == 200


@pytest.mark.parametrize("origin", ["https://b.id", "http://a.id", "https://a.id.b.id", "null"])
def test_other_origins_may_not(call, origin):
    answer = call("POST", "https://a.id", origin=origin)
    assert "access-control-allow-origin" not in answer.headers
    assert call("OPTIONS", "https://a.id", origin=origin, **PREFLIGHT).status_code == 400


@pytest.mark.parametrize("origin", ["*", "a.id", "https://a.id/", "https://A.id", "null"])
def test_what_is_no_origin_is_told(origin):
    with pytest.raises(PintuError, match="PINTU_CORS_ORIGINS"):
        origins(Settings(cors_origins=f"https://b.id,{origin}"))
