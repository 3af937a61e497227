"""What the database and the loaded bundle say when Prometheus asks.

Every process tells the same, so nothing is kept in files. A reading is used again for some
seconds, and longer where it took long, so that asking costs at most a twentieth of one core.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Connection, RowMapping, case, func, select
from starlette.datastructures import State

from classifier.router import Router
from serving.access import describe
from serving.ops.drift import measure
from serving.store.database import Database
from serving.store.tables import (
    audit_head,
    complaints,
    deliveries,
    outcomes,
    recommendations,
    reviews,
)
from serving.store.tables import webhooks as hooks

ERRORS = logging.getLogger("pintu.errors")

STATUSES = ("forwarded", "review", "ask", "accepted", "archived")
UNITS = 20  # with the most bounces, which are told by name
BOUNCES = timedelta(days=30)
_KEPT = 15.0  # seconds for which a reading is used again
_RATIO = 20.0  # of the time that a reading took

Readings = list[GaugeMetricFamily]


class Gauges:
    """A collector for Prometheus; it never raises, ``pintu_database_up`` tells instead.

    Args:
        state: of the application: its ``database`` and ``router``, each None or missing at times.
        clock: seconds that only grow.
    """

    def __init__(self, state: State, clock: Callable[[], float] = time.monotonic) -> None:
        self._state = state
        self._clock = clock
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._readings: Readings = []

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The gauges, at most some seconds old."""
        with self._lock:
            if self._clock() >= self._until:
                began = self._clock()
                self._readings = self._read()
                ended = self._clock()
                self._until = ended + max(_KEPT, _RATIO * (ended - began))
            return [*self._bundle(), *self._readings]

    def _bundle(self) -> Readings:
        router: Router | None = getattr(self._state, "router", None)
        loaded = {router.name: 1.0} if router else {}
        return [_gauge("pintu_bundle_info", "The bundle that answers.", "bundle", loaded)]

    def _read(self) -> Readings:
        database: Database | None = getattr(self._state, "database", None)
        router: Router | None = getattr(self._state, "router", None)
        if database is None:
            return []
        now = datetime.now(UTC)
        try:
            with database.reading() as connection:
                found = [
                    *queue(connection, now),
                    *webhooks(connection),
                    *cases(connection),
                    *bounces(connection, now),
                    *automatic(connection, now),
                ]
            if router is not None:
                found += drift(database, router, now)
        except Exception as error:  # a scrape has to tell everything else all the same
            ERRORS.error("gauges: %s", describe(error))
            return [_up(0.0)]
        return [_up(1.0), *found]


def queue(connection: Connection, now: datetime) -> Readings:
    """Open reviews and the age of the oldest."""
    query = (
        select(reviews.c.urgent, func.count().label("open"), func.min(reviews.c.opened_at))
        .where(reviews.c.closed_at.is_(None))
        .group_by(reviews.c.urgent)
    )
    rows = connection.execute(query).all()
    counts = {_flag(urgent): float(count) for urgent, count, _ in rows}
    ages = {_flag(urgent): (now - oldest).total_seconds() for urgent, _, oldest in rows}
    none = {"false": 0.0, "true": 0.0}
    return [
        _gauge("pintu_reviews_open", "Cases waiting for a person.", "urgent", none | counts),
        _gauge(
            "pintu_reviews_oldest_seconds",
            "Age of the oldest case waiting for a person.",
            "urgent",
            none | ages,
        ),
    ]


def webhooks(connection: Connection) -> Readings:
    """Deliveries that wait, and those given up."""
    c = deliveries.c
    query = select(func.count(c.failed_at), func.count()).where(
        c.webhook_id.in_(select(hooks.c.id)),  # the index begins with it
        c.delivered_at.is_(None),
    )
    failed, undelivered = connection.execute(query).one()
    values = {"waiting": float(undelivered - failed), "failed": float(failed)}
    return [_gauge("pintu_webhook_deliveries", "Undelivered webhooks.", "state", values)]


def cases(connection: Connection) -> Readings:
    """Complaints by status, and entries of the audit log."""
    query = select(complaints.c.status, func.count()).group_by(complaints.c.status)
    counts = dict.fromkeys(STATUSES, 0.0)
    counts |= {status: float(count) for status, count in connection.execute(query)}
    entries = connection.execute(select(audit_head.c.number)).scalar() or 0
    return [
        _gauge("pintu_cases", "Complaints taken in, by status.", "status", counts),
        GaugeMetricFamily("pintu_audit_entries", "Entries of the audit log.", float(entries)),
    ]


def bounces(connection: Connection, now: datetime) -> Readings:
    """Outcomes of the last 30 days of what the model sent out by itself."""
    c = outcomes.c
    query = (
        select(
            c.bundle,
            c.unit_id,
            func.count().label("sent"),
            func.sum(case((c.outcome == "bounced", 1), else_=0)).label("bounced"),
        )
        .where(c.reported_at >= now - BOUNCES, c.decided_by == "pintu")
        .group_by(c.bundle, c.unit_id)
    )
    rows = connection.execute(query).mappings().all()
    units = _summed(rows, "unit_id")
    worst = sorted(units, key=lambda unit: (-units[unit][1], unit))[:UNITS]
    return [
        *_rates("bundle", _summed(rows, "bundle")),
        *_rates("unit", {unit: units[unit] for unit in worst}),
    ]


def automatic(connection: Connection, now: datetime) -> Readings:
    """What share of the recommendations of the last day and week was to go out by itself."""
    c = recommendations.c
    day = case((c.made_at >= now - timedelta(days=1), 1), else_=0)
    query = (
        select(c.decision, func.count(), func.sum(day))
        .where(c.made_at >= now - timedelta(days=7), c.role == "champion")
        .group_by(c.decision)
    )
    week, today = [0, 0], [0, 0]
    for decision, in_week, in_day in connection.execute(query):
        week[decision == "auto-route"] += in_week
        today[decision == "auto-route"] += in_day
    counts = {"24h": today, "7d": week}
    shares = {of: found[1] / sum(found) for of, found in counts.items() if sum(found)}
    text = "Share of recommendations that were to go out by themselves."
    totals = {of: float(sum(found)) for of, found in counts.items()}
    return [
        _gauge("pintu_automatic_share", text, "period", shares),
        _gauge("pintu_recommendations_recent", "Recommendations made.", "period", totals),
    ]


def drift(database: Database, router: Router, now: datetime) -> Readings:
    """See ``drift.Drift``; NaN where there are too few cases."""
    found = measure(database, router, now)
    indices = {"mandates": found.mandates, "probabilities": found.probabilities}
    means = {"recent": found.probability, "calibration": found.probability_then}
    shares = {"recent": found.automatic, "calibration": found.automatic_then}
    return [
        _gauge("pintu_drift_psi", "Population stability index.", "of", indices),
        _gauge("pintu_drift_probability", "Mean first probability.", "cases", means),
        _gauge("pintu_drift_automatic_share", "Share to go out.", "cases", shares),
        GaugeMetricFamily("pintu_drift_new_text_share", "Texts like no other.", found.strange),
        GaugeMetricFamily("pintu_drift_cases", "Cases compared.", float(found.recent)),
    ]


def _summed(rows: Iterable[RowMapping], by: str) -> dict[str, tuple[int, int]]:
    """(sent, bounced) by a column."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        sent, bounced = found.get(row[by], (0, 0))
        found[row[by]] = (sent + int(row["sent"]), bounced + int(row["bounced"]))
    return found


def _rates(by: str, counts: Mapping[str, tuple[int, int]]) -> Readings:
    rates = {name: bounced / sent for name, (sent, bounced) in counts.items()}
    totals = {name: float(sent) for name, (sent, _) in counts.items()}
    about = f"of what the model sent out, 30 days, by {by}."
    return [
        _gauge(f"pintu_bounce_rate_by_{by}", f"Share bounced {about}", by, rates),
        _gauge(f"pintu_outcomes_by_{by}", f"Outcomes {about}", by, totals),
    ]


def _up(value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily("pintu_database_up", "Whether the database answers.", value)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        gauge.add_metric([value], number)
    return gauge
