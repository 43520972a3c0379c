"""Sends the answers to API calls as raw ASGI messages: at once, slowly, or not at all."""

import asyncio
from collections.abc import Sequence

from starlette.types import Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

JSON: tuple[bytes, bytes] = (b"content-type", b"application/json; charset=utf-8")
TEXT: tuple[bytes, bytes] = (b"content-type", b"text/plain; charset=utf-8")
DROP_EXTENSION = "emulator.drop"
"""The ASGI extension by which our server lets an application close the socket without an answer."""


async def answer(send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes = b"") -> None:
    """Send a whole answer."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def answer_slowly(send: Send, headers: Headers, body: bytes, seconds: float) -> None:
    """Send an answer in ten pieces, spread over ``seconds``."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, length]})
    step = max(1, len(body) // 10 + 1)
    for start in range(0, len(body), step):
        await asyncio.sleep(seconds / 10)
        await send(
            {"type": "http.response.body", "body": body[start : start + step], "more_body": True},
        )
    await send({"type": "http.response.body", "body": b""})


async def drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer.

    Raises:
        ConnectionResetError: The server cannot close connections on demand.
    """
    close = scope.get("extensions", {}).get(DROP_EXTENSION)
    if close is None:
        raise ConnectionResetError("dropped on purpose, by a fault")
    close["abort"]()
    while (await receive())["type"] != "http.disconnect":
        pass


async def hang(scope: Scope, receive: Receive, seconds: float) -> None:
    """Send nothing for ``seconds`` (or until the client gives up), then close the connection."""

    async def until_gone() -> None:
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await receive()

    try:
        await asyncio.wait_for(until_gone(), seconds)
    except TimeoutError:
        await drop(scope, receive)


async def read_form(receive: Receive, limit: int = 65_536) -> bytes:
    """The request's body, up to ``limit`` bytes; what comes after is thrown away."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")[: max(0, limit - len(body))]
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return bytes(body)
