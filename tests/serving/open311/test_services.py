"""What the door says of itself, and how it says no."""

import pytest


def test_the_door_says_where_it_is(door):
    [endpoint] = door.get("/open311/v2/discovery.json").json()["endpoints"]
    assert endpoint["url"] == "http://pintu/open311/v2"
    assert endpoint["specification"].endswith("GeoReport_v2")


def test_every_mandate_is_a_service(door, proven):
    services = door.get("/open311/v2/services.json").json()
    assert {one["service_code"] for one in services} == set(proven.registry.mandates)
    [roads] = [one for one in services if one["service_code"] == "jalan"]
    assert roads["service_name"] == "Jalan, jembatan, dan trotoar"
    assert roads["description"] == proven.registry.mandates["jalan"].duty
    assert (roads["metadata"], roads["type"]) == (False, "realtime")
    assert roads["group"]
    assert "jalan berlubang" in roads["keywords"]


def test_a_service_asks_for_nothing_more(door):
    answer = door.get("/open311/v2/services/jalan.json")
    assert answer.json() == {"service_code": "jalan", "attributes": []}
    assert door.get("/open311/v2/services/atlantis.json").status_code == 404


@pytest.mark.parametrize("path", ["services.xml", "requests.xml", "requests/1.xml"])
def test_only_json_is_spoken(door, path):
    answer = door.get(f"/open311/v2/{path}")
    assert answer.status_code == 404
    assert answer.json()[0]["code"] == 404
    assert ".json" in answer.json()[0]["description"]


def test_what_is_not_there_or_not_so_asked_for(door):
    assert door.get("/open311/v2/nothing.json").json()[0]["code"] == 404
    answer = door("DELETE", "/open311/v2/requests.json")
    assert answer.json()[0]["code"] == answer.status_code == 405
    assert "allow" in answer.headers


def test_other_routes_keep_their_own_form_of_problems(door):
    answer = door.get("/v1/atlantis")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_the_routes_stay_out_of_the_openapi_document(door):
    assert "open311" not in str(door.app.openapi())


def test_without_a_database_only_the_services_are_told(door):
    for path in ("requests.json", "requests/1.json"):
        answer = door.get(f"/open311/v2/{path}")
        assert (answer.status_code, answer.json()[0]["code"]) == (503, 503)
        assert "retry-after" in answer.headers
    assert door.get("/open311/v2/services.json").status_code == 200
