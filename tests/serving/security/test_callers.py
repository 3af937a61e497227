"""What routes ask for: scopes, shares, and the answers of those who may not call."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException

from serving.api.problems import on_http_exception
from serving.security.callers import Admin, Caller, Intake, Reviewer, admitted, charge
from serving.settings import Settings

ROUTES = ("intake", "review", "admin")


@pytest.fixture
def app(bench):
    made = FastAPI(exception_handlers={HTTPException: on_http_exception})
    made.state.settings = Settings()
    made.state.database = bench.database
    made.state.gate = bench.gate

    def told(caller: Caller) -> dict[str, str]:
        return {"actor": caller.actor}

    @made.post("/intake")
    async def intake(caller: Intake):
        return told(caller)

    @made.post("/review")
    async def review(caller: Reviewer):
        return told(caller)

    @made.post("/admin")
    async def admin(caller: Admin):
        return told(caller)

    @made.post("/batch")
    async def batch(request: Request, caller: Intake, complaints: int):
        charge(request, caller, complaints)
        await admitted(request)  # once a request, however often it is asked
        return told(caller)

    return made


@pytest.fixture
def call(app):
    """Posts with a key and gives the answer."""

    def post(path, key="", **params):
        async def send():
            transport = httpx.ASGITransport(app=app)
            headers = {"X-API-Key": key} if key else {}
            async with httpx.AsyncClient(transport=transport, base_url="http://pintu") as client:
                return await client.post(path, headers=headers, params=params)

        return asyncio.run(send())

    return post


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (("intake",), {"intake"}),
        (("review",), {"review"}),
        (("intake", "review"), {"intake", "review"}),
        (("admin",), {"intake", "review", "admin"}),
    ],
)
def test_each_scope_opens_its_own_routes_and_admin_all(call, bench, scopes, allowed):
    key = bench.make(*scopes)
    for route in ROUTES:
        answer = call(f"/{route}", key)
        assert answer.status_code == (200 if route in allowed else 403)
        if route not in allowed:
            assert f"'{route}'" in answer.json()["detail"]
            assert answer.json()["type"] == "/docs#tidak-berhak"


def test_without_keys_everything_is_open(call):
    answers = [call(f"/{route}") for route in ROUTES]
    assert [answer.json() for answer in answers] == [{"actor": "local"}] * 3
    assert "ratelimit-limit" not in answers[0].headers


def test_who_calls_is_told_to_the_route(call, bench):
    key = bench.make()
    assert call("/intake", key).json() == {"actor": f"key:{key.split('_')[1]}"}


def test_an_answer_without_a_key(call, bench):
    bench.make()
    answer = call("/intake")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="pintu"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/docs#kunci-salah"


def test_a_share_that_is_used_up(call, bench):
    key = bench.make(per_minute=12)
    first, second, third = (call("/intake", key) for _ in range(3))
    told = [first.headers[f"ratelimit-{name}"] for name in ("limit", "remaining", "reset")]
    assert told == ["12", "1", "5"]
    assert (second.status_code, second.headers["ratelimit-remaining"]) == (200, "0")
    assert (third.status_code, third.headers["retry-after"]) == (429, "5")
    assert third.json()["type"] == "/docs#terlalu-sering"
    bench.seconds += 5
    assert call("/intake", key).status_code == 200


def test_a_batch_counts_as_its_complaints(call, bench):
    key = bench.make(per_minute=60)
    assert call("/batch", key, complaints=30).status_code == 200
    assert call("/intake", key).headers["retry-after"] == "21"


def test_refused_calls_of_a_wrong_scope_count_too(call, bench):
    key = bench.make(per_minute=6)
    assert call("/admin", key).status_code == 403
    assert call("/admin", key).status_code == 429


def test_a_gate_is_made_of_the_applications_database(call, app, bench):
    bench.make()
    del app.state.gate
    assert call("/intake").status_code == 401


def test_shares_without_a_folder_to_write_in(call, app, bench, tmp_path, monkeypatch, caplog):
    key = bench.make(per_minute=6)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PINTU_HOME", str(tmp_path / "file" / "home"))
    bench.gate._rates = None
    assert [call("/intake", key).status_code for _ in range(2)] == [200, 429]
    assert len(caplog.records) == 1
