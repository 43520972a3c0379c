"""Webhooks out: what has changed, as CloudEvents, of several companies in one delivery, signed as Intuit signs.

Source: Intuit's pages on webhooks and its notice of November 2025 on their form.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import orjson

from emulators.books.library import Record
from emulators.quickbooks.accounting.entities import ENTITIES
from emulators.quickbooks.world import Change

SECONDS = 10.0
"""So long an answer is waited for here; Intuit gives up after three."""

_SOURCE = "intuit.sandbox"


def events(changes: list[Change]) -> list[Record]:
    """The body of a delivery: an id for each event, and of each record only its id."""
    return [
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": _SOURCE,
            "type": f"qbo.{ENTITIES[one.entity].webhook}.{one.operation}.v1",
            "datacontenttype": "application/json",
            "time": datetime.fromtimestamp(one.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "intuitentityid": one.identity,
            "intuitaccountid": one.realm,
            "data": {},
        }
        for one in changes
    ]


def signature(body: bytes, token: str) -> str:
    """What the header ``intuit-signature`` says of a body."""
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


async def send(address: str, told: list[Record], token: str | None, times: int) -> list[int]:
    """Deliver, one after the other.

    Args:
        address: Where to.
        told: The events.
        token: Signs the body; None for no signature.
        times: How often.

    Returns:
        The status of each answer; 0 where there was none.
    """
    body = orjson.dumps(told)
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["intuit-signature"] = signature(body, token)
    found: list[int] = []
    async with httpx2.AsyncClient(timeout=SECONDS) as client:
        for _ in range(times):
            try:
                found.append((await client.post(address, content=body, headers=headers)).status_code)
            except httpx2.HTTPError:
                found.append(0)
    return found
