"""Calls on bare sockets: to hold several open at once, and to see a connection that breaks off."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.emulators.xero.client import Tokens


def open_call(address: str, tokens: Tokens, tenant: str, path: str = "Organisation") -> socket.socket:
    """Send a read and leave its answer unread."""
    parts = urlsplit(address)
    call = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60)
    request = (
        f"GET /api.xro/2.0/{path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {tokens.access}\r\n"
        f"xero-tenant-id: {tenant}\r\nAccept: application/json\r\n\r\n"
    )
    call.sendall(request.encode())
    return call


def until(is_true: Callable[[], bool], tries: int = 2000) -> None:
    """Ask again and again until it is so; each try is a call of its own, so nothing spins."""
    for _ in range(tries):
        if is_true():
            return
    raise AssertionError("it never became so")
