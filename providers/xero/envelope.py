"""Reads Xero's bodies: the records in a collection's envelope, and its page count.

A body that does not look like a success raises ``Unavailable`` and never counts as an empty list, because an empty list
would mark all stored rows as gone.
"""

import re
from hashlib import sha256
from typing import NamedTuple

from providers.kit.json_bodies import read_json, read_records
from providers.kit.json_values import Record, whole
from providers.port.errors import Unavailable

_OF_THE_CALL = re.compile(
    rb'\s*\{\s*"Id"\s*:\s*"[^"\\]*"\s*,\s*"Status"\s*:\s*"OK"\s*,\s*"ProviderName"\s*:\s*"(?:[^"\\]|\\.)*+"\s*,'
    rb'\s*"DateTimeUTC"\s*:\s*"[^"]*"\s*,'
)
"""What stands before the records, in the order in which Xero writes it, with what is other in each answer: the call's
id and its time. An answer that begins in another way is none that could be known again. A long name is not gone back
into (``*+``), which would cost a hundred times its size in memory."""


class Envelope(NamedTuple):
    """One answer's records.

    Attributes:
        records: In Xero's order.
        page_count: How many pages there are; None if Xero does not say.
        item_count: How many records there are over all pages; None if Xero does not say.
    """

    records: list[Record]
    page_count: int | None
    item_count: int | None = None


def collection(body: bytes, plural: str, *, has_decimals: bool = False) -> Envelope:
    """The records of an Accounting API answer.

    Args:
        body: As received, decoded from compression.
        plural: Key of the records, such as ``Contacts``.
        has_decimals: Read fractions as ``Decimal``, at some cost, instead of as floats.

    Raises:
        Unavailable: The body is malformed, cut off, or another thing than the asked collection.
    """
    parsed = _json(body, has_decimals=has_decimals)
    if not isinstance(parsed, dict):
        raise Unavailable(f"{plural}: the answer is not an object")
    records = read_records(_field(parsed, plural), plural)
    pagination = _field(parsed, "pagination")
    if not isinstance(pagination, dict):
        return Envelope(records, None)
    pages, items = whole(_field(pagination, "pageCount")), whole(_field(pagination, "itemCount"))
    return Envelope(records, pages, items)


def fingerprint_of(body: bytes, salt: str) -> bytes | None:
    """What the records and counts of an answer are known by; None where its beginning is not the usual one.

    Args:
        body: As received, decoded from compression.
        salt: What it depends on besides the answer.
    """
    if (of_the_call := _OF_THE_CALL.match(body)) is None:
        return None
    hashed = sha256(salt.encode())
    hashed.update(memoryview(body)[of_the_call.end() :])
    return hashed.digest()[:16]


def array(body: bytes) -> list[Record]:
    """The records of an answer that is a plain array, such as ``/connections``.

    Raises:
        Unavailable: It is not an array.
    """
    return read_records(_json(body), "array")


def _json(body: bytes, *, has_decimals: bool = False) -> object:
    try:
        return read_json(body, has_decimals=has_decimals)
    except ValueError:
        raise Unavailable(f"the answer is not JSON ({len(body)} bytes)") from None


def _field(record: Record, name: str) -> object:
    """A field of an envelope, whatever the case of its name."""
    if name in record:
        return record[name]
    return next((value for key, value in record.items() if key.lower() == name.lower()), None)
