"""The figures for Prometheus."""

import anyio
from fastapi import APIRouter, Request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from serving.security.callers import Admin

router = APIRouter()

_ONE = anyio.CapacityLimiter(1)  # scrapes that wait for the database take no other work's threads


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, _caller: Admin) -> Response:
    """Everything counted, in Prometheus's text format."""
    text = await anyio.to_thread.run_sync(request.app.state.metrics.text, limiter=_ONE)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)
