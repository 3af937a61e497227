"""The routes by which units answer, and people decide."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy import Connection, Row

from classifier.router import Router
from data.masking import mask
from data.registry.lookup import find_unit
from data.registry.units import Unit
from data.text import clean
from serving.api import examples_cases as examples
from serving.api.answers_cases import CaseOut, ClaimedOut, ReviewsOut
from serving.api.cases import (
    CasePath,
    cursor,
    may_see,
    not_found,
    place_of,
    told,
)
from serving.api.limits import JsonRoute
from serving.api.problems import CONFLICT, Problem, invalid
from serving.api.shared import Ready, Stored, declared, in_thread, named
from serving.api.wire import is_blank
from serving.api.wire_cases import ClaimIn, DecisionIn, OutcomeIn, PageQuery
from serving.desk import TOP, rule_out
from serving.security.callers import Caller, Intake, Reviewer
from serving.store import course
from serving.store.cases import case, complaint_of, history, latest_answer, open_reviews
from serving.store.course import Refused, UnitAnswer, Verdict, ruled_out
from serving.store.database import Database

_PROBLEMS = (400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503)
_MORE = 10  # candidates that are asked for beyond those kept, for some are ruled out
_REFUSALS = {
    "not_forwarded": "Laporan ini tidak sedang diteruskan ke suatu unit kerja.",
    "other_unit": "Laporan ini diteruskan ke unit kerja lain; lihat `unit_id` laporan.",
    "answered": "Unit kerja ini sudah menyatakan bukan wewenangnya.",
    "bounced_before": "Unit kerja ini pernah menyatakan bukan wewenangnya; kirim `again: true` "
    "bila tetap akan diteruskan ke sana.",
    "claimed": "Laporan ini sedang dipegang peninjau lain.",
    "erased": "Isi laporan ini sudah dihapus.",
}

router = APIRouter(route_class=JsonRoute)


@router.post(
    "/v1/complaints/{complaint_id}/outcome",
    operation_id="outcome",
    summary="Jawaban unit kerja: diterima atau bukan wewenangnya",
    response_model=CaseOut,
    response_model_exclude_unset=True,
    response_description="Laporan sesudahnya",
    responses=declared(*_PROBLEMS),
)
async def outcome(
    complaint_id: CasePath,
    sent: Annotated[OutcomeIn, Body(openapi_examples=named(*examples.OUTCOME_REQUESTS))],
    loaded: Ready,
    stored: Stored,
    caller: Intake,
) -> Any:
    """Mencatat jawaban unit kerja yang dituju. Bila `bounced`, laporan masuk ke peninjauan tanpa
    unit kerja itu di antara pilihannya. Mengirim jawaban yang sama dua kali tidak mengubah
    apa-apa."""
    reason = clean(sent.reason)
    if sent.outcome == "bounced" and is_blank(reason):
        raise invalid([("reason", "wajib diisi bila `outcome` adalah `bounced`")])
    said = UnitAnswer(sent.outcome, sent.unit_id, mask(reason), caller.actor, datetime.now(UTC))

    def note(connection: Connection, row: Row[Any]) -> None:
        if not course.answered(connection, row, said):
            return
        if said.outcome == "accepted":
            course.accept(connection, row, said)
            return
        answer = None if row.erased_at else _rerouted(loaded, row, ruled_out(connection, row.id))
        course.bounce(connection, row, said, answer)

    return await in_thread(lambda: _changed(stored, complaint_id, caller, note))


@router.post(
    "/v1/complaints/{complaint_id}/decision",
    operation_id="decide",
    summary="Keputusan petugas",
    response_model=CaseOut,
    response_model_exclude_unset=True,
    response_description="Laporan sesudahnya",
    responses=declared(*_PROBLEMS),
)
async def decide(
    complaint_id: CasePath,
    sent: Annotated[DecisionIn, Body(openapi_examples=named(examples.DECISION_REQUEST))],
    loaded: Ready,
    stored: Stored,
    caller: Reviewer,
) -> Any:
    """Meneruskan laporan ke suatu unit kerja (juga setelah ditolak unit lain), menanyai pelapor,
    atau mengarsipkan. Perlu kunci dengan lingkup `review`."""
    unit = _unit(loaded, sent)
    verdict = Verdict(
        action=sent.action,
        unit_id=unit.unit_id if unit else "",
        unit=unit.name if unit else "",
        agency=unit.agency if unit else "",
        region_code=(unit.region_code or "") if unit else "",
        note=mask(clean(sent.note)),
        actor=caller.actor,
        at=datetime.now(UTC),
        again=sent.again,
    )

    def note(connection: Connection, row: Row[Any]) -> None:
        course.decide(connection, row, verdict)

    return await in_thread(lambda: _changed(stored, complaint_id, caller, note))


@router.get(
    "/v1/reviews",
    operation_id="reviews",
    summary="Laporan yang menunggu peninjau",
    response_model=ReviewsOut,
    response_description="Satu halaman",
    responses=declared(401, 403, 422, 429, 503),
)
async def reviews(query: Annotated[PageQuery, Query()], stored: Stored, _: Reviewer) -> Any:
    """Dalam urutan masuk. Perlu kunci dengan lingkup `review`."""
    after = place_of(query.after)

    def read() -> Any:
        with stored.reading() as connection:
            return open_reviews(connection, after, query.limit + 1)

    rows = await in_thread(read)
    shown = rows[: query.limit]
    return {
        "reviews": [row._asdict() for row in shown],
        "next": cursor(shown[-1].number) if len(rows) > len(shown) else "",
    }


@router.post(
    "/v1/reviews/claim",
    operation_id="claimReviews",
    summary="Ambil laporan untuk ditinjau",
    response_model=ClaimedOut,
    response_description="Laporan yang kini dipegang pemanggil",
    responses=declared(400, 401, 403, 408, 413, 415, 422, 429, 503),
)
async def claim(
    sent: Annotated[ClaimIn, Body(openapi_examples=named(examples.CLAIM_REQUEST))],
    stored: Stored,
    caller: Reviewer,
) -> Any:
    """Yang gawat lebih dahulu, lalu yang paling lama. Dua pemanggil tidak pernah mendapat laporan
    yang sama selama waktunya belum habis."""

    def take() -> Any:
        with stored.writing() as connection:
            return course.claim(
                connection, caller.actor, datetime.now(UTC), sent.seconds, sent.limit
            )

    return {"reviews": [row._asdict() for row in await in_thread(take)]}


def _changed(
    stored: Database,
    complaint_id: str,
    caller: Caller,
    change: Callable[[Connection, Row[Any]], None],
) -> dict[str, Any]:
    """Change a case in one transaction; the case as it stands then."""
    try:
        with stored.writing() as connection:
            row = course.locked(connection, complaint_id)
            if row is None or not may_see(row, caller):
                raise not_found()
            change(connection, row)
            after = case(connection, complaint_id)
            return told(
                after,
                caller,
                latest_answer(connection, complaint_id),
                ruled_out(connection, complaint_id),
                history(connection, complaint_id),
            )
    except Refused as refusal:
        raise Problem(CONFLICT, _REFUSALS[refusal.code]) from None


def _rerouted(loaded: Router, row: Row[Any], excluded: Sequence[str]) -> dict[str, Any]:
    """The recommendation of the model in service for a kept case, without some units."""
    found = loaded.route([complaint_of(row)], top=TOP + _MORE)[0]
    return rule_out(found.to_row(), excluded)


def _unit(loaded: Router, sent: DecisionIn) -> Unit | None:
    if sent.action != "forward":
        if sent.unit_id:
            raise invalid([("unit_id", "hanya untuk `action` `forward`; hapus field ini")])
        return None
    if not clean(sent.unit_id):
        raise invalid([("unit_id", "wajib diisi bila `action` adalah `forward`")])
    unit_id = clean(sent.unit_id)
    unit = loaded.bundle.desks.units.get(unit_id) or find_unit(loaded.registry, unit_id)
    if unit is None:
        raise invalid([("unit_id", "bukan unit kerja yang dikenal; cari di /v1/units")])
    return unit
