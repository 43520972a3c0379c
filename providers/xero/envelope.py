"""Reads Xero's bodies: the records in a collection's envelope, and its page count.

A body that does not look like a success raises ``Unavailable`` and never counts as an empty list, because an empty list
would mark all stored rows as gone.
"""

import re
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import DecodeError, MsgspecError, Raw, ValidationError, defstruct, field
from msgspec.json import Decoder

from providers.kit.json_bodies import read_json, read_records, repaired
from providers.kit.json_values import Record, whole
from providers.port.errors import Unavailable

_OF_THE_CALL = re.compile(
    rb'\s*\{\s*"Id"\s*:\s*"[^"\\]*"\s*,\s*"Status"\s*:\s*"OK"\s*,\s*"ProviderName"\s*:\s*"(?:[^"\\]|\\.)*+"\s*,'
    rb'\s*"DateTimeUTC"\s*:\s*"[^"]*"\s*,'
)
"""What stands before the records, in the order in which Xero writes it, with what is other in each answer: the call's
id and its time. An answer that begins in another way is none that could be known again. A long name is not gone back
into (``*+``), which would cost a hundred times its size in memory."""


_BEGINS = ord("{")

_USUAL = ("Id", "Status", "ProviderName", "DateTimeUTC", "warnings")


R = TypeVar("R", Record, Raw)


class Envelope(NamedTuple, Generic[R]):
    """One answer's records.

    Attributes:
        records: In Xero's order; from ``written``, as they are written.
        page_count: How many pages there are; None if Xero does not say.
        item_count: How many records there are over all pages; None if Xero does not say.
    """

    records: Sequence[R]
    page_count: int | None
    item_count: int | None = None


def collection(body: bytes, plural: str, *, has_decimals: bool = False) -> Envelope[Record]:
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


def written(body: bytes, plural: str) -> Envelope[Raw] | None:
    """The same with each record as it is written; None of a body that only ``collection`` can read, or refuse.

    Args:
        body: As received, decoded from compression.
        plural: Key of the records.
    """
    try:
        answer = _as_written(body, plural)
    except (MsgspecError, RecursionError):
        return None
    records = [one for one in answer.records if memoryview(one)[0] == _BEGINS]
    if answer.records and not records:
        return None
    pagination = answer.pagination
    if not isinstance(pagination, dict):
        return Envelope(records, None)
    return Envelope(records, whole(_field(pagination, "pageCount")), whole(_field(pagination, "itemCount")))


def _as_written(body: bytes, plural: str) -> Any:  # a type that is made below
    decode = _decoder(plural).decode
    try:
        return decode(body)
    except ValidationError:
        raise
    except DecodeError:  # an odd character in one record changes nothing about how the others are written
        return decode(repaired(body))


@cache
def _decoder(plural: str) -> Decoder[Any]:
    """Of an envelope with the keys that are usual; one with another is not known to have these."""
    beside = [(f"beside_{place}", Raw, field(name=key, default=None)) for place, key in enumerate(_USUAL)]
    records = ("records", list[Raw], field(name=plural))
    return Decoder(defstruct("Written", [records, ("pagination", object, None), *beside], forbid_unknown_fields=True))


def read_record(record: bytes, *, has_decimals: bool) -> Record:
    """A record of ``written``, parsed; ``has_decimals`` as of ``collection``.

    Raises:
        Unavailable: It is not JSON.
    """
    read = _json(record, has_decimals=has_decimals)
    return read if isinstance(read, dict) else {}


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
