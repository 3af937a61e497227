"""OpenTelemetry traces that hold nothing of what was sent.

FastAPI's own telemetry is off: its spans carry the path and the query. These carry what is listed
here and nothing else: method, route template, status, type of an exception, and counts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.errors import PintuError
from serving.access import method_of, route_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_PARENT = "traceparent"  # not tracestate, nor baggage: their values are free text
_TRACER: ContextVar[Tracer | None] = ContextVar("tracer", default=None)
_PROPAGATOR = TraceContextTextMapPropagator()


def provider() -> "TracerProvider":
    """Sends spans by OTLP over HTTP; the variables OTEL_… say where to and how.

    Raises:
        PintuError: the telemetry extra is not installed.
    """
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        exporter = import_module(_EXPORTER).OTLPSpanExporter()
    except ModuleNotFoundError:
        raise PintuError(
            "PINTU_TRACING needs: pip install 'pintu[telemetry]' (or set it to false)"
        ) from None
    made = TracerProvider(resource=Resource.create({"service.name": "pintu"}))
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


class Tracing:
    """ASGI middleware: one span a request, a child of the caller's where ``traceparent`` names it.

    Args:
        app: what answers.
        provider: of the spans.
    """

    def __init__(self, app: ASGIApp, provider: "TracerProvider") -> None:
        self.app = app
        self.tracer = provider.get_tracer("pintu")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        sent = Headers(scope=scope).get(_PARENT)
        parent = _PROPAGATOR.extract({_PARENT: sent} if sent else {})
        method = method_of(scope)
        token = _TRACER.set(self.tracer)
        try:
            with self.tracer.start_as_current_span(
                method,
                context=parent,
                kind=SpanKind.SERVER,
                record_exception=False,
                set_status_on_exception=False,
            ) as current:
                try:
                    with _failing(current):
                        await self.app(scope, receive, send_noting)
                finally:
                    _complete(current, method, route_of(scope), status)
        finally:
            _TRACER.reset(token)


@contextmanager
def span(name: str, **counts: int) -> Iterator[None]:
    """A step inside a request, where traces are made; else nothing.

    Args:
        name: of the step, a word of the code's own.
        counts: attributes; numbers alone, so that no text gets out.
    """
    tracer = _TRACER.get()
    if tracer is None:
        yield
        return
    attributes = {f"pintu.{key}": value for key, value in counts.items()}
    with (
        tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as current,
        _failing(current),
    ):
        yield


@contextmanager
def _failing(current: Span) -> Iterator[None]:
    """Notes an exception's type; its message may repeat a complaint's text."""
    try:
        yield
    except BaseException as error:
        current.set_attribute("error.type", type(error).__name__)
        current.set_status(StatusCode.ERROR)
        raise


def _complete(current: Span, method: str, route: str, status: int) -> None:
    current.update_name(f"{method} {route}")
    attributes: dict[str, Any] = {"http.request.method": method, "http.route": route}
    if status:
        attributes["http.response.status_code"] = status
    current.set_attributes(attributes)
    if status >= 500 or not status:
        current.set_status(StatusCode.ERROR)
