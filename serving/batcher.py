"""Routes together what arrives together: a batch costs less than its complaints one by one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio.to_thread

from classifier.recommendation import Recommendation
from classifier.router import Router
from data.complaint import Complaint
from serving.api.shared import THREADS

# What may be routed on the event loop at a time: some 10 ms.
INLINE_COMPLAINTS = 16
INLINE_CHARACTERS = 4000
LONG = 500  # characters of a text that goes to a thread: its matters take up to 50 ms to find


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for complaints that can be routed together."""

    door: str | None = None
    top: int = 5
    explained: bool = False


@dataclass(slots=True)
class _Job:
    router: Router
    complaints: Sequence[Complaint]
    wish: Wish
    done: asyncio.Future[list[Recommendation]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def size(self) -> int:
        return sum(len(complaint.text) for complaint in self.complaints)


class Batcher:
    """Collects the complaints of one turn of the event loop and routes them in steps, between
    which other work of the loop gets its turn."""

    def __init__(self, observe: Callable[[int], Any] = lambda _: None) -> None:
        """
        Args:
            observe: called with the number of complaints of each step.
        """
        self._observe = observe
        self._jobs: list[_Job] = []

    async def route(
        self, router: Router, complaints: Sequence[Complaint], wish: Wish
    ) -> list[Recommendation]:
        """Recommendations in the order of the complaints.

        Raises:
            PintuError: as ``Router.route`` raises it.
        """
        job = _Job(router, complaints, wish)
        if len(complaints) > INLINE_COMPLAINTS or any(len(c.text) > LONG for c in complaints):
            return await anyio.to_thread.run_sync(_route, job, limiter=THREADS)
        if not self._jobs:
            asyncio.get_running_loop().call_soon(self._step)
        self._jobs.append(job)
        return await job.done

    def _step(self) -> None:
        jobs = self._take()
        if self._jobs:
            asyncio.get_running_loop().call_soon(self._step)
        jobs = [job for job in jobs if not job.done.done()]  # the client went away
        if not jobs:
            return
        together = [complaint for job in jobs for complaint in job.complaints]
        self._observe(len(together))
        try:
            found = _route(_Job(jobs[0].router, together, jobs[0].wish, jobs[0].done))
        except Exception:
            for job in jobs:
                _alone(job)
            return
        for job in jobs:
            job.done.set_result(found[: len(job.complaints)])
            found = found[len(job.complaints) :]

    def _take(self) -> list[_Job]:
        """The next jobs that ask for the same, within the limits of a step."""
        first, taken, left, count, size = self._jobs[0], list[_Job](), list[_Job](), 0, 0
        for job in self._jobs:
            count, size = count + len(job.complaints), size + job.size
            fits = not taken or (count <= INLINE_COMPLAINTS and size <= INLINE_CHARACTERS)
            same = job.wish == first.wish and job.router is first.router
            (taken if fits and same else left).append(job)
        self._jobs = left
        return taken


def _route(job: _Job) -> list[Recommendation]:
    wish = job.wish
    return job.router.route(job.complaints, door=wish.door, top=wish.top, explained=wish.explained)


def _alone(job: _Job) -> None:
    """One of several failed: the others must not suffer."""
    try:
        job.done.set_result(_route(job))
    except Exception as error:
        job.done.set_exception(error)
