"""HTTP connections that cannot be held open by sending slowly.

uvicorn waits for ever for the rest of a request's head, and takes heads of any size. Here the head
has a time and a size, and so has what still comes of a request that was answered already.
The body of a request in work is the application's to wait for (``Settings.body_seconds``), and idle
connections between requests are closed by uvicorn (``timeout_keep_alive``).
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from serving.settings import Settings

MAX_HEAD = 64 * 1024  # bytes; what arrives in one read may be more


def protocol(settings: Settings) -> Callable[..., Any]:
    """What ``uvicorn.Config(http=…)`` takes; it travels to worker processes."""
    return partial(PromptProtocol, header_seconds=settings.header_seconds)


class PromptProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a deadline whenever it waits for a client alone.

    Args:
        header_seconds: how long the head of a request may take, from its first byte, or from the
            connection on.
    """

    def __init__(self, *args: Any, header_seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seconds = header_seconds
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0  # of a head that is not complete
        self._in_head = False
        self._between = True  # no byte of the next request came yet

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        self._met()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._between:  # also line breaks, which the parser skips
            self._expect()
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD:
                self._refuse(431)
        elif not self._between and self.cycle.response_complete:
            self._expect()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._between, self._in_head, self._head_bytes = False, True, 0
        self._expect()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # and not after the body, where the application would not look for them
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._met()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._between = True
        self._met()
        super().on_message_complete()

    def _expect(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._seconds, self._late)

    def _met(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._expect()  # an earlier request is in work; nobody reads meanwhile
        elif self._in_head:
            self._refuse(408)
        else:
            self.transport.close()

    def _refuse(self, status: int) -> None:
        head = b"content-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head)
        self.transport.close()
