"""Personal data: closed cases lose their words when they are old enough."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from serving.store.database import Database
from serving.store.ids import new_id
from serving.store.retention import BATCH, Due, due, purge
from serving.store.tables import audit, complaints, decisions, outcomes

from .conftest import BEFORE, NOW, OLD, PLANTED, open_review, row


class TestRetention:
    def test_closed_cases_lose_their_words(self, database: Database, add: Any) -> None:
        gone = [add("accepted"), add("archived"), add("forwarded")]
        assert purge(database, BEFORE, NOW) == 3
        assert all(row(database, case_id).text == "" for case_id in gone)
        assert purge(database, BEFORE, NOW) == 0

    def test_open_reviews_and_young_cases_stay(self, database: Database, add: Any) -> None:
        waiting, asked, young = add("review"), add("ask"), add(received=BEFORE)
        open_review(database, waiting)
        open_review(database, asked)
        with database.reading() as connection:
            assert due(connection, BEFORE) == Due(closed=0, open=2)
        assert purge(database, BEFORE, NOW) == 0
        assert all(row(database, one).text for one in (waiting, asked, young))

    @pytest.mark.parametrize("heard", [decisions.c.made_at, outcomes.c.reported_at])
    def test_a_forwarded_case_stays_while_it_is_heard_of(
        self, database: Database, add: Any, heard: Any
    ) -> None:
        case_id = add("forwarded")
        with database.writing() as connection:
            connection.execute(update(heard.table).values({heard.name: BEFORE}))
        assert purge(database, BEFORE, NOW) == 0
        assert purge(database, BEFORE + timedelta(seconds=1), NOW) == 1
        assert row(database, case_id).text == ""

    def test_the_log_has_numbers_alone(self, database: Database, add: Any) -> None:
        add()
        purge(database, BEFORE, NOW)
        with database.reading() as connection:
            entry = connection.execute(select(audit).order_by(audit.c.number.desc())).first()
        assert entry is not None
        assert (entry.action, entry.subject) == ("complaints.purged", "")
        assert json.loads(entry.detail) == {"cases": 1, "before": BEFORE.isoformat()}

    def test_goes_on_after_it_was_broken_off(self, database: Database, add: Any) -> None:
        first, last = add(), None
        plain = {
            "received_at": OLD,
            "text": PLANTED,
            "status": "archived",
        }
        with database.writing() as connection:
            connection.execute(insert(complaints), [plain | {"id": new_id()} for _ in range(BATCH)])
        last = add()

        def breaks(_: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            purge(database, BEFORE, NOW, progress=breaks)
        assert row(database, first).text == ""
        assert row(database, last).text != ""
        told: list[int] = []
        assert purge(database, BEFORE, NOW, progress=told.append) == 2
        assert told == [2]
        assert PLANTED not in row(database, last).text
