"""The background task that makes the queued deliveries."""

import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn, TypeVar

import anyio
import httpx
from anyio.abc import TaskGroup
from anyio.to_thread import run_sync
from sqlalchemy import Connection

from data.errors import PintuError
from serving.ops.metrics import Delivery
from serving.settings import Settings
from serving.store.database import Database
from serving.webhooks import addresses, claims
from serving.webhooks.claims import Answer, Job, Result
from serving.webhooks.hooks import Hook
from serving.webhooks.lanes import Lanes
from serving.webhooks.sending import SECONDS, Sender

_LOGGER = logging.getLogger("pintu.webhooks")
_PAUSE = 1.0  # seconds between looks at the queue while nothing is due
_Found = TypeVar("_Found")
_Clock = Callable[[], datetime]


class Deliverer:
    """Makes the deliveries that are due. Each worker has one; they share the queue.

    Args:
        database: where the queue is.
        settings: whether receivers may be in the own network.
        secret: the server's secret, from which signing secrets are derived.
        resolve, seconds, tls: see ``Sender``.
        told: called with how each attempt ended.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        secret: bytes,
        resolve: addresses.Resolve = addresses.resolve,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
        told: Callable[[Delivery], None] = lambda _: None,
    ) -> None:
        self._told = told
        self._database = database
        self._secret = secret
        tls = tls or httpx.create_ssl_context()
        self._sender = partial(Sender, settings.webhook_private, resolve, seconds, tls)
        self._lanes = Lanes()
        self._ended: list[Result] = []  # not yet written down
        self._wake: anyio.Event  # set when an attempt has ended

    async def run(self) -> None:
        """Make deliveries until cancelled. While the database is away, nothing is lost: what was
        sent is written down when it is back, and the rest goes on."""
        try:
            async with self._sender() as sender, anyio.create_task_group() as tasks:
                await self._go_on(sender, tasks)
        finally:
            with anyio.CancelScope(shield=True), suppress(PintuError):
                await self._settle()  # what arrived need not be sent again; the rest will lapse

    async def drain(self, now: datetime) -> int:
        """Make one round of what is due at a moment, write down how it ended, and return how many
        attempts it was."""
        self._wake = anyio.Event()
        async with self._sender() as sender, anyio.create_task_group() as tasks:
            made = await self._step(sender, tasks, lambda: now)
        await self._settle()
        return made

    async def _go_on(self, sender: Sender, tasks: TaskGroup) -> NoReturn:
        wrong = False
        while True:
            self._wake = anyio.Event()
            try:
                await self._step(sender, tasks, _now)
            except Exception:  # whatever it is, this task goes on
                if not wrong:
                    _LOGGER.exception("webhooks wait: the queue cannot be read or written")
                wrong = True
                await anyio.sleep(_PAUSE)
                continue
            if wrong:
                _LOGGER.warning("webhooks go on")
            wrong = False
            with anyio.move_on_after(_PAUSE):
                await self._wake.wait()

    async def _step(self, sender: Sender, tasks: TaskGroup, clock: _Clock) -> int:
        """Write down what ended, claim what is due and start it."""
        await self._settle()
        if self._lanes.free <= 0:
            return 0
        now = clock()
        waiting = await self._read(lambda connection: claims.waiting(connection, now))
        shares = self._lanes.shares(waiting, now)
        if not shares:
            return 0
        jobs = await self._write(lambda connection: claims.claim(connection, shares, now))
        for job in jobs:
            self._lanes.begin(job.hook)
            tasks.start_soon(self._attempt, sender, job, clock)
        return len(jobs)

    async def _attempt(self, sender: Sender, job: Job, clock: _Clock) -> None:
        at = clock()
        secrets = job.hook.secrets(self._secret, at)
        try:
            answer = await sender.send(job.hook.url, secrets, job.id, job.payload, at)
        except Exception as error:  # a fault of ours must not end the task
            answer = Answer(None, f"not sent: {type(error).__name__}")
            _LOGGER.exception("a webhook could not be sent")
        self._ended.append(Result(job, answer, clock(), self._lanes.dead(job.hook)))
        self._wake.set()

    async def _settle(self) -> None:
        """Write down what ended; it is kept for the next time if that fails."""
        if not (ended := tuple(self._ended)):
            return
        await self._write(lambda connection: claims.settle(connection, ended))
        del self._ended[: len(ended)]
        for result in ended:
            self._lanes.end(result.job.hook, result.answer.accepted, result.at)
            self._told("sent" if result.answer.accepted else "failed")

    async def _read(self, work: Callable[[Connection], list[Hook]]) -> list[Hook]:
        def reading() -> list[Hook]:
            with self._database.reading() as connection:
                return work(connection)

        return await run_sync(reading)

    async def _write(self, work: Callable[[Connection], _Found]) -> _Found:
        def writing() -> _Found:
            with self._database.writing() as connection:
                return work(connection)

        return await run_sync(writing)


def _now() -> datetime:
    return datetime.now(UTC)
