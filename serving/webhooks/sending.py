"""Sends one message to one receiver."""

import json
import ssl
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import anyio
import httpx

from serving.webhooks import addresses, signing
from serving.webhooks.claims import Answer

SECONDS = 15.0  # for one attempt, with all its addresses
_CONNECT_SECONDS = 4.0  # for one address


class Sender:
    """Posts signed messages. An asynchronous context manager.

    Args:
        private: whether receivers may be in the own network.
        resolve: finds the addresses of a host.
        seconds: how long an attempt may take.
        tls: how receivers' certificates are checked; None for certifi's roots, or those that
            SSL_CERT_FILE names.
    """

    def __init__(
        self,
        private: bool,
        resolve: addresses.Resolve = addresses.resolve,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._private = private
        self._resolve = resolve
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            verify=tls or httpx.create_ssl_context(),
            trust_env=False,  # a proxy would resolve the host again, unchecked
            timeout=httpx.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds)),
            # A connection is kept for an address, and two hosts may share one.
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"user-agent": "Pintu", "accept": "*/*", "connection": "close"},
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def send(
        self,
        url: str,
        secrets: Iterable[str],
        message_id: str,
        payload: Mapping[str, Any],
        at: datetime,
    ) -> Answer:
        """Post a message; every failure is an answer. The answer's body is not read."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signing.signed(secrets, message_id, at, body)
        headers["content-type"] = "application/json"
        try:
            with anyio.fail_after(self._seconds):
                parsed = addresses.checked(url, self._private)
                where = await addresses.targets(parsed, self._private, self._resolve)
                return await self._post(parsed, where, headers, body)
        except TimeoutError:
            return Answer(None, f"no answer within {self._seconds:g} s")
        except addresses.Refused as error:
            return Answer(None, f"not sent: {error}")
        except (httpx.HTTPError, OSError) as error:
            return Answer(None, f"no answer: {error or type(error).__name__}")

    async def _post(
        self, url: httpx.URL, where: Iterable[str], headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Post to the first of the addresses that takes a connection."""
        failure: Exception = OSError("no address")
        host = {"host": url.netloc.decode("ascii")}
        for address in where:
            try:
                async with self._client.stream(
                    "POST",
                    url.copy_with(host=address),
                    content=body,
                    headers=host | dict(headers),
                    extensions={"sni_hostname": url.raw_host.decode("ascii")},
                ) as answer:
                    return Answer(answer.status_code)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure
