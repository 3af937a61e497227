"""What comes in against what was calibrated on."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from serving.ops.drift import FEWEST, MOST, measure, psi
from serving.store.ids import new_id
from serving.store.tables import complaints, recommendations

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def fill(database, router, pairs, *, reasons=(), made_at=NOW, role="champion", bundle=None):
    """One recommendation for each (mandate of the first unit, probability)."""
    of = new_id()
    rows = [
        {
            "complaint_id": of,
            "role": role,
            "bundle": bundle or router.name,
            "made_at": made_at,
            "decision": "review" if reasons else "auto-route",
            "mandate": "not looked at",
            "probability": probability,
            "answer": {
                "candidates": [{"mandate": mandate}] if mandate else [],
                "reasons": [{"code": code} for code in reasons],
            },
        }
        for mandate, probability in pairs
    ]
    with database.writing() as connection:
        connection.execute(insert(complaints).values(id=of, received_at=NOW))
        connection.execute(insert(recommendations), rows)


def alike(count=400):
    """As the calibration cases of ``proven``: two mandates, probabilities from 0.5 to 0.9."""
    return [(("jalan", "kependudukan")[i % 2], 0.5 + i / 1000) for i in range(count)]


def test_the_index_is_the_textbooks():
    then, now = [5000, 3000, 2000], [4000, 3000, 3000]
    by_hand = 0.1 * math.log(5 / 4) + 0.1 * math.log(3 / 2)
    assert psi(now, then) == pytest.approx(by_hand, rel=1e-3)
    assert psi(then, then) == 0
    assert math.isfinite(psi([0, 10], [10, 0]))


def test_cases_like_the_calibration_cases_do_not_drift(database, proven):
    fill(database, proven, alike())
    found = measure(database, proven, NOW)
    assert (found.recent, found.calibration) == (400, 400)
    assert found.mandates == pytest.approx(0, abs=1e-6)
    assert found.probabilities == pytest.approx(0, abs=1e-6)
    assert found.probability == pytest.approx(found.probability_then)
    assert found.automatic == 1
    assert 0 <= found.automatic_then <= 1
    assert found.strange == 0


def test_other_matters_and_probabilities_drift(database, proven):
    fill(database, proven, [("air", 0.2)] * 150 + [("", 0.0)] * 150, reasons=["new_kind_of_text"])
    found = measure(database, proven, NOW)
    assert found.mandates > 0.25
    assert found.probabilities > 0.25
    assert found.probability == pytest.approx(0.1)
    assert found.automatic == 0
    assert found.strange == 1


def test_few_cases_say_nothing(database, proven):
    fill(database, proven, alike(FEWEST - 1))
    found = measure(database, proven, NOW)
    assert found.recent == FEWEST - 1
    assert math.isnan(found.mandates)
    assert found.to_row()["mandates"] is None


def test_only_the_bundles_own_answers_of_a_week_count(database, proven):
    fill(database, proven, alike(10), made_at=NOW - timedelta(days=8))
    fill(database, proven, alike(10), role="shadow")
    fill(database, proven, alike(10), bundle="another")
    fill(database, proven, alike(3))
    assert measure(database, proven, NOW).recent == 3


def test_the_latest_are_looked_at(database, proven):
    fill(database, proven, [("air", 0.1)] * 50, made_at=NOW - timedelta(days=1))
    fill(database, proven, [("jalan", 0.9)] * MOST)
    found = measure(database, proven, NOW)
    assert found.recent == MOST
    assert found.probability == pytest.approx(0.9)


def test_a_bundle_without_calibration_cases_says_nothing(database, router):
    fill(database, router, alike())
    found = measure(database, router, NOW)
    if found.calibration < FEWEST:
        assert math.isnan(found.probabilities)
