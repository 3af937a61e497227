"""What clients send is checked whole: every fault is named at once."""

from datetime import UTC, datetime, timedelta

import pytest

from serving.api.problems import Problem
from serving.open311 import wire

TEXT = "Aspal Jalan Kertajaya rusak parah."
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def wrong_in(work) -> list[str]:
    with pytest.raises(Problem) as caught:
        work()
    assert "Atlantis" not in str(caught.value.errors)
    return [field for field, _ in caught.value.errors]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"description": ""}, ["description"]),
        ({"description": " \n "}, ["description"]),
        ({"description": "\x00\x01"}, ["description"]),
        ({"description": "a" * 20_001}, ["description"]),
        ({"lat": "1"}, ["long"]),
        ({"long": "1"}, ["lat"]),
        ({"lat": "nan", "long": "inf"}, ["lat", "long"]),
        ({"lat": "-7,25", "long": "112,75"}, ["lat", "long"]),
        ({"lat": "1e1", "long": "181"}, ["lat", "long"]),
        ({"lat": "٧", "long": "1_0"}, ["lat", "long"]),
        ({"service_code": "x" * 65}, ["service_code"]),
        ({"service_code": "\ufdfa" * 9}, ["service_code"]),  # 18 letters each when composed
        ({"description": "a\ufdfa" * 9_000}, ["description"]),
        ({"description": "\u3164\u2800"}, ["description"]),
    ],
)
def test_bad_fields_are_named(proven, fields, wrong):
    sent = {"description": TEXT} | fields
    assert wrong_in(lambda: wire.read(wire.RequestIn, sent.items(), proven)) == wrong


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"start_date": "2026-01-01"}, ["start_date"]),
        ({"start_date": "kemarin", "end_date": "9999-12-31T23:59:59Z"}, ["start_date", "end_date"]),
        ({"start_date": "0001-01-01T00:00:00+14:00"}, ["start_date"]),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-05-01T00:00:00Z"}, ["end_date"]),
        ({"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, ["end_date"]),
        ({"status": "selesai", "page": 0}, ["status", "page"]),
        ({"page": "1.5", "page_size": 1001}, ["page", "page_size"]),
        ({"page": 10**30}, ["page"]),
        ({"service_code": "jalan,atlantis"}, ["service_code"]),
        ({"jurisdiction_id": "Atlantis"}, ["jurisdiction_id"]),
        ({"service_request_id": ",".join("x" * 1001)}, ["service_request_id"]),
    ],
)
def test_bad_queries_are_named(proven, query, wrong):
    sent = [(name, str(value)) for name, value in query.items()]

    def look() -> None:
        wire.window(wire.read(wire.RequestsIn, sent, proven), NOW)

    assert wrong_in(look) == wrong


@pytest.mark.parametrize(
    ("sent", "start", "end"),
    [
        ({}, NOW - timedelta(days=90), NOW),
        ({"end_date": "2026-02-01T07:00:00+07:00"}, datetime(2025, 11, 3, tzinfo=UTC), None),
        ({"start_date": "2026-01-01T00:00:00Z"}, None, datetime(2026, 4, 1, tzinfo=UTC)),
    ],
)
def test_a_search_covers_ninety_days(proven, sent, start, end):
    found = wire.window(wire.read(wire.RequestsIn, sent.items(), proven), NOW)
    assert found[1] - found[0] == timedelta(days=90)
    assert found[0] == (start or found[0])
    assert found[1] == (end or found[1])
