"""The application: routes, problem details and headers around one router."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from classifier import bundle as bundles
from classifier.policy_file import load_policy
from classifier.router import Router
from data.home import active_bundle
from serving.access import Access
from serving.api import docs, lookup, problems, routes
from serving.api.examples import ANSWERS
from serving.api.shared import named
from serving.settings import Settings

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


def create_app(router: Router | None, settings: Settings) -> FastAPI:
    """The application around a loaded router.

    Args:
        router: what answers; None answers 503 until ``app.state.router`` is set.
        settings: limits on what clients may send.
    """
    app = _Described(
        title="Pintu",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's own pages load scripts from a CDN
        redoc_url=None,
        redirect_slashes=False,
        # Traces would carry the query, log events an exception's message.
        telemetry={"tracing": False, "logs": False},
        exception_handlers={
            HTTPException: problems.on_http_exception,
            RequestValidationError: problems.on_invalid_input,
        },
    )
    app.state.router = router
    app.state.settings = settings
    app.include_router(routes.router)
    app.include_router(routes.batch_router)
    app.include_router(lookup.router)
    docs.add(app)
    app.add_middleware(Access)
    return app


def from_environment() -> FastAPI:
    """The application as the environment (``PINTU_…``) describes it, for worker processes.

    Raises:
        PintuError: the bundle, the profile or the policy cannot be loaded.
    """
    settings = Settings()
    return create_app(load_router(settings), settings)


def load_router(settings: Settings) -> Router:
    """The router of the configured bundle, or of the active one.

    Raises:
        PintuError: there is none, or it is damaged, or the profile or the policy has faults.
    """
    bundle = bundles.load(settings.bundle or active_bundle())
    if settings.profile:
        bundle.registry = bundle.registry.with_profile(settings.profile)
    policy = None
    if settings.policy:
        known = {*bundle.registry.mandates, *bundle.desks.own}
        policy = load_policy(settings.policy, known)
    router = Router(bundle, policy)
    router.units("dinas", limit=1)  # builds the index of names, so that no client waits for it
    return router


def _complete(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        if status >= "400":
            schema = next(iter(answer["content"].values()))
            answer["content"] = {problems.MEDIA_TYPE: schema}
    if answers := ANSWERS.get(operation["operationId"]):
        good = operation["responses"]["200"]["content"]["application/json"]
        good["examples"] = named(*answers)
