"""Ends connections whose requests come too slowly or have endless headers; uvicorn alone waits for them for ever.

One clock for each connection runs for its first byte, then for each request's headers, then for its body. Only what a
client sends is limited; the time that the application takes, and streams of events, are not. The shield limits the size
of bodies.
"""

import asyncio
from http import HTTPStatus
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class SlowRequests(NamedTuple):
    """How long to wait for a request, and how large its headers may be.

    Attributes:
        head: Seconds from a request's first byte to the end of its headers. They fit into a few packets.
        body: Seconds from there to the end of its body. The largest allowed body (2 MiB; 16 MiB for the codec) arrives
            in time at 280 kB/s.
        largest_head: Greatest size of the headers in bytes, roughly: the first packet is not counted.
    """

    head: float = 20.0
    body: float = 60.0
    largest_head: int = 64 * 1024


class Hurrying(HttpToolsProtocol):
    """One connection; its arguments are those of uvicorn's protocols, and the limits."""

    def __init__(self, *args: Any, patience: SlowRequests = SlowRequests(), **options: Any) -> None:  # noqa: B008  # it never changes
        super().__init__(*args, **options)
        self._patience = patience
        self._clock: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for the first byte as long as for a later request, because proxies open connections in advance."""
        super().connection_made(transport)
        self._wait(self.timeout_keep_alive)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of headers that have not ended."""
        was_in_head = self._is_in_head
        super().data_received(data)
        if not (was_in_head and self._is_in_head):
            self._head_size = 0
            return
        self._head_size += len(data)
        if self._head_size > self._patience.largest_head:
            self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request's first byte has come: start the clock for its headers."""
        self._is_in_head = True
        self._wait(self._patience.head)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The headers have ended: start the clock for the body."""
        self._is_in_head = False
        self._wait(self._patience.body)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request has ended: stop the clock."""
        self._wait(None)
        super().on_message_complete()

    def _wait(self, seconds: float | None) -> None:
        if self._clock is not None:
            self._clock.cancel()
        self._clock = None if seconds is None else self.loop.call_later(seconds, self._end, HTTPStatus.REQUEST_TIMEOUT)

    def _end(self, status: HTTPStatus) -> None:
        """End the connection; send an answer first if the request can still have one."""
        if self.transport.is_closing():
            return
        is_over = self.cycle is None or self.cycle.response_complete
        if not is_over and (self._is_in_head or self.cycle.response_started):
            self.transport.abort()  # an answer is under way, and may have nobody who reads it
            return
        if not is_over:
            self.cycle.disconnected = True  # the application answers no more
        if self._is_in_head or not is_over:
            self.transport.write(f"HTTP/1.1 {status} {status.phrase}\r\nconnection: close\r\n\r\n".encode())
        self.transport.close()
