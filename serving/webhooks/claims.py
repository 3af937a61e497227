"""Which deliveries are due, who sends them, and what became of them.

A worker claims what it sends. A claim lapses, so that what a killed worker had claimed is sent by
another: each delivery is made at least once.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, or_, select, update

from serving.store import audit
from serving.store.tables import deliveries, webhooks
from serving.webhooks import hooks
from serving.webhooks.hooks import Hook

CLAIM = timedelta(seconds=60)
KEEPS_TRYING = timedelta(days=3)
_DELAYS = [  # before the next attempt, after so many; the last one repeats
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
]
_JITTER = 0.2  # share of a delay by which it varies, so that retries do not come in step
_GONE = 410  # HTTP: the receiver wants nothing more
_RANDOM = random.SystemRandom()
_c = deliveries.c


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed delivery."""

    number: int
    id: str
    hook: Hook
    payload: Mapping[str, Any]
    attempts: int  # with this one
    created_at: datetime
    claimed_until: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said: a status of HTTP, or None and why there is none."""

    status: int | None
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        told = self.error or f"HTTP {self.status}"
        return "".join(filter(str.isprintable, told))[:200]  # errors may quote the receiver


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt that ended."""

    job: Job
    answer: Answer
    at: datetime
    dead: bool = False  # the receiver has failed again and again


def waiting(connection: Connection, now: datetime) -> list[Hook]:
    """The active webhooks for which something is due."""
    due = exists().where(_c.webhook_id == webhooks.c.id, _due(now))
    rows = connection.execute(
        select(webhooks).where(webhooks.c.disabled_at.is_(None), due).order_by(webhooks.c.id)
    )
    return [hooks.as_hook(row) for row in rows]


def claim(connection: Connection, shares: Mapping[Hook, int], now: datetime) -> list[Job]:
    """Claim due deliveries, of each webhook up to its share. Two workers never get the same one:
    SQLite has one writer at a time, PostgreSQL skips rows that another has locked."""
    jobs: list[Job] = []
    until = now + CLAIM
    for hook, share in shares.items():
        rows = connection.execute(
            select(_c.number, _c.id, _c.payload, _c.attempts, _c.created_at)
            .where(_c.webhook_id == hook.id, _due(now))
            .order_by(_c.next_at, _c.number)
            .limit(share)
            .with_for_update(skip_locked=True)
        )
        jobs += [
            Job(row.number, row.id, hook, row.payload, row.attempts + 1, row.created_at, until)
            for row in rows
        ]
    if jobs:
        connection.execute(
            update(deliveries)
            .where(_c.number.in_([job.number for job in jobs]))
            .values(claimed_until=until, attempts=_c.attempts + 1)
        )
    return jobs


def settle(connection: Connection, results: Iterable[Result]) -> None:
    """Write down how attempts ended: delivered, due again later, or failed for good. A receiver
    that answers 410 is disabled; what waited for a dead one for three days has failed."""
    entries = []
    for result in sorted(results, key=lambda result: result.job.number):
        if result.answer.accepted:
            _delivered(connection, result)
            continue
        _failed(connection, result)
        hook_id = result.job.hook.id
        if result.answer.status == _GONE and hooks.disable(connection, hook_id, result.at):
            reason = {"reason": "the receiver answered 410"}
            entries.append(audit.Entry("pintu", "webhook.disable", hook_id, reason))
    if entries:
        audit.append(connection, entries)


def next_attempt(attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """When to try again after so many attempts; None after three days."""
    delay = _DELAYS[min(attempts, len(_DELAYS)) - 1]
    at = now + delay * _RANDOM.uniform(1 - _JITTER, 1 + _JITTER)
    return at if at - created_at <= KEEPS_TRYING else None


def _due(now: datetime) -> ColumnElement[bool]:
    # What lies further ahead than anything is ever put was written before the clock was set back.
    claimed, planned = now + 2 * CLAIM, now + 2 * _DELAYS[-1]
    free = or_(_c.claimed_until.is_(None), _c.claimed_until <= now, _c.claimed_until > claimed)
    return _pending() & or_(_c.next_at <= now, _c.next_at > planned) & free


def _pending() -> ColumnElement[bool]:
    return _c.delivered_at.is_(None) & _c.failed_at.is_(None)


def _delivered(connection: Connection, result: Result) -> None:
    # Even if the claim lapsed meanwhile: it has arrived.
    connection.execute(
        update(deliveries)
        .where(_c.number == result.job.number)
        .values(delivered_at=result.at, failed_at=None, claimed_until=None, last_error="")
    )


def _failed(connection: Connection, result: Result) -> None:
    job, at = result.job, result.at
    again = next_attempt(job.attempts, job.created_at, at)
    told = {"claimed_until": None, "last_error": str(result.answer)}
    mine = (_c.number == job.number) & (_c.claimed_until == job.claimed_until)
    connection.execute(
        update(deliveries)
        .where(mine, _pending())
        .values(told | ({"next_at": again} if again else {"failed_at": at}))
    )
    if not result.dead:
        return
    # A dead receiver is tried so rarely that most of what waits never has its turn.
    late = (_c.webhook_id == job.hook.id) & (_c.created_at < at - KEEPS_TRYING)
    unclaimed = or_(_c.claimed_until.is_(None), _c.claimed_until <= at)
    connection.execute(
        update(deliveries)
        .where(late, unclaimed, _pending())
        .values(failed_at=at, last_error="the receiver did not answer for three days")
    )
