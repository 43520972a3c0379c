"""Reads single values of Xero's JSON; a value that cannot be read is None, never an error.

Xero leaves nulls out, writes dates in three ways, and money as numbers. These functions are called a million times in a
pull of 1,000 organisations, so they make no models and no copies.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MILLISECOND = timedelta(milliseconds=1)
_LEAST, _GREATEST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Within the first and the last year of the calendar lie .NET's least and greatest dates, which mean "none" at Xero;
the edges themselves have no local time in half of the world."""

_LONGEST_NUMBER = 100
"""Digits before or behind the point that a number may have; money and rates have a dozen, columns hold thousands."""

_INT4 = 2**31
_MILLISECONDS = re.compile(r"/Date\((-?[0-9]{1,20})")


def text(value: object) -> str | None:
    """A text as it is; a number as its digits; None for null, empty text and structures."""
    if type(value) is str:
        return value or None
    if value is None or isinstance(value, bool | list | dict):
        return None
    return str(value)


def flag(value: object) -> bool | None:
    """True or false, also when written as text."""
    if value is True or value is False:
        return bool(value)
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def whole(value: object) -> int | None:
    """A whole number that fits a column of four bytes; None otherwise."""
    if isinstance(value, bool):
        return None
    if not isinstance(value, int):
        exact = decimal(value)
        if exact is None or exact != exact.to_integral_value():
            return None
        value = int(exact)
    return value if -_INT4 <= value < _INT4 else None


def decimal(value: object) -> Decimal | None:
    """An exact number that can be stored. A float is read by its shortest spelling: ``0.1`` is a tenth."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        spelt = str(value).strip()
        exact = Decimal(spelt)
    except (InvalidOperation, ValueError):  # the latter: Python spells no whole number of more than 4,300 digits
        return None
    if not exact.is_finite() or len(spelt) > _LONGEST_NUMBER or abs(exact.adjusted()) > _LONGEST_NUMBER:
        return None
    return exact


def moment(value: object) -> datetime | None:
    """An aware UTC moment out of ``/Date(1439434356790)/``, ``/Date(1439434356790+0000)/`` or ISO 8601.

    The milliseconds are UTC whatever offset follows them. ISO without a zone is UTC, with up to seven digits of a
    second (recorded live on ``/connections``). A moment that a ``datetime`` cannot hold is None, and so is .NET's least
    or greatest date, by which Xero says that there is none.
    """
    if not isinstance(value, str) or not value:
        return None
    try:
        if (written := _MILLISECONDS.match(value)) is not None:
            at = EPOCH + int(written[1]) * _MILLISECOND
        else:
            parsed = datetime.fromisoformat(value)
            at = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if _LEAST <= at < _GREATEST else None


def day(value: object) -> date | None:
    """A calendar day in any of these forms; Xero writes days as midnight UTC."""
    at = moment(value)
    return None if at is None else at.date()
