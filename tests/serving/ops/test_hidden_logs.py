"""Logs in JSON that never hold text, keys or identity numbers, whoever writes them."""

import json
import os
import subprocess
import sys

import pytest
from starlette.routing import Route

from serving.access import ACCESS
from serving.logs import JsonLines

TEXT, NIK, KEY = "Rumah Pak Rahasia bocor", "3578011506900001", "pintu_abcdefghij_kunci"
PLANTED = f"{TEXT} {NIK} {KEY}"

# Everything in a process of its own, as the server sets it up: hooks belong to the interpreter.
_SCRIPT = """
import asyncio, gc, logging, logging.config, sys, threading, warnings
from serving.logs import hide_messages, log_config
PLANTED = sys.argv[1]
logging.config.dictConfig(log_config("debug"))
hide_messages()

def fail():
    raise ValueError(PLANTED)

def caught():
    try:
        fail()
    except ValueError as error:
        raise KeyError(PLANTED) from error

def in_a_thread():
    thread = threading.Thread(target=caught)
    thread.start()
    thread.join()

async def in_a_task():
    async def work():
        fail()
    task = asyncio.create_task(work(), name=PLANTED)
    await asyncio.sleep(0)
    del task
    gc.collect()
    asyncio.get_running_loop().call_soon(fail)
    await asyncio.sleep(0)

class Fails:
    def __del__(self):
        fail()

def in_a_library():
    for name in ("httpx", "sqlalchemy.pool", "asyncio", "anything"):
        logging.getLogger(name).warning("sent %s", PLANTED)
        logging.getLogger(name).error(f"sent {PLANTED}")
        try:
            fail()
        except ValueError:
            logging.getLogger(name).exception("failed %s", PLANTED)

def in_our_own():
    log = logging.getLogger("pintu.errors")
    try:
        caught()
    except KeyError as error:
        log.error("failed: %s", error)
        log.error(error)
        log.exception("failed")
    log.error("%d wrong arguments", PLANTED)
    log.error("too many", PLANTED)

def in_the_database():
    from sqlalchemy import create_engine, text
    with create_engine("sqlite://").connect() as connection:
        try:
            connection.execute(text("INSERT INTO none VALUES (:a)"), {"a": PLANTED})
        except Exception:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

async def at_start():
    import uvicorn
    from starlette.applications import Starlette
    from contextlib import asynccontextmanager
    @asynccontextmanager
    async def lifespan(app):
        fail()
        yield
    config = uvicorn.Config(Starlette(lifespan=lifespan), port=0, log_config=None)
    try:
        await uvicorn.Server(config).serve()
    except SystemExit:
        pass

in_a_thread()
asyncio.run(in_a_task())
Fails()
warnings.warn(PLANTED)
in_a_library()
in_our_own()
in_the_database()
asyncio.run(at_start())
fail()
"""


@pytest.fixture(scope="module")
def logged():
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT, PLANTED],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONWARNINGS": "always"},
    )
    assert run.stdout == ""
    return run.stderr


@pytest.fixture(scope="module")
def rows(logged):
    return [json.loads(line) for line in logged.splitlines()]


def test_nothing_planted_gets_out(logged):
    for planted in (TEXT, NIK, KEY):
        assert planted not in logged


def test_every_line_is_json_with_time_level_and_logger(rows):
    assert len(rows) > 20
    assert all({"time", "level", "logger", "message"} <= set(row) for row in rows)


def test_an_exception_in_a_thread_is_told_with_its_places_and_cause(rows):
    row = next(row for row in rows if row["message"] == "a thread ended")
    assert row["error"].startswith("KeyError at ")
    assert row["frames"][0].endswith(" caught")
    assert "from ValueError" in row["frames"]
    assert row["frames"][-2].endswith(" fail")


@pytest.mark.parametrize("message", ["uncaught", "could not be raised"])
def test_what_python_would_print_is_told(rows, message):
    assert next(r for r in rows if r["message"] == message)["error"].startswith("ValueError at ")


def test_a_forgotten_task_is_told(rows):
    found = [row for row in rows if row["logger"] == "asyncio" and "frames" in row]
    assert any("call_soon" not in row["message"] for row in found)
    assert all(row["message"].startswith("hidden; see ") for row in found)


def test_a_warning_is_told_with_its_place(rows):
    row = next(row for row in rows if row["logger"] == "py.warnings")
    assert row["message"].endswith(": UserWarning")


def test_a_failed_start_is_told_with_its_places(rows):
    found = [row["message"] for row in rows if row["logger"] == "uvicorn.error"]
    assert any(m.startswith("exception at <string>:") and " fail" in m for m in found)


def test_a_broken_message_is_told_with_its_place(rows):
    assert sum(row["message"].startswith("broken; see ") for row in rows) == 2


@pytest.fixture
def lines(capsys, caplog):
    """What was logged while a test called the service, as the server would write it."""

    def get():
        written = "\n".join(JsonLines().format(record) for record in caplog.records)
        captured = capsys.readouterr()
        return written + captured.out + captured.err

    caplog.set_level("DEBUG")
    return get


def test_a_failing_handler_tells_no_text(serve, lines):
    async def broken(request):
        raise RuntimeError((await request.body()).decode())

    client = serve(None)
    client.app.router.routes.append(Route("/broken", broken, methods=["POST"]))
    headers = {"x-request-id": NIK, "authorization": f"Bearer {KEY}"}
    answer = client.post(f"/broken?q={TEXT}", {"text": PLANTED}, headers=headers)
    assert answer.status_code == 500
    found = lines()
    assert "RuntimeError at " in found
    assert not any(planted in found for planted in (TEXT, NIK, KEY))
    assert answer.headers["x-request-id"] != NIK


def test_a_request_tells_neither_path_nor_query_nor_method(serve, router, lines):
    client = serve(router)
    client.post("/v1/route", {"text": PLANTED, "door": "35.78", "id": NIK})
    client.post("/v1/route", {"text": PLANTED, "door": KEY})
    client(NIK, f"/{KEY}/{NIK}?q={TEXT}")
    found = lines()
    assert found.count('"logger": "pintu.access"') == 3
    assert not any(planted in found for planted in (TEXT, NIK, KEY))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a1-b2.c3_d4", True),
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("1234567890123456a", True),  # no identity number: letters beside it
        (NIK, False),
        (f"id-{NIK}", False),
        (f"{NIK}.1", False),
        ("x" * 65, False),
        ("a b", False),
    ],
)
def test_a_request_id_is_kept_unless_it_may_be_an_identity_number(serve, sent, kept):
    answer = serve(None).get("/nowhere", headers={"x-request-id": sent})
    assert (answer.headers["x-request-id"] == sent) is kept


def test_a_request_is_one_line_with_its_figures(serve, caplog):
    caplog.set_level("INFO", ACCESS.name)
    serve(None).get("/nowhere")
    row = json.loads(JsonLines().format(caplog.records[-1]))
    assert (row["method"], row["path"], row["status"]) == ("GET", "-", 404)
    assert row["ms"] >= 0
