"""The HTTP client that every provider gets: pooled, kept alive, without cookies, over aiohttp.

A pull of 1,000 organisations is 7,000 calls from one process, so the client's own cost counts: with httpx2's default
pool a call costs twice the CPU. Providers only see ``httpx2.AsyncClient``; the transport stays injectable. This module
knows no provider.
"""

import ssl
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx2
from httpx_aiohttp.httpx2 import AiohttpTransport

MAX_CONNECTIONS = 128
"""Twice the calls that one worker makes at a time (64), so that sign-ins never queue behind a pull."""

KEEPALIVE_SECONDS = 30.0
"""Long enough to bridge the waves of a pull, short of the minute after which front ends drop idle connections."""

CONNECT_SECONDS = 10.0
"""TCP and TLS to a provider's front end take well under a second; beyond ten it is not there."""

READ_SECONDS = 30.0
"""Between two pieces of an answer: a page of 1,000 contacts may be prepared for many seconds before its first byte."""

POOL_SECONDS = 30.0
"""For a free connection: every one may be waiting for a slow page."""

TIMEOUT = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=POOL_SECONDS)


class _Transport(AiohttpTransport):
    """Turns the one aiohttp error that the transport lets through into httpx2's."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await super().handle_async_request(request)
        except aiohttp.ClientError as error:
            raise httpx2.RemoteProtocolError(type(error).__name__, request=request) from None


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that are trusted: reading them takes longer than a pull of one client."""
    return httpx2.create_ssl_context()


def _session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEPALIVE_SECONDS, ssl=_trust())
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def http_client() -> httpx2.AsyncClient:
    """A client for one process, shared by all of its calls; close it when the process ends.

    It keeps no cookies (two people's calls must not share a session), follows no redirects and decodes compressed
    bodies. Its connections open on first use, in the event loop that uses it.
    """
    return httpx2.AsyncClient(
        transport=_Transport(verify=_trust(), client=_session),  # the transport reads them itself where none are given
        timeout=TIMEOUT,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
    )
