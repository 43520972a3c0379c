"""Single values out of Xero's JSON, tolerantly: what cannot be read is None, never an error.

Xero leaves nulls out, writes dates in three ways and money as numbers. Pure functions, called a million times in a
pull of 1,000 organisations: no models, no copies.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MILLISECOND = timedelta(milliseconds=1)
_MILLISECONDS = re.compile(r"/Date\((-?[0-9]{1,20})")


def text(value: object) -> str | None:
    """Text as it stands; a number as its digits; None for nothing, for the empty text and for structures."""
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
    """A whole number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    exact = decimal(value)
    return int(exact) if exact is not None and exact == exact.to_integral_value() else None


def decimal(value: object) -> Decimal | None:
    """An exact number. A float is read by its shortest spelling, so ``0.1`` is a tenth."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        exact = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def moment(value: object) -> datetime | None:
    """An aware UTC moment out of ``/Date(1439434356790)/``, ``/Date(1439434356790+0000)/`` or ISO 8601.

    The milliseconds are UTC whatever offset follows them. ISO without a zone is UTC, with up to seven digits of a
    second (recorded live on ``/connections``). A moment that a ``datetime`` cannot hold is None.
    """
    if not isinstance(value, str) or not value:
        return None
    try:
        if (written := _MILLISECONDS.match(value)) is not None:
            return EPOCH + int(written[1]) * _MILLISECOND
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(value: object) -> date | None:
    """A calendar day out of any of the same spellings; Xero writes days as midnight UTC."""
    at = moment(value)
    return None if at is None else at.date()
