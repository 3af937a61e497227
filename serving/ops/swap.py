"""Takes up another active bundle while requests are answered."""

import asyncio
import gc
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from classifier.router import Router
from data.complaint import Complaint
from data.errors import PintuError
from data.home import active_pointer
from serving.access import describe
from serving.ops.loading import load_router
from serving.settings import Settings

_LOG = logging.getLogger("pintu.models")
_ONE = anyio.CapacityLimiter(1)
_SWITCH_SECONDS = 0.0005
_WARMING = 8  # probes that a bundle answers before it is in service


class BundleWatcher:
    """Looks at the active bundle's pointer each second and replaces ``app.state.router``.

    The new bundle is loaded, checked and warmed first; a request that began with the old one ends
    with it. One that cannot be loaded is told in the log, and the old one stays.

    Attributes:
        swaps: bundles taken up.
        refusals: bundles that could not be.
        fault: why the last one was refused; empty while the active bundle answers.
    """

    def __init__(self, app: Any, settings: Settings, every: float = 1.0) -> None:
        self.app = app
        self.settings = settings
        self.every = every
        self.swaps = 0
        self.refusals = 0
        self.fault = ""
        self._seen: tuple[int, int] | None = None

    async def run(self) -> None:
        """Watch until cancelled; returns at once where the settings name a bundle."""
        while self.settings.bundle is None:
            await self.look()
            await asyncio.sleep(self.every)

    async def look(self) -> None:
        """Take up the active bundle if the pointer was written since the last look."""
        try:
            facts = active_pointer().stat()  # some microseconds: no thread for it
            seen = (facts.st_ino, facts.st_mtime_ns)
            if seen == self._seen:
                return
            folder = Path(active_pointer().read_text(encoding="utf-8").strip())
        except OSError:
            return  # there is none; what was loaded answers
        self._seen = seen
        if _serves(self.app.state.router, folder):
            self.fault = ""
            return
        try:
            await self._swap(folder)
        except PintuError as error:
            self._refuse(str(error))
        except Exception as error:  # whatever is wrong with it, the old one answers
            self._refuse(f"{folder}: {describe(error)}")

    async def _swap(self, folder: Path) -> None:
        settings = self.settings.model_copy(update={"bundle": folder})
        loaded = await anyio.to_thread.run_sync(_load, settings, limiter=_ONE)
        self.app.state.router = loaded
        self.swaps += 1
        self.fault = ""
        _LOG.info("bundle %s is in service", loaded.name)

    def _refuse(self, reason: str) -> None:
        self.refusals += 1
        self.app.state.metrics.bundle_rejected()
        self.fault = reason
        _LOG.error("bundle refused, the old one stays: %s", reason)


def _serves(router: Router | None, folder: Path) -> bool:
    """Whether a router is of the bundle in a folder, by its manifest."""
    try:
        text = (folder / "manifest.json").read_text(encoding="utf-8")
        return router is not None and router.manifest == json.loads(text)
    except (OSError, ValueError):
        return False


def _load(settings: Settings) -> Router:
    with _politely():
        router = load_router(settings)
        assert settings.bundle is not None
        _warm(router, settings.bundle)
    return router


def _warm(router: Router, folder: Path) -> None:
    """Answer a few probes, so that no client waits for what is made at the first answer."""
    with (folder / "probes.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, range(_WARMING), strict=False)]
    for text in texts:
        router.route([Complaint(text)], explained=True)


@contextmanager
def _politely() -> Iterator[None]:
    """Hand the interpreter to whoever answers requests ten times as often as usual, and put off
    the garbage collector: its walks through all of a new bundle would halt everything, and a
    bundle lives as long as the process anyway."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        sys.setswitchinterval(before)
