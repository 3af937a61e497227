"""Who calls: the key that a request shows, and whether its share of requests is used up.

Keys are asked for where others can reach the server, and as soon as any key was ever made: a server
that had keys never opens again, though all of them be revoked.
"""

import hmac
import logging
import math
import time
from collections.abc import Callable, Iterable

from data.errors import PintuError
from data.home import home
from serving.api.problems import STORE_DOWN, TOO_OFTEN, UNKNOWN_CALLER, Problem
from serving.security.keys import LOCAL, Caller, digest, split
from serving.security.listening import is_loopback
from serving.security.rate import Grant, Rates
from serving.security.ring import Holder, KeyRing
from serving.settings import Settings
from serving.store.database import Database, Unavailable

ERRORS = logging.getLogger("pintu.errors")

Headers = Iterable[tuple[bytes, bytes]]


class Gate:
    """Tells callers apart. One for each process that serves.

    Args:
        database: where keys are kept; None lets everyone in on a loopback address, and nobody
            elsewhere.
        ring: another than one made of the database.
        rates: others than those in Pintu's own folder, which are made when first needed.
        now: seconds since the epoch.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database | None,
        *,
        ring: KeyRing | None = None,
        rates: Rates | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._public = not is_loopback(settings.host)
        self._ring = ring or (KeyRing(database) if database else None)
        self._rates = rates
        self._now = now

    async def caller(self, headers: Headers) -> Caller:
        """Who sent these headers (names in lower case).

        Raises:
            Problem: 401, no key that works; 503, keys are asked for and cannot be looked up.
        """
        if self._ring is None:
            if self._public:
                raise _no_answer()
            return LOCAL
        try:
            known = await self._ring.known()
            if not known.any_ever and not self._public:
                return LOCAL
            key_id, secret = _shown(headers)
            holder = known.holders.get(key_id)
            if holder is None:
                known = await self._ring.newer(known)
                holder = known.holders.get(key_id)
        except Unavailable as error:
            raise _no_answer() from error
        if holder is None or not self._opens(holder, secret):
            raise _refused("Kunci API ini tidak dikenal, sudah kedaluwarsa, atau sudah dicabut.")
        return holder.caller

    def take(self, caller: Caller, cost: int = 1, *, owed: bool = False) -> Grant | None:
        """Count a request against the caller's share; None where there is no limit.

        Raises:
            Problem: 429, the share is used up.
        """
        if not caller.per_minute:
            return None
        grant = self._shares().take(caller.key_id, caller.per_minute, cost, owed=owed)
        if not grant.allowed:
            seconds = math.ceil(grant.wait)
            detail = (
                f"Kunci ini boleh dipakai untuk {caller.per_minute} permintaan atau laporan "
                f"semenit. Coba lagi dalam {seconds} detik."
            )
            problem = Problem(TOO_OFTEN, detail)
            problem.headers = {"Retry-After": str(seconds)}
            raise problem
        return grant

    def _shares(self) -> Rates:
        if self._rates is None:
            try:
                self._rates = Rates(home())
            except PintuError as error:
                ERRORS.error("each process counts requests by itself: %s", error)
                self._rates = Rates(None)
        return self._rates

    def _opens(self, holder: Holder, secret: str) -> bool:
        """Compared in constant time, so that a hash cannot be found out byte by byte."""
        same = hmac.compare_digest(digest(secret), holder.digest)
        return same and self._now() < holder.expires


def _shown(headers: Headers) -> tuple[str, str]:
    """The id and the secret of the one key in the headers.

    Raises:
        Problem: 401, there is none, or more than one.
    """
    shown = set()
    for name, value in headers:
        if name == b"x-api-key":
            shown.add(value.strip())
        elif name == b"authorization" and value[:7].lower() == b"bearer ":
            shown.add(value[7:].strip())  # other schemes are a proxy's business
    if not shown:
        raise _refused(
            "Kirim kunci API pada kepala Authorization: Bearer … atau X-API-Key: …. "
            "Mintalah kunci kepada pengelola server.",
        )
    if len(shown) > 1:
        raise _refused("Permintaan ini membawa beberapa kunci API; kirim satu saja.")
    parts = split(shown.pop().decode("latin-1"))
    if parts is None:
        raise _refused("Isi kepala kunci API bukan kunci Pintu (pintu_…); salin kunci seutuhnya.")
    return parts


def _refused(detail: str) -> Problem:
    problem = Problem(UNKNOWN_CALLER, detail)
    problem.headers = {"WWW-Authenticate": 'Bearer realm="pintu"'}
    return problem


def _no_answer() -> Problem:
    return Problem(STORE_DOWN, "Kunci API tidak dapat diperiksa saat ini. Coba lagi sebentar.")
