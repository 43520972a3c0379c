"""Parses an accounting software's JSON: a single odd character is replaced, half a document is refused.

People type and paste all kinds of characters: half of a surrogate pair, a raw control character, a byte of another
encoding, a byte order mark at the beginning. A strict parser refuses the whole body, so that one contact would block
its list, and one organisation's name everybody's. Nearly all bodies have none of this and are parsed in the strict and
fast way only.
"""

import json
import math
import re
from decimal import Decimal

import orjson

from providers.kit.json_values import Record, records_in
from providers.port.errors import Unavailable

_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""An escaped NUL character, which PostgreSQL's text cannot hold; not an escaped backslash before ``u0000``."""

_MAYBE_NUL = re.compile(rb"\\u0000")
"""Found in two thirds of the time that ``in`` takes with a long body; one byte is found in a tenth."""

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][\dA-Fa-f]{2}\\u[dD][c-fC-F][\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|.)", re.DOTALL)
"""One escape of a JSON text: both halves of a surrogate pair, one UTF-16 unit, or one character."""

_TEXT_OR_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*', re.DOTALL)

_INEXACT = re.compile(rb"[:,\[][\s-]*[0-9]+(?:[.eE]|(?<=[0-9]{16}))")
"""A number inside an object or a list that a binary float would hold: one with a fraction, or with very many digits.
What looks like one inside a text counts as one, which costs time and nothing else. It begins with a set of characters,
because ``re`` finds these fast; a slower pattern would take longer than reading every body exactly."""

_LONG = 19
"""Digits, or eighteen and a sign, that 64 bits may not hold."""

_ONE_CHARACTER = frozenset('"\\/bfnrt')

_CONTROLS = dict.fromkeys(range(32), " ")
"""JSON has control characters between tokens only, as white space; inside a text a blank takes their place."""

_UNKNOWN = r"\ufffd"
"""What stands for a character that cannot be read (U+FFFD), escaped."""


def read_json(body: bytes, *, has_decimals: bool = False) -> object:
    """The value of a JSON body.

    Args:
        body: As received, decoded from compression.
        has_decimals: Read fractions as ``Decimal``, where there are any at some cost, instead of as floats.

    Raises:
        ValueError: It is not JSON, or not a whole document.
    """
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        body = repaired(body)
        parsed = orjson.loads(body)
    # The strict and fast reading above has refused whatever this one would let through.
    if not has_decimals or not _INEXACT.search(body):
        return parsed
    return json.loads(body, parse_float=Decimal, parse_int=_exact)


def read_if_json(body: bytes) -> object:
    """The value of a JSON body; None of any other."""
    try:
        return read_json(body)
    except ValueError:
        return None


def read_object(body: bytes, *, has_decimals: bool = True) -> dict[str, object]:
    """The object of an answer, without NUL characters; ``has_decimals`` as of ``read_json``.

    Raises:
        Unavailable: It is not one, or not JSON: nothing that counts as an answer.
    """
    try:
        parsed = read_json(without_nul(body), has_decimals=has_decimals)
    except ValueError:
        raise Unavailable(f"the answer is not JSON ({len(body)} bytes)") from None
    if not isinstance(parsed, dict):
        raise Unavailable("the answer is not an object")
    return parsed


def read_records(listed: object, what: str) -> list[Record]:
    """The records of an answer's list, without other values in it.

    Args:
        listed: What stands where the list should.
        what: What it is called.

    Raises:
        Unavailable: It is no list, or one of other values only, which is not an empty list of records.
    """
    if not isinstance(listed, list):
        raise Unavailable(f"the answer has no {what}")
    records = records_in(listed)
    if listed and not records:
        raise Unavailable(f"the answer lists no records as {what}")
    return records


def _exact(digits: str) -> int | Decimal:
    """A whole number; of more digits than can be written again as one (64 bits), a decimal."""
    return int(digits) if len(digits) < _LONG else Decimal(digits)


def without_nul(body: bytes) -> bytes:
    """The body without escaped NUL characters."""
    return _NUL.sub(rb"\1", body) if b"\\" in body and _MAYBE_NUL.search(body) else body


def repaired(body: bytes) -> bytes:
    """A body with each character and number that a strict parser refuses replaced."""
    text = body.decode(json.detect_encoding(body), "replace")
    readable = _ESCAPE.sub(_whole, text.translate(_CONTROLS))
    return _TEXT_OR_NUMBER.sub(_of_a_size, readable).encode("utf-8", "replace")


def _of_a_size(token: re.Match[str]) -> str:
    """A text as it is; a number too, unless it is out of range (1e999), which a strict parser refuses."""
    written = token[0]
    if written.startswith('"'):
        return written
    try:
        return "null" if math.isinf(float(written)) else written
    except ValueError:
        return written


def _whole(escape: re.Match[str]) -> str:
    written = escape[0]
    if len(written) == 6:
        return _UNKNOWN if "d800" <= written[2:].lower() <= "dfff" else written
    return written if len(written) == 12 or written[1] in _ONE_CHARACTER else _UNKNOWN
