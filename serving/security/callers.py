"""Who calls, and whether they may: what routes ask for."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Request, Response

from serving.api.problems import NOT_ALLOWED, Problem
from serving.security.gate import Gate
from serving.security.keys import Caller

__all__ = ["Admin", "Caller", "Intake", "Reviewer", "Scope", "admitted", "charge", "gate_of"]

Scope = Literal["intake", "review", "admin"]

_CALLER = "pintu.caller"  # in a request's ASGI scope
_LIMITS = "pintu.limits"


def gate_of(app: FastAPI) -> Gate:
    """The application's gate, made of its settings and its database when first asked for."""
    state = app.state
    gate: Gate | None = getattr(state, "gate", None)
    if gate is None:
        gate = state.gate = Gate(state.settings, getattr(state, "database", None))
    return gate


async def admitted(request: Request) -> Caller:
    """The caller of a request, which counts once against its share. Called before the body is
    read, it spares the server the bodies of those who may not call.

    Raises:
        Problem: 401, no key that works; 429, its share is used up; 503, keys cannot be looked up.
    """
    scope = request.scope
    seen: Caller | None = scope.get(_CALLER)
    if seen is not None:
        return seen
    gate = gate_of(request.app)
    caller = await gate.caller(scope["headers"])
    if grant := gate.take(caller):
        scope[_LIMITS] = [
            (b"ratelimit-limit", b"%d" % caller.per_minute),
            (b"ratelimit-remaining", b"%d" % grant.remaining),
            (b"ratelimit-reset", b"%d" % -(-grant.reset // 1)),
        ]
    scope[_CALLER] = caller
    return caller


def charge(request: Request, caller: Caller, complaints: int) -> None:
    """Count a batch as its complaints; the first was counted when the request was admitted.
    Never refuses: a share overdrawn is waited for before the next request."""
    if complaints > 1:
        gate_of(request.app).take(caller, complaints - 1, owed=True)


def _with(scope: Scope) -> Callable[[Request, Response], Awaitable[Caller]]:
    async def caller(request: Request, response: Response) -> Caller:
        found = await admitted(request)
        if scope not in found.scopes:
            raise Problem(
                NOT_ALLOWED,
                f"Kunci ini tidak punya izin '{scope}'. Mintalah kunci dengan izin itu kepada "
                "pengelola server.",
            )
        response.raw_headers += request.scope.get(_LIMITS, ())
        return found

    return caller


Intake = Annotated[Caller, Depends(_with("intake"))]
Reviewer = Annotated[Caller, Depends(_with("review"))]
Admin = Annotated[Caller, Depends(_with("admin"))]
