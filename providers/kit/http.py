"""The HTTP client that every provider gets: pooled, kept alive, without cookies, over aiohttp.

A pull of 1,000 organisations is 7,000 calls from one process, so the client's own cost counts: with httpx2's default
pool a call costs twice the CPU. Providers only see ``httpx2.AsyncClient``; the transport stays injectable. Each call is
bound in size and time (``providers.kit.bounds``). This module knows no provider.
"""

import os
import ssl
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import aiohttp
import httpx2

from providers.kit.bounds import DOCUMENT, EXTENSION, MIB, Bound
from providers.kit.proxies import Proxies, UnusableNetworkError

MAX_CONNECTIONS = 640
"""More than the calls that one process makes in turns (208, and twice as many with short answers), so that sign-ins
never queue behind a pull."""

KEEPALIVE_SECONDS = 30.0
"""Long enough to bridge the waves of a pull, short of the minute after which front ends drop idle connections."""

CONNECT_SECONDS = 10.0
"""TCP and TLS to a provider's front end take well under a second; beyond ten it is not there."""

READ_SECONDS = 30.0
"""Between two pieces of an answer: a page of 1,000 contacts may be prepared for many seconds before its first byte."""

POOL_SECONDS = 30.0
"""For a free connection: every one may be waiting for a slow page."""

TIMEOUT = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=POOL_SECONDS)


_NO_BODY = httpx2.ByteStream(b"")


class TooLargeError(httpx2.TransportError):
    """The answer is larger than its kind of call allows, and was not read to the end."""


class PlainRequest(httpx2.Request):
    """A request without a body, whose headers httpx2 need not take apart and put together again for aiohttp.

    That, and the same for the response, was a sixth of the CPU time of a call.

    Args:
        method: GET, or another.
        url: The address.
        fields: Its headers, each once; ``headers``, once somebody has asked for them or set them, are sent instead.
        extensions: As of httpx2's own.
    """

    def __init__(self, method: str, url: httpx2.URL, fields: Mapping[str, str], extensions: Mapping[str, Any]) -> None:
        super().__init__(method, url, stream=_NO_BODY, extensions=extensions)
        self._content = b""
        self._fields = fields
        self._headers: httpx2.Headers | None = None

    @property
    def headers(self) -> httpx2.Headers:
        """The headers, for whoever asks httpx2's way."""
        if self._headers is None:
            self._headers = httpx2.Headers(self._fields)
        return self._headers

    @headers.setter
    def headers(self, headers: httpx2.Headers) -> None:
        self._headers = headers

    def fields(self) -> Mapping[str, str] | list[tuple[str, str]]:
        """The headers, as aiohttp takes them."""
        return self._fields if self._headers is None else self._headers.multi_items()


class WholeResponse(httpx2.Response):
    """A response of which the body is there as it is to be used, and the headers are made when somebody asks.

    httpx2 reads a body that it is given through its decoders and chunks, and measures it for a header, which costs
    several times the CPU time of all else about the response.

    Args:
        status: Of the answer.
        raw: The headers as they came.
        fields: The same, to be looked up by name.
        body: Decompressed.
        request: What was asked.
    """

    def __init__(
        self,
        status: int,
        raw: Sequence[tuple[bytes, bytes]],
        fields: Mapping[str, str],
        body: bytes,
        request: httpx2.Request,
    ) -> None:
        super().__init__(status, stream=httpx2.ByteStream(body), request=request)
        self._content = body
        self.fields = fields
        self._raw = raw
        self._headers: httpx2.Headers | None = None

    @property
    def headers(self) -> httpx2.Headers:
        """The headers, without those that describe the bytes on the wire: these are not true of the body here."""
        if self._headers is None:
            self._headers = httpx2.Headers([one for one in self._raw if one[0].lower() not in _OF_THE_WIRE])
        return self._headers

    @headers.setter
    def headers(self, headers: httpx2.Headers) -> None:
        self._headers = headers


def fields_of(response: httpx2.Response) -> Mapping[str, str]:
    """A response's headers, to be looked up by name in any case: of one of ours, without making httpx2's of them.

    For headers that come once and are plain text: of one that came twice, this gives the first, where httpx2 joins
    them, and what is not UTF-8 is kept as surrogates.
    """
    return response.fields if isinstance(response, WholeResponse) else response.headers


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Sends httpx2's requests with aiohttp, and reads each answer completely.

    Answers are parsed as a whole, and streaming them through httpx2's layers costs as much CPU time as sending the
    call. aiohttp decompresses at most 256 KiB more than was read.

    The request's extension ``bound`` says how large its answer may be and how long it may take; without it, the bound
    of a small document applies.

    Args:
        open_session: Makes the session at the first call, in the event loop that uses it.
        proxies: Chooses the proxy of each call.
    """

    def __init__(self, open_session: Callable[[], aiohttp.ClientSession], proxies: Proxies) -> None:
        self._open_session = open_session
        self._proxies = proxies
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2's documentation of transports.

        Raises:
            TooLargeError: A success is larger than its bound. (Another status keeps its headers, with no body.)
            httpx2.TransportError: No whole answer came, or not in time.
        """
        bound: Bound = request.extensions.get(EXTENSION, DOCUMENT)
        timeouts = request.extensions.get("timeout", {})
        if self._session is None:
            self._session = self._open_session()
        try:
            async with self._session.request(
                request.method,
                str(request.url),
                headers=request.fields() if isinstance(request, PlainRequest) else request.headers.multi_items(),
                data=await request.aread() or None,
                allow_redirects=False,
                proxy=self._proxies.of(request.url),
                timeout=_timeout(bound.seconds, *map(timeouts.get, ("pool", "connect", "read"))),
            ) as answer:
                body = await _body(answer, bound.largest)
        except TimeoutError as error:
            raise httpx2.ReadTimeout(type(error).__name__, request=request) from None
        except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError) as error:
            raise httpx2.ConnectError(type(error).__name__, request=request) from None
        except aiohttp.ClientError as error:
            raise httpx2.RemoteProtocolError(type(error).__name__, request=request) from None
        if body is None and answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise TooLargeError(f"an answer of more than {bound.largest / MIB:g} MiB", request=request)
        return WholeResponse(answer.status, answer.raw_headers, answer.headers, body or b"", request)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


_OF_THE_WIRE = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


async def _body(answer: aiohttp.ClientResponse, largest: int) -> bytes | None:
    """The decompressed body; None, with the connection closed, when it is larger than ``largest``."""
    blocks, left = [], largest
    try:
        if (answer.content_length or 0) <= largest:
            while block := await answer.content.readany():
                if (left := left - len(block)) < 0:
                    break
                blocks.append(block)
            else:
                return b"".join(blocks)
    except BaseException:
        answer.close()
        raise
    answer.close()
    return None


@cache
def _timeout(total: float, pool: float | None, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    """The time-outs, which are the same for every call of a client."""
    return aiohttp.ClientTimeout(total=total, connect=pool, sock_connect=connect, sock_read=read)


class _Client(httpx2.AsyncClient):
    """Hands plain requests directly to the transport.

    Redirects, cookies, hooks and authentication of httpx2 are not used here, and skipping them saves CPU time. A caller
    that needs one of them gets httpx2's own way.
    """

    def __init__(self, transport: AiohttpTransport) -> None:
        super().__init__(
            transport=transport,
            timeout=TIMEOUT,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
        )
        self._straight = transport

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request; the answer is read completely. See httpx2."""
        if options or self.is_closed:
            return await super().send(request, **options)
        return await self._straight.handle_async_request(request)


class Through(httpx2.AsyncBaseTransport):
    """Sends another library's requests, such as Authlib's, through a shared client, with its connections and bounds.

    Args:
        http: The shared client.
        bound: The bound of each answer.
    """

    def __init__(self, http: httpx2.AsyncClient, bound: Bound) -> None:
        self._http = http
        self._bound = bound

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2's documentation of transports."""
        request.extensions = {**request.extensions, **self._bound.asked}
        return await self._http.send(request, stream=True)


@cache
def _trust(*named: str | None) -> ssl.SSLContext:  # noqa: ARG001  # what it is remembered by
    """The trusted certificates; cached, because reading them takes longer than a pull of one client.

    Args:
        named: The values of the variables that name certificates; a change of them reads anew.
    """
    return httpx2.create_ssl_context()


def _check_trust() -> None:
    for variable, is_there in (("SSL_CERT_FILE", Path.is_file), ("SSL_CERT_DIR", Path.is_dir)):
        if (named := os.environ.get(variable)) and not is_there(Path(named)):
            raise UnusableNetworkError(f"{variable} names {named}, which is not there")


def _session() -> aiohttp.ClientSession:
    trust = _trust(*map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR")))
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEPALIVE_SECONDS, ssl=trust)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def http_client() -> httpx2.AsyncClient:
    """A client for one process, shared by all of its calls; close it when the process ends.

    It keeps no cookies (two people's calls must not share a session), follows no redirects and decodes compressed
    bodies. Its connections open on first use, in the event loop that uses it. Proxies, and the authorities that are
    trusted, are those of the environment (``SSL_CERT_FILE``, ``SSL_CERT_DIR``; see ``proxies``).

    Raises:
        UnusableNetworkError: The environment names a proxy that cannot be used, or certificates that are not there.
    """
    _check_trust()
    return _Client(AiohttpTransport(_session, Proxies()))
