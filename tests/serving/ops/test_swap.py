"""Another bundle is taken up while requests are answered, and not one of them fails."""

import asyncio
import json
import logging
import socket
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import uvicorn

from classifier.router import Router
from data import home
from serving.app import create_app
from serving.ops.metrics import Metrics
from serving.ops.swap import BundleWatcher
from serving.settings import Settings

TEXT = "Lampu jalan padam sejak seminggu di depan pasar, mohon diperbaiki"


@pytest.fixture
def watcher(router: Router) -> BundleWatcher:
    app = SimpleNamespace(state=SimpleNamespace(router=router, metrics=Metrics()))
    return BundleWatcher(app, Settings())


def look(watcher: BundleWatcher) -> str:
    asyncio.run(watcher.look())
    name: str = watcher.app.state.router.name
    return name


def test_the_active_bundle_is_taken_up_once(
    watcher: BundleWatcher, bundle: Path, second: Path
) -> None:
    assert look(watcher) == "starter"  # nothing is active
    home.activate(bundle)
    assert look(watcher) == "starter"
    assert watcher.swaps == 0  # it served that one already
    home.activate(second)
    assert look(watcher) == "second"
    taken = watcher.app.state.router
    home.activate(second)
    assert look(watcher) == "second"
    assert (watcher.swaps, watcher.app.state.router is taken) == (1, True)


def test_a_damaged_bundle_is_refused_once_and_the_next_sound_one_taken_up(
    watcher: BundleWatcher, damaged: Path, second: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home.activate(damaged)
    with caplog.at_level(logging.ERROR, "pintu.models"):
        assert [look(watcher), look(watcher)] == ["starter", "starter"]
    assert [record.message.count("hash differs") for record in caplog.records] == [1]
    assert (watcher.refusals, "hash differs" in watcher.fault) == (1, True)
    home.activate(second)
    assert look(watcher) == "second"
    assert watcher.fault == ""


@pytest.mark.parametrize("pointer", ["", "\0", "/nowhere/at/all", "x" * 5000, "ü\n\n"])
def test_a_pointer_to_nothing_is_refused(watcher: BundleWatcher, pointer: str) -> None:
    home.home().mkdir(parents=True)
    home.active_pointer().write_text(pointer, encoding="utf-8")
    assert look(watcher) == "starter"
    assert watcher.refusals == 1


def test_a_pointer_that_goes_away_changes_nothing(watcher: BundleWatcher, second: Path) -> None:
    home.activate(second)
    assert look(watcher) == "second"
    home.active_pointer().unlink()
    assert look(watcher) == "second"
    assert watcher.refusals == 0


def test_a_bundle_named_by_the_settings_stays(
    watcher: BundleWatcher, bundle: Path, second: Path
) -> None:
    watcher.settings = Settings(bundle=bundle)
    home.activate(second)
    asyncio.run(asyncio.wait_for(watcher.run(), 1))  # returns at once
    assert watcher.app.state.router.name == "starter"


def test_the_old_bundle_is_let_go(watcher: BundleWatcher, second: Path, copied: object) -> None:
    home.activate(second)
    look(watcher)
    old = weakref.ref(watcher.app.state.router)
    model = weakref.ref(watcher.app.state.router.bundle.model)
    assert callable(copied)
    home.activate(copied("third"))
    assert look(watcher) == "third"
    assert (old(), model()) == (None, None)


@contextmanager
def serving(router: Router) -> Iterator[tuple[str, BundleWatcher]]:
    """A server in a thread, with a watcher beside it."""
    app = create_app(router, Settings())
    watcher = BundleWatcher(app, Settings(), every=0.05)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))

    async def run() -> None:
        task = asyncio.create_task(watcher.run())
        await server.serve(sockets=[listening])
        task.cancel()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", watcher
    finally:
        server.should_exit = True
        thread.join()


class Clients:
    """Threads that ask all the time; every answer is counted with the bundle that gave it."""

    def __init__(self, address: str, number: int) -> None:
        self.address = address
        self.seen: Counter[tuple[int, str, str]] = Counter()
        self.milliseconds: list[float] = []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._ask) for _ in range(number)]

    def __enter__(self) -> "Clients":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self.address, timeout=10) as client:
            while not self.stopped.is_set():
                began = time.perf_counter()
                try:
                    answer = client.post("/v1/route", json={"text": TEXT})
                    told = json.loads(answer.content).get("bundle", "")
                    self.seen[answer.status_code, answer.headers["X-Pintu-Bundle"], told] += 1
                except httpx.HTTPError as error:
                    self.seen[0, type(error).__name__, ""] += 1
                self.milliseconds.append(1000 * (time.perf_counter() - began))

    def wait_for(self, bundle: str, answers: int) -> None:
        """Until a bundle has given some answers."""
        deadline = time.monotonic() + 20
        while sum(n for (_, name, _), n in self.seen.copy().items() if name == bundle) < answers:
            assert time.monotonic() < deadline, self.seen
            self.stopped.wait(0.01)


def test_no_request_fails_while_bundles_are_swapped(
    router: Router, second: Path, bundle: Path, damaged: Path
) -> None:
    with serving(router) as (address, watcher), Clients(address, 8) as clients:
        clients.wait_for("starter", 50)
        home.activate(second)
        clients.wait_for("second", 50)
        home.activate(damaged)
        deadline = time.monotonic() + 10
        while not watcher.refusals and time.monotonic() < deadline:
            clients.stopped.wait(0.01)
        clients.wait_for("second", clients.seen[200, "second", "second"] + 20)
    assert {status for status, _, _ in clients.seen} == {200}
    assert (watcher.swaps, watcher.refusals) == (1, 1)
    told = {(header, body) for _, header, body in clients.seen}
    assert {("starter", "starter"), ("second", "second")} <= told
