"""The command that serves Pintu over HTTP."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

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
@click.pass_obj
def serve(active: Callable[[], Path] | None, /, **given: Any) -> None:
    """Answer requests over HTTP; the documentation is at /docs.

    Every option may be set in the environment too (PINTU_BUNDLE, PINTU_PORT …), and so may
    PINTU_MAX_BODY, PINTU_MAX_BATCH_BODY, PINTU_BODY_SECONDS and PINTU_LOG_LEVEL.
    """
    from serving.app import create_app
    from serving.ops.loading import load_router
    from serving.security.listening import refuse_public
    from serving.store.opening import open_database

    settings = _settings(given)
    if settings.bundle is None and active is not None:
        active()  # trains the starter bundle if none is active yet
    database = open_database(settings)
    refuse_public(settings, database)
    router = load_router(settings)
    listening = _listen(settings)
    host, port = listening.getsockname()[:2]
    written = f"[{host}]" if ":" in host else host
    click.echo(f"Pintu serves {router.name} at http://{written}:{port}", err=True)
    if settings.workers > 1:
        database.close()
        del router  # it was loaded to tell its faults; each worker loads its own
        _run(None, settings, listening)
    else:
        _run(create_app(router, settings, database), settings, listening)


def _settings(given: dict[str, Any]) -> "Settings":
    from data.errors import PintuError
    from serving.settings import configured

    try:
        return configured(**{name: value for name, value in given.items() if value is not None})
    except PintuError as error:
        raise click.UsageError(str(error)) from None


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

    from serving.logs import hide_messages, log_config
    from serving.ops.metrics import counted_together
    from serving.security.protocol import protocol

    config = uvicorn.Config(
        app or "serving.app:from_environment",
        factory=app is None,
        workers=settings.workers,
        log_config=log_config(settings.log_level),
        access_log=False,  # Access logs, without query strings
        server_header=False,
        http=cast(Any, protocol(settings)),  # called as the class would be
        ws="none",
        timeout_graceful_shutdown=10,
    )
    try:
        if app is None:
            os.environ |= environment(settings)
            with counted_together(settings.workers):
                Multiprocess(config, sockets=[listening]).run()
        else:
            hide_messages()
            # uvicorn raises the signal once more when all is answered: that is no failure.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # the usual way to stop it


def environment(settings: "Settings") -> dict[str, str]:
    """The settings as the environment variables from which worker processes read them."""
    from pydantic import SecretStr

    values = settings.model_dump(exclude_none=True)
    return {
        f"PINTU_{name.upper()}": (
            value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        )
        for name, value in values.items()
    }
