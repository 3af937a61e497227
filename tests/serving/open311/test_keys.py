"""Keys at the door: as header or as parameter, never in the logs."""

import logging


def test_without_or_with_a_wrong_key_nothing_is_taken_or_told(city):
    city.key()
    assert city.post().json()[0]["code"] == city.post().status_code == 403
    assert city.post(api_key="pintu_wrong").status_code == 403
    assert city.get().status_code == 403
    assert city.get(api_key="\u00e9\u0000").status_code == 403
    assert city.text not in city.dump()


def test_what_is_public_needs_no_key(city):
    city.key()
    for path in ("discovery.json", "services.json", "services/jalan.json"):
        assert city.get(path).status_code == 200


def test_a_key_may_be_a_header_or_a_parameter(city, caplog):
    key = city.key()
    with caplog.at_level(logging.DEBUG):
        numbers = [
            city.taken(api_key=key),
            city.taken(headers={"X-API-Key": key}),
            city.taken(headers={"Authorization": f"Bearer {key}"}, api_key="of another system"),
            city.send(b"description=jalan", query=f"?api_key={key}").json()[0][
                "service_request_id"
            ],
        ]
        assert sorted(city.ids(api_key=key)) == sorted(numbers)
    logged = [record.getMessage() for record in caplog.records if record.name != "httpx"]
    assert key.rpartition("_")[2] not in str(logged) + city.dump()


def test_a_multipart_form_may_hold_the_key(city):
    parts = {"description": (None, city.text), "api_key": (None, city.key())}
    answer = city.keeper("POST", "/open311/v2/requests.json", files=parts)
    assert answer.status_code == 201


def test_two_different_keys_are_refused(city):
    one, other = city.key(), city.key()
    body = f"description=jalan&api_key={one}&api_key={other}".encode()
    assert city.send(body).status_code == 403


def test_a_caller_sees_its_own_requests_and_reviewers_all(city):
    one, other, reviewer = city.key(), city.key(), city.key("intake", "review")
    number = city.taken(api_key=one)
    assert city.ids(api_key=one) == city.ids(api_key=reviewer) == [number]
    assert city.ids(api_key=other) == city.ids(api_key=other, service_request_id=number) == []
    assert city.get(f"requests/{number}.json", api_key=other).status_code == 404
    assert city.get(f"requests/{number}.json", api_key=one).status_code == 200


def test_a_key_without_the_scope_is_refused(city):
    key = city.key("review")
    answer = city.post(api_key=key)
    assert answer.status_code == 403
    assert "intake" in answer.json()[0]["description"]


def test_a_retry_under_another_key_is_another_request(city):
    one, other = city.key(), city.key()
    same = {"Idempotency-Key": "k1"}
    numbers = {city.taken(headers=same, api_key=key) for key in (one, other, one)}
    assert len(numbers) == 2
