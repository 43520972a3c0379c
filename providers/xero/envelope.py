"""Reads Xero's bodies: the records in a collection's envelope, and its page count.

A body that does not look like a success raises ``Unavailable`` and never counts as an empty list, because an empty list
would mark all stored rows as gone.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import MsgspecError, Raw, ValidationError, defstruct, field
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


R = TypeVar("R", Record, Raw)
T = TypeVar("T")


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


def written(body: bytes, plural: str) -> Envelope[Raw]:
    """The same, with each record as it is written.

    Args:
        body: As received, decoded from compression.
        plural: Key of the records.

    Raises:
        Unavailable: As ``collection``.
    """
    try:
        return _written(body, plural)
    except (MsgspecError, RecursionError):
        try:  # an odd character in one record changes nothing about how the others are written
            return _written(repaired(body), plural)
        except (MsgspecError, RecursionError):
            collection(body, plural)
            raise Unavailable(f"{plural}: the answer is nested too deeply") from None


def _written(body: bytes, plural: str) -> Envelope[Raw]:
    listed: list[Raw]
    try:
        answer = _usual(plural).decode(body)
        listed, pagination = answer.records, answer.pagination
    except ValidationError:
        pagination = None
    if pagination is None:  # or it is there in another case, or something else is
        fields = _FIELDS.decode(body)
        listed = _RECORDS.decode(_field(fields, plural) or b"null")
        pagination = _field(fields, "pagination")
    records = [one for one in listed if memoryview(one)[0] == _BEGINS]
    if listed and not records:
        raise Unavailable(f"the answer lists no records as {plural}")
    pages = read_record(bytes(pagination or b"{}"))
    return Envelope(records, whole(_field(pages, "pageCount")), whole(_field(pages, "itemCount")))


_FIELDS, _RECORDS = Decoder(dict[str, Raw]), Decoder(list[Raw])


@cache
def _usual(plural: str) -> Decoder[Any]:
    """Of an envelope in its usual words, of which the records are not gone through twice."""
    pagination = ("pagination", Raw, field(default=None))  # of ``Raw | None``, msgspec 0.23 takes null alone
    return Decoder(defstruct("Usual", [("records", list[Raw], field(name=plural)), pagination]))


def read_record(record: bytes, *, has_decimals: bool = False) -> Record:
    """A record of ``written``, parsed, or nothing of another value; ``has_decimals`` as of ``collection``.

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


def _field(record: Mapping[str, T], name: str) -> T | None:
    """A field of an envelope, whatever the case of its name."""
    if name in record:
        return record[name]
    return next((value for key, value in record.items() if key.lower() == name.lower()), None)
