"""What bodies are read: bytes, seconds, media type, strict JSON; and that no bytes break it."""

import asyncio
import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.api.limits import parse
from serving.api.problems import Problem

OK = {"text": "Lampu jalan padam"}


def body_of(size):
    frame = json.dumps({**OK, "address": ""})
    return (frame[:-2] + " " * (size - len(frame)) + frame[-2:]).encode()


async def chunks(body, size=1000):
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_may_have_so_many_bytes_and_no_more(serve, router, chunked):
    client = serve(router, max_body=5_000)
    for size, status in ((4_999, 422), (5_000, 422), (5_001, 413), (50_000, 413)):
        body = body_of(size)
        answer = client.raw("/v1/route", chunks(body) if chunked else body)
        assert answer.status_code == status, (size, chunked)
        assert answer.headers["content-type"] == "application/problem+json"
        assert ("connection" in answer.headers) == (status == 413)


def test_a_batch_may_be_larger(serve, router):
    client = serve(router, max_body=2_000, max_batch_body=20_000)
    sent = {"complaints": [{"text": "Lampu jalan padam " * 500}]}
    assert client.post("/v1/route", sent["complaints"][0]).status_code == 413
    assert client.post("/v1/route/batch", sent).status_code == 200
    assert client.post("/v1/route/batch", {"complaints": sent["complaints"] * 3}).status_code == 413


def test_an_endless_body_is_cut_off(client):
    served = 0

    async def endless():
        nonlocal served
        while True:
            served += 1
            yield b" " * 65_536

    assert client.raw("/v1/route", endless()).status_code == 413
    assert served <= 20


def test_a_body_that_does_not_arrive_is_given_up(serve, router):
    async def stalls():
        yield b'{"text":'
        await asyncio.Event().wait()

    client = serve(router, body_seconds=0.01)
    answer = client.raw("/v1/route", stalls())
    assert answer.status_code == 408
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "declared",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/json",
        "application/json; charset=iso-8859-1",
        "application/xml",
        ";;;",
        "application/json5",
    ],
)
def test_only_json_is_read(client, declared):
    answer = client.raw("/v1/route", json.dumps(OK).encode(), content_type=declared)
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("declared", ["application/json;charset=UTF-8", "Application/JSON"])
def test_json_may_be_declared_in_several_ways(client, declared):
    body = json.dumps(OK).encode()
    assert client.raw("/v1/route", body, content_type=declared).status_code == 200


def test_compressed_bodies_are_refused(client):
    assert client.raw("/v1/route", b"\x1f\x8b", content_encoding="gzip").status_code == 415


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        (b'{"text": "a",}', 1, 14),
        (b'{\n  "text": "a"\n  "top": 3\n}', 3, 3),
        ('{"text": "é😀", x}'.encode(), 1, 16),
        (b'{"text": "a", "top": NaN}', 1, 22),
        (b'{"text": "a", "top": Infinity}', 1, 22),
        (b'{"text": "a\xff"}', 1, 12),
        ('{"id": "é",\n"text": "é'.encode() + b'\xff"}', 2, 11),
        (b'{"text": "\\ud800"}', 1, 17),
        (b'{"text": "a"', 1, 12),
        (json.dumps(OK).encode("utf-16"), 1, 1),
    ],
)
def test_broken_json_is_told_with_its_place(client, body, line, column):
    answer = client.raw("/v1/route", body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert f"baris {line}, kolom {column}" in answer.json()["detail"]


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"text":['])
def test_deep_nesting_is_refused(client, opening):
    answer = client.raw("/v1/route", opening * 100_000)
    assert answer.status_code == 400
    assert "bersarang terlalu dalam" in answer.json()["detail"]


def test_an_empty_body_is_told(client):
    answer = client.raw("/v1/route", b"")
    assert (answer.status_code, "kosong" in answer.json()["detail"]) == (400, True)


def test_a_byte_order_mark_does_no_harm(client):
    body = b"\xef\xbb\xbf" + json.dumps(OK).encode()
    assert client.raw("/v1/route", body).status_code == 200


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-16-le")))
@settings(max_examples=300)
def test_parsing_gives_values_or_a_problem(body):
    with contextlib.suppress(Problem):  # anything else that is raised fails the test
        json.dumps(parse(body))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "door", "top", "id", "complaints", "x"]), inner)
    ),
    max_leaves=8,
)
NEAR = st.fixed_dictionaries(
    {"text": st.text(max_size=60)},
    optional={
        "door": st.sampled_from(["", "35.78", "Kota Gotham"]),
        "title": st.text(),
        "x": VALUES,
    },
)
BODIES = (
    st.binary(max_size=300)
    | VALUES.map(lambda value: json.dumps(value).encode())
    | NEAR.map(lambda value: json.dumps(value).encode())
    | NEAR.map(lambda value: json.dumps({"complaints": [value, OK]}).encode())
)


@given(body=BODIES, path=st.sampled_from(["/v1/route", "/v1/route/batch"]))
@settings(max_examples=300, deadline=None)
def test_no_body_breaks_the_server(client, body, path):
    answer = client.raw(path, body)
    assert answer.status_code in (200, 400, 422)
    kind = "application/json" if answer.status_code == 200 else "application/problem+json"
    assert answer.headers["content-type"] == kind
