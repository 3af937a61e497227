"""The keys as a running process knows them.

There are few keys, so all that work are held in memory and read again every few seconds. A wrong
key is therefore looked up in memory too: it costs no query (apart from one a second for all of
them together, so that a key made just now works) and no memory, however many are tried. That is
why failures need not be counted by client address.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.exc import SQLAlchemyError

from serving.security.keys import SCOPES, Caller, works_at
from serving.store.database import Database, Unavailable
from serving.store.tables import api_keys

ERRORS = logging.getLogger("pintu.errors")

# Ages in seconds of what is known, counted from the beginning of the reading.
FRESH = 2.0  # from here on it is read again, while requests go on
STALE = 4.5  # from here on a request waits for the reading: a revocation counts within 5 s
OUTAGE = 600.0  # how long it serves while the database cannot be reached
RETRY = 1.0  # between two readings


@dataclass(frozen=True, slots=True)
class Holder:
    """A key that works: whose it is and what its secret is compared with."""

    caller: Caller
    digest: bytes
    expires: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class Known:
    """All keys that worked when they were read at ``at``, and whether there were ever any."""

    at: float
    holders: Mapping[str, Holder]
    any_ever: bool


class KeyRing:
    """Looks keys up. For one event loop; the database is read in a thread of its own, so that
    keys never wait for the threads in which complaints are worked on.

    Args:
        clock: seconds that only go forward.
        patience: seconds that a request waits for the database.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.monotonic,
        patience: float = 2.0,
    ) -> None:
        self._database = database
        self._clock = clock
        self._patience = patience
        self._known: Known | None = None
        self._thread = ThreadPoolExecutor(1, "pintu-keys")
        self._reading: Future[None] | None = None
        self._tried = -OUTAGE  # when the last reading began
        self._failed = False

    async def known(self) -> Known:
        """What is known now; at once, but for the first time and after seconds without requests.

        Raises:
            Unavailable: nothing is known, or for too long, and the database cannot be reached.
        """
        known = self._known
        age = self._clock() - known.at if known else OUTAGE
        if age >= FRESH:
            self._read_again()
        if known and (age < STALE or (age < OUTAGE and self._is_down())):
            return known
        return await self._awaited()

    async def newer(self, than: Known) -> Known:
        """What is known, read again for a key that it lacks; at most once a second.

        Raises:
            Unavailable: the database cannot be reached, so nobody can say whether the key works.
        """
        if self._clock() - than.at < RETRY:
            return than
        self._read_again()
        known = await self._awaited()
        if known is than:
            raise Unavailable("database: no answer about a key that is not known here")
        return known

    async def _awaited(self) -> Known:
        reading = self._reading
        if reading and not reading.done() and not self._hangs():
            await asyncio.wait([asyncio.wrap_future(reading)], timeout=self._patience)
        known = self._known
        if known is None or self._clock() - known.at >= OUTAGE:
            raise Unavailable("database: no answer about keys")
        return known

    def _is_down(self) -> bool:
        return self._failed or self._hangs()

    def _hangs(self) -> bool:
        going_on = self._reading is not None and not self._reading.done()
        return going_on and self._clock() - self._tried >= self._patience

    def _read_again(self) -> None:
        """Begin to read, unless that is going on or was tried just now."""
        if self._reading and not self._reading.done():
            return
        if self._clock() - self._tried >= RETRY:
            self._tried = self._clock()
            self._reading = self._thread.submit(self._read)

    def _read(self) -> None:
        began = self._clock()
        now = datetime.now(UTC)
        try:
            with self._database.reading() as connection:
                rows = connection.execute(select(api_keys).where(works_at(now))).all()
                # Asked last: keys made in between are then asked for, though not known yet.
                any_ever = connection.execute(select(exists(select(api_keys.c.id)))).scalar()
        except (Unavailable, SQLAlchemyError) as error:
            if not self._failed:
                ERRORS.error("keys cannot be read: %s", type(error).__name__)
            self._failed = True
            return
        holders = {row.id: _holder(row) for row in rows}
        self._known = Known(began, holders, bool(any_ever))
        self._failed = False


def _holder(row: Row[Any]) -> Holder:
    given = row.scopes.split()
    scopes = frozenset(SCOPES if "admin" in given else given)
    return Holder(
        Caller(row.id, row.name, scopes, row.per_minute),
        bytes.fromhex(row.hash),
        row.expires_at.timestamp() if row.expires_at else math.inf,
    )
