"""Personal data: a person's cases are found, erased and exported, and the sheet explains them."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from data.errors import PintuError
from serving.store.database import Database
from serving.store.personal import erase, find, of_person, reporter_hash
from serving.store.personal_export import export
from serving.store.tables import complaints, decisions, reviews

from .conftest import NOW, OLD, PLANTED, SECRET, answer, deliver, open_review, row


class TestAPersonsCases:
    def test_are_found_by_name_or_number(self, database: Database, add: Any) -> None:
        mine = add()
        add(reporter=reporter_hash(SECRET, "lain"))
        hashed = reporter_hash(SECRET, "+62 812 3456 7890")
        with database.reading() as connection:
            for which in (
                of_person(reporter=hashed),
                of_person(number=f"{PLANTED}-{mine}"),
                of_person(number=mine),
            ):
                assert [one.id for one in find(connection, which)] == [mine]
            assert not find(connection, of_person(reporter=hashed, key_id="k2"))

    def test_nobody_is_not_everybody(self) -> None:
        with pytest.raises(PintuError, match="whose"):
            of_person(reporter="", number="")

    def test_erasing_leaves_nothing_that_leads_to_them(self, database: Database, add: Any) -> None:
        mine, waiting, other = add(), add("review"), add(reporter="lain")
        open_review(database, waiting)
        erase(database, [mine, waiting], NOW)
        with database.reading() as connection:
            assert not find(connection, of_person(reporter=reporter_hash(SECRET, "081234567890")))
            review = connection.execute(select(reviews)).one()
            last = connection.execute(select(decisions).order_by(decisions.c.number.desc())).first()
        assert row(database, other).text
        assert row(database, waiting).status == "archived"
        assert (review.closed_at, review.closed_by, review.claimed_by) == (NOW, "local", "")
        assert last is not None
        assert (last.complaint_id, last.action) == (waiting, "archive")

    def test_the_export_tells_all_but_who_worked_on_it(self, database: Database, add: Any) -> None:
        case_id = add(secret=True)
        open_review(database, case_id)
        deliver(database, case_id)
        with database.reading() as connection:
            rows = list(export(connection, [case_id]))
        assert len(rows) == 1
        told = json.loads(json.dumps(rows[0]))
        assert told["text"].startswith(PLANTED)
        assert told["received_at"] == OLD.isoformat()
        assert told["recommendations"][0]["answer"] == answer()
        assert told["decisions"][0]["note"] == PLANTED
        assert told["decisions"][0]["actor"] == "petugas"
        assert told["outcomes"][0]["reason"] == PLANTED
        assert told["reviews"][0]["reasons"] == ["not_proven"]
        assert told["deliveries"][0]["receiver"] == "Kanal kota"
        assert told["audit"][0]["action"] == "complaint.received"
        assert "key:" not in json.dumps(told)

    def test_every_column_is_told_or_left_out_on_purpose(
        self, database: Database, add: Any
    ) -> None:
        case_id = add()
        with database.reading() as connection:
            told = next(export(connection, [case_id]))
        assert set(complaints.c.keys()) - set(told) == {"number"}


class TestTheSheet:
    sheet = Path(__file__).parents[3] / "docs" / "privacy.md"

    def test_tells_of_every_table(self) -> None:
        named = self.sheet.read_text(encoding="utf-8")
        tables = complaints.metadata.tables
        assert not [name for name in tables if f"`{name}" not in named]

    def test_explains_every_field_of_an_export(self, database: Database, add: Any) -> None:
        case_id = add()
        with database.reading() as connection:
            told = next(export(connection, [case_id]))
        named = self.sheet.read_text(encoding="utf-8")
        assert not [name for name in told if f"`{name}`" not in named]
