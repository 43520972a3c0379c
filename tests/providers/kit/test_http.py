"""The HTTP client over real sockets: connections are kept, bodies unpacked, cookies forgotten, breaks told apart."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx2
import pytest

from providers.kit.http import PlainRequest, fields_of, http_client
from providers.port.errors import Unavailable
from providers.xero import feeds
from providers.xero.provider import Xero
from providers.xero.settings import XeroConfig
from tests.providers.clock import HandClock
from tests.providers.conftest import Allowance, Tokens

BODY = b'{"Currencies":[{"Code":"GBP","Description":"British Pound"}]}'


def answer(body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    lines = (b"HTTP/1.1 200 OK", b"Content-Length: %d" % (len(body) if length is None else length), *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass
class Wire:
    """Sends bytes as they are for every request, and notes connections and requests.

    Attributes:
        sends: What each request is answered with; empty closes the connection without an answer.
        closes: Whether the connection ends after an answer.
    """

    sends: bytes = answer(BODY)
    closes: bool = False
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                self.asked.set()
                writer.write(self.sends)
                await writer.drain()
                if self.closes or not self.sends:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield wire


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client() as client:
        yield client


async def read(client: httpx2.AsyncClient, wire: Wire, clock: HandClock) -> list[str]:
    xero = Xero(XeroConfig("id", "secret", wire.url, wire.url), client, Allowance(), clock)
    pages = [page async for page in xero.read(Tokens("token-1"), "o", feeds.CURRENCIES)]
    return [row.key for page in pages for row in page.rows]


async def test_one_connection_serves_many_calls(client: httpx2.AsyncClient, wire: Wire) -> None:
    for _ in range(20):
        assert (await client.get(wire.url)).content == BODY
    assert (wire.connections, len(wire.requests)) == (1, 20)


async def test_compressed_bodies_are_asked_for_and_unpacked(
    client: httpx2.AsyncClient, wire: Wire, clock: HandClock
) -> None:
    wire.sends = answer(gzip.compress(BODY), b"Content-Encoding: gzip", b"Content-Type: application/json")
    assert await read(client, wire, clock) == ["GBP"]
    assert b"gzip" in wire.requests[0].lower()


async def test_an_answer_can_be_used_in_each_way_that_httpx2_offers(client: httpx2.AsyncClient, wire: Wire) -> None:
    wire.sends = answer(gzip.compress(BODY), b"Content-Encoding: gzip", b"Content-Type: application/json")
    kept = await client.get(wire.url)
    async with client.stream("GET", wire.url) as streamed:
        assert b"".join([part async for part in streamed.aiter_bytes()]) == await streamed.aread() == BODY
    for whole in (kept, streamed):
        assert whole.content == whole.read() == whole.text.encode() == BODY
        assert whole.json() == {"Currencies": [{"Code": "GBP", "Description": "British Pound"}]}
        assert (whole.headers["content-type"], "content-encoding" in whole.headers) == ("application/json", False)


async def test_a_call_without_a_body_names_its_host_once_and_tells_of_no_body(
    client: httpx2.AsyncClient, wire: Wire, clock: HandClock
) -> None:
    await read(client, wire, clock)
    names = [line.partition(b":")[0].lower() for line in wire.requests[0].splitlines()[1:-1]]
    assert names.count(b"host") == 1
    assert not {b"content-length", b"content-type", b"transfer-encoding"} & set(names)
    assert {name for name in names if names.count(name) > 1} == set()


async def test_a_plain_request_s_headers_arrive_and_both_sides_have_httpx2_s_own(
    client: httpx2.AsyncClient, wire: Wire
) -> None:
    wire.sends = answer(gzip.compress(BODY), b"Content-Encoding: gzip", b"X-Left: 0", b"X-Twice: a", b"x-twice: b")
    request = PlainRequest("get", httpx2.URL(wire.url, params={"page": "2"}), {"X-Of-Ours": "yes"}, {})
    given = await client.send(request)
    first, *sent = wire.requests[0].splitlines()
    assert (first, b"X-Of-Ours: yes" in sent) == (b"GET /?page=2 HTTP/1.1", True)
    assert (request.headers["x-of-ours"], request.content, await request.aread()) == ("yes", b"", b"")
    assert (given.request is request, given.content) == (True, BODY)
    assert {fields_of(given)["x-left"], fields_of(given).get("X-LEFT"), given.headers["x-left"]} == {"0"}
    assert given.headers["x-twice"] == "a, b"
    assert "content-encoding" not in given.headers
    assert fields_of(httpx2.Response(200, headers={"X-Left": "0"}))["x-left"] == "0"
    for one in (request, given):
        one.headers = httpx2.Headers({"a": "b"})
        assert dict(one.headers) == {"a": "b"}


async def test_a_plain_request_s_headers_are_sent_as_somebody_changed_them(
    client: httpx2.AsyncClient, wire: Wire
) -> None:
    wire.sends = answer(BODY)
    request = PlainRequest("GET", httpx2.URL(wire.url), {"X-Of-Ours": "yes"}, {})
    request.headers["X-Of-Theirs"] = "also"
    await client.send(request)
    request.headers = httpx2.Headers({"X-Of-Theirs": "alone"})
    await client.send(request)
    sent = [[line for line in one.lower().splitlines() if line.startswith(b"x-of")] for one in wire.requests]
    assert sent == [[b"x-of-ours: yes", b"x-of-theirs: also"], [b"x-of-theirs: alone"]]


async def test_no_cookie_of_one_call_reaches_another(client: httpx2.AsyncClient, wire: Wire) -> None:
    wire.sends = answer(BODY, b"Set-Cookie: session=of-somebody; Path=/")
    for _ in range(2):
        await client.get(wire.url)
    assert b"cookie" not in wire.requests[1].lower()


async def test_redirects_are_not_followed(client: httpx2.AsyncClient, wire: Wire) -> None:
    wire.sends = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    assert (await client.get(wire.url)).status_code == 302
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "sends",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        answer(BODY, length=len(BODY) + 100),
        answer(gzip.compress(BODY)[:-20], b"Content-Encoding: gzip"),
        answer(BODY[:-5]),
        b"this is no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["dropped", "in the headers", "in the body", "in the packing", "in the JSON", "no HTTP", "bad chunk"],
)
async def test_an_answer_that_breaks_off_is_unavailable(
    client: httpx2.AsyncClient, wire: Wire, clock: HandClock, sends: bytes
) -> None:
    wire.sends, wire.closes = sends, True
    with pytest.raises(Unavailable) as caught:
        await read(client, wire, clock)
    assert "token-1" not in str(caught.value)


async def test_nobody_there_is_unavailable(
    client: httpx2.AsyncClient, wire: Wire, clock: HandClock, unused_tcp_port: int
) -> None:
    wire.url = f"http://127.0.0.1:{unused_tcp_port}"
    with pytest.raises(Unavailable):
        await read(client, wire, clock)


async def test_a_cancelled_read_stays_cancelled(wire: Wire, client: httpx2.AsyncClient, clock: HandClock) -> None:
    wire.sends = answer(BODY, length=10_000)  # the rest never comes
    reading = asyncio.create_task(read(client, wire, clock))
    await asyncio.wait_for(wire.asked.wait(), 10)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
