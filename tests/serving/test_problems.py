"""How errors are answered: as problem details that name the field and repeat no text."""

import logging

import pytest

from serving.api.problems import KINDS, MAX_ERRORS
from serving.logs import JsonLines

SECRET = "Nama saya Rahasia Sekali"
OK = {"text": "Lampu jalan padam"}


def assert_problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] in {f"/docs#{kind.slug}" for kind in KINDS if kind.status == status}
    assert problem["title"]
    assert problem["detail"]
    assert SECRET not in answer.text
    return problem


def fields(problem):
    return [error["field"] for error in problem["errors"]]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \t\n"}, "text"),
        ({"text": "\x00\x01\u200b\ufeff"}, "text"),
        ({"text": "\u2800\u3164\u00ad\ufe0f"}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": None}, "text"),
        ({"text": 7}, "text"),
        ({"text": [SECRET]}, "text"),
        ({**OK, "txt": SECRET}, "txt"),
        ({**OK, "title": None}, "title"),
        ({**OK, "id": 12}, "id"),
        ({**OK, "top": 0}, "top"),
        ({**OK, "top": 21}, "top"),
        ({**OK, "top": "3"}, "top"),
        ({**OK, "top": 2.5}, "top"),
        ({**OK, "top": True}, "top"),
        ({**OK, "explain": "true"}, "explain"),
        ({**OK, "explain": 1}, "explain"),
        ({**OK, "explain": None}, "explain"),
        ({**OK, "created_at": SECRET}, "created_at"),
        ({**OK, "created_at": 1_700_000_000}, "created_at"),
        ({**OK, "created_at": "2026-13-01"}, "created_at"),
        ({**OK, "door": SECRET}, "door"),
        ({**OK, "door": "x" * 201}, "door"),
        ([], "(isi)"),
        ("text", "(isi)"),
        (None, "(isi)"),
    ],
)
def test_a_bad_field_is_named(client, sent, field):
    body = b"null" if sent is None else None
    answer = client.raw("/v1/route", body) if body else client.post("/v1/route", sent)
    assert fields(assert_problem(answer, 422)) == [field]


def test_every_fault_is_told_at_once(client):
    problem = assert_problem(client.post("/v1/route", {"top": 0, "lokasi": "x"}), 422)
    assert sorted(fields(problem)) == ["lokasi", "text", "top"]
    assert problem["detail"] == "3 isian perlu diperbaiki."


def test_an_unknown_door_is_told_with_the_remedy(client):
    problem = assert_problem(client.post("/v1/route", {**OK, "door": "Kota Gotham"}), 422)
    assert "Kota Surabaya" in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"text": " "}, "complaints[3].text"),
        ({"text": 5}, "complaints[3].text"),
        ({**OK, "door": "Kota Gotham"}, "complaints[3].door"),
        ({**OK, "top": 3}, "complaints[3].top"),
        ({**OK, "explain": True}, "complaints[3].explain"),
        ("Lampu", "complaints[3]"),
    ],
)
def test_one_bad_complaint_refuses_the_batch(client, bad, field):
    sent = {"complaints": [OK, OK, OK, bad, OK]}
    problem = assert_problem(client.post("/v1/route/batch", sent), 422)
    assert fields(problem) == [field]


def test_explain_is_told_how_to_write_it(client):
    for path, sent in (("/v1/route", OK), ("/v1/route/batch", {"complaints": [OK]})):
        problem = assert_problem(client.post(path, {**sent, "explain": "ya"}), 422)
        assert problem["errors"] == [
            {"field": "explain", "message": "harus true atau false, tanpa tanda kutip"}
        ]


@pytest.mark.parametrize("count", [0, 257])
def test_a_batch_has_bounds(client, count):
    problem = assert_problem(client.post("/v1/route/batch", {"complaints": [OK] * count}), 422)
    assert fields(problem) == ["complaints"]


def test_a_batch_with_an_unknown_door_is_refused(client):
    sent = {"complaints": [OK] * 20, "door": "Kota Gotham"}
    assert fields(assert_problem(client.post("/v1/route/batch", sent), 422)) == ["door"]


def test_thousands_of_faults_give_a_short_answer(client):
    many = client.post("/v1/route", {f"field{i}" * 50: 1 for i in range(2_000)})
    assert fields(assert_problem(many, 422)) == ["(isi)"]
    wide = client.post("/v1/route/batch", {"complaints": [{"text": 1}] * 256})
    assert len(assert_problem(wide, 422)["errors"]) == MAX_ERRORS
    long_name = client.post("/v1/route", {**OK, "x" * 5_000: 1})
    assert len(assert_problem(long_name, 422)["errors"][0]["field"]) < 100


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%00", "q"),
        ("q=" + "x" * 201, "q"),
        ("q=dinas&limit=0", "limit"),
        ("q=dinas&limit=banyak", "limit"),
        ("q=dinas&region=Kota+Gotham", "region"),
        ("q=dinas&wilayah=35.78", "wilayah"),
    ],
)
def test_a_bad_search_is_named(client, query, field):
    assert fields(assert_problem(client.get(f"/v1/units?{query}"), 422)) == [field]


def test_unknown_address_and_wrong_method(client):
    assert assert_problem(client.get("/v1/nothing"), 404)["instance"] == "/v1/nothing"
    assert_problem(client.get("/v1/route/"), 404)
    answer = client.get("/v1/route")
    assert_problem(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_a_failure_shows_and_logs_no_internals(serve, router, caplog):
    client = serve(router)

    async def fails() -> None:
        raise ValueError(SECRET)

    client.app.add_api_route("/fails", fails)
    with caplog.at_level(logging.INFO, "pintu"):
        problem = assert_problem(client.get("/fails"), 500)
    assert "ValueError" not in str(problem)
    logged = [JsonLines().format(record) for record in caplog.records]
    assert any("ValueError" in line for line in logged)
    assert not any(SECRET in line for line in logged)


def test_logs_hold_nothing_that_was_sent(client, caplog):
    with caplog.at_level(logging.DEBUG):
        client.post("/v1/route", {"text": SECRET})
        client.post("/v1/route", {"text": SECRET, "top": SECRET, SECRET: SECRET})
        client.raw("/v1/route", SECRET.encode())
        client.get("/v1/units", params={"q": SECRET})
        client.get(f"/{SECRET}")
    served = [record for record in caplog.records if record.name != "httpx"]  # the test's client
    lines = [JsonLines().format(record) for record in served]
    access = [record for record in caplog.records if record.name == "pintu.access"]
    assert [(r.path, r.status) for r in access] == [
        ("/v1/route", 200),
        ("/v1/route", 422),
        ("/v1/route", 400),
        ("/v1/units", 200),
        ("-", 404),
    ]
    assert not any("Rahasia" in line for line in lines)


def test_every_answer_carries_the_headers(client, router):
    for path in ("/v1/model", "/v1/nothing", "/v1/units", "/docs", "/openapi.json"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-pintu-bundle"] == router.name
        assert "access-control-allow-origin" not in headers
    assert client.get("/v1/units?q=dinas").headers["cache-control"] == "no-store"


def test_the_request_id_is_kept_if_it_is_harmless(client):
    kept = client.get("/healthz", headers={"X-Request-ID": "abc-1.2_3"}).headers["x-request-id"]
    assert kept == "abc-1.2_3"
    for odd in ("", "a b", "x" * 65, "<b>"):
        given = client.get("/healthz", headers={"X-Request-ID": odd}).headers["x-request-id"]
        assert given != odd
        assert len(given) == 32


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/complaints", "GET, POST"),
        ("/v1/complaints/batch", "GET, POST"),  # "batch" may be a number in the list's address
        ("/v1/route", "POST"),
    ],
)
def test_every_method_of_an_address_is_allowed(client, path, allowed):
    answer = client("OPTIONS", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
