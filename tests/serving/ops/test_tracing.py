"""Traces: one span a request with steps inside, and nothing in them of what was sent."""

import sys

import anyio
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from data.errors import PintuError
from serving.access import Access
from serving.ops.tracing import Tracing, provider, span

SECRET = "Rahasia3578011506900001"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def exported():
    return InMemorySpanExporter()


@pytest.fixture
def traced(exported):
    """Adds tracing into the fixture's exporter to an application."""
    made = TracerProvider(shutdown_on_exit=False)
    made.add_span_processor(SimpleSpanProcessor(exported))

    def add(app):
        app.add_middleware(Tracing, provider=made)
        return app

    return add


@pytest.fixture
def client(traced, client_of):
    app = FastAPI(telemetry={"tracing": False, "logs": False})

    @app.post("/cases/{case}")
    async def answer(case: str):
        with span("route", complaints=2):
            await anyio.to_thread.run_sync(store)
        return {}

    @app.post("/broken/{case}")
    async def broken(case: str):
        with span("store"):
            raise ValueError(SECRET)

    def store():
        with span("store"):
            pass

    app.add_middleware(Access)
    app.state.router = None
    return client_of(traced(app))


@pytest.fixture
def client_of(serve):
    return type(serve(None))


def everything(exported):
    return " ".join(one.to_json() for one in exported.get_finished_spans())


def test_a_request_has_a_span_with_its_steps(client, exported):
    client.post(f"/cases/{SECRET}?q={SECRET}", json={"text": SECRET})
    spans = {one.name: one for one in exported.get_finished_spans()}
    assert set(spans) == {"POST /cases/{case}", "route", "store"}
    whole = spans["POST /cases/{case}"]
    assert dict(whole.attributes) == {
        "http.request.method": "POST",
        "http.route": "/cases/{case}",
        "http.response.status_code": 200,
    }
    assert spans["route"].parent.span_id == whole.context.span_id
    assert spans["store"].parent.span_id == spans["route"].context.span_id  # over a thread
    assert dict(spans["route"].attributes) == {"pintu.complaints": 2}


def test_nothing_that_was_sent_is_in_a_trace(client, exported):
    headers = {"tracestate": f"a={SECRET}", "baggage": f"a={SECRET}", "traceparent": PARENT}
    headers |= {"authorization": f"Bearer {SECRET}", "x-request-id": SECRET, "host": "pintu"}
    client.post(f"/cases/{SECRET}?q={SECRET}", json={"text": SECRET}, headers=headers)
    client.post(f"/broken/{SECRET}", json={"text": SECRET}, headers=headers)
    client(SECRET.upper(), f"/{SECRET}", headers=headers)
    assert len(exported.get_finished_spans()) == 6
    assert SECRET.lower() not in everything(exported).lower()


def test_a_failure_tells_its_type_alone(client, exported):
    assert client.post(f"/broken/{SECRET}").status_code == 500
    step, whole = exported.get_finished_spans()
    assert step.attributes["error.type"] == "ValueError"
    assert step.status.status_code == whole.status.status_code == StatusCode.ERROR
    assert not step.events
    assert not step.status.description


def test_the_callers_trace_goes_on(client, exported):
    client.post("/cases/1", headers={"traceparent": PARENT})
    assert {f"{one.context.trace_id:032x}" for one in exported.get_finished_spans()} == {TRACE}


@pytest.mark.parametrize("sent", ["", "nonsense", f"00-{'0' * 32}-{'0' * 16}-01", "x" * 5000])
def test_a_wrong_parent_begins_a_trace_of_its_own(client, exported, sent):
    assert client.post("/cases/1", headers={"traceparent": sent}).status_code == 200
    assert exported.get_finished_spans()[-1].parent is None


def test_an_unknown_path_is_not_told(client, exported):
    client.get(f"/{SECRET}")
    assert exported.get_finished_spans()[0].name == "GET -"


def test_the_service_itself_can_be_traced(serve, router, traced, exported):
    client = serve(router)
    traced(client.app)
    answer = client.post("/v1/route", {"text": f"Lampu jalan padam {SECRET}", "door": "35.78"})
    assert answer.status_code == 200
    assert exported.get_finished_spans()[-1].name == "POST /v1/route"
    assert SECRET not in everything(exported)


def test_without_tracing_a_step_costs_nothing_and_is_nowhere():
    with span("route", complaints=1):
        pass


def test_an_exception_passes_through_a_step():
    with pytest.raises(ValueError, match="x"), span("route"):
        raise ValueError("x")


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(PintuError, match=r"pintu\[telemetry\]"):
        provider()
