"""Moments on their way to PostgreSQL and back, as its number of microseconds since 2000.

asyncpg's own way compares each moment with two that have no time zone, for infinity, which takes longer than all else
about a short row: of what a COPY of 15,000 contacts with two moments each costs here, a third.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


async def have_numbers(connection: "asyncpg.Connection[Any]") -> None:
    """Have a connection send and receive moments as numbers; it asks the server nothing.

    From then on it refuses moments without a time zone, which asyncpg would take for local ones.
    """
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", encoder=_sent, decoder=_received, format="tuple"
    )


def _sent(at: datetime) -> tuple[int]:
    return ((at - _EPOCH) // _MICROSECOND,)


def _received(number: tuple[int]) -> datetime:
    """The moment; the calendar's first or last one where it lies beyond that, as infinity does.

    asyncpg wrote the first and the last moment as infinities, and older databases have such.
    """
    try:
        return _EPOCH + timedelta(microseconds=number[0])
    except OverflowError:
        return _FIRST if number[0] < 0 else _LAST
