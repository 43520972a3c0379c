"""Whole bodies of JSON: one odd character is replaced, half a document is refused."""

from decimal import Decimal

import pytest

from providers.kit.json_bodies import read_json, without_nul
from providers.kit.json_values import json_text


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (b'{"a": 0.1}', {"a": Decimal("0.1")}),
        (b'{"a": "x\\u0000y"}', {"a": "xy"}),
        (b'{"a": "x\\\\u0000y"}', {"a": "x\\u0000y"}),
        (b'{"a": "x\x01y"}', {"a": "x y"}),
        (b'{"a": "x\\ud83dy"}', {"a": "x\ufffdy"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a": "caf\xe9"}', {"a": "caf\ufffd"}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1e999}', {"a": None}),
    ],
)
def test_one_odd_character_is_replaced(body: bytes, meant: object) -> None:
    assert read_json(without_nul(body), has_decimals=True) == meant


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (b'{"a": -0.10}', "-0.10"),
        (b'{"a":[1.5]}', "1.5"),
        (b'{"a":[1,\n 2.55]}', "2.55"),
        (b'{"a":1E-2}', "0.01"),
        (b'{"a": "12. High Street", "b": 20.00}', "20.00"),
        (b'{"a": 12345678901234567890123}', "12345678901234567890123"),
        (b'{"a": -9223372036854775809}', "-9223372036854775809"),
        (b'{"a": 9223372036854775807}', "9223372036854775807"),
    ],
)
def test_no_number_passes_through_a_binary_float(body: bytes, written: str) -> None:
    read = read_json(body, has_decimals=True)
    assert isinstance(read, dict)
    assert written in json_text(read)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": [1, 2', b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # any of the parsers'
        read_json(body)
