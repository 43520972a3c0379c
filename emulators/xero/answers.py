"""Xero's headers, its error bodies and the dates of its connections."""

from datetime import UTC, datetime
from uuid import uuid4

import orjson

NO_STORE: tuple[bytes, bytes] = (b"cache-control", b"max-age=0, no-cache, no-store")
INSUFFICIENT_SCOPE: tuple[bytes, bytes] = (b"www-authenticate", b"insufficient_scope")


def problem(title: str, status: int, detail: str) -> bytes:
    """The body of a 401 or 403."""
    return orjson.dumps(
        {
            "Type": None,
            "Title": title,
            "Status": status,
            "Detail": detail,
            "Instance": str(uuid4()),
            "Extensions": {},
        }
    )


def validation(number: int, kind: str, message: str) -> bytes:
    """The body of a 400."""
    return orjson.dumps({"ErrorNumber": number, "Type": kind, "Message": message})


def wire_date(seconds: float) -> str:
    """A moment as ``/connections`` has it: seven fractional digits and no zone.

    Args:
        seconds: Since the epoch.
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0"
