"""A challenger's answers are compared with what was answered."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from data.errors import PintuError
from serving.ops.model_commands import models
from serving.ops.shadow_compare import compared
from serving.store.database import Database
from serving.store.tables import decisions, outcomes, recommendations

from .conftest import Arrive, erase

NOW = datetime.now(UTC)


def answered(
    database: Database,
    ids: Sequence[str],
    units: Sequence[str],
    role: str,
    decision: str = "review",
    bundle: str = "",
) -> None:
    rows = [
        {
            "complaint_id": each,
            "role": role,
            "bundle": bundle or {"champion": "old", "shadow": "new"}[role],
            "made_at": NOW,
            "decision": decision,
            "unit_id": unit,
            "probability": 0.9,
            "answer": {},
        }
        for each, unit in zip(ids, units, strict=True)
    ]
    with database.writing() as connection:
        connection.execute(insert(recommendations), rows)


def said(database: Database, complaint_id: str, *course: tuple[str, str]) -> None:
    """Units' answers in their order: (outcome, unit)."""
    with database.writing() as connection:
        for outcome, unit in course:
            number = connection.execute(
                insert(decisions)
                .values(complaint_id=complaint_id, made_at=NOW, action="forward", unit_id=unit)
                .returning(decisions.c.number)
            ).scalar_one()
            connection.execute(
                insert(outcomes).values(
                    complaint_id=complaint_id,
                    decision_number=number,
                    reported_at=NOW,
                    outcome=outcome,
                    unit_id=unit,
                )
            )


def test_champion_and_shadow_are_compared_on_what_both_answered(
    database: Database, arrive: Arrive
) -> None:
    ids = arrive(database, *(f"Laporan tentang hal nomor {i}" for i in range(6)))
    answered(database, ids, ["a", "a", "a", "a", "b", "b"], "champion", "auto-route")
    answered(database, ids[:1], ["z"], "champion")  # after a bounce; the first answer counts
    answered(database, ids[:4], ["a", "b", "b", "c"], "shadow")
    answered(database, ids[4:5], ["b"], "shadow", "auto-route")
    said(database, ids[0], ("accepted", "a"))
    said(database, ids[1], ("bounced", "a"), ("accepted", "b"))
    said(database, ids[2], ("accepted", "a"))
    said(database, ids[3], ("accepted", "a"), ("bounced", "c"))  # nobody has it now
    found = compared(database)
    assert (found.bundle, found.champions, found.cases) == ("new", ["old"], 5)
    assert (found.same_unit, found.same_decision, found.auto) == (0.4, 0.2, (1.0, 0.2))
    assert found.known is not None
    assert (found.known.cases, found.known.alone, found.known.p) == (3, (1, 1), 1.0)
    assert found.known.right == (2 / 3, 2 / 3)
    assert "no difference" in found.known.verdict
    rows = [(row.champion, row.shadow, row.cases, row.known) for row in found.disagreements]
    assert rows == [("a", "b", 2, 2), ("a", "c", 1, 0)]


def test_a_better_shadow_is_told(database: Database, arrive: Arrive) -> None:
    words = [f"{a} {b}" for a in "abcdefgh" for b in "qwertyu"]
    ids = arrive(database, *words)
    answered(database, ids, ["x"] * 20 + ["a"] * (len(ids) - 20), "champion")
    answered(database, ids, ["a"] * len(ids), "shadow")
    for each in ids:
        said(database, each, ("accepted", "a"))
    erase(database, ids[0])
    erase(database, ids[1])
    found = compared(database, "new").known
    assert found is not None
    assert found.groups == len(ids)  # erased texts are not taken for the same
    assert found.verdict.startswith("the shadow is better")


def test_cases_that_the_shadow_itself_decided_do_not_count(
    database: Database, arrive: Arrive
) -> None:
    ids = arrive(database)
    answered(database, ids, ["a", "a", "a"], "shadow")
    answered(database, ids[:2], ["a", "a"], "champion")
    answered(database, ids[2:], ["a"], "champion", bundle="new")
    assert compared(database).cases == 2


def test_the_command_tells_the_comparison(
    database: Database, database_url: str, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINTU_DATABASE_URL", database_url)
    nothing = CliRunner().invoke(models, ["compare"])
    assert isinstance(nothing.exception, PintuError)
    ids = arrive(database)
    answered(database, ids, ["a", "b", ""], "champion")
    answered(database, ids, ["a", "a", "c"], "shadow")
    text = CliRunner().invoke(models, ["compare"]).stdout
    assert "champion (old) and new in shadow: 3 cases" in text
    assert "same unit        33.3 %" in text
    assert "- → c: 1" in text
    said(database, ids[1], ("accepted", "a"))
    assert "shadow 100.0 %" in CliRunner().invoke(models, ["compare"]).stdout
    row = CliRunner().invoke(models, ["compare", "--json", "--bundle", "new"]).stdout
    assert '"champion_right": 0' in row
    other = CliRunner().invoke(models, ["compare", "--bundle", "other"]).exception
    assert "other has answered nothing" in str(other)
