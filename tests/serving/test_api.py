"""What the endpoints answer."""

import asyncio
import json

import httpx
import pytest

from classifier.policy import Policy
from classifier.router import Router
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


def test_an_explanation_comes_only_when_asked_for(client, router):
    sent = {"text": ROAD, "door": "35.78"}
    plain = client.post("/v1/route", sent).json()
    assert "explanation" not in plain
    assert client.post("/v1/route", {**sent, "explain": False}).json() == plain
    explained = client.post("/v1/route", {**sent, "explain": True}).json()
    explanation = explained.pop("explanation")
    assert explained == plain
    found = router.route([Complaint(**sent)], explained=True)[0].explanation
    assert explanation == json.loads(json.dumps(found.to_row()))
    assert explanation["words"]
    assert all(ROAD[w["start"] : w["end"]] == w["text"] for w in explanation["words"])


def test_a_batch_is_explained_as_a_whole(client):
    sent = {"complaints": [{"text": ROAD}, {"text": "KTP saya hilang."}]}
    plain = client.post("/v1/route/batch", sent).json()["recommendations"]
    explained = client.post("/v1/route/batch", {**sent, "explain": True}).json()["recommendations"]
    assert [row.pop("explanation")["top"] for row in explained] == [
        row["mandates"][0]["id"] for row in plain
    ]
    assert explained == plain


def test_danger_is_told_with_the_number_to_call(client):
    text = "Kabel listrik putus jatuh ke jalan, keluar percikan api, seorang anak kesetrum. Tolong!"
    urgency = client.post("/v1/route", {"text": text}).json()["urgency"]
    assert urgency["number"] in urgency["message"]
    assert urgency["spans"]
    assert all(text[s["start"] : s["end"]] == s["text"] for s in urgency["spans"])
    calm = client.post("/v1/route", {"text": "Kapan jadwal perpanjangan KTP?"}).json()
    assert calm["urgency"] is None


def test_a_missing_place_comes_with_the_question_to_ask(client):
    answer = client.post("/v1/route", examples.ASK_REQUEST).json()
    assert answer["decision"] == "ask"
    asked = {reason["code"]: reason["question"] for reason in answer["reasons"]}
    assert asked["place_missing"].endswith("?")


def test_shortlists_name_listed_candidates(serve, proven):
    answer = serve(proven).post("/v1/route", {"text": ROAD, "door": "35.78", "top": 1}).json()
    ids = [unit["unit_id"] for unit in answer["candidates"]]
    short, long = answer["shortlists"]["0.9"], answer["shortlists"]["0.95"]
    assert ids[0] == short[0]
    assert set(short) <= set(long) <= set(ids)


def test_without_calibration_there_are_no_shortlists(client):
    assert client.post("/v1/route", {"text": ROAD, "door": "35.78"}).json()["shortlists"] == {}


def test_the_matters_of_a_complaint_are_answered_one_by_one(client):
    first = "Lampu penerangan jalan di depan gang kami padam sudah seminggu."
    second = "Selain itu, KTP anak saya belum dicetak sejak tiga bulan lalu."
    text = f"{first} {second}"
    answer = client.post("/v1/route", {"text": text, "door": "35.78", "explain": True}).json()
    assert "several_matters" in [reason["code"] for reason in answer["reasons"]]
    assert [text[p["start"] : p["end"]].strip() for p in answer["parts"]] == [first, second]
    for part, alone in zip(answer["parts"], (first, second), strict=True):
        sent = {"text": alone, "door": "35.78", "explain": True}
        assert part["recommendation"] == client.post("/v1/route", sent).json()
        assert part["recommendation"]["parts"] == []


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
        "\ufdfa" * 1_000,  # eighteen letters each, once cleaned
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


def test_model_tells_the_policy_and_its_limits(serve, proven):
    policy = Policy(target=0.9, audit_share=0.1, mandates={"jalan": 0.95, "kependudukan": "never"})
    facts = serve(Router(proven.bundle, policy)).get("/v1/model").json()
    assert facts["policy"] == {
        "target": 0.9,
        "audit_share": 0.1,
        "mandates": {"jalan": 0.95, "kependudukan": "never"},
    }
    (limits,) = facts["limits"]
    rows = {row["mandate"]: row for row in limits.pop("mandates")}
    assert rows["kependudukan"] == {
        "mandate": "kependudukan",
        "threshold": None,
        "cases": 200,
        "routed": 0,
        "right": 0,
    }
    road = rows["jalan"]
    assert road["routed"] > 100
    assert (limits["group"], limits["cases"], limits["routed"]) == ("35.78", 400, road["routed"])
    assert limits["routed_share"] == road["routed"] / 400
    assert 0.9 <= limits["bound"] < 1


def test_without_a_policy_the_bundle_promises_its_own_target(client, router):
    facts = client.get("/v1/model").json()
    target = router.bundle.settings.target
    assert facts["policy"] == {"target": target, "audit_share": 0.02, "mandates": {}}
    assert facts["limits"] == []


def test_another_policy_is_another_answer_about_the_model(serve, proven):
    tags = {
        serve(Router(proven.bundle, policy)).get("/v1/model").headers["etag"]
        for policy in (Policy(), Policy(target=0.9))
    }
    assert len(tags) == 2


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
