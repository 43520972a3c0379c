"""Xero's bodies as records: the JSON, the envelope around a collection, and the page count in it.

A body that is not what a success looks like is ``Unavailable``, never an empty list: an empty list would mark all that
is stored as gone.
"""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import orjson

from providers.errors import Unavailable
from providers.xero.schemas import Record, records_in
from providers.xero.values import whole

_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""An escaped NUL character, which PostgreSQL's text cannot hold; not an escaped backslash before ``u0000``."""


class Envelope(NamedTuple):
    """One answer's records.

    Attributes:
        records: In Xero's order.
        page_count: How many pages there are, when Xero said so.
    """

    records: list[Record]
    page_count: int | None


def collection(body: bytes, plural: str, *, has_decimals: bool = False) -> Envelope:
    """The records of an Accounting API answer.

    Args:
        body: As received, decoded from compression.
        plural: Key of the records, such as ``Contacts``.
        has_decimals: Read fractions as ``Decimal``, at some cost, instead of as floats.

    Raises:
        Unavailable: The body is malformed, cut off, or another thing than the asked collection.
    """
    parsed = _json(body)
    if not isinstance(parsed, dict):
        raise Unavailable(f"{plural}: the answer is not an object")
    if has_decimals:
        # The strict and fast reading above has refused whatever this one would let through.
        parsed = json.loads(body, parse_float=Decimal)
    records = _field(parsed, plural)
    if not isinstance(records, list):
        raise Unavailable(f"the answer has no {plural}")
    pagination = _field(parsed, "pagination")
    count = _field(pagination, "pageCount") if isinstance(pagination, dict) else None
    return Envelope(list(records_in(records)), whole(count))


def array(body: bytes) -> Iterable[Record]:
    """The records of an answer that is a bare array, as ``/connections`` is.

    Raises:
        Unavailable: It is not.
    """
    parsed = _json(body)
    if not isinstance(parsed, list):
        raise Unavailable("the answer is not an array")
    return records_in(parsed)


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unavailable(f"the answer is not JSON ({len(body)} bytes)") from None


def without_nul(body: bytes) -> bytes:
    """The body without escaped NUL characters."""
    return _NUL.sub(rb"\1", body) if rb"\u0000" in body else body


def _field(record: Record, name: str) -> object:
    """A field of an envelope, in odd case too."""
    if name in record:
        return record[name]
    return next((value for key, value in record.items() if key.lower() == name.lower()), None)
