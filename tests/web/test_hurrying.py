"""Clients that send a request too slowly, over real sockets: they are ended, and nobody else is."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.journeys.serving import listening, serving
from web.hurrying import Hurrying, SlowRequests
from web.server import configuration

LONG = 60.0
"""Seconds that no test waits for."""

NOTHING = b""
"""What a client may read that goes on sending on a connection that is ended: its answer can be lost on the way."""

GET = b"GET / HTTP/1.1\r\nhost: ours\r\n"
POST = b"POST / HTTP/1.1\r\nhost: ours\r\ncontent-length: 100\r\n\r\n"


class Line(NamedTuple):
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self, sent: bytes) -> bytes:
        """The whole answer to what is sent, with ``connection: close`` or on a connection that ends."""
        self.writer.write(sent)
        return await asyncio.wait_for(self.reader.read(), LONG)

    async def dripping(self, sent: bytes, piece: bytes) -> bytes:
        """The same where more follows, piece by piece, for as long as somebody listens."""
        self.writer.write(sent)
        answer = asyncio.create_task(self.answer(b""))
        while not answer.done():
            with suppress(ConnectionError, RuntimeError):  # uvloop's word for one that was found closed meanwhile
                self.writer.write(piece)
                await self.writer.drain()
            await asyncio.wait([answer], timeout=0.02)
        with suppress(ConnectionError):
            return await answer
        return b""


@contextmanager
def connected(line: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> Iterator[Line]:
    try:
        yield Line(*line)
    finally:
        line[1].close()


class Ours(NamedTuple):
    """The application, which answers with the size of what was sent; what became of its requests; who calls it."""

    app: FastAPI
    ended: asyncio.Queue[str]

    @asynccontextmanager
    async def line(self, patience: SlowRequests) -> AsyncIterator[Line]:
        opened, url = listening()
        async with serving(self.app, opened, http=partial(Hurrying, patience=patience)):
            with connected(await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))) as line:
                yield line


@pytest.fixture
def ours() -> Ours:
    ended: asyncio.Queue[str] = asyncio.Queue()

    async def size(request: Request) -> Response:
        try:
            size = len(await request.body())
        except BaseException as error:
            ended.put_nowait(type(error).__name__)
            raise
        return PlainTextResponse(str(size))

    return Ours(FastAPI(routes=[Route("/", size, methods=["GET", "POST"])]), ended)


async def test_headers_that_drip_in_are_ended(ours: Ours):
    async with ours.line(SlowRequests(head=0.2, body=LONG)) as line:
        answer = await line.dripping(GET, b"x-more: 1\r\n")
    assert answer[:13] in {b"HTTP/1.1 408 ", NOTHING}


async def test_headers_without_end_are_ended(ours: Ours):
    async with ours.line(SlowRequests(head=LONG, body=LONG, largest_head=8192)) as line:
        answer = await line.dripping(GET + b"x-more: ", b"x" * 4096)
    assert answer[:13] in {b"HTTP/1.1 431 ", NOTHING}


async def test_a_body_that_drips_in_is_ended_and_its_request_with_it(ours: Ours):
    async with ours.line(SlowRequests(head=LONG, body=0.2)) as line:
        answer = await line.dripping(POST.replace(b"100", b"100000"), b"x")
        assert await asyncio.wait_for(ours.ended.get(), LONG) == "ClientDisconnect"
    assert answer[:13] in {b"HTTP/1.1 408 ", NOTHING}


@pytest.mark.parametrize("begun", [GET, POST], ids=["head", "body"])
async def test_who_waits_for_it_reads_why(ours: Ours, begun: bytes):
    async with ours.line(SlowRequests(head=0.2, body=0.2)) as line:
        assert (await line.answer(begun)).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


async def test_a_body_is_ended_after_its_answer_too(ours: Ours):
    async with ours.line(SlowRequests(head=LONG, body=0.2)) as line:
        answer = await line.dripping(POST.replace(b"POST /", b"POST /nothing").replace(b"100", b"100000"), b"x")
    assert answer[:13] in {b"HTTP/1.1 404 ", NOTHING}


async def test_a_connection_on_which_nothing_comes_is_ended(ours: Ours, monkeypatch: pytest.MonkeyPatch):
    made = Hurrying.connection_made

    def hasty(self: Hurrying, transport: asyncio.Transport) -> None:
        self.timeout_keep_alive = 0  # as the server is configured, at once
        made(self, transport)

    monkeypatch.setattr(Hurrying, "connection_made", hasty)
    async with ours.line(SlowRequests(LONG, LONG)) as line:
        assert await line.answer(b"") == b""


async def test_who_hurries_is_served_as_often_as_they_like(ours: Ours):
    async with ours.line(SlowRequests(head=LONG, body=LONG)) as line:
        for _ in range(3):
            line.writer.write(POST + b"x" * 100)
            assert (await line.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            assert await line.reader.readexactly(3) == b"100"
        assert (await line.answer(GET + b"connection: close\r\n\r\n")).endswith(b"\r\n\r\n0")
    assert ours.ended.empty()


async def test_an_answer_may_take_longer_than_its_request(ours: Ours):
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> Response:
        asked.set()
        await goes_on.wait()
        return PlainTextResponse("at last")

    ours.app.router.routes.append(Route("/slow", slow))
    async with ours.line(SlowRequests(head=0.05, body=0.05)) as line:
        answer = asyncio.create_task(line.answer(GET.replace(b"/ ", b"/slow ", 1) + b"connection: close\r\n\r\n"))
        await asked.wait()
        await asyncio.wait([answer], timeout=0.2)
        goes_on.set()
        assert (await answer).endswith(b"at last")


def test_the_web_backend_serves_so():
    assert configuration(FastAPI(), host="127.0.0.1", port=0).http is Hurrying
    assert SlowRequests() == SlowRequests(head=20, body=60, largest_head=65536)
