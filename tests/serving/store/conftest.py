"""A database as the steps make it, complaints on their way into it, and cases full of words, all
texts written for the tests."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from data.complaint import Complaint
from serving.store import migrate
from serving.store.audit import Entry, append
from serving.store.database import Database
from serving.store.ids import new_id
from serving.store.personal import reporter_hash
from serving.store.submissions import Submission
from serving.store.tables import (
    complaints,
    decisions,
    deliveries,
    outcomes,
    recommendations,
    reviews,
    webhooks,
)

# Of the tests of personal data.
SECRET = b"a secret of at least thirty-two bytes"
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=900)
BEFORE = NOW - timedelta(days=730)
PLANTED = "kucingoranye"  # stands in every word that is kept of a case


@pytest.fixture(scope="session")
def submission() -> Callable[..., Submission]:
    """Makes a submission; ``decision``, ``text`` and any field may be given."""

    def make(
        caller_id: str = "", decision: str = "review", text: str = "Lampu padam.", **given: Any
    ) -> Submission:
        candidates = [
            {
                "unit_id": f"35.78/{mandate}",
                "unit": f"Dinas {mandate}",
                "agency": "Pemerintah Kota Surabaya",
                "mandate": mandate,
                "region_code": "35.78",
                "probability": probability,
            }
            for mandate, probability in (("penerangan-jalan", 0.7), ("jalan", 0.2), ("taman", 0.1))
        ]
        answer = {
            "id": caller_id,
            "decision": decision,
            "urgency": None,
            "reasons": [] if decision == "auto-route" else [{"code": "ambiguous", "message": ""}],
            "candidates": candidates,
            "shortlists": {"0.9": ["35.78/jalan"]},
            "mandates": [{"id": "penerangan-jalan", "probability": 0.7}],
            "bundle": "uji",
        }
        values: dict[str, Any] = {
            "id": new_id(),
            "complaint": Complaint(text=text, id=caller_id),
            "answer": answer,
            "received_at": datetime.now(UTC),
            "region_code": "35.78",
            "key_id": "",
            "actor": "local",
            "request_hash": f"hash of {text}",
        }
        return Submission(**values | given)

    return make


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """A database without tables, once of each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def migrated(empty: Database) -> Database:
    """A database that the steps have made, once of each kind."""
    migrate.upgrade(empty)
    return empty


@pytest.fixture
def at_once() -> Callable[..., list[str]]:
    """Runs a program in two processes that begin together where it says "# together"; their
    errors, all empty if well. The program finds its arguments in ``sys.argv[1:]``."""

    def run(program: str, *arguments: str) -> list[str]:
        begin, rest = program.split("# together\n")
        waits = f"{begin}print('ready', flush=True)\nsys.stdin.readline()\n{rest}"
        running = [
            subprocess.Popen(
                [sys.executable, "-c", f"import sys\n{waits}", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[3],
            )
            for _ in range(2)
        ]
        for process in running:
            process.stdout.readline()
        for process in running:
            process.stdin.write("\n")
            process.stdin.flush()
        return [process.communicate()[1] for process in running]

    return run


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


def row(database: Database, case_id: str) -> Any:
    with database.reading() as connection:
        return connection.execute(select(complaints).where(complaints.c.id == case_id)).one()
