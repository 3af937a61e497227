"""A database as the steps make it, and complaints on their way into it, all texts written for the
tests."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.complaint import Complaint
from serving.store import migrate
from serving.store.database import Database
from serving.store.ids import new_id
from serving.store.submissions import Submission


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
