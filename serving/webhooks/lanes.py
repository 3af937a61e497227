"""How many deliveries a worker makes at once, divided so that no receiver holds up the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from serving.webhooks.hooks import Hook

AT_ONCE = 8  # deliveries of a worker
_AT_ONCE_EACH = 4  # to one receiver
_TRIPS = 3  # failures in a row after which a receiver is left alone for a while
_REST = timedelta(seconds=5)  # then, doubled with each further failure …
_LONGEST_REST = timedelta(minutes=5)  # … up to this
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Lane:
    running: int = 0
    failures: int = 0  # in a row
    rests_until: datetime = _LONG_AGO
    served: int = 0  # when it last got something, counted

    def room(self, now: datetime) -> int:
        if now < self.rests_until:
            return 0
        # One at a time finds out whether a receiver that failed is there again.
        return (1 if self.failures else _AT_ONCE_EACH) - self.running


class Lanes:
    """What runs to each receiver, and how the receivers fare. Kept by one event loop."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}
        self._served = 0

    @property
    def free(self) -> int:
        """How many more deliveries may run."""
        return AT_ONCE - sum(lane.running for lane in self._lanes.values())

    def shares(self, waiting: Sequence[Hook], now: datetime) -> dict[Hook, int]:
        """How many deliveries each of the waiting webhooks may have now: one each in turn, those
        first that got none for the longest time."""
        room = {hook: self._lane(hook).room(now) for hook in waiting}
        turns = sorted(waiting, key=lambda hook: self._lane(hook).served)
        free, shares = self.free, dict.fromkeys(turns, 0)
        while free > 0 and (turns := [hook for hook in turns if room[hook] > shares[hook]]):
            for hook in turns[:free]:
                shares[hook] += 1
            free -= len(turns)
        return {hook: share for hook, share in shares.items() if share}

    def dead(self, hook: Hook) -> bool:
        """Whether a receiver has failed again and again."""
        return self._lane(hook).failures >= _TRIPS

    def begin(self, hook: Hook) -> None:
        """A delivery starts."""
        lane = self._lane(hook)
        lane.running += 1
        self._served += 1
        lane.served = self._served

    def end(self, hook: Hook, accepted: bool, now: datetime) -> None:
        """A delivery ended and is written down."""
        lane = self._lane(hook)
        lane.running -= 1
        lane.failures = 0 if accepted else lane.failures + 1
        if lane.failures >= _TRIPS:
            rest = _REST * 2 ** min(lane.failures - _TRIPS, 10)
            lane.rests_until = now + min(rest, _LONGEST_REST)

    def _lane(self, hook: Hook) -> _Lane:
        return self._lanes.setdefault(hook.id, _Lane())
