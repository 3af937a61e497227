"""The application: routes, problem details and headers around one router."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from classifier.router import Router
from data.home import active_bundle
from serving.access import Access
from serving.api import docs, lookup, problems, routes
from serving.settings import Settings

_DESCRIPTION = (
    "Pintu menunjukkan unit kerja yang berwenang atas sebuah laporan warga. "
    "Semua isi berupa JSON dalam UTF-8."
)


def create_app(router: Router | None, settings: Settings) -> FastAPI:
    """The application around a loaded router.

    Args:
        router: what answers; None answers 503 until ``app.state.router`` is set.
        settings: limits on what clients may send.
    """
    app = FastAPI(
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
    _declare_problem_type(app.openapi())
    app.add_middleware(Access)
    return app


def from_environment() -> FastAPI:
    """The application as the environment (``PINTU_…``) describes it, for worker processes.

    Raises:
        PintuError: the bundle or the profile cannot be loaded.
    """
    settings = Settings()
    return create_app(load_router(settings), settings)


def load_router(settings: Settings) -> Router:
    """The router of the configured bundle, or of the active one.

    Raises:
        PintuError: there is none, or it is damaged, or the profile has faults.
    """
    router = Router.load(settings.bundle or active_bundle(), profile=settings.profile)
    router.units("dinas", limit=1)  # builds the index of names, so that no client waits for it
    return router


def _declare_problem_type(document: dict[str, Any]) -> None:
    """Give every error answer of the OpenAPI document its media type."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    answer["content"] = {problems.MEDIA_TYPE: answer["content"]["application/json"]}
