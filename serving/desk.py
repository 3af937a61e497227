"""The intake desk: masks a complaint, routes it, records it. Every way in uses it."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from classifier.router import Router
from data.complaint import Complaint
from data.masking import mask_with
from serving.batcher import Batcher, Wish
from serving.ops.metrics import Metrics
from serving.ops.tracing import span
from serving.security.callers import Caller
from serving.security.secret import derived
from serving.store.ids import new_id
from serving.store.intake import Outcome
from serving.store.personal import reporter_hash
from serving.store.submissions import Conflict, Submission
from serving.store.writer import GroupWriter

TOP = 10  # candidates that are kept: what remains when some of them bounce the case
_MASKED = ("title", "text", "channel", "district", "village", "address")
_SHORT, _COLUMN = ("channel", "district", "village"), 200  # a mask may be longer than what it hides


@dataclass(frozen=True, slots=True)
class Intake:
    """A complaint as it came in.

    Attributes:
        complaint: with its texts as they were sent.
        names: names of the reporter, to be masked wherever the texts hold them.
        sent: everything that was sent, to tell a retry from a mistake.
    """

    complaint: Complaint
    sent: Mapping[str, Any]
    names: Sequence[str] = ()
    reporter: str = ""
    anonymous: bool = False
    secret: bool = False
    lat: float | None = None
    long: float | None = None


class Desk:
    """Takes complaints in."""

    def __init__(self, writer: GroupWriter, batcher: Batcher, key: bytes, metrics: Metrics) -> None:
        """
        Args:
            key: the server's secret.
        """
        self._writer, self._batcher, self._key, self._metrics = writer, batcher, key, metrics
        mask_with("nama saya Siti", [])  # reads its tables now, not with the first complaint

    async def take(
        self,
        router: Router,
        arrived: Sequence[Intake],
        caller: Caller,
        *,
        door: str = "",
        retry_key: str = "",
    ) -> Outcome:
        """Mask, route and record complaints, all or none; durable when this returns.

        The recommendation rests on the masked texts, which are what is kept: spans in it are
        places in those, and a challenger sees what the champion saw.

        Args:
            door: of the complaints that name none themselves.

        Raises:
            Overloaded: too many wait.
            Unavailable: the database cannot be reached or written.
        """
        masked = [_masked(one, door) for one in arrived]
        with span("route", complaints=len(masked)):
            found = await self._batcher.route(router, masked, Wish(top=TOP))
        now = datetime.now(UTC)
        request = [
            self._submission(one, complaint, recommendation, caller, now, i, retry_key)
            for i, (one, complaint, recommendation) in enumerate(
                zip(arrived, masked, found, strict=True)
            )
        ]
        with span("store"):
            outcome = await asyncio.wrap_future(self._writer.submit(request))
        if not isinstance(outcome, Conflict):
            for recorded in outcome:
                if not recorded.replayed:
                    self._metrics.routed(recorded.answer)
        return outcome

    def _submission(
        self,
        one: Intake,
        complaint: Complaint,
        recommendation: Any,
        caller: Caller,
        now: datetime,
        position: int,
        retry_key: str,
    ) -> Submission:
        answer = recommendation.to_row()
        first = recommendation.candidates[0] if recommendation.candidates else None
        marked = f"{retry_key}\0{position}".encode()
        return Submission(
            id=new_id(),
            complaint=complaint,
            answer=answer,
            received_at=now,
            region_code=(first.region_code or "") if first else "",
            key_id=caller.key_id,
            actor=caller.actor,
            request_hash=derived(self._key, "request", _canonical(one.sent)),
            retry_key=hashlib.sha256(marked).hexdigest() if retry_key else "",
            reporter=(
                reporter_hash(self._key, one.reporter) if one.reporter and not one.anonymous else ""
            ),
            anonymous=one.anonymous,
            secret=one.secret,
            lat=one.lat,
            long=one.long,
        )


def rule_out(answer: Mapping[str, Any], units: Sequence[str]) -> dict[str, Any]:
    """A recommendation without units that said they are not responsible.

    P(unit | none of those) = P(unit) / (1 - P(those)). It goes to a person, and shortlists are
    left out, for their promise does not hold any more.
    """
    left = [c for c in answer["candidates"] if c["unit_id"] not in units]
    gone = sum(c["probability"] for c in answer["candidates"] if c["unit_id"] in units)
    scale = 1 / max(1 - gone, 1e-3)
    names = [c["unit"] for c in answer["candidates"] if c["unit_id"] in units] or list(units)
    reason = {
        "code": "bounced",
        "message": f"{', '.join(names)} menyatakan bukan wewenangnya.",
        "question": "",
    }
    candidates = [c | {"probability": round(min(c["probability"] * scale, 1.0), 4)} for c in left]
    return dict(answer) | {
        "decision": "review",
        "reasons": [reason, *answer["reasons"]],
        "candidates": candidates[:TOP],
        "shortlists": {},
    }


def _masked(one: Intake, door: str) -> Complaint:
    complaint = replace(one.complaint, door=one.complaint.door or door)
    texts: dict[str, Any] = {
        name: mask_with(getattr(complaint, name), one.names) for name in _MASKED
    }
    texts |= {name: texts[name][:_COLUMN] for name in _SHORT}
    return replace(complaint, **texts)


def _canonical(sent: Mapping[str, Any]) -> str:
    return json.dumps(sent, sort_keys=True, ensure_ascii=False, default=str)
