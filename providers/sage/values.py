"""Reads Sage's JSON: whole bodies, and single values of them. A value that cannot be read is None, never an error.

Amounts are decimal texts and sometimes numbers, nulls are written out, texts and even dates may be empty (sage.md
section 3.2).
"""

import json
import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

import orjson

_ODD = re.compile("[\ud800-\udfff\0]")
"""Halves of surrogate pairs, and NUL: neither can be stored."""

_LONGEST_NUMBER = 100
"""Digits before or behind the point that a number may have; money and rates have a dozen."""

_UNKNOWN = "\ufffd"


def read_json(body: bytes) -> object:
    """The value of a JSON body, fractions as ``Decimal``.

    People paste all kinds of characters: raw control characters, halves of surrogate pairs, bytes of another encoding.
    Each is replaced, because one contact must not block its list; half a document is refused.

    Raises:
        ValueError: It is not JSON, or not a whole document.
    """
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return _cleaned(_lenient(body))
    parsed: object = json.loads(body, parse_float=Decimal)
    return _cleaned(parsed) if rb"\u0000" in body else parsed


def _lenient(body: bytes) -> object:
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        return json.loads(text, strict=False, parse_float=_finite, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def _finite(written: str) -> Decimal | None:
    return None if math.isinf(float(written)) else Decimal(written)


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return _ODD.sub(lambda odd: "" if odd[0] == "\0" else _UNKNOWN, value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(one) for key, one in value.items()}
    return value


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


def decimal(value: object) -> Decimal | None:
    """An exact number that can be stored, out of a text or a number."""
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
    """An aware UTC moment out of ISO 8601, with or without fractions of a second; without a zone it is UTC."""
    if not isinstance(value, str) or not value:
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(value: object) -> date | None:
    """A calendar day, out of a date or of the date of a time."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
