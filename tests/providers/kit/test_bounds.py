"""Answers that are too large or never end, over real sockets: read so far and no further, told apart, not held."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2
import orjson
import pytest

from activities.shared.failures import application_error
from contracts.words.causes import Cause
from providers.kit.bounds import DOCUMENT, EXTENSION, KIB, MIB, TOKENS, Bound
from providers.kit.http import TooLargeError, http_client
from providers.kit.oauth.token_sets import BegunFlow
from providers.port.errors import RateLimited, TooLarge, Unavailable
from providers.port.feeds import Feed
from providers.xero import feeds
from providers.xero.bounds import LISTING, LONG_LIST, NOTHING, SHORT_LIST
from providers.xero.provider import Xero
from providers.xero.settings import XeroConfig
from tests.providers.clock import HandClock
from tests.providers.conftest import Allowance, Tokens, held, paired
from tests.providers.stand_in import StandIn

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
PIECE = b'{"Currencies":[],"Padding":"' + b" " * (64 * KIB)


def head(*headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", "Content-Type: application/json", *headers, "", "")).encode()


@dataclass
class Endless:
    """Answers every request as it is told, for as long as somebody listens.

    Attributes:
        answer: Sends an answer.
        documents: What is at certain paths all the same.
        sent: Bytes of bodies that were sent.
        ended: Set when a listener has gone.
    """

    answer: Answer | None = None
    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    documents: dict[bytes, bytes] = field(default_factory=dict)
    sent: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # RuntimeError: what uvloop says of a connection that was found closed between two writes.
        with suppress(asyncio.IncompleteReadError, ConnectionError, RuntimeError):
            while True:
                asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1]
                if (document := self.documents.get(asked)) is not None:
                    writer.write(head(f"Content-Length: {len(document)}") + document)
                    continue
                await (self.answer or self.pour)(writer)
        self.ended.set()
        writer.close()

    async def pour(self, writer: asyncio.StreamWriter) -> None:
        """A chunked body without an end."""
        writer.write(head("Transfer-Encoding: chunked", *self.headers, status=self.status))
        while True:
            writer.write(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
            await writer.drain()
            self.sent += len(PIECE)

    async def drip(self, writer: asyncio.StreamWriter) -> None:
        """A byte every now and then, never the last."""
        writer.write(head("Content-Length: 100000"))
        while True:
            writer.write(b" ")
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.ended.wait(), 0.02)

    def whole(self, body: bytes, *headers: str) -> None:
        async def send(writer: asyncio.StreamWriter) -> None:
            writer.write(head(f"Content-Length: {len(body)}", *headers) + body)
            await writer.drain()

        self.answer = send


@pytest.fixture
async def endless() -> AsyncIterator[Endless]:
    made = Endless()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0) as server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield made
        made.ended.set()  # from Python 3.12 on, the server's end waits for all who serve


@pytest.fixture
async def here(endless: Endless, clock: HandClock) -> AsyncIterator[Xero]:
    xero = Xero(XeroConfig("id", "secret", endless.url, endless.url), http_client(), Allowance(), clock)
    yield xero
    await xero.close()


async def rows_of(xero: Xero, feed: Feed) -> int:
    return sum([len(page.rows) async for page in xero.read(Tokens("t"), "o", feed)])


async def test_a_list_without_an_end_is_read_up_to_its_bound(here: Xero, endless: Endless, clock: HandClock) -> None:
    with pytest.raises(TooLarge) as caught:
        await rows_of(here, feeds.CURRENCIES)
    await asyncio.wait_for(endless.ended.wait(), 10)
    assert endless.sent < SHORT_LIST.largest + 16 * MIB  # what sockets and buffers hold besides
    assert (caught.value.cause, caught.value.detail) == (Cause.TOO_MANY_RECORDS, "an answer of more than 1 MiB")


async def test_it_is_not_tried_again_and_again(here: Xero, clock: HandClock) -> None:
    with pytest.raises(TooLarge) as caught:
        await rows_of(here, feeds.CURRENCIES)
    assert application_error(caught.value, clock()).non_retryable


async def test_what_is_declared_to_be_too_large_is_not_read(here: Xero, endless: Endless) -> None:
    async def declare(writer: asyncio.StreamWriter) -> None:
        writer.write(head(f"Content-Length: {300 * MIB}"))
        await writer.drain()
        await endless.ended.wait()  # whoever reads it waits for ever

    endless.answer = declare
    with pytest.raises(TooLarge):
        await rows_of(here, feeds.CONTACTS)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_small_body_that_unfolds_large_stops_at_the_bound(here: Xero, endless: Endless, encoding: str) -> None:
    unfolded = PIECE + b" " * (64 * MIB)
    packed = gzip.compress(unfolded, 9) if encoding == "gzip" else zlib.compress(unfolded, 9)
    del unfolded
    assert len(packed) < 128 * KIB
    endless.whole(packed, f"Content-Encoding: {encoding}")
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            await rows_of(here, feeds.CURRENCIES)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < SHORT_LIST.largest + 4 * MIB


async def test_the_next_call_has_a_connection_of_its_own(here: Xero, endless: Endless) -> None:
    with pytest.raises(TooLarge):
        await rows_of(here, feeds.CURRENCIES)
    endless.whole(b'{"Currencies":[{"Code":"GBP"}]}')
    assert await rows_of(here, feeds.CURRENCIES) == 1


async def test_a_thousand_contacts_with_every_field_filled_in_fit(here: Xero, endless: Endless) -> None:
    line, address = "x" * 500, {"AddressType": "STREET", "City": "x" * 255, "Region": "x" * 255}
    contact = {
        "Name": "x" * 255,
        "Addresses": [address | {f"AddressLine{number}": line for number in range(1, 5)}] * 4,
        "ContactPersons": [dict.fromkeys(("FirstName", "LastName", "EmailAddress"), "x" * 255)] * 5,
        "ContactGroups": [{"Name": "x" * 255, "Status": "ACTIVE", "ContactGroupID": "g" * 36}] * 20,
        "Rest": "x" * 10_000,
    }
    page = orjson.dumps({"Contacts": [contact | {"ContactID": f"{number:036}"} for number in range(999)]})
    assert LONG_LIST.largest / 3 < len(page) < LONG_LIST.largest
    endless.whole(page)
    assert await rows_of(here, feeds.CONTACTS) == 999


async def test_a_refusal_counts_by_its_headers_however_large_its_page_is(here: Xero, endless: Endless) -> None:
    endless.status = "403 Forbidden"
    with pytest.raises(Unavailable, match="not the API's own answer"):
        await rows_of(here, feeds.CURRENCIES)
    endless.status, endless.headers = "429 Too Many Requests", ("Retry-After: 7", "X-Rate-Limit-Problem: minute")
    with pytest.raises(RateLimited):
        await rows_of(here, feeds.CURRENCIES)


async def test_a_listing_that_no_login_can_have_is_no_answer(here: Xero) -> None:
    with pytest.raises(Unavailable, match="more than 16 MiB"):
        await here.organisations(Tokens("t"))


@pytest.mark.parametrize("call", ["begin", "finish", "refresh", "revoke"])
async def test_documents_and_token_answers_are_small(here: Xero, endless: Endless, clock: HandClock, call: str) -> None:
    names = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri")
    discovery = {"issuer": endless.url} | {name: f"{endless.url}/{name}" for name in names}
    if call != "begin":
        endless.documents[b"/.well-known/openid-configuration"] = orjson.dumps(discovery)
    back = "https://ours.test/back"
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "begin": lambda: here.begin_sign_in(state="s", redirect_uri=back),
        "finish": lambda: here.finish_sign_in({"code": "c"}, BegunFlow("v" * 48, "n").packed(), redirect_uri=back),
        "refresh": lambda: here.refresh(held("a")),
        "revoke": lambda: here.revoke(held("a")),
    }
    with pytest.raises(Unavailable, match="TooLargeError"):
        await calls[call]()


async def test_what_drips_in_ends_after_its_time(endless: Endless) -> None:
    endless.answer = endless.drip
    async with http_client() as client:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get(endless.url, extensions=Bound(MIB, seconds=0.2).asked)
    await asyncio.wait_for(endless.ended.wait(), 10)


async def test_who_names_no_bound_gets_a_small_one(endless: Endless) -> None:
    async with http_client() as client:
        with pytest.raises(TooLargeError):
            await client.get(endless.url)
    assert endless.sent < DOCUMENT.largest + 16 * MIB


async def test_every_kind_of_call_says_its_bound(server: StandIn, config: XeroConfig, clock: HandClock) -> None:
    seen: dict[str, Bound] = {}

    class Seeing(httpx2.ASGITransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            seen[request.url.path] = request.extensions[EXTENSION]
            return await super().handle_async_request(request)

    xero = Xero(config, httpx2.AsyncClient(transport=Seeing(server.app)), Allowance(), clock)
    asked = await xero.begin_sign_in(state="s", redirect_uri="https://ours.test/back")
    server.answer("/connect/token", server.tokens(BegunFlow.unpacked(asked.kept).nonce))
    await xero.finish_sign_in({"code": "c"}, asked.kept, redirect_uri="https://ours.test/back")
    for call in (
        xero.refresh(held("a")),
        xero.revoke(held("a")),
        xero.organisations(Tokens("t")),
        xero.disconnect(Tokens("t"), paired("x")),
    ):
        with suppress(Unavailable):
            await call
    for feed in feeds.FEEDS:
        with suppress(Unavailable):
            await rows_of(xero, feed)
    await xero.close()
    kinds = {path.rsplit("/", 1)[-1].lower(): bound for path, bound in seen.items()}
    assert kinds.pop("token") == kinds.pop("revocation") == TOKENS
    assert kinds.pop("openid-configuration") == kinds.pop("jwks") == DOCUMENT
    assert (kinds.pop("connections"), kinds.pop("x")) == (LISTING, NOTHING)
    assert kinds.pop("contacts") == kinds.pop("items") == LONG_LIST
    assert {*kinds} == {"organisation", "accounts", "taxrates", "trackingcategories", "currencies"}
    assert all(bound.seconds <= 40 and bound.largest <= 64 * MIB for bound in seen.values())
