"""Requests a minute for each key, counted across the processes of one machine.

GCRA (generic cell rate algorithm): a key has a theoretical arrival time, before which it has used
up its share; each request moves it on by one interval, and a request is let through while it lies
no more than a burst ahead of now. It is kept in a small file that the processes share under a lock.
The file is read and written, not mapped: a full disk is then an error, not a signal that kills.
"""

import fcntl
import logging
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from data.errors import PintuError

ERRORS = logging.getLogger("pintu.errors")

_SLOTS = 4096  # places for keys; a key has the choice of several, so hundreds at work fit
_CHOICES = 8
_SLOT = struct.Struct("<QQ")  # key, theoretical arrival time in ns
_READ = struct.Struct("<" + "QQ" * _CHOICES)
_HEAD = 64  # bytes: format and boot
_SIZE = _HEAD + (_SLOTS + _CHOICES) * _SLOT.size
_MINUTE = 60 * 10**9
_LOCK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a request may pass.

    Attributes:
        allowed: it may.
        remaining: how many more may pass at once.
        wait: seconds until one may pass; 0 if it may now.
        reset: seconds until the whole burst may pass again.
    """

    allowed: bool
    remaining: int
    wait: float
    reset: float


class Rates:
    """The limits of all keys.

    Args:
        folder: where the file lies; the processes of one server share it. None keeps it in
            memory, for this process alone (Linux).
        clock: nanoseconds, the same clock in every process. The monotonic clock is one until the
            machine starts again, which the file's head tells.

    Raises:
        PintuError: the file cannot be made.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._threads = threading.Lock()  # the file's lock is shared by a process's threads
        self._unlocked_until = 0.0
        path = folder / "rates" if folder else Path("memory")
        try:
            self._file = _opened(path) if folder else os.memfd_create("pintu-rates")
            self._prepare()
        except OSError as error:
            raise PintuError(
                f"{path}: {error.strerror}; set PINTU_HOME to a folder that can be written"
            ) from None

    def take(self, key_id: str, per_minute: int, cost: int = 1, *, owed: bool = False) -> Grant:
        """Ask for a request to pass, and count it if it may. Some 10 µs.

        Args:
            per_minute: requests that may pass in the long run; a sixth of them, ten seconds'
                worth, may pass at once.
            cost: how much it counts. What goes beyond the burst is let through and waited for
                afterwards, so that a large batch passes a small limit.
            owed: count it whatever is left: it has been let through already.
        """
        interval = _MINUTE // per_minute
        burst = max(1, per_minute // 6)
        with self._locked():
            now = self._clock()
            mark, offset = _place(key_id)
            words = _READ.unpack(os.pread(self._file, _READ.size, offset))
            marks, times = words[::2], words[1::2]
            # An unknown key takes the place that was idle longest.
            slot = marks.index(mark) if mark in marks else times.index(min(times))
            before = max(times[slot], now) if marks[slot] == mark else now
            ahead = before - now - (burst - 1) * interval
            if ahead > 0 and not owed:
                return Grant(False, 0, ahead / 1e9, (before - now) / 1e9)
            after = before + cost * interval
            written = _SLOT.pack(mark, min(after, 2**64 - 1))
            os.pwrite(self._file, written, offset + slot * _SLOT.size)
        used = -(-(after - now) // interval)
        return Grant(True, max(0, burst - used), 0.0, (after - now) / 1e9)

    def close(self) -> None:
        """Close the file; what was counted stays."""
        os.close(self._file)

    def _prepare(self) -> None:
        head = f"pintu-rates-1 {_boot()}".encode()[:_HEAD].ljust(_HEAD, b"\0")
        with self._locked():
            sized = os.fstat(self._file).st_size == _SIZE
            if not sized or os.pread(self._file, _HEAD, 0) != head:
                os.pwrite(self._file, head.ljust(_SIZE, b"\0"), 0)
                os.ftruncate(self._file, _SIZE)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._threads:
            held = self._lock()
            try:
                yield
            finally:
                if held:
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _lock(self) -> bool:
        """Take the file's lock, for which a process waits microseconds. One that was stopped while
        it held it must not stop the others: they go on without for a second."""
        started = time.monotonic()
        until = started + _LOCK_SECONDS if started >= self._unlocked_until else started
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= until:
                    break
            time.sleep(0.0001)
        if until > started:
            ERRORS.error("the file of rates is locked by a process that does not go on")
            self._unlocked_until = time.monotonic() + 1
        return False


def _opened(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


@lru_cache(maxsize=_SLOTS)
def _place(key_id: str) -> tuple[int, int]:
    """A key's mark (never 0) and where the first of its choices begins."""
    mark = int.from_bytes(blake2b(key_id.encode(), digest_size=8).digest()) | 1
    return mark, _HEAD + (mark >> 1) % _SLOTS * _SLOT.size


def _boot() -> str:
    """Names the time since the machine started, in which its monotonic clock means the same."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
