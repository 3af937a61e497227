"""The command that serves Pintu over HTTP."""

import os
import socket
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from serving.settings import Settings

_EXISTING = click.Path(path_type=Path)


@click.command()
@click.option("--bundle", type=_EXISTING, help="Folder of the bundle.  [default: the active one]")
@click.option("--profile", type=_EXISTING, help="Profile of a region, instead of the bundle's.")
@click.option("--policy", type=_EXISTING, help="Policy: what may go out without a person (TOML).")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.  [default: 8000]")
@click.option("--workers", type=int, help="Processes that answer.  [default: 1]")
@click.option(
    "--allow-public",
    is_flag=True,
    default=None,
    help="Listen on an address that others can reach, though there are no keys yet.",
)
@click.pass_obj
def serve(active: Callable[[], Path] | None, /, **given: Any) -> None:
    """Answer requests over HTTP; the documentation is at /docs.

    Every option may be set in the environment too (PINTU_BUNDLE, PINTU_PORT …), and so may
    PINTU_MAX_BODY, PINTU_MAX_BATCH_BODY, PINTU_BODY_SECONDS and PINTU_LOG_LEVEL.
    """
    from serving.app import create_app, load_router

    settings = _settings(given)
    if not settings.allow_public and not is_loopback(settings.host):
        raise click.UsageError(
            f"{settings.host} can be reached by others and Pintu has no keys yet; put a reverse "
            "proxy with authentication before 127.0.0.1, or give --allow-public"
        )
    if settings.bundle is None and active is not None:
        settings = settings.model_copy(update={"bundle": active()})
    router = load_router(settings)
    listening = _listen(settings)
    host, port = listening.getsockname()[:2]
    written = f"[{host}]" if ":" in host else host
    click.echo(f"Pintu serves {router.name} at http://{written}:{port}", err=True)
    _run(create_app(router, settings), settings, listening)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; False for names other than localhost."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _settings(given: dict[str, Any]) -> "Settings":
    from pydantic import ValidationError

    from serving.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        faults = [
            f"{e['loc'][0]}: {e['msg']} (option or PINTU_{str(e['loc'][0]).upper()})"
            for e in error.errors()
        ]
        raise click.UsageError("; ".join(faults)) from None


def _listen(settings: "Settings") -> socket.socket:
    """A socket bound to the configured address, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise click.ClickException(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; "
            "stop what uses it or give another --port"
        ) from None
    bound.listen(2048)  # clients may connect from now on, before the workers are up
    bound.set_inheritable(True)
    return bound


def _run(app: Any, settings: "Settings", listening: socket.socket) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from serving.logs import log_config

    several = settings.workers > 1
    config = uvicorn.Config(
        "serving.app:from_environment" if several else app,
        factory=several,
        workers=settings.workers,
        log_config=log_config(settings.log_level),
        access_log=False,  # Access logs, without query strings
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=10,
    )
    try:
        if several:
            os.environ |= environment(settings)
            Multiprocess(config, sockets=[listening]).run()
        else:
            uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # the usual way to stop it


def environment(settings: "Settings") -> dict[str, str]:
    """The settings as the environment variables from which worker processes read them."""
    values = settings.model_dump(mode="json", exclude_none=True)
    return {f"PINTU_{name.upper()}": str(value) for name, value in values.items()}
