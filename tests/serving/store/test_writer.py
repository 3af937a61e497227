"""What many requests record at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select, text

from serving.store import writer as writers
from serving.store.database import Database, Unavailable
from serving.store.migrate import upgrade
from serving.store.tables import complaints
from serving.store.writer import GroupWriter, Overloaded


@pytest.fixture
def writer(database):
    made = GroupWriter(database)
    yield made
    made.close()


def count(database):
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(complaints))


def test_a_hundred_at_once_are_each_recorded_once(database, writer, submission):
    requests = [[submission(f"A-{i % 50}")] for i in range(100)]
    with ThreadPoolExecutor(16) as pool:
        futures = list(pool.map(writer.submit, requests))
    ids = [future.result(20)[0].id for future in futures]
    assert len(set(ids)) == 50
    assert count(database) == 50


def test_one_that_cannot_be_written_does_not_hinder_the_others(database, writer, submission):
    good, poison = submission("good"), submission("bad", lat="not a number")
    futures = [writer.submit([good]), writer.submit([poison]), writer.submit([submission("also")])]
    assert futures[0].result(20)[0].id == good.id
    with pytest.raises(Exception, match=r".") as caught:
        futures[1].result(20)
    assert not isinstance(caught.value, Unavailable)
    futures[2].result(20)
    assert count(database) == 2


def test_what_waits_when_it_closes_is_recorded(database, submission):
    made = GroupWriter(database)
    futures = [made.submit([submission(f"A-{i}")]) for i in range(40)]
    made.close()
    assert all(future.done() for future in futures)
    assert count(database) == 40
    made.submit([submission("late")]).result(20)  # and it can be opened again
    made.close()
    assert count(database) == 41


def test_one_that_stops_waiting_does_not_end_the_writer(database, writer, submission):
    with database.writing():  # the writer has to wait meanwhile
        waiting = writer.submit([submission("A-1")])
        assert not waiting.cancel()
    waiting.result(20)
    writer.submit([submission("A-2")]).result(20)
    assert count(database) == 2


def test_more_than_can_wait_is_refused(writer, submission, monkeypatch):
    monkeypatch.setattr(writers, "MAX_WAITING", 3)
    with pytest.raises(Overloaded):
        writer.submit([submission(f"A-{i}") for i in range(4)])


def test_a_full_disk_is_told_and_the_next_complaint_is_recorded(tmp_path, submission):
    database = Database(f"sqlite:///{tmp_path / 'small.db'}")
    upgrade(database)
    with database.reading() as connection:
        most = {"pages": (connection.scalar(text("PRAGMA page_count")) or 0) + 2}

    def bound(raw, _record, _proxy):
        raw.execute(f"PRAGMA max_page_count = {most['pages']}")

    event.listen(database.engine, "checkout", bound)
    writer = GroupWriter(database)
    with pytest.raises(Unavailable, match="full"):
        writer.submit([submission("big", text="x" * 100_000)]).result(20)
    most["pages"] = 100_000
    writer.submit([submission("big", text="x" * 100_000)]).result(20)
    writer.close()
    assert count(database) == 1
    database.close()
