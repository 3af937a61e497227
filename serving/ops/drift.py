"""How far what comes in lies from the cases that a bundle was calibrated on.

The population stability index of two distributions is the sum over bins of
(now - then) · ln(now / then). Customary limits: below 0.1 no change to speak of, above 0.25 a
change that calls for a look (N. Siddiqi, Credit Risk Scorecards, 2006). Without any change it is
about (bins - 1) · (1/n + 1/m) (B. Yurdakul and J. Naranjo, Journal of Risk Model Validation 14(4),
2020), so that many bins and few cases would cross the limits by chance; hence ten bins here, also
for mandates, and ``FEWEST`` cases.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from classifier.calibration import CalibrationCases
from classifier.router import Router
from serving.store.database import Database
from serving.store.tables import recommendations

BINS = 10
FEWEST = 200  # cases on either side below which nothing is said
MOST = 2_000  # of the latest recommendations that are looked at
PERIOD = timedelta(days=7)
MODERATE, LARGE = 0.1, 0.25
_HALF = 0.5  # of a case stands in each bin, so that no bin is empty


@dataclass(frozen=True, slots=True)
class Recent:
    """Recommendations of late: mandate and calibrated probability of the first unit, whether it
    was to go out by itself, whether the text was like no training case; each of shape (n,)."""

    mandate: NDArray[np.str_]
    probability: NDArray[np.float64]
    automatic: NDArray[np.bool_]
    strange: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Drift:
    """Recommendations of late against calibration cases; NaN where there are too few of either.

    Attributes:
        bundle: whose recommendations.
        recent: how many recommendations.
        calibration: how many calibration cases.
        mandates: population stability index of the first unit's mandate.
        probabilities: population stability index of its probability.
        probability: its mean.
        probability_then: the same of the calibration cases.
        automatic: share that was to go out by itself.
        automatic_then: share of the calibration cases that would, by the same policy.
        strange: share of texts like no training case.
    """

    bundle: str
    recent: int
    calibration: int
    mandates: float = math.nan
    probabilities: float = math.nan
    probability: float = math.nan
    probability_then: float = math.nan
    automatic: float = math.nan
    automatic_then: float = math.nan
    strange: float = math.nan

    def to_row(self) -> dict[str, Any]:
        """As JSON values: rounded to 4 decimals, None for NaN."""
        row = asdict(self)
        for name, value in row.items():
            if isinstance(value, float):
                row[name] = None if math.isnan(value) else round(value, 4)
        return row


def measure(database: Database, router: Router, now: datetime | None = None) -> Drift:
    """The drift of a router's recommendations of the last seven days, at most ``MOST``.

    Raises:
        Unavailable: the database cannot be reached.
    """
    recent = read_recent(database, router.name, (now or datetime.now(UTC)) - PERIOD)
    then = router.bundle.calibration
    found = Drift(router.name, len(recent.mandate), len(then))
    if min(found.recent, found.calibration) < FEWEST:
        return found
    limits = router.limits
    columns = zip(then.group, then.mandate, then.probability, then.second, strict=True)
    allowed = [limits[g].allow(m, p, s) for g, m, p, s in columns]
    return Drift(
        bundle=found.bundle,
        recent=found.recent,
        calibration=found.calibration,
        mandates=psi(*_mandate_counts(recent, then)),
        probabilities=psi(*_probability_counts(recent, then)),
        probability=float(recent.probability.mean()),
        probability_then=float(then.probability.mean()),
        automatic=float(recent.automatic.mean()),
        automatic_then=float(np.mean(allowed)),
        strange=float(recent.strange.mean()),
    )


def read_recent(database: Database, bundle: str, since: datetime) -> Recent:
    """The latest recommendations of a bundle.

    Raises:
        Unavailable: the database cannot be reached.
    """
    table = recommendations.c
    first = table.answer["candidates"][0]["mandate"].as_string()
    query = (
        select(first, table.probability, table.decision, table.answer["reasons"])
        .where(table.made_at >= since, table.role == "champion", table.bundle == bundle)
        .order_by(table.made_at.desc())
        .limit(MOST)
    )
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return Recent(
        np.array([mandate or "" for mandate, *_ in rows], dtype=np.str_),
        np.array([probability for _, probability, *_ in rows], dtype=np.float64),
        np.array([decision == "auto-route" for *_, decision, _ in rows], dtype=np.bool_),
        np.array([_is_strange(reasons) for *_, reasons in rows], dtype=np.bool_),
    )


def psi(now: Sequence[float] | NDArray[Any], then: Sequence[float] | NDArray[Any]) -> float:
    """The population stability index of counts by bin, both of shape (bins,)."""
    shares = [(np.asarray(counts) + _HALF) for counts in (now, then)]
    a, b = (counts / counts.sum() for counts in shares)
    return float(((a - b) * np.log(a / b)).sum())


def _mandate_counts(recent: Recent, then: CalibrationCases) -> tuple[list[int], list[int]]:
    """Counts of the most frequent mandates of the calibration cases, and of all others."""
    names, counts = np.unique(then.mandate, return_counts=True)
    kept = names[np.argsort(-counts, kind="stable")][: BINS - 1]
    found = []
    for column in (recent.mandate, then.mandate):
        each = [int((column == name).sum()) for name in kept]
        found.append([*each, len(column) - sum(each)])
    return found[0], found[1]


def _probability_counts(recent: Recent, then: CalibrationCases) -> tuple[Any, Any]:
    """Counts by tenths of the calibration cases; fewer bins where many have one probability."""
    kept = then.probability.round(4)  # as recommendations are rounded
    edges = np.unique(np.quantile(kept, np.arange(1, BINS) / BINS))
    return tuple(
        np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
        for values in (recent.probability.round(4), kept)
    )  # type: ignore[return-value]


def _is_strange(reasons: list[dict[str, str]] | None) -> bool:
    return any(reason["code"] == "new_kind_of_text" for reason in reasons or ())
