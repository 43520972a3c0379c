"""Reads single values of an accounting software's JSON; a value that cannot be read is None, never an error.

These functions are called a million times in a pull of 1,000 organisations, so they make no models and no copies.
"""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

import orjson

Record = dict[str, object]

_LEAST, _GREATEST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""The first and the last year of the calendar have moments without a local time in half of the world; in them lie
.NET's least and greatest dates, too, by which some software says that there is none."""

_LONGEST_NUMBER = 100
"""Digits before or behind the point that a number may have; money and rates have a dozen, columns hold thousands."""

_INT4 = 2**31


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
    """An aware UTC moment out of ISO 8601, with any number of digits of a second; without a zone it is UTC."""
    if not isinstance(value, str) or not value:
        return None
    try:
        parsed = datetime.fromisoformat(value)
        at = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return told_everywhere(at)


def day(value: object) -> date | None:
    """A calendar day, out of a date in ISO 8601 or of the date of a time."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def told_everywhere(at: datetime) -> datetime | None:
    """The moment, if every clock on earth can tell it."""
    return at if _LEAST <= at < _GREATEST else None


def records_in(value: object) -> list[Record]:
    """The records of a JSON array, without other values in it."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def nested(value: object) -> Record:
    """A record in a record; empty where there is none."""
    return value if isinstance(value, dict) else {}


def json_text(record: Record) -> str:
    """The provider's record as JSON text; exact numbers keep their digits."""
    return orjson.dumps(record, default=_number).decode()


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(type(value).__name__)
