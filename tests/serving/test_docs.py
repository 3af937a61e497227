"""The OpenAPI document, its examples, and the documentation page made from it."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from data.complaint import COMPLAINT_FIELDS
from data.registry.regions import level_of
from serving.api import examples
from serving.api.answers import RecommendationOut, UnitsOut
from serving.api.docs import page
from serving.api.problems import KINDS
from serving.api.wire import ComplaintIn
from serving.settings import Settings


@pytest.fixture(scope="module")
def document(client):
    return client.get("/openapi.json").json()


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.loaded, self.words = set(), [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            assert given["id"] not in self.ids
            self.ids.add(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if "src" in given or tag in ("link", "iframe", "object"):
            self.loaded.append((tag, given))
        assert not any(name.startswith("on") or name == "style" for name in given)

    def handle_data(self, data):
        self.words.append(data)


def test_the_wire_has_every_field_of_a_complaint():
    assert set(ComplaintIn.model_fields) == set(COMPLAINT_FIELDS)


def test_the_example_requests_are_answered(client):
    answer = client.post("/v1/route", examples.ROUTE_REQUEST)
    assert answer.status_code == 200
    assert answer.json().keys() == examples.ROUTE_ANSWER.keys()
    assert client.post("/v1/route/batch", examples.BATCH_REQUEST).status_code == 200


def test_the_example_answers_are_true(router):
    RecommendationOut.model_validate(examples.ROUTE_ANSWER)
    UnitsOut.model_validate(examples.UNITS_ANSWER)
    for shown in examples.ROUTE_ANSWER["candidates"]:
        code = shown["region_code"]
        units = router.registry.units(shown["mandate"], level_of(code), code)
        assert (units[0].unit_id, units[0].name) == (shown["unit_id"], shown["unit"])
        assert units[0].agency == shown["agency"]
    categories = {mandate.category for mandate in router.registry.mandates.values()}
    assert examples.ROUTE_ANSWER["category"] in categories
    words = f"{examples.ROUTE_REQUEST['title']}. {examples.ROUTE_REQUEST['text']}"
    for place in examples.ROUTE_ANSWER["places"]:
        assert words[place["start"] : place["end"]] == place["text"]


def test_problems_are_declared_with_their_media_type(document):
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"]


def test_the_page_stands_by_itself(client):
    answer = client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == client.get("/").text
    shown = Page(answer.text)
    assert shown.loaded == []
    assert "<!-- " not in answer.text
    assert all(link.startswith("#") or link == "openapi.json" for link in shown.links)
    assert {link[1:] for link in shown.links if link.startswith("#")} <= shown.ids
    assert {kind.slug for kind in KINDS} <= shown.ids


def test_the_policy_allows_just_the_inline_script_and_style(client):
    answer = client.get("/docs")
    policy = answer.headers["content-security-policy"]
    for tag in ("script", "style"):
        blocks = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", answer.text, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(b.encode()).digest()).decode() for b in blocks]
        assert re.search(rf"{tag}-src ([^;]*)", policy)[1] == f"'sha256-{digests[0]}'"
        assert len(blocks) == 1
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_page_tells_fields_limits_and_examples(client):
    text = " ".join(Page(client.get("/docs").text).words)
    for said in ("1.048.576 byte", "paling panjang 20000 karakter", "POST /v1/route/batch"):
        assert said in text
    assert examples.ROUTE_REQUEST["text"] in text
    assert all(name in text for name in COMPLAINT_FIELDS)


def test_the_page_escapes_what_it_shows(document):
    evil = "<script>alert(1)</script>"
    document = {**document, "info": {**document["info"], "description": evil}}
    html = page(document, Settings())
    assert evil not in html
    assert "&lt;script&gt;" in html
