"""What the endpoints answer."""

import asyncio
import json

import httpx
import pytest

from data.complaint import Complaint
from serving.api import examples

ROAD = "Aspal di depan pasar berlubang dalam, dua pengendara motor jatuh minggu ini."


def test_route_answers_what_the_router_recommends(client, router):
    sent = {"id": "A-1", "text": ROAD, "door": "35.78", "top": 3}
    answer = client.post("/v1/route", sent)
    complaint = Complaint(text=ROAD, id="A-1", door="35.78")
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(router.route([complaint], top=3)[0].to_row()))


def test_route_lists_at_most_top_candidates(client):
    for top in (1, 20):
        answer = client.post("/v1/route", {"text": ROAD, "door": "35.78", "top": top}).json()
        assert 1 <= len(answer["candidates"]) <= top


def test_door_may_be_a_code_or_a_name(client):
    by_code = client.post("/v1/route", {"text": ROAD, "door": "35.78"}).json()
    by_name = client.post("/v1/route", {"text": ROAD, "door": "Kota Surabaya"}).json()
    assert by_code == by_name


def test_unknown_places_in_other_fields_are_allowed(client):
    sent = {"text": ROAD, "province": "Antah Berantah", "regency": "???", "village": "-"}
    assert client.post("/v1/route", sent).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "😡😡😡",
        "👨‍👩‍👧‍👦",
        "?",
        "jalan\x00 rusak",
        "x" * 20_000,
        "\ufdfa" * 20_000,
        "मार्ग खराब",
        "1",
    ],
)
def test_odd_text_is_still_routed(client, text):
    answer = client.post("/v1/route", {"text": text})
    assert answer.status_code == 200
    assert answer.json()["decision"] in ("auto-route", "review", "ask")


def test_invisible_characters_make_no_difference(client):
    plain = client.post("/v1/route", {"text": ROAD}).json()
    dirty = client.post("/v1/route", {"text": "\ufeff" + ROAD.replace(" ", " \x00\u200b")}).json()
    assert dirty == plain


def test_batch_answers_in_the_order_that_was_sent(client):
    sent = [{"id": str(i), "text": f"{ROAD} Laporan nomor {i}."} for i in range(40)]
    answer = client.post("/v1/route/batch", {"complaints": sent, "door": "35.78", "top": 2})
    assert answer.status_code == 200
    rows = answer.json()["recommendations"]
    assert [row["id"] for row in rows] == [one["id"] for one in sent]
    alone = [
        client.post("/v1/route", {**one, "door": "35.78", "top": 2}).json() for one in sent[:3]
    ]
    assert rows[:3] == alone


def test_a_complaint_keeps_its_own_door_in_a_batch(client):
    sent = {"complaints": [{"text": ROAD, "door": "32.04"}, {"text": ROAD}], "door": "35.78"}
    own, default = client.post("/v1/route/batch", sent).json()["recommendations"]
    assert own == client.post("/v1/route", {"text": ROAD, "door": "32.04"}).json()
    assert default == client.post("/v1/route", {"text": ROAD, "door": "35.78"}).json()


def test_a_full_batch_is_answered(client):
    answer = client.post("/v1/route/batch", {"complaints": [{"text": ROAD}] * 256, "top": 1})
    assert len(answer.json()["recommendations"]) == 256


def test_model_describes_the_bundle(client, router):
    facts = client.get("/v1/model").json()
    assert facts["name"] == router.name
    assert facts["metrics"] == router.metrics
    assert facts["registry"]["mandates"] == len(router.registry.mandates)
    assert "files" not in facts


def test_model_is_not_sent_again_while_it_is_the_same(client):
    tag = client.get("/v1/model").headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = client.get("/v1/model", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/v1/model", headers={"If-None-Match": '"other"'}).status_code == 200


def test_units_are_found_by_abbreviation_within_a_region(client):
    found = client.get("/v1/units", params={"q": "DLH", "region": "Kota Surabaya"}).json()["units"]
    assert found[0] == examples.UNITS_ANSWER["units"][0]


def test_units_keep_to_the_limit(client):
    found = client.get("/v1/units", params={"q": "dinas", "limit": 2}).json()["units"]
    assert len(found) <= 2


def test_health_and_readiness(client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_without_a_router_only_health_is_well(serve, router):
    client = serve(None)
    assert client.get("/healthz").status_code == 200
    for path in ("/readyz", "/v1/model", "/v1/units?q=dinas"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert "x-pintu-bundle" not in answer.headers
    assert client.post("/v1/route", {"text": ROAD}).status_code == 503
    client.app.state.router = router
    assert client.get("/readyz").status_code == 200


def test_a_long_batch_lets_others_pass(client):
    async def both():
        done = []
        transport = httpx.ASGITransport(app=client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pintu") as http:

            async def call(name, request):
                await request
                done.append(name)

            batch = {"complaints": [{"text": ROAD}] * 256}
            await asyncio.gather(
                call("batch", http.post("/v1/route/batch", json=batch)),
                call("health", http.get("/healthz")),
            )
        return done

    assert asyncio.run(both()) == ["health", "batch"]
