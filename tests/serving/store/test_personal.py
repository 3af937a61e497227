"""Personal data: hashing names, taking words out, what stays, retention, and the export."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text, update

from data.complaint import Complaint
from data.errors import PintuError
from serving.store.audit import Entry, append
from serving.store.database import Database
from serving.store.ids import new_id
from serving.store.personal import (
    erase,
    figures,
    find,
    of_person,
    reporter_hash,
    rewrite,
    strip,
)
from serving.store.personal_export import export
from serving.store.retention import BATCH, Due, due, purge
from serving.store.tables import (
    audit,
    complaints,
    decisions,
    deliveries,
    outcomes,
    recommendations,
    reviews,
    webhooks,
)

SECRET = b"a secret of at least thirty-two bytes"
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=900)
BEFORE = NOW - timedelta(days=730)
PLANTED = "kucingoranye"  # stands in every word that is kept of a case


def answer() -> dict[str, Any]:
    """A recommendation that repeats the planted word wherever it can."""
    span = {"start": 0, "end": 12, "text": PLANTED}
    one: dict[str, Any] = {
        "id": f"nomor-{PLANTED}",
        "kind": "complaint",
        "kind_probability": 0.9,
        "category": "Jalan",
        "category_probability": 0.8,
        "decision": "auto-route",
        "urgency": {
            "danger": "api",
            "name": "Kebakaran",
            "number": "113",
            "message": "Hubungi 113.",
            "spans": [span],
            "score": 0.4,
        },
        "reasons": [{"code": "place_conflict", "message": PLANTED, "question": PLANTED}],
        "candidates": [
            {
                "unit_id": "35.78/jalan",
                "unit": "Dinas PU",
                "agency": "Kota Surabaya",
                "mandate": "jalan",
                "region_code": "35.78",
                "probability": 0.93,
            }
        ],
        "shortlists": {"0.9": ["35.78/jalan"]},
        "mandates": [{"id": "jalan", "probability": 0.9}],
        "places": [{**span, "candidates": [{"region_code": "35.78", "probability": 0.9}]}],
        "parts": [],
        "bundle": "b1",
        "explanation": {"words": [{**span, "weight": 1.0}], "similar": [{"text": PLANTED}]},
        "something_new": PLANTED,
    }
    return one | {"parts": [{"start": 0, "end": 12, "recommendation": dict(one)}]}


@pytest.fixture
def add(database: Database) -> Any:
    """Records a case with words in every place that holds words; gives its id."""

    def record(status: str = "accepted", received: datetime = OLD, **given: Any) -> str:
        case_id = new_id()
        row = {
            "id": case_id,
            "caller_id": f"{PLANTED}-{case_id}",
            "retry_key": case_id,
            "request_hash": "aa",
            "received_at": received,
            "title": PLANTED,
            "text": f"{PLANTED} hilang di depan rumah " * 20,
            "regency": "Kota Surabaya",
            "district": "Wonokromo",
            "village": PLANTED,
            "address": PLANTED,
            "lat": -7.3,
            "long": 112.7,
            "reporter": reporter_hash(SECRET, "0812-3456-7890"),
            "status": status,
            "unit_id": "35.78/jalan",
            "bundle": "b1",
        }
        of = {"complaint_id": case_id}
        with database.writing() as connection:
            connection.execute(insert(complaints).values(row | given))
            connection.execute(
                insert(recommendations).values(
                    **of,
                    role="champion",
                    bundle="b1",
                    made_at=received,
                    decision="auto-route",
                    mandate="jalan",
                    unit_id="35.78/jalan",
                    probability=0.93,
                    answer=answer(),
                )
            )
            number = connection.execute(
                insert(decisions).values(
                    **of, made_at=received, actor="key:budi", action="forward", note=PLANTED
                )
            ).inserted_primary_key[0]
            connection.execute(
                insert(outcomes).values(
                    **of,
                    decision_number=number,
                    reported_at=received,
                    actor="key:dinas",
                    outcome="accepted",
                    reason=PLANTED,
                )
            )
            append(connection, [Entry("key:budi", "complaint.received", case_id)])
        return case_id

    return record


def open_review(database: Database, case_id: str) -> None:
    with database.writing() as connection:
        connection.execute(
            insert(reviews).values(
                complaint_id=case_id,
                opened_at=OLD,
                reasons=["not_proven"],
                ruled_out=[],
                probability=0.4,
                claimed_by="key:budi",
            )
        )


def deliver(database: Database, case_id: str) -> None:
    with database.writing() as connection:
        connection.execute(
            insert(webhooks).values(
                id="w1", name="Kanal kota", url="https://kota.test", version=1, created_at=OLD
            )
        )
        connection.execute(
            insert(deliveries).values(
                id=new_id(),
                webhook_id="w1",
                complaint_id=case_id,
                event="complaint.decided",
                payload={"data": {"id": PLANTED}},
                created_at=OLD,
                next_at=OLD,
            )
        )


def everything(database: Database) -> str:
    """Every row of every table as text."""
    with database.reading() as connection:
        rows = [
            dict(row)
            for table in complaints.metadata.sorted_tables
            for row in connection.execute(select(table)).mappings()
        ]
    return json.dumps(rows, default=str)


def row(database: Database, case_id: str) -> Any:
    with database.reading() as connection:
        return connection.execute(select(complaints).where(complaints.c.id == case_id)).one()


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("0812-3456-7890", "+62 812 3456 7890"),
            ("0812-3456-7890", "6281234567890"),
            ("0812-3456-7890", "+62 (0)812 3456 7890"),
            ("0812-3456-7890", "（0812）3456–7890"),
            ("Siti@Contoh.ID", " siti@contoh.id "),
            ("Akun  7", "akun 7"),
        ],
    )
    def test_written_in_two_ways_are_one(self, one: str, other: str) -> None:
        assert reporter_hash(SECRET, one) == reporter_hash(SECRET, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("0812-3456-7890", "0812-3456-7891"),
            ("1 12", "11 2"),
            ("081", "6281"),  # too short for a telephone: two accounts
            ("3578012345678901", "03578012345678901"),
            ("a-1", "a1"),
        ],
    )
    def test_of_two_people_stay_two(self, one: str, other: str) -> None:
        assert reporter_hash(SECRET, one) != reporter_hash(SECRET, other)

    def test_are_not_kept_and_need_the_secret(self) -> None:
        hashed = reporter_hash(SECRET, "siti@contoh.id")
        assert len(hashed) == 64
        assert hashed != reporter_hash(b"another", "siti@contoh.id")

    @pytest.mark.parametrize("blank", ["", "  ", "\u200b"])
    def test_blank_is_nobody(self, blank: str) -> None:
        assert reporter_hash(SECRET, blank) == ""


class TestStripping:
    def test_every_word_goes_and_figures_stay(self, database: Database, add: Any) -> None:
        case_id = add()
        deliver(database, case_id)
        with database.writing() as connection:
            strip(connection, [case_id], NOW)
        assert PLANTED not in everything(database)
        kept = row(database, case_id)
        assert (kept.lat, kept.long, kept.reporter) == (None, None, "")
        assert (kept.status, kept.unit_id, kept.district) == (
            "accepted",
            "35.78/jalan",
            "Wonokromo",
        )
        assert (kept.received_at, kept.erased_at) == (OLD, NOW)
        with database.reading() as connection:
            one = connection.execute(select(recommendations)).one()
            assert (one.mandate, one.probability) == ("jalan", 0.93)
            assert one.answer["candidates"] == answer()["candidates"]
            assert one.answer["parts"][0]["recommendation"]["mandates"] == answer()["mandates"]
            assert one.answer["reasons"][0]["code"] == "place_conflict"
            assert connection.scalar(select(outcomes.c.outcome)) == "accepted"

    def test_others_keep_theirs(self, database: Database, add: Any) -> None:
        mine, other = add(), add()
        with database.writing() as connection:
            strip(connection, [mine], NOW)
        assert row(database, other).title == PLANTED
        with database.reading() as connection:
            answers = dict(
                connection.execute(
                    select(recommendations.c.complaint_id, recommendations.c.answer)
                ).all()
            )
        assert answers[other] == answer()

    def test_twice_changes_nothing(self, database: Database, add: Any) -> None:
        case_id = add()
        with database.writing() as connection:
            strip(connection, [case_id], NOW)
        before = everything(database)
        with database.writing() as connection:
            strip(connection, [case_id], NOW + timedelta(days=1))
        assert everything(database) == before

    def test_purged_cases_keep_the_callers_number_until_erased(
        self, database: Database, add: Any
    ) -> None:
        case_id = add()
        with database.writing() as connection:
            strip(connection, [case_id], NOW, keep_number=True)
        assert row(database, case_id).caller_id.startswith(PLANTED)
        erase(database, [case_id], NOW + timedelta(days=1))
        assert row(database, case_id).erased_at == NOW
        assert PLANTED not in everything(database)

    def test_a_stripped_answer_has_the_form_of_an_answer(self, router: Any) -> None:
        complaint = Complaint(
            "Rumah tetangga kebakaran di Jalan Darmo Surabaya, dan KTP saya belum jadi.", "A-1"
        )
        full = router.route([complaint], explained=True)[0].to_row()
        stripped = figures(full)
        assert set(stripped) == set(full) - {"explanation"}  # a new field needs a decision here
        assert figures(stripped) == stripped
        kept = json.dumps(stripped).casefold()
        assert not [word for word in ("darmo", "kebakaran di", "ktp saya") if word in kept]


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


class TestTheFiles:
    def test_hold_no_word_after_erasing(
        self, database: Database, database_url: str, add: Any, tmp_path: Path
    ) -> None:
        if not database.is_sqlite:
            pytest.skip("PostgreSQL's files are the operator's")
        # Some builds of SQLite overwrite what is deleted and some do not: take the worse.
        event.listen(
            database.engine, "checkout", lambda c, *_: c.execute("PRAGMA secure_delete = OFF")
        )
        mine = [add() for _ in range(30)]
        with database.writing() as connection:  # a page that was moved leaves a copy behind
            connection.execute(update(complaints).values(address=PLANTED * 40))
        assert any(PLANTED in held for held in files(tmp_path))
        erase(database, mine, NOW)
        rewrite(database)
        assert not any(PLANTED in held for held in files(tmp_path))

    def test_a_reader_in_the_way_is_told(self, database: Database, add: Any) -> None:
        if not database.is_sqlite:
            pytest.skip("PostgreSQL waits for nobody here")
        case_id = add()
        other = Database(database.url.render_as_string(hide_password=False))
        with other.reading() as reader:
            reader.execute(select(complaints)).all()
            erase(database, [case_id], NOW)
            with database.engine.connect() as connection:  # do not wait as long as the server does
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA busy_timeout = 50")
            with pytest.raises(PintuError, match="run `pintu purge` again"):
                rewrite(database)
        other.close()
        rewrite(database)

    def test_postgresql_reuses_the_room(self, database: Database, add: Any) -> None:
        if database.is_sqlite:
            pytest.skip("SQLite's file is written anew")
        erase(database, [add()], NOW)
        rewrite(database)
        with database.reading() as connection:
            dead = connection.execute(
                text(
                    "SELECT n_dead_tup FROM pg_stat_all_tables "
                    "WHERE relname = 'complaints' AND schemaname = 'public'"
                )
            ).scalar_one()
        assert dead == 0


def files(folder: Path) -> Iterator[str]:
    """The bytes of every file beside the database, as text."""
    for path in folder.iterdir():
        yield path.read_bytes().decode("latin-1")
