"""Which addresses may be listened on, and whose pages may call."""

import re
from datetime import UTC, datetime
from ipaddress import ip_address

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from data.errors import PintuError
from serving.security.keys import any_active
from serving.settings import Settings
from serving.store.database import Database

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; False for names other than localhost."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_public(settings: Settings, database: Database) -> None:
    """Refuse to listen where others can reach the server while no key works.

    Raises:
        PintuError: that is so; the message tells how to make a key.
    """
    if is_loopback(settings.host):
        return
    with database.reading() as connection:
        if any_active(connection, datetime.now(UTC)):
            return
    raise PintuError(
        f"{settings.host} can be reached by others and no API key is active; make one first: "
        "pintu keys create NAME --scope intake"
    )


def origins(settings: Settings) -> list[str]:
    """The origins whose pages may call the API.

    Raises:
        PintuError: one is no origin. ``*`` is none: pages of anyone could then read what a
            browser's own machine serves without keys.
    """
    listed = [origin.strip() for origin in settings.cors_origins.split(",")]
    listed = [origin for origin in listed if origin]
    for origin in listed:
        if not _ORIGIN.fullmatch(origin):
            raise PintuError(
                f"PINTU_CORS_ORIGINS: {origin!r} is no origin; write scheme and host in lower "
                "case without a path, as in https://lapor.example.go.id"
            )
    return listed


def cors(app: FastAPI, settings: Settings) -> None:
    """Let pages of the configured origins call; without any, nothing is added. Cookies are never
    allowed: callers show keys.

    Raises:
        PintuError: ``PINTU_CORS_ORIGINS`` cannot be read.
    """
    if allowed := origins(settings):
        app.add_middleware(
            CORSMiddleware,
            allow_origins=allowed,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "X-API-Key",
                "Idempotency-Key",
                "If-None-Match",
                "X-Request-ID",
            ],
            expose_headers=[
                "ETag",
                "Location",
                "RateLimit-Limit",
                "RateLimit-Remaining",
                "RateLimit-Reset",
                "Retry-After",
                "X-Pintu-Bundle",
                "X-Request-ID",
            ],
        )
