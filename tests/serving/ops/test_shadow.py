"""A challenger answers in a process of its own, unseen."""

import asyncio
import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from classifier.router import Router
from data import home
from data.complaint import Complaint
from serving.ops.shadow import Shadow
from serving.ops.shadow_runner import ShadowRunner
from serving.settings import Settings
from serving.store.database import Database, Unavailable
from serving.store.tables import recommendations

from .conftest import Arrive, erase

SINCE = datetime.now(UTC) - timedelta(hours=1)
PATIENT = ThreadPoolExecutor(1)


@pytest.fixture
def shadow(database: Database, router: Router) -> Shadow:
    return Shadow(database, router, SINCE, PATIENT)


def answers(database: Database) -> Sequence[Row[Any]]:
    with database.reading() as connection:
        return connection.execute(select(recommendations).order_by(recommendations.c.number)).all()


# -- one step


def test_each_complaint_is_answered_once_as_the_router_answers(
    shadow: Shadow, database: Database, arrive: Arrive, router: Router
) -> None:
    ids = arrive(database, regency="Kota Surabaya")
    assert (shadow.step(), shadow.step()) == (3, 0)
    rows = answers(database)
    assert [(row.complaint_id, row.role, row.bundle) for row in rows] == [
        (each, "shadow", "starter") for each in ids
    ]
    asked = Complaint("Lampu jalan padam di depan pasar", regency="Kota Surabaya")
    expected = router.route([asked])[0]
    assert rows[0].unit_id == expected.candidates[0].unit_id
    assert rows[0].mandate == expected.mandates[0][0]
    assert rows[0].answer["candidates"] == expected.to_row()["candidates"]
    arrive(database, "Air mati")
    assert shadow.step() == 1


def test_a_new_process_goes_on_where_the_last_one_ended(
    shadow: Shadow, database: Database, arrive: Arrive, router: Router
) -> None:
    arrive(database)
    shadow.step()
    late = arrive(database, "Jalan berlubang")
    again = Shadow(database, router, SINCE, PATIENT)
    assert again.step() == 1
    assert answers(database)[-1].complaint_id == late[0]


def test_old_and_erased_complaints_are_left_alone(
    shadow: Shadow, database: Database, arrive: Arrive
) -> None:
    arrive(database, "Terlalu lama", received_at=SINCE - timedelta(seconds=1))
    gone = arrive(database, "Terhapus")
    erase(database, gone[0])
    assert shadow.step() == 0


class Raising:
    """A router that fails for some texts, or does something just before it answers."""

    name = "starter"

    def __init__(self, router: Router, bad: str = "", first: Callable[[], None] | None = None):
        self.router, self.bad, self.first = router, bad, first

    def route(self, complaints: Sequence[Complaint]) -> Any:
        if self.first:
            self.first()
        if self.bad and self.bad in complaints[0].text:
            raise RuntimeError(complaints[0].text)
        return self.router.route(complaints)


def test_a_complaint_that_cannot_be_answered_does_not_stop_the_others(
    shadow: Shadow, database: Database, arrive: Arrive, caplog: pytest.LogCaptureFixture
) -> None:
    shadow.router = Raising(shadow.router, bad="KTP")  # type: ignore[assignment]
    ids = arrive(database)
    assert [shadow.step(), shadow.step()] == [2, 0]
    assert {row.complaint_id for row in answers(database)} == {ids[0], ids[2]}
    assert len(caplog.records) == 1
    assert "KTP" not in caplog.text
    arrive(database, "Air mati")
    assert shadow.step() == 1


def test_nothing_is_kept_of_a_complaint_erased_while_it_is_answered(
    shadow: Shadow, database: Database, arrive: Arrive
) -> None:
    ids = arrive(database)
    shadow.router = Raising(  # type: ignore[assignment]
        shadow.router, first=lambda: erase(database, ids[1])
    )
    assert shadow.step() == 2
    assert ids[1] not in {row.complaint_id for row in answers(database)}
    assert shadow.step() == 0


def test_more_than_a_batch_is_answered_in_the_order_of_arrival(
    shadow: Shadow, database: Database, arrive: Arrive
) -> None:
    ids = arrive(database, *["Sampah menumpuk"] * 70)
    assert [shadow.step() for _ in range(4)] == [32, 32, 6, 0]
    assert [row.complaint_id for row in answers(database)] == ids


def test_a_lost_database_is_told_and_waited_for(router: Router) -> None:
    lost = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        Shadow(lost, router, SINCE, PATIENT).step()
    lost.close()


# -- the process


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        await asyncio.sleep(0.05)


def test_the_process_answers_what_comes_and_ends_with_the_pointer(
    database: Database, database_url: str, second: Path, arrive: Arrive
) -> None:
    home.shadow(second)
    ids = arrive(database)
    settings = Settings(database_url=database_url)  # type: ignore[arg-type]

    async def course() -> None:
        runner, other = ShadowRunner(settings, every=0.05), ShadowRunner(settings, every=0.05)
        tasks = [asyncio.create_task(each.run()) for each in (runner, other)]
        try:
            await until(lambda: len(answers(database)) == len(ids))
            assert runner.starts + other.starts == 1
            await asyncio.to_thread(arrive, database, "Air mati")
            await until(lambda: len(answers(database)) == len(ids) + 1)
            home.shadow(None)
            await until(lambda: runner.child is None and other.child is None)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(course())
    assert {(row.role, row.bundle) for row in answers(database)} == {("shadow", "second")}


def test_a_refused_challenger_is_not_started_again_until_another_is_named(
    tmp_path: Path, damaged: Path
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}")  # type: ignore[arg-type]
    home.shadow(damaged)

    async def course() -> None:
        runner = ShadowRunner(settings, every=0.05)
        task = asyncio.create_task(runner.run())
        await until(lambda: runner.starts == 1 and runner.child is None)
        for _ in range(6):  # looks at the pointer
            await asyncio.sleep(0.05)
        assert runner.starts == 1
        home.shadow(damaged)
        await until(lambda: runner.starts == 2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert runner.child is None

    asyncio.run(course())


_PARENT = """
import asyncio
from serving.ops.shadow_runner import ShadowRunner
from serving.settings import Settings
asyncio.run(ShadowRunner(Settings(), every=0.05).run())
"""


def test_the_process_ends_when_its_parent_is_killed(
    second: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child holds the lock too, so the lock tells when both are gone."""
    monkeypatch.setenv("PINTU_DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    home.shadow(second)
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stderr=subprocess.PIPE)
    try:
        assert parent.stderr is not None
        assert b"answers in shadow" in parent.stderr.readline()
        assert not lock_is_free()
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    asyncio.run(until(lock_is_free, seconds=5))


def lock_is_free() -> bool:
    with (home.home() / "shadow.lock").open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
