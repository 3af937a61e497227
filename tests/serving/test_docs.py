"""The OpenAPI document, its examples, and the documentation page made from it."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from classifier import decision
from data.complaint import COMPLAINT_FIELDS, Complaint
from data.registry.regions import level_of
from serving.api import answers, examples
from serving.api.answers import RecommendationOut, UnitsOut
from serving.api.docs import page
from serving.api.problems import KINDS
from serving.api.wire import ComplaintIn
from serving.settings import Settings

ROOT = Path(__file__).parents[2]


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


EXAMPLES = [
    (examples.ROUTE_REQUEST, examples.ROUTE_ANSWER),
    (examples.ASK_REQUEST, examples.ASK_ANSWER),
]


def test_the_example_requests_are_answered(client):
    for request, shown in EXAMPLES:
        answer = client.post("/v1/route", request)
        assert answer.status_code == 200
        assert answer.json().keys() == shown.keys()
    assert client.post("/v1/route/batch", examples.BATCH_REQUEST).status_code == 200


def test_the_example_answers_are_true(router):
    UnitsOut.model_validate(examples.UNITS_ANSWER)
    categories = {mandate.category for mandate in router.registry.mandates.values()}
    for request, answer in EXAMPLES:
        made = RecommendationOut.model_validate(answer)
        assert made.model_dump(exclude_unset=True) == answer  # no key that is not described
        assert answer["category"] in categories
        for shown in answer["candidates"]:
            if code := shown["region_code"]:
                units = router.registry.units(shown["mandate"], level_of(code), code)
                known = (units[0].unit_id, units[0].name, units[0].agency)
                assert known == (shown["unit_id"], shown["unit"], shown["agency"])
        words = f"{request['title']}. {request['text']}" if "title" in request else request["text"]
        explanation = answer.get("explanation", {"words": [], "rules": []})
        spans = [*answer["places"], *explanation["words"]]
        spans += answer["urgency"]["spans"] if answer["urgency"] else []
        for span in spans:
            assert words[span["start"] : span["end"]] == span["text"]


def test_the_document_shows_the_examples_with_their_nulls(document):
    content = document["paths"]["/v1/route"]["post"]["responses"]["200"]["content"]
    shown = [example["value"] for example in content["application/json"]["examples"].values()]
    assert shown == [examples.ROUTE_ANSWER, examples.ASK_ANSWER]


@pytest.mark.parametrize(
    "text",
    [
        examples.ROUTE_REQUEST["text"],
        "Lampu jalan padam sudah seminggu. Selain itu, KTP anak saya belum dicetak.",
        "Jalan provinsi di Sidoarjo rusak, SMA negeri di sana juga bocor atapnya.",
    ],
)
def test_every_key_that_is_answered_is_described(proven, document, text):
    complaint = Complaint(text=text, door="35.78")
    (found,) = proven.route([complaint], explained=True)
    row = json.loads(json.dumps(found.to_row()))
    schemas = document["components"]["schemas"]
    assert undescribed(row, {"$ref": "#/components/schemas/RecommendationOut"}, schemas) == []


def undescribed(value, schema, schemas, path=""):
    """Paths of the keys of an answer that its schema does not name."""
    if "$ref" in schema:
        return undescribed(value, schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, path)
    if "anyOf" in schema:
        branches = [undescribed(value, branch, schemas, path) for branch in schema["anyOf"]]
        return min(branches, key=len)
    if isinstance(value, list):
        items = schema["items"]
        return [p for one in value for p in undescribed(one, items, schemas, f"{path}[]")]
    if not isinstance(value, dict):
        return []
    if "additionalProperties" in schema:
        inner = schema["additionalProperties"]
        return [p for one in value.values() for p in undescribed(one, inner, schemas, f"{path}.*")]
    named = schema.get("properties", {})
    missing = [f"{path}.{key}" for key in value.keys() - named.keys()]
    known = [key for key in value if key in named]
    return missing + [
        p for key in known for p in undescribed(value[key], named[key], schemas, f"{path}.{key}")
    ]


def test_every_reason_is_explained_in_both_documents(document):
    assert answers.REASONS.keys() == {*decision.REASONS, "bounced"}
    described = document["components"]["schemas"]["ReasonOut"]["properties"]["code"]["description"]
    written = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for code in answers.REASONS:
        assert f"`{code}`" in described
        assert f"| `{code}` |" in written


def test_an_absent_explanation_is_never_null(document):
    schema = document["components"]["schemas"]["RecommendationOut"]
    assert schema["properties"]["explanation"]["$ref"].endswith("/ExplanationOut")
    assert "default" not in schema["properties"]["explanation"]
    assert "explanation" not in schema["required"]
    assert set(schema["properties"]) - {"explanation"} == set(schema["required"])


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
    assert '"urgency": null' in text
    assert "(bawaan false)" in text
    assert "objek berisi daftar teks" in text
    assert all(name in text for name in COMPLAINT_FIELDS)


def test_the_page_escapes_what_it_shows(document):
    evil = "<script>alert(1)</script>"
    document = {**document, "info": {**document["info"], "description": evil}}
    html = page(document, Settings())
    assert evil not in html
    assert "&lt;script&gt;" in html
