"""The application: routes, problem details and headers around one router."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from classifier.router import Router
from serving.access import Access
from serving.api import cases, course, docs, lookup, metrics, problems, routes
from serving.api.examples import ANSWERS
from serving.api.shared import named
from serving.batcher import Batcher
from serving.desk import Desk
from serving.logs import hide_messages
from serving.open311 import routes as open311
from serving.ops.gauges import Gauges
from serving.ops.loading import load_router
from serving.ops.metrics import Metrics
from serving.ops.shadow_runner import ShadowRunner
from serving.ops.swap import BundleWatcher
from serving.security.listening import cors
from serving.security.secret import secret
from serving.settings import Settings, configured
from serving.store.database import Database, Unavailable
from serving.store.opening import open_database
from serving.store.writer import GroupWriter
from serving.webhooks.delivery import Deliverer

_DESCRIPTION = (
    "Pintu menunjukkan unit kerja yang berwenang atas sebuah laporan warga. "
    "Semua isi berupa JSON dalam UTF-8."
)


class _Described(FastAPI):
    """FastAPI with what it leaves out of its OpenAPI document: the media type of problems, and
    the example answers, whose nulls it would take away."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                _complete(operation)
        return document


def create_app(
    router: Router | None, settings: Settings, database: Database | None = None
) -> FastAPI:
    """The application around a loaded router.

    Args:
        router: what answers; None answers 503 until ``app.state.router`` is set.
        settings: limits on what clients may send.
        database: where cases are kept; without one only what keeps nothing is answered.
    """
    app = _Described(
        title="Pintu",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's own pages load scripts from a CDN
        redoc_url=None,
        redirect_slashes=False,
        # Traces would carry the query, log events an exception's message; see ops/tracing.
        telemetry={"tracing": False, "logs": False, "metrics": False, "operation_spans": False},
        exception_handlers={
            HTTPException: problems.on_http_exception,
            RequestValidationError: problems.on_invalid_input,
            Unavailable: problems.on_store_down,
        },
        lifespan=_lifespan,
    )
    app.state.router = router
    app.state.settings = settings
    app.state.database = database
    app.state.metrics = Metrics()
    app.state.metrics.registry.register(Gauges(app.state))
    app.state.batcher = Batcher(app.state.metrics.observe_batch)
    if database:
        app.state.secret = secret(settings)
        app.state.writer = GroupWriter(database)
        app.state.desk = Desk(
            app.state.writer, app.state.batcher, app.state.secret, app.state.metrics
        )
    app.include_router(routes.router)
    app.include_router(routes.batch_router)
    app.include_router(cases.router)
    app.include_router(cases.batch_router)
    app.include_router(course.router)
    app.include_router(lookup.router)
    app.include_router(metrics.router)
    open311.add(app)
    docs.add(app)
    cors(app, settings)
    app.add_middleware(Access)
    if settings.tracing:
        from serving.ops.tracing import Tracing, provider

        app.add_middleware(Tracing, provider=provider())
    return app


def from_environment() -> FastAPI:
    """The application as the environment (``PINTU_…``) describes it, for worker processes.

    Raises:
        PintuError: the bundle, the profile or the policy cannot be loaded.
    """
    hide_messages()
    settings = configured()
    return create_app(load_router(settings), settings, open_database(settings))


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What runs beside the requests; at the end, what waits is recorded first."""
    state = app.state
    gc.collect()
    gc.set_threshold(20_000, 20, 20)
    gc.freeze()  # the bundle lives as long as the process: walks through it would halt everything
    state.watcher = BundleWatcher(app, state.settings)
    work = [state.watcher.run()]
    if state.database:
        deliverer = Deliverer(
            state.database, state.settings, state.secret, told=state.metrics.webhook
        )
        work.append(deliverer.run())
        work.append(ShadowRunner(state.settings).run())
    async with asyncio.TaskGroup() as beside:
        tasks = [beside.create_task(one) for one in work]
        yield
        for task in tasks:
            task.cancel()
    if state.database:
        state.writer.close()
        state.database.close()


def _good(operation: dict[str, Any]) -> dict[str, Any]:
    answers = operation["responses"]
    good: dict[str, Any] = answers.get("200") or answers["201"]
    return good


def _complete(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        if status >= "400":
            schema = next(iter(answer["content"].values()))
            answer["content"] = {problems.MEDIA_TYPE: schema}
    if answers := ANSWERS.get(operation["operationId"]):
        good = _good(operation)["content"]["application/json"]
        good["examples"] = named(*answers)
