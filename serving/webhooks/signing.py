"""Signatures of messages by the Standard Webhooks specification, version 1
(github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from data.errors import PintuError
from serving.security.secret import derived

TOLERANCE = timedelta(minutes=5)  # between the sender's clock and the receiver's
_PREFIX = "whsec_"
_VERSION = "v1"


class BadSignature(PintuError):
    """A message that a receiver must not believe."""


def signing_secret(key: bytes, webhook_id: str, version: int) -> str:
    """What a webhook's messages are signed with: 32 bytes derived from the server's secret, so
    that nothing secret is stored. Another version gives another secret."""
    raw = bytes.fromhex(derived(key, "webhook", f"{webhook_id}.{version}"))
    return _PREFIX + base64.b64encode(raw).decode()


def signed(secrets: Iterable[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message: its id, the moment of sending, and a signature by each secret."""
    stamp = str(int(at.timestamp()))
    signatures = (_signature(secret, message_id, stamp, body) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"{_VERSION},{one}" for one in signatures),
    }


def verify(
    secret: str, headers: Mapping[str, str], body: bytes, now: datetime | None = None
) -> None:
    """Check a received message; ``headers`` by names in lower case, ``body`` as received.

    Raises:
        BadSignature: a header is missing, the message is older or newer than five minutes, or it
            was not signed with this secret.
    """
    try:
        message_id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        sent = datetime.fromtimestamp(int(stamp), UTC)
        listed = [one.split(",", 1) for one in headers["webhook-signature"].split()]
    except KeyError as missing:
        raise BadSignature(f"the header {missing.args[0]} is missing") from None
    except (ValueError, OverflowError, OSError):
        raise BadSignature("webhook-timestamp is no moment in seconds") from None
    if abs((now or datetime.now(UTC)) - sent) > TOLERANCE:
        raise BadSignature("webhook-timestamp is too far from now; check the clock")
    expected = _signature(secret, message_id, stamp, body).encode()
    given = [one[1].encode() for one in listed if len(one) == 2 and one[0] == _VERSION]
    if not any(hmac.compare_digest(one, expected) for one in given):
        raise BadSignature("no signature is of this secret and body")


def _signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise PintuError("a signing secret begins with whsec_ and goes on in base64") from None
    content = f"{message_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
