"""How a worker divides its deliveries among receivers."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from serving.webhooks.hooks import Hook
from serving.webhooks.lanes import AT_ONCE, Lanes

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOOKS = [Hook(str(number), "https://satu.example/", 1, None) for number in range(12)]


def begin(lanes: Lanes, shares: dict[Hook, int]) -> None:
    for hook, share in shares.items():
        for _ in range(share):
            lanes.begin(hook)


def test_a_single_receiver_does_not_take_everything():
    lanes = Lanes()
    assert lanes.shares(HOOKS[:1], NOW) == {HOOKS[0]: 4}
    begin(lanes, {HOOKS[0]: 4})
    assert lanes.shares(HOOKS[:2], NOW) == {HOOKS[1]: 4}


def test_receivers_take_turns():
    lanes, had = Lanes(), Counter[Hook]()
    for _ in range(9):
        shares = lanes.shares(HOOKS, NOW)
        assert sum(shares.values()) == AT_ONCE
        had.update(shares)
        begin(lanes, shares)
        for hook in shares:
            lanes.end(hook, True, NOW)
    assert max(had.values()) - min(had.values()) <= 1


def test_nothing_is_shared_while_all_are_busy():
    lanes = Lanes()
    begin(lanes, dict.fromkeys(HOOKS[:AT_ONCE], 1))
    assert lanes.free == 0
    assert lanes.shares(HOOKS, NOW) == {}


def test_a_failing_receiver_gets_one_at_a_time_then_rests_longer_and_longer():
    lanes, now, rests = Lanes(), NOW, []
    hook = HOOKS[0]
    for _ in range(12):
        assert lanes.shares([hook], now) == {hook: 1 if now > NOW else 4}
        lanes.begin(hook)
        lanes.end(hook, False, now)
        at = now
        while not lanes.shares([hook], now):
            now += timedelta(seconds=5)
        rests.append((now - at).seconds)
        now += timedelta(seconds=1)
    assert rests == [0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300, 300]
    assert lanes.dead(hook)
    lanes.begin(hook)
    lanes.end(hook, True, now)
    assert lanes.shares([hook], now) == {hook: 4}
    assert not lanes.dead(hook)
