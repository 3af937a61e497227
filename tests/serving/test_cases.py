"""Complaints that are kept: received once, told with their history, never more than one may see."""

import logging

import pytest

TEXT = "Aspal Jalan Kertajaya rusak parah, banyak lubang sejak Januari, mohon diperbaiki."
PRIVATE = (
    "Nama saya Siti Rahmawati, NIK 3578012345678901, HP 0812-3456-7890. Aspal Jalan Kertajaya "
    "rusak parah, banyak lubang."
)
ROADS = "35.78/dinas-sumber-daya-air-dan-bina-marga"


def send(keeper, headers=None, **fields):
    return keeper("POST", "/v1/complaints", json={"text": TEXT} | fields, headers=headers)


def case(keeper, answer):
    return keeper.get(f"/v1/complaints/{answer.json()['complaint_id']}").json()


def act(keeper, answer, what, **fields):
    return keeper.post(f"/v1/complaints/{answer.json()['complaint_id']}/{what}", json=fields)


def test_a_complaint_is_answered_as_by_route_and_can_be_read_again(keeper):
    answer = send(keeper, id="A-1", door="35.78", created_at="2026-03-02T08:15:00+07:00")
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["location"] == f"/v1/complaints/{body['complaint_id']}"
    routed = keeper.post("/v1/route", {"text": TEXT, "door": "35.78", "id": "A-1", "top": 10})
    assert body["recommendation"] == routed.json()
    kept = case(keeper, answer)
    assert (kept["id"], kept["text"]) == ("A-1", TEXT)
    assert kept["recommendation"] == body["recommendation"]
    assert len(kept["history"]) == 1


def test_a_retry_gets_the_same_bytes(keeper):
    first, again = send(keeper, id="A-1"), send(keeper, id="A-1")
    assert again.content == first.content
    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


def test_a_retry_by_idempotency_key(keeper):
    first, again = (send(keeper, {"Idempotency-Key": "k1"}) for _ in range(2))
    assert again.content == first.content
    other = send(keeper, {"Idempotency-Key": "k2"})
    assert other.json()["complaint_id"] != first.json()["complaint_id"]


def test_another_text_under_a_known_number_is_refused(keeper):
    send(keeper, id="A-1")
    answer = send(keeper, id="A-1", text="Sampah menumpuk di pasar.")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "id"


def test_a_batch_is_recorded_whole_or_not_at_all(keeper):
    many = {"complaints": [{"id": f"B-{i}", "text": f"{TEXT} Nomor {i}."} for i in range(5)]}
    answer = keeper.post("/v1/complaints/batch", json=many)
    assert [one["id"] for one in answer.json()["complaints"]] == [f"B-{i}" for i in range(5)]
    again = keeper.post("/v1/complaints/batch", json=many)
    assert again.json() == answer.json()
    many["complaints"][3]["text"] = "Sampah menumpuk."
    many["complaints"].append({"id": "B-9", "text": TEXT})
    refused = keeper.post("/v1/complaints/batch", json=many)
    assert refused.status_code == 409
    assert [e["field"] for e in refused.json()["errors"]] == ["complaints[3].id"]
    assert len(keeper.get("/v1/complaints").json()["complaints"]) == 5


def test_a_number_twice_in_a_batch_is_refused_by_name(keeper):
    many = {"complaints": [{"id": "B", "text": TEXT}, {"id": "B", "text": TEXT}]}
    answer = keeper.post("/v1/complaints/batch", json=many)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "complaints[1].id"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "\u200b"}, "text"),
        ({"door": "Kota Atlantis"}, "door"),
        ({"lat": 91}, "lat"),
        ({"anonymous": "ya"}, "anonymous"),
        ({"reporter": "x" * 201}, "reporter"),
        ({"unknown": 1}, "unknown"),
        ({"village": "\ufdfa" * 200}, "village"),  # eighteen letters each, once cleaned
        ({"text": "\ufdfa" * 2000}, "text"),
        ({"id": "\ufdfa" * 12}, "id"),
    ],
)
def test_bad_fields_are_named_and_nothing_is_recorded(keeper, fields, field):
    answer = send(keeper, **fields)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert keeper.get("/v1/complaints").json()["complaints"] == []


def test_a_bad_idempotency_key_is_refused(keeper):
    assert send(keeper, {"Idempotency-Key": "two words"}).status_code == 422


def test_personal_data_is_masked_before_it_is_kept_or_logged(keeper, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = send(keeper, text=PRIVATE, id="A-1", reporter="siti@contoh.id")
    kept = case(keeper, answer)
    assert "[NAMA]" in kept["text"]
    said = answer.text + str(kept) + caplog.text
    for secret in ("Siti", "3578012345678901", "0812-3456-7890", "siti@contoh.id"):
        assert secret not in said
    with keeper.app.state.database.engine.connect() as connection:
        tables = ("complaints", "recommendations", "decisions", "reviews", "audit", "deliveries")
        dump = str([connection.exec_driver_sql(f"SELECT * FROM {t}").all() for t in tables])
    for secret in ("Siti", "3578012345678901", "0812-3456-7890", "siti@contoh.id"):
        assert secret not in dump


def test_the_reporter_s_name_is_masked_wherever_it_stands(keeper):
    answer = send(keeper, text=f"{TEXT} Sudah lapor Gunawan kemarin.", reporter_name="Gunawan")
    assert "Gunawan" not in case(keeper, answer)["text"]


def test_a_mask_that_is_longer_than_what_it_hides_fits_its_column(keeper):
    answer = send(keeper, channel="ani " * 49, reporter_name="ani")
    assert answer.status_code == 201


def test_an_anonymous_reporter_leaves_no_trace(keeper):
    send(keeper, reporter="akun-1", anonymous=True)
    send(keeper, reporter="akun-1")
    with keeper.app.state.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT reporter FROM complaints ORDER BY number").all()
    assert rows[0].reporter == ""
    assert len(rows[1].reporter) == 64


def test_spans_refer_to_the_text_that_is_kept(keeper):
    answer = send(keeper, text=f"{PRIVATE} Lokasi dekat Kota Surabaya.")
    kept = case(keeper, answer)
    places = kept["recommendation"]["places"]
    assert places
    assert all(kept["text"][p["start"] : p["end"]] == p["text"] for p in places)


def test_pages_hold_every_case_once_in_the_order_of_arrival(keeper):
    sent = [send(keeper, id=f"A-{i}").json()["complaint_id"] for i in range(7)]
    found, after = [], ""
    while True:
        page = keeper.get("/v1/complaints", params={"limit": 3, "after": after}).json()
        found += [one["complaint_id"] for one in page["complaints"]]
        after = page["next"]
        if not after:
            break
    assert found == sent


@pytest.mark.parametrize("after", ["zzzz", "MDAx-", "LTE", "MTAwMDAwMDAwMDAwMDAwMDAwMDAwMA"])
def test_a_cursor_that_is_none_is_refused(keeper, after):
    assert keeper.get("/v1/complaints", params={"after": after}).status_code == 422


def test_a_case_that_does_not_exist(keeper):
    assert keeper.get(f"/v1/complaints/{'0' * 26}").status_code == 404
    assert keeper.get("/v1/complaints/none").status_code == 422


def test_bounced_then_sent_on_by_a_person(keeper):
    answer = send(keeper, id="A-1", regency="Kota Samarinda")
    assert case(keeper, answer)["status"] == "review"
    forwarded = act(keeper, answer, "decision", action="forward", unit_id=ROADS, note="ya")
    assert (forwarded.json()["status"], forwarded.json()["unit_id"]) == ("forwarded", ROADS)
    reason = "Bukan kami, hubungi HP 081234567890."
    bounced = act(keeper, answer, "outcome", outcome="bounced", reason=reason).json()
    assert bounced["ruled_out"] == [ROADS]
    assert ROADS not in [c["unit_id"] for c in bounced["recommendation"]["candidates"]]
    assert bounced["recommendation"]["reasons"][0]["code"] == "bounced"
    assert "081234567890" not in str(bounced)
    other = act(keeper, answer, "decision", action="forward", unit_id="35.78/dinas-pendidikan")
    assert other.json()["status"] == "forwarded"
    done = act(keeper, answer, "outcome", outcome="accepted").json()
    assert done["status"] == "accepted"
    assert [event["event"] for event in done["history"]] == [
        "review", "forward", "bounced", "review", "forward", "accepted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "fields", "field"),
    [
        ("outcome", {"outcome": "bounced"}, "reason"),
        ("outcome", {"outcome": "lost"}, "outcome"),
        ("decision", {"action": "forward"}, "unit_id"),
        ("decision", {"action": "forward", "unit_id": "35.78/atlantis"}, "unit_id"),
        ("decision", {"action": "archive", "unit_id": ROADS}, "unit_id"),
    ],
)
def test_acts_that_make_no_sense_are_refused_by_name(keeper, what, fields, field):
    answer = act(keeper, send(keeper), what, **fields)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_acts_that_do_not_fit_the_course_are_conflicts(keeper):
    answer = send(keeper)
    assert act(keeper, answer, "outcome", outcome="accepted").status_code == 409
    missing = keeper.post(f"/v1/complaints/{'0' * 26}/outcome", json={"outcome": "accepted"})
    assert missing.status_code == 404


def test_reviews_are_listed_and_claimed_once(keeper):
    for i in range(3):
        send(keeper, id=f"A-{i}")
    assert len(keeper.get("/v1/reviews").json()["reviews"]) == 3
    first = keeper.post("/v1/reviews/claim", json={"limit": 2}).json()["reviews"]
    second = keeper.post("/v1/reviews/claim", json={"limit": 2}).json()["reviews"]
    ids = [one["complaint_id"] for one in first + second]
    assert len(ids) == len(set(ids)) == 3


def test_without_a_database_only_routing_is_answered(client):
    assert client.post("/v1/complaints", {"text": TEXT}).status_code == 503
    assert client.post("/v1/route", {"text": TEXT}).status_code == 200
