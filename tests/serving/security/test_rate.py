"""Shares of requests: what passes, and that processes count together."""

import fcntl
import os
import subprocess
import sys
import threading

import pytest

from data.errors import PintuError
from serving.security import rate
from serving.security.rate import Rates

ONE = "abcdefghij"
TWO = "klmnopqrst"


class Clock:
    seconds = 1e6

    def __call__(self):
        return int(self.seconds * 1e9)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def rates(tmp_path, clock):
    return Rates(tmp_path, clock)


def passed(rates, key, per_minute, tries, **given):
    return sum(rates.take(key, per_minute, **given).allowed for _ in range(tries))


def test_a_burst_is_a_sixth_of_a_minute(rates):
    assert passed(rates, ONE, 600, 300) == 100
    assert passed(rates, TWO, 1, 5) == 1


def test_afterwards_requests_pass_at_the_limit(rates, clock):
    passed(rates, ONE, 60, 10)
    over_a_minute = 0
    for _ in range(480):
        clock.seconds += 0.125
        over_a_minute += rates.take(ONE, 60).allowed
    assert over_a_minute == 60


def test_what_is_told(rates, clock):
    granted = rates.take(ONE, 60)
    assert (granted.allowed, granted.remaining, granted.wait, granted.reset) == (True, 9, 0, 1)
    passed(rates, ONE, 60, 9)
    clock.seconds += 0.25
    refused = rates.take(ONE, 60)
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert (refused.wait, refused.reset) == (0.75, 9.75)
    clock.seconds += 0.75
    assert rates.take(ONE, 60).allowed
    clock.seconds += 3600
    assert rates.take(ONE, 60).remaining == 9


def test_a_batch_counts_as_its_complaints_and_is_waited_for(rates, clock):
    assert rates.take(ONE, 60, cost=256).allowed
    refused = rates.take(ONE, 60)
    assert (refused.allowed, refused.wait) == (False, 247)
    clock.seconds += 247
    assert rates.take(ONE, 60).allowed


def test_what_is_owed_is_counted_whatever_is_left(rates):
    passed(rates, ONE, 60, 10)
    assert rates.take(ONE, 60, 5, owed=True).allowed
    assert rates.take(ONE, 60).wait == 6


def test_keys_do_not_share(rates):
    assert passed(rates, ONE, 60, 20) == passed(rates, TWO, 60, 20) == 10


def test_hundreds_of_keys_are_kept_apart(rates):
    names = [f"key{i:07}" for i in range(800)]
    for name in names:
        passed(rates, name, 60, 10)
    assert not any(rates.take(name, 60).allowed for name in names)


def test_idle_keys_make_room(rates, clock, monkeypatch):
    for round_ in range(3):
        assert all(rates.take(f"{round_}key{i:05}", 60).allowed for i in range(5000))
        clock.seconds += 60
    assert passed(rates, ONE, 60, 20) == 10


def test_a_restart_forgets_nothing(tmp_path, clock):
    first = Rates(tmp_path, clock)
    passed(first, ONE, 60, 10)
    first.close()
    assert passed(Rates(tmp_path, clock), ONE, 60, 10) == 0


def test_after_the_machine_starts_again_the_count_begins_anew(tmp_path, clock, monkeypatch):
    passed(Rates(tmp_path, clock), ONE, 60, 10)
    clock.seconds = 10.0  # the monotonic clock begins again
    monkeypatch.setattr(rate, "_boot", lambda: "another")
    assert passed(Rates(tmp_path, clock), ONE, 60, 10) == 10


@pytest.mark.parametrize("content", [b"", b"x", b"garbage" * 50_000])
def test_a_damaged_file_is_made_anew(tmp_path, clock, content):
    (tmp_path / "rates").write_bytes(content)
    assert passed(Rates(tmp_path, clock), ONE, 60, 20) == 10


def test_the_file_is_the_owners_alone(tmp_path, rates):
    assert (tmp_path / "rates").stat().st_mode & 0o777 == 0o600


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "other").write_bytes(b"mine")
    (tmp_path / "rates").symlink_to(tmp_path / "other")
    with pytest.raises(PintuError, match="PINTU_HOME"):
        Rates(tmp_path)
    assert (tmp_path / "other").read_bytes() == b"mine"


def test_without_a_folder_a_process_counts_by_itself(clock):
    assert passed(Rates(None, clock), ONE, 60, 20) == 10


_PROCESS = """
import sys
from pathlib import Path
from serving.security.rate import Rates
rates = Rates(Path(sys.argv[1]), lambda: 10**18)
sys.stdin.readline()
print(sum(rates.take("abcdefghij", 6000).allowed for _ in range(900)))
"""


def test_processes_count_together(tmp_path):
    command = [sys.executable, "-c", _PROCESS, str(tmp_path)]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    for process in started:  # both wait here, so that they count at the same time
        process.stdin.write("\n")
        process.stdin.flush()
    counts = [int(process.communicate(timeout=30)[0]) for process in started]
    assert sum(counts) == 1000


def test_threads_count_together(rates):
    counts = []
    work = [
        threading.Thread(target=lambda: counts.append(passed(rates, ONE, 600, 80)))
        for _ in range(4)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert sum(counts) == 100


def test_a_process_that_stopped_with_the_lock_does_not_stop_the_others(
    tmp_path, rates, caplog, monkeypatch
):
    monkeypatch.setattr(rate, "_LOCK_SECONDS", 0.01)
    stopped = os.open(tmp_path / "rates", os.O_RDWR)
    fcntl.flock(stopped, fcntl.LOCK_EX)
    assert passed(rates, ONE, 60, 50) == 10
    assert len(caplog.records) == 1
    os.close(stopped)
    assert passed(rates, TWO, 60, 20) == 10
