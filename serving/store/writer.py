"""Groups what many requests record at once into one transaction: one flush to disk serves all."""

import logging
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from data.errors import PintuError
from serving.store.database import Database, Unavailable
from serving.store.intake import Outcome, marks, record
from serving.store.submissions import Submission

ERRORS = logging.getLogger("pintu.errors")

MAX_GROUP = 256  # complaints of one transaction
GATHER_SECONDS = 0.002  # how long a group waits for more where several clients write at once
MAX_WAITING = 4096  # complaints that may wait; a second's work or more


class Overloaded(PintuError):
    """More complaints wait than can be written soon; trying again later helps."""


@dataclass(slots=True)
class _Job:
    request: Sequence[Submission]
    done: "Future[Outcome]" = field(default_factory=Future)


_Queue = queue.SimpleQueue[_Job | None]


class GroupWriter:
    """One thread that records; ``submit`` never blocks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: _Queue = queue.SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, request: Sequence[Submission]) -> "Future[Outcome]":
        """Record a request's complaints; the result is there when it is durable.

        The future raises Unavailable when the database cannot be reached or written: nothing was
        recorded then, or the answer was lost on the way; a retry with the same number is safe.

        Raises:
            Overloaded: too many wait already.
        """
        job = _Job(request)
        job.done.set_running_or_notify_cancel()  # who stops waiting does not undo what is recorded
        with self._lock:
            if self._waiting + len(request) > MAX_WAITING:
                raise Overloaded("too many complaints wait to be recorded")
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, args=[self._jobs], name="pintu-writer", daemon=True
                )
                self._thread.start()
            self._waiting += len(request)
            self._jobs.put(job)
        return job.done

    def close(self) -> None:
        """Record what waits and end the thread; a later ``submit`` starts another."""
        with self._lock:
            thread, self._thread = self._thread, None
            jobs, self._jobs = self._jobs, queue.SimpleQueue()
        if thread:
            jobs.put(None)
            thread.join()

    def _work(self, waiting: "_Queue") -> None:
        left: list[_Job] = []  # jobs that must wait for the next transaction
        stopping, busy = False, False
        while not stopping or left:
            jobs = left
            if not jobs:
                first = waiting.get()
                if first is None:
                    return
                jobs = [first]
                if busy:  # clients that were answered together come again together
                    time.sleep(GATHER_SECONDS)
            stopping = _gather(waiting, jobs) or stopping
            busy = len(jobs) > 1
            now, left = _grouped(jobs)
            self._record(now)
            with self._lock:
                self._waiting -= sum(len(job.request) for job in now)

    def _record(self, jobs: Sequence[_Job]) -> None:
        try:
            with self._database.writing() as connection:
                outcomes = record(connection, [job.request for job in jobs])
        except Exception as error:
            if len(jobs) > 1 and not isinstance(error, Unavailable):
                for job in jobs:  # one of them is the cause: the others must not suffer
                    self._record([job])
                return
            for job in jobs:
                job.done.set_exception(error)
            return
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.done.set_result(outcome)


def _grouped(jobs: Sequence[_Job]) -> tuple[list[_Job], list[_Job]]:
    """The jobs that can be recorded together, and those that repeat a number among them: a retry
    that overtook its first request."""
    seen: set[tuple[str, str, str]] = set()
    now: list[_Job] = []
    later: list[_Job] = []
    for job in jobs:
        own = set(marks(job.request))
        (later if own & seen else now).append(job)
        seen |= own
    return now, later


def _gather(waiting: "_Queue", jobs: list[_Job]) -> bool:
    """Adds what waits, up to a group; True if the writer is to stop."""
    size = sum(len(job.request) for job in jobs)
    while size < MAX_GROUP:
        try:
            job = waiting.get_nowait()
        except queue.Empty:
            return False
        if job is None:
            return True
        jobs.append(job)
        size += len(job.request)
    return False
