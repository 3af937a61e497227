"""What callers see of requests: their own, and never what is secret."""

from datetime import UTC, datetime, timedelta

import pytest

from serving.store.personal import erase

ROADS = "35.78/dinas-sumber-daya-air-dan-bina-marga"


def told(city, number):
    [found] = city.get(f"requests/{number}.json").json()
    return found


def act(city, number, what, **fields):
    answer = city.keeper.post(f"/v1/complaints/{number}/{what}", json=fields)
    assert answer.status_code == 200


def test_a_request_is_told_under_the_names_of_the_specification(city):
    number = city.taken(
        jurisdiction_id="35.78", lat="-7.28", long="112.76", address_string="Jl. Kertajaya 10"
    )
    found = told(city, number)
    assert found["service_request_id"] == number
    assert found["description"] == city.text
    assert (found["service_code"], found["service_name"]) == (
        "jalan",
        "Jalan, jembatan, dan trotoar",
    )
    assert (found["lat"], found["long"], found["address"]) == (-7.28, 112.76, "Jl. Kertajaya 10")
    moment = datetime.fromisoformat(found["requested_datetime"])
    assert timedelta() <= datetime.now(UTC) - moment < timedelta(minutes=1)
    assert found["updated_datetime"] >= found["requested_datetime"]
    assert [found] == city.get().json()


def test_the_course_of_a_case_is_its_status(city):
    number = city.taken(jurisdiction_id="35.78")
    act(city, number, "decision", action="ask", note="Di mana?")
    assert told(city, number)["status"] == "open"
    assert "pelapor" in told(city, number)["status_notes"]
    assert told(city, number)["agency_responsible"] is None
    act(city, number, "decision", action="forward", unit_id=ROADS)
    unit = "Dinas Sumber Daya Air dan Bina Marga"
    assert told(city, number)["agency_responsible"] == unit
    act(city, number, "outcome", outcome="accepted")
    assert told(city, number)["status"] == "open"
    assert told(city, number)["status_notes"] == f"Diterima oleh {unit} untuk ditindaklanjuti."
    act(city, number, "decision", action="archive")
    assert told(city, number)["status"] == "closed"
    assert city.ids(status="closed") == [number]
    assert city.ids(status="open") == []
    assert city.ids(status="open,closed") == [number]


def test_the_last_event_dates_the_request(city):
    number = city.taken()
    city.alter(number, received_at=datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC))
    found = told(city, number)
    assert found["requested_datetime"] == "2026-01-05T01:02:03+00:00"
    assert found["updated_datetime"] > "2026-02"


def test_secret_cases_are_never_told(city):
    sent = {"text": city.text, "secret": True, "id": "R-1"}
    number = city.keeper.post("/v1/complaints", sent).json()["complaint_id"]
    assert city.ids() == city.ids(service_request_id=number) == []
    assert city.get(f"requests/{number}.json").status_code == 404


@pytest.mark.parametrize("values", [{"anonymous": True}, {"erased_at": datetime.now(UTC)}])
def test_words_and_place_of_anonymous_and_erased_cases_are_not_told(city, values):
    number = city.taken(lat="1", long="2", address_string="Jl. Mawar 3")
    city.alter(number, **values)
    found = told(city, number)
    assert [found[name] for name in ("description", "address", "lat", "long")] == [None] * 4
    assert city.ids() == [number]


def test_erased_in_earnest(city):
    number = city.taken(email="a@contoh.id", address_string="Jl. Mawar 3")
    erase(city.database, [number], datetime.now(UTC))
    assert told(city, number)["description"] is None
    assert told(city, number)["status"] == "closed"


def test_requests_are_found_by_number_service_and_door(city):
    roads = city.taken(jurisdiction_id="35.78")
    cards = city.taken(description="KTP elektronik saya belum jadi sejak tahun lalu di dukcapil.")
    assert city.ids(service_request_id=f"{roads},{cards},0,{'0' * 26}") == [cards, roads]
    assert city.ids(service_request_id=roads, service_code="parkir", status="closed") == [roads]
    assert city.ids(service_request_id="none") == []
    assert city.ids(service_code="jalan") == [roads]
    assert city.ids(service_code="jalan, kependudukan") == [cards, roads]
    assert city.ids(jurisdiction_id="Kota Surabaya") == [roads]


def test_requests_are_found_by_time(city):
    now = datetime.now(UTC)
    old, young = city.taken(), city.taken()
    city.alter(old, received_at=now - timedelta(days=91))
    assert city.ids() == [young]
    assert city.ids(end_date=(now - timedelta(days=90)).isoformat()) == [old]
    assert city.ids(start_date=(now - timedelta(days=92)).isoformat()) == [old]
    assert city.ids(start_date=(now - timedelta(days=89)).isoformat()) == [young]
    jakarta = (now - timedelta(days=91)).isoformat()[:19] + "+00:00"
    assert city.ids(start_date=jakarta, end_date=(now - timedelta(days=2)).isoformat()) == [old]


def test_pages_hold_every_request_once(city):
    sent = [city.taken(description=f"{city.text} Nomor {i}.") for i in range(5)]
    pages = [city.ids(page=page, page_size=2) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert sorted(number for page in pages for number in page) == sorted(sent)
    assert pages[0][0] == sent[-1]


def test_numbers_that_are_none(city):
    for number in ("'", "%00", "a%0ab", "%ff", "x" * 3000):
        assert city.get(f"requests/{number}.json").json()[0]["code"] == 404
