"""Signatures, against the vector that Svix publishes for the specification."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import PintuError
from serving.webhooks.hooks import Hook
from serving.webhooks.signing import BadSignature, signed, signing_secret, verify

# docs.svix.com/receiving/verifying-payloads/how-manual
VECTOR = "whsec_plJ3nmyCDGBKInavdOK15jsl"
BODY = b'{"event_type":"ping","data":{"success":true}}'
AT = datetime.fromtimestamp(1731705121, UTC)
HEADERS = {
    "webhook-id": "msg_loFOjxBNrRLzqYUf",
    "webhook-timestamp": "1731705121",
    "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
}


def test_the_published_vector():
    assert signed([VECTOR], "msg_loFOjxBNrRLzqYUf", AT, BODY) == HEADERS
    verify(VECTOR, HEADERS, BODY, AT)


@pytest.mark.parametrize(
    ("change", "body", "later"),
    [
        ({}, BODY + b" ", 0),
        ({"webhook-id": "msg_other"}, BODY, 0),
        ({"webhook-timestamp": "1731705122"}, BODY, 0),
        ({"webhook-timestamp": "soon"}, BODY, 0),
        ({"webhook-timestamp": "9" * 30}, BODY, 0),
        ({"webhook-signature": "v1a,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="}, BODY, 0),
        ({"webhook-signature": "v1 é ,"}, BODY, 0),
        ({"webhook-signature": ""}, BODY, 0),
        ({}, BODY, 301),
        ({}, BODY, -301),
    ],
)
def test_what_a_receiver_must_not_believe(change, body, later):
    with pytest.raises(BadSignature):
        verify(VECTOR, HEADERS | change, body, AT + timedelta(seconds=later))


@pytest.mark.parametrize("name", list(HEADERS))
def test_a_missing_header_is_named(name):
    rest = {key: value for key, value in HEADERS.items() if key != name}
    with pytest.raises(BadSignature, match=name):
        verify(VECTOR, rest, BODY, AT)


def test_a_secret_that_is_none_is_told():
    with pytest.raises(PintuError, match="whsec_"):
        verify("whsec_!", HEADERS, BODY, AT)


def test_secrets_differ_by_server_webhook_and_version():
    made = {
        signing_secret(key, hook, version)
        for key in (b"one", b"two")
        for hook in ("A", "B")
        for version in (1, 2)
    }
    assert len(made) == 8
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", one) for one in made)  # 32 bytes


def test_both_secrets_sign_for_a_day_after_a_rotation():
    hook = Hook("A", "https://contoh.go.id/", 2, AT)
    new, old = signing_secret(b"key", "A", 2), signing_secret(b"key", "A", 1)
    headers = signed(hook.secrets(b"key", AT + timedelta(hours=23)), "id", AT, BODY)
    verify(new, headers, BODY, AT)
    verify(old, headers, BODY, AT)
    headers = signed(hook.secrets(b"key", AT + timedelta(hours=24)), "id", AT, BODY)
    verify(new, headers, BODY, AT)
    with pytest.raises(BadSignature):
        verify(old, headers, BODY, AT)


def test_the_documented_receiver_agrees():
    page = Path(__file__).parents[3] / "docs" / "webhooks.md"
    code = re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict = {}
    exec(code[1], names)
    genuine = names["genuine"]
    now = datetime.now(UTC)
    headers = signed([signing_secret(b"old", "A", 1), VECTOR], "id", now, BODY)
    assert genuine(VECTOR, headers, BODY)
    assert not genuine(VECTOR, headers, BODY + b" ")
    assert not genuine(signing_secret(b"other", "A", 1), headers, BODY)
    old = signed([VECTOR], "id", now - timedelta(minutes=6), BODY)
    assert not genuine(VECTOR, old, BODY)
