"""Keeps the process that answers in shadow running, from one worker of the server."""

import asyncio
import contextlib
import fcntl
import logging
import os
import sys
from pathlib import Path

from data import home
from serving.ops.shadow import REFUSED
from serving.settings import Settings

_LOG = logging.getLogger("pintu.shadow")
_FIRST_PAUSE = 1.0  # after a child that ended by itself; doubled each time
_LONGEST_PAUSE = 60.0
_STOP_SECONDS = 5.0
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ShadowRunner:
    """Starts the child while a challenger is named, and starts it again when it fails.

    Every worker of the server has one; a lock on ``shadow.lock`` lets one of them work, another
    takes over when it is gone. The child holds the lock too: there are never two of them.
    """

    def __init__(self, settings: Settings, every: float = 1.0) -> None:
        self.settings = settings
        self.every = every
        self.child: asyncio.subprocess.Process | None = None
        self.starts = 0

    async def run(self) -> None:
        """Work until cancelled; the child ends first."""
        while True:
            try:
                lock = _locked()
                if lock is not None:
                    try:
                        await self._supervise(lock)
                    finally:
                        os.close(lock)
            except OSError as error:  # no memory for a child, or a folder that cannot be written
                _LOG.error("shadow cannot start: %s", error.strerror)
                await asyncio.sleep(_LONGEST_PAUSE)
            await asyncio.sleep(self.every)

    async def _supervise(self, lock: int) -> None:
        """Run children for the challenger named now, until another or none is."""
        pointer = _signature()
        pause = _FIRST_PAUSE
        while pointer is not None and _signature() == pointer:
            began = asyncio.get_running_loop().time()
            status = await self._child(lock)
            if status == 0:
                return
            if status == REFUSED:  # it said why; only another challenger can do better
                while _signature() == pointer:
                    await asyncio.sleep(self.every)
                return
            if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            _LOG.error("shadow ended with status %s; it starts again in %.0f s", status, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _child(self, lock: int) -> int:
        """Start a child and wait for its end; its standard input tells it that we live."""
        self.starts += 1
        self.child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "serving.ops.shadow",
            stdin=asyncio.subprocess.PIPE,
            env=_environment(self.settings),
            pass_fds=(lock,),
        )
        try:
            return await self.child.wait()
        finally:
            if self.child.returncode is None:
                await _end(self.child)
            self.child = None


async def _end(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), _STOP_SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()


def _environment(settings: Settings) -> dict[str, str]:
    """What the child has to know of settings that may have come from the command line."""
    given = {
        "PINTU_DATABASE_URL": settings.database(),
        "PINTU_LOG_LEVEL": settings.log_level,
        "PINTU_PROFILE": str(settings.profile or ""),
        "PINTU_POLICY": str(settings.policy or ""),
    }
    known = {name: value for name, value in given.items() if value}
    return {**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), **known}


def _signature() -> tuple[int, int] | None:
    """Tells one writing of the pointer from another; None without a challenger."""
    try:
        facts = home.shadow_pointer().stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns


def _locked() -> int | None:
    """An open, locked file; None while another process holds it or there is no challenger."""
    if _signature() is None:
        return None
    path: Path = home.home() / "shadow.lock"
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file
