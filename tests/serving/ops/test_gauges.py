"""What the database says when Prometheus asks, and the rules for alerts."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from sqlalchemy import insert
from starlette.datastructures import State

from serving.ops.gauges import UNITS, Gauges
from serving.ops.metrics import Metrics
from serving.store.audit import Entry, append
from serving.store.database import Database
from serving.store.ids import new_id
from serving.store.tables import (
    complaints,
    decisions,
    deliveries,
    outcomes,
    recommendations,
    reviews,
    webhooks,
)

NOW = datetime.now(UTC)


def ago(**given):
    return datetime.now(UTC) - timedelta(**given)


def add_case(connection, **given):
    row = {"id": new_id(), "received_at": NOW, "status": "forwarded"} | given
    connection.execute(insert(complaints).values(row))
    return row["id"]


def add_outcome(connection, of, outcome, *, bundle="b1", unit="35.78/jalan", **given):
    key = connection.execute(
        insert(decisions).values(complaint_id=of, made_at=NOW, actor="pintu", action="forward")
    ).inserted_primary_key
    row = {"complaint_id": of, "decision_number": key[0], "reported_at": NOW, "outcome": outcome}
    row |= {"unit_id": unit, "bundle": bundle, "decided_by": "pintu"} | given
    connection.execute(insert(outcomes).values(row))


def add_recommendation(connection, of, decision, made_at, role="champion"):
    row = {"complaint_id": of, "role": role, "bundle": "b1", "made_at": made_at, "answer": {}}
    connection.execute(
        insert(recommendations).values(row | {"decision": decision, "probability": 0.9})
    )


class Asked:
    """Gauges with a clock in the test's hand."""

    def __init__(self, **state):
        self.seconds = 0.0
        self.state = State(state)
        self.registry = CollectorRegistry()
        self.registry.register(Gauges(self.state, lambda: self.seconds))

    def __call__(self, name, **labels):
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def asked(database):
    return Asked(database=database, router=None)


def test_an_empty_database_has_gauges(asked):
    assert asked("pintu_database_up") == 1
    assert asked("pintu_reviews_open", urgent="true") == 0
    assert asked("pintu_reviews_oldest_seconds", urgent="false") == 0
    assert asked("pintu_cases", status="archived") == 0
    assert asked("pintu_webhook_deliveries", state="failed") == 0
    assert asked("pintu_audit_entries") == 0
    assert asked("pintu_automatic_share", period="7d") is None
    assert asked("pintu_recommendations_recent", period="7d") == 0


def test_the_queue_is_told_with_its_age(asked, database):
    with database.writing() as connection:
        for urgent, opened, closed in [
            (True, ago(hours=1), None),
            (False, ago(days=2), None),
            (False, ago(days=1), None),
            (False, ago(days=9), NOW),
        ]:
            connection.execute(
                insert(reviews).values(
                    complaint_id=add_case(connection, status="review"),
                    opened_at=opened,
                    closed_at=closed,
                    urgent=urgent,
                    reasons=[],
                    ruled_out=[],
                    probability=0.4,
                )
            )
    assert asked("pintu_reviews_open", urgent="true") == 1
    assert asked("pintu_reviews_open", urgent="false") == 2
    assert asked("pintu_reviews_oldest_seconds", urgent="true") == pytest.approx(3600, abs=60)
    assert asked("pintu_reviews_oldest_seconds", urgent="false") == pytest.approx(172_800, abs=60)
    assert asked("pintu_cases", status="review") == 4


def test_bounces_are_the_models_own_of_thirty_days(asked, database):
    with database.writing() as connection:
        of = add_case(connection)
        add_outcome(connection, of, "bounced")
        add_outcome(connection, of, "accepted")
        add_outcome(connection, of, "accepted", unit="35.78/air")
        add_outcome(connection, of, "accepted", bundle="b2")
        add_outcome(connection, of, "bounced", decided_by="key:petugas")
        add_outcome(connection, of, "bounced", reported_at=ago(days=31))
    assert asked("pintu_outcomes_by_bundle", bundle="b1") == 3
    assert asked("pintu_bounce_rate_by_bundle", bundle="b1") == pytest.approx(1 / 3)
    assert asked("pintu_bounce_rate_by_bundle", bundle="b2") == 0
    assert asked("pintu_bounce_rate_by_unit", unit="35.78/jalan") == pytest.approx(1 / 3)
    assert asked("pintu_outcomes_by_unit", unit="35.78/air") == 1


def test_only_the_units_with_most_bounces_are_named(asked, database):
    with database.writing() as connection:
        of = add_case(connection)
        for i in range(UNITS + 5):
            add_outcome(connection, of, "accepted", unit=f"u{i}")
        add_outcome(connection, of, "bounced", unit="worst")
    named = [m for m in asked.registry.collect() if m.name == "pintu_bounce_rate_by_unit"]
    units = [sample.labels["unit"] for sample in named[0].samples]
    assert len(units) == UNITS
    assert units[0] == "worst"


def test_the_share_that_goes_out_is_told_by_day_and_week(asked, database):
    with database.writing() as connection:
        of = add_case(connection)
        add_recommendation(connection, of, "auto-route", ago(hours=1))
        add_recommendation(connection, of, "review", ago(days=2))
        add_recommendation(connection, of, "ask", ago(days=3))
        add_recommendation(connection, of, "review", ago(days=4))
        add_recommendation(connection, of, "auto-route", ago(days=8))
        add_recommendation(connection, of, "review", ago(hours=1), role="shadow")
    assert asked("pintu_automatic_share", period="24h") == 1
    assert asked("pintu_automatic_share", period="7d") == 0.25
    assert asked("pintu_recommendations_recent", period="7d") == 4


def test_webhooks_and_audit_entries_are_counted(asked, database):
    with database.writing() as connection:
        of = add_case(connection)
        connection.execute(
            insert(webhooks).values(id="w", url="https://a.example", version=1, created_at=NOW)
        )
        for delivered, failed in [(None, None), (None, None), (None, NOW), (NOW, None)]:
            connection.execute(
                insert(deliveries).values(
                    id=new_id(),
                    webhook_id="w",
                    complaint_id=of,
                    payload={},
                    created_at=NOW,
                    next_at=NOW,
                    delivered_at=delivered,
                    failed_at=failed,
                )
            )
        append(connection, [Entry("pintu", "decide"), Entry("pintu", "decide")])
    assert asked("pintu_webhook_deliveries", state="waiting") == 2
    assert asked("pintu_webhook_deliveries", state="failed") == 1
    assert asked("pintu_audit_entries") == 2


def test_a_reading_is_used_again_for_a_while(asked, database):
    assert asked("pintu_cases", status="forwarded") == 0
    with database.writing() as connection:
        add_case(connection)
    asked.seconds = 14
    assert asked("pintu_cases", status="forwarded") == 0
    asked.seconds = 16
    assert asked("pintu_cases", status="forwarded") == 1


def test_a_database_that_is_away_is_told_and_breaks_nothing(tmp_path, router):
    (tmp_path / "folder").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'pintu.db'}")  # without tables
    asked = Asked(database=database, router=router)
    assert asked("pintu_database_up") == 0
    assert asked("pintu_bundle_info", bundle=router.name) == 1
    assert asked("pintu_cases", status="review") is None
    database.close()


def test_without_a_database_there_is_only_the_bundle():
    assert next(iter(Asked().registry.collect())).name == "pintu_bundle_info"
    assert Asked(database=None, router=None)("pintu_database_up") is None


def test_drift_is_told_for_the_bundle_that_answers(database, proven):
    asked = Asked(database=database, router=proven)
    assert asked("pintu_drift_cases") == 0
    assert asked("pintu_drift_psi", of="mandates") != asked("pintu_drift_psi", of="mandates")  # NaN


def test_every_figure_of_the_alerts_exists(database, proven):
    metrics = Metrics()
    metrics.registry.register(Gauges(State({"database": database, "router": proven})))
    known = set(re.findall(r"# TYPE (\S+) (?!histogram)", metrics.text().decode()))
    histograms = re.findall(r"# TYPE (\S+) histogram", metrics.text().decode())
    known |= {f"{name}_bucket" for name in histograms}
    path = Path(__file__).parents[3] / "docs" / "alerts.yaml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"pintu_\w+", rule["expr"])}
    assert len(rules) >= 5
    assert asked - known == set()
    assert all(rule["annotations"]["summary"] for rule in rules)
