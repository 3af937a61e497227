"""Requests that are handed in: taken whatever the service, refused with every fault at once."""

import asyncio
import logging

import httpx
import pytest
from sqlalchemy import select

from serving.store.tables import complaints

TEXT = "Aspal Jalan Kertajaya rusak parah, banyak lubang sejak Januari, mohon diperbaiki."
PRIVATE = {
    "first_name": "Gunawan",
    "last_name": "Rahmawati",
    "email": "guna.wan@contoh.id",
    "phone": "0812-3456-7890",
    "account_id": "akun-998877",
    "device_id": "gawai-554433",
    "media_url": "https://contoh.id/foto-gunawan.jpg",
}


def row(city, number):
    with city.database.reading() as connection:
        return connection.execute(select(complaints).where(complaints.c.id == number)).one()


def test_a_request_is_taken_and_told_where_it_went(city):
    answer = city.post(
        jurisdiction_id="Kota Surabaya", service_code="jalan", lat="-7.28", long="112.76"
    )
    assert answer.status_code == 201
    [taken] = answer.json()
    assert taken["account_id"] is None
    assert taken["service_notice"].endswith(".")
    number = taken["service_request_id"]
    assert answer.headers["location"] == f"/open311/v2/requests/{number}.json"
    kept = row(city, number)
    assert (kept.text, kept.door, kept.channel) == (TEXT, "35.78", "Open311/jalan")
    assert (kept.lat, kept.long) == (-7.28, 112.76)


def test_a_request_is_routed_as_by_the_api(city):
    number = city.taken(jurisdiction_id="35.78", address_string="Jl. Kertajaya 10")
    told = city.keeper.get(f"/v1/complaints/{number}").json()
    sent = {"text": TEXT, "door": "35.78", "address": "Jl. Kertajaya 10", "top": 10}
    assert told["recommendation"] == city.keeper.post("/v1/route", sent).json()


@pytest.mark.parametrize("code", ["POTHOLE", "'; DROP TABLE complaints; --", "\u200b", "ani-" * 16])
def test_an_unknown_service_loses_nothing(city, code):
    assert row(city, city.taken(service_code=code, first_name="ani")).text == TEXT


def test_a_multipart_form_is_taken(city):
    parts = {"description": (None, TEXT), "jurisdiction_id": (None, "35.78"), "media": ("", b"")}
    answer = city.keeper("POST", "/open311/v2/requests.json", files=parts)
    assert answer.status_code == 201
    assert row(city, answer.json()[0]["service_request_id"]).door == "35.78"


def test_files_are_refused_by_name(city):
    parts = {"description": (None, TEXT), "media": ("foto.jpg", b"\xff\xd8\xff", "image/jpeg")}
    answer = city.keeper("POST", "/open311/v2/requests.json", files=parts)
    assert city.faults(answer) == ["media"]


def test_every_fault_is_told_at_once(city):
    answer = city.post(
        description="\u200b",
        jurisdiction_id="Kota Atlantis",
        lat="-91",
        email="x" * 201,
        address_string="x" * 1001,
    )
    wrong = ["long", "description", "jurisdiction_id", "lat", "address_string", "email"]
    assert city.faults(answer) == wrong
    assert "Atlantis" not in answer.text
    assert city.ids() == []


def test_the_longest_description_is_taken(city):
    text = ("Jalan rusak \U0001f6a7 " * 2000)[:20_000].strip()
    assert len(row(city, city.taken(description=text)).text) > 19_000


def test_invisible_and_hostile_text_is_kept_harmlessly(city):
    text = "Jalan rusak\x00 parah'); DROP TABLE complaints; -- <script>alert(1)</script> {{7*7}} %s"
    kept = row(city, city.taken(description=text, address_string="\x00Jl. Mawar\x1b[31m"))
    assert kept.text == text.replace("\x00", "")
    assert kept.address == "Jl. Mawar[31m"


def test_an_address_known_by_number_only_is_kept(city):
    assert row(city, city.taken(address_id="ADR-12")).address == "address_id ADR-12"


def test_an_empty_form_lacks_a_description(city):
    for body in (b"", b"&&&==&=", b"description", b"description=+%0A"):
        assert city.faults(city.send(body)) == ["description"]
    assert city.ids() == []


def test_a_field_sent_twice_must_say_the_same(city):
    assert city.send(b"description=jalan+rusak&description=jalan+rusak").status_code == 201
    assert city.faults(city.send(b"description=a&description=b&x=1&x=2")) == ["description"]
    assert city.faults(city.send(b"description=a", query="?description=b")) == ["description"]


def test_parameters_may_stand_in_the_query(city):
    answer = city.send(b"description=jalan+rusak", query="?jurisdiction_id=35.78")
    assert row(city, answer.json()[0]["service_request_id"]).door == "35.78"


def test_no_personal_data_is_kept_or_logged(city, caplog):
    text = f"{TEXT} Saya GUNAWAN, surel guna.wan@contoh.id, HP 0812-3456-7890."
    with caplog.at_level(logging.DEBUG):
        answer = city.post(
            **PRIVATE, description=text, address_string="Rumah Gunawan", service_code="Gunawan"
        )
        number = answer.json()[0]["service_request_id"]
        told = city.get(f"requests/{number}.json")
    said = answer.text + told.text + city.dump() + caplog.text
    for name, value in PRIVATE.items():
        assert value.lower() not in said.lower(), name
    assert "0812" not in said


def test_a_reporter_is_known_by_account_else_mail_else_telephone(city):
    numbers = [
        city.taken(account_id="A", email="a@contoh.id"),
        city.taken(account_id="A", phone="081234567890"),
        city.taken(email="a@contoh.id", phone="081234567890"),
        city.taken(phone="+62 812 3456 7890"),
        city.taken(phone="081234567890"),
        city.taken(),
    ]
    seen = [row(city, number).reporter for number in numbers]
    assert seen[0] == seen[1]
    assert seen[3] == seen[4]
    assert seen[5] == ""
    assert len(set(seen)) == 4


def test_a_retry_is_recorded_once(city):
    first, again = (city.post({"Idempotency-Key": "k1"}) for _ in range(2))
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    other = city.post({"Idempotency-Key": "k1"}, description="Sampah menumpuk di pasar.")
    assert other.json()[0]["code"] == other.status_code == 409
    assert city.faults(city.post({"Idempotency-Key": "two words"})) == ["Idempotency-Key"]
    assert len(city.ids()) == 1


def test_a_retry_at_the_same_time_is_recorded_once(city):
    async def call():
        transport = httpx.ASGITransport(app=city.keeper.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pintu") as client:
            send = (
                client.post(
                    "/open311/v2/requests.json",
                    data={"description": TEXT},
                    headers={"Idempotency-Key": "k1"},
                )
                for _ in range(8)
            )
            return await asyncio.gather(*send)

    found = asyncio.run(call())
    assert len({answer.content for answer in found}) == 1
    assert {answer.status_code for answer in found} == {201}
    assert len(city.ids()) == 1
