"""What a record is, and how Xero writes its dates."""

from datetime import UTC, datetime
from random import Random

Record = dict[str, object]
"""One record as Xero's JSON has it; absent fields are left out."""

BOOKS_OPENED = int(datetime(2019, 4, 1, tzinfo=UTC).timestamp())
BOOKS_UNTIL = int(datetime(2026, 6, 30, tzinfo=UTC).timestamp())
"""Generated records were last updated between these two, in seconds since the epoch."""


def json_date(seconds: float) -> str:
    """A moment as Xero's JSON has it: epoch milliseconds with an offset.

    Args:
        seconds: Since the epoch.
    """
    return f"/Date({int(seconds * 1000)}+0000)/"


def updated_at(rng: Random) -> str:
    """When a generated record was last updated."""
    return json_date(BOOKS_OPENED + rng.random() * (BOOKS_UNTIL - BOOKS_OPENED))


def seconds_of(value: object) -> float:
    """The moment of a date that :func:`json_date` wrote, in seconds since the epoch; 0 without one."""
    if not isinstance(value, str) or not value.startswith("/Date("):
        return 0.0
    return int(value[6 : value.index("+")]) / 1000


def generator(*words: object) -> Random:
    """Random numbers that are the same for the same words."""
    return Random(":".join(map(str, words)))  # noqa: S311  # invented data, no secret
