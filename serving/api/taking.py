"""Hands complaints to the desk within bounds of time, whichever way they came in."""

from collections.abc import Sequence

import anyio
from fastapi import Request

from classifier.router import Router
from serving.api.problems import OVERLOADED, Problem
from serving.desk import Intake
from serving.security.callers import Caller
from serving.store.intake import Outcome
from serving.store.writer import Overloaded

_AGAIN = "Kirim ulang dengan `id` atau Idempotency-Key yang sama."


async def taken(
    request: Request,
    loaded: Router,
    arrived: Sequence[Intake],
    caller: Caller,
    *,
    door: str = "",
    retry_key: str = "",
) -> Outcome:
    """What ``Desk.take`` gives.

    Raises:
        Problem: 503, too many wait to be recorded, or it takes too long.
    """
    state = request.app.state
    try:
        with anyio.fail_after(state.settings.record_seconds):
            outcome: Outcome = await state.desk.take(
                loaded, arrived, caller, door=door, retry_key=retry_key
            )
    except Overloaded:
        raise Problem(OVERLOADED, f"Terlalu banyak laporan menunggu dicatat. {_AGAIN}") from None
    except TimeoutError:
        raise Problem(OVERLOADED, f"Pencatatan memakan waktu terlalu lama. {_AGAIN}") from None
    return outcome
