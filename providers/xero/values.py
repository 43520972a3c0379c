"""Reads Xero's dates, which are written in three ways; one that cannot be read is None, never an error."""

import re
from datetime import UTC, date, datetime, timedelta

from providers.kit import json_values

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MILLISECOND = timedelta(milliseconds=1)
_MILLISECONDS = re.compile(r"/Date\((-?[0-9]{1,20})")


def moment(value: object) -> datetime | None:
    """An aware UTC moment out of ``/Date(1439434356790)/``, ``/Date(1439434356790+0000)/`` or ISO 8601.

    The milliseconds are UTC whatever offset follows them. ISO without a zone is UTC, with up to seven digits of a
    second (recorded live on ``/connections``). A moment that a ``datetime`` cannot hold is None, and so is .NET's least
    or greatest date, by which Xero says that there is none.
    """
    if not isinstance(value, str) or (written := _MILLISECONDS.match(value)) is None:
        return json_values.moment(value)
    try:
        return json_values.told_everywhere(EPOCH + int(written[1]) * _MILLISECOND)
    except OverflowError:
        return None


def day(value: object) -> date | None:
    """A calendar day in any of these forms; Xero writes days as midnight UTC."""
    at = moment(value)
    return None if at is None else at.date()
