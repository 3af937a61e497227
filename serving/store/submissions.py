"""A complaint on its way into the database, with what was recommended for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data.complaint import Complaint

PINTU = "pintu"  # the actor of what nobody decided but the model
STATUS = {"auto-route": "forwarded", "review": "review", "ask": "ask"}
ACTION = {"auto-route": "forward", "review": "review", "ask": "ask"}


@dataclass(frozen=True, slots=True)
class Submission:
    """A masked complaint, its recommendation, and what makes a retry known as one.

    Attributes:
        id: Pintu's own identifier.
        complaint: with masked texts; its ``id`` is the caller's own number.
        answer: the recommendation, as ``Recommendation.to_row`` gives it.
        region_code: where the likeliest unit answers; empty if unknown.
        actor: who brought it, as the audit log names it.
        request_hash: keyed hash of what was sent.
        retry_key: hash of the Idempotency-Key; empty without one.
    """

    id: str
    complaint: Complaint
    answer: Mapping[str, Any]
    received_at: datetime
    region_code: str
    key_id: str
    actor: str
    request_hash: str
    retry_key: str = ""
    reporter: str = ""
    anonymous: bool = False
    secret: bool = False
    lat: float | None = None
    long: float | None = None

    @property
    def unit_id(self) -> str:
        """The likeliest unit; empty if there is none."""
        candidates = self.answer["candidates"]
        return str(candidates[0]["unit_id"]) if candidates else ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A complaint as it stands in the database: the answer that every retry gets."""

    id: str
    caller_id: str
    received_at: datetime
    answer: Mapping[str, Any]
    replayed: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why nothing of a request was recorded: its complaints (by position) that bear the number of
    another one."""

    positions: Sequence[int] = field(default_factory=tuple)


def complaint_row(sent: Submission) -> dict[str, Any]:
    """The row of the table ``complaints``."""
    one = sent.complaint
    forwarded = sent.answer["decision"] == "auto-route"
    return {
        "id": sent.id,
        "key_id": sent.key_id,
        "caller_id": one.id,
        "retry_key": sent.retry_key,
        "request_hash": sent.request_hash,
        "received_at": sent.received_at,
        "created_at": one.created_at,
        "channel": one.channel,
        "door": one.door,
        "title": one.title,
        "text": one.text,
        "province": one.province,
        "regency": one.regency,
        "district": one.district,
        "village": one.village,
        "address": one.address,
        "lat": sent.lat,
        "long": sent.long,
        "reporter": sent.reporter,
        "anonymous": sent.anonymous,
        "secret": sent.secret,
        "status": STATUS[sent.answer["decision"]],
        "unit_id": sent.unit_id if forwarded else "",
        "region_code": sent.region_code,
        "urgent": sent.answer["urgency"] is not None,
        "bundle": sent.answer["bundle"],
    }


def recommendation_row(
    complaint_id: str, answer: Mapping[str, Any], made_at: datetime, role: str = "champion"
) -> dict[str, Any]:
    """The row of the table ``recommendations`` for an answer."""
    first = answer["candidates"][0] if answer["candidates"] else {}
    return {
        "complaint_id": complaint_id,
        "role": role,
        "bundle": answer["bundle"],
        "made_at": made_at,
        "decision": answer["decision"],
        "mandate": answer["mandates"][0]["id"] if answer["mandates"] else "",
        "unit_id": first.get("unit_id", ""),
        "probability": first.get("probability", 0.0),
        "answer": answer,
    }


def review_row(
    complaint_id: str,
    answer: Mapping[str, Any],
    opened_at: datetime,
    region_code: str,
    ruled_out: Sequence[str] = (),
) -> dict[str, Any]:
    """The row of the table ``reviews`` for an answer that a person has to look at."""
    recommended = recommendation_row(complaint_id, answer, opened_at)
    return {
        "complaint_id": complaint_id,
        "opened_at": opened_at,
        "reasons": [reason["code"] for reason in answer["reasons"]],
        "ruled_out": list(ruled_out),
        "urgent": answer["urgency"] is not None,
        "probability": recommended["probability"],
        "mandate": recommended["mandate"],
        "region_code": region_code,
    }


def summary(complaint_id: str, caller_id: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a webhook tells of a decision: identifiers and figures, never text."""
    first = answer["candidates"][0] if answer["candidates"] else {}
    return {
        "complaint_id": complaint_id,
        "id": caller_id,
        "decision": answer["decision"],
        "reasons": [reason["code"] for reason in answer["reasons"]],
        "urgent": answer["urgency"] is not None,
        "unit_id": first.get("unit_id", ""),
        "unit": first.get("unit", ""),
        "agency": first.get("agency", ""),
        "probability": first.get("probability", 0.0),
        "bundle": answer["bundle"],
    }
