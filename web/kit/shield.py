"""The outermost layer of every request: a size limit, security headers, one log line, and answers without internals.

The log line has the path and never the query, because the callback's query contains a code.
"""

import logging
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.words.client_imports import LARGEST_FILE
from contracts.words.refusals import RefusalCode
from web.kit.addresses import logged_path
from web.kit.errors import answer, fault_answer, too_large_answer

logger = logging.getLogger(__name__)

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes. A selection of 5,000 organisations with every field given is about 1.2 MiB."""

LARGEST_LIST_BODY = LARGEST_FILE + 1024 * 1024
"""Bytes. A file of clients, and what a form has around it."""

LARGEST_CHOICES = LARGEST_FILE + 4 * 1024 * 1024
"""Bytes. A list of choices, and the page's form for 5,000 organisations around it."""

LARGEST_CODEC_BODY = 16 * 1024 * 1024
"""Bytes. Temporal's UI sends the payloads of a page of history together."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def largest_body(path: str) -> int:
    """Bytes that a request to a path may bring."""
    if path.startswith("/codec/"):
        return LARGEST_CODEC_BODY
    if path.startswith("/activity/") and path.endswith("/choices"):
        return LARGEST_CHOICES
    return LARGEST_LIST_BODY if path.endswith(("/clients/import", "/choices")) else LARGEST_BODY


class Shield:
    """ASGI middleware; the outermost one.

    Args:
        app: The application inside.
        secure: Whether the public address is HTTPS; browsers are then told to use only HTTPS.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = dict(_HEADERS)
        if secure:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = largest_body(scope["path"])
        started = False
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)  # FastAPI lets no other error through
            return message

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                logger.info("%s %s %d", scope["method"], logged_path(scope), message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "no-store"  # streams of events come with a weaker word
                elif scope["query_string"].startswith(b"v="):  # the address changes with the content
                    headers.setdefault("Cache-Control", "public, max-age=31536000, immutable")
                else:  # modules that import each other by name: kept, and asked for whether they are still the same
                    headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        if "\x00" in scope["path"]:  # no id of ours has one, and PostgreSQL takes none
            nothing = answer(Request(scope), 404, RefusalCode.NOT_FOUND, "There is nothing at this address.")
            await nothing(scope, receive, guarded)
            return
        if self._announced(scope) > limit:
            await too_large_answer(Request(scope))(scope, receive, guarded)
            return
        try:
            await self.app(scope, counted, guarded)
        except Exception as error:  # noqa: BLE001  # the edge of the process: every fault becomes one answer and one log line
            fault = fault_answer(Request(scope), error)
            if not started:
                await fault(scope, receive, guarded)

    @staticmethod
    def _announced(scope: Scope) -> int:
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                return int(value)
        return 0
