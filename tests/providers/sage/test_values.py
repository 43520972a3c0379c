"""Single values and whole bodies as Sage writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from providers.sage.values import day, decimal, flag, moment, read_json, text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("186.7", Decimal("186.7")),
        ("2.0", Decimal("2.0")),
        (0, Decimal(0)),
        (Decimal("20.25"), Decimal("20.25")),
        ("-3.50", Decimal("-3.50")),
        ("", None),
        (None, None),
        (True, None),
        ("NaN", None),
        ("1e999", None),
        ("9" * 200, None),
        ("twenty", None),
    ],
)
def test_amounts_are_texts_or_numbers(written: object, meant: Decimal | None) -> None:
    assert decimal(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2018-04-11T08:23:01Z", datetime(2018, 4, 11, 8, 23, 1, tzinfo=UTC)),
        ("2018-04-11T08:23:01.000Z", datetime(2018, 4, 11, 8, 23, 1, tzinfo=UTC)),
        ("2018-04-11T10:23:01+02:00", datetime(2018, 4, 11, 8, 23, 1, tzinfo=UTC)),
        ("2018-04-11T08:23:01", datetime(2018, 4, 11, 8, 23, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
        (None, None),
        (5, None),
        ("yesterday", None),
    ],
)
def test_times(written: object, meant: datetime | None) -> None:
    assert moment(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T00:00:00Z", date(2026, 3, 31)),
        ("", None),
        (None, None),
        ("31/03/2026", None),
    ],
)
def test_days(written: object, meant: date | None) -> None:
    assert day(written) == meant


def test_texts_and_flags() -> None:
    texts: list[object] = ["a", "", None, 7, True, [], {}]
    assert [text(value) for value in texts] == ["a", None, None, "7", None, None, None]
    flags: list[object] = [True, False, "true", "False", None, 1, ""]
    assert [flag(value) for value in flags] == [True, False, True, False, None, None, None]


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (b'{"a": 0.1}', {"a": Decimal("0.1")}),
        (b'{"a": "x\\u0000y"}', {"a": "xy"}),
        (b'{"a": "x\\\\u0000y"}', {"a": "x\\u0000y"}),
        (b'{"a": "x\x01y"}', {"a": "x\x01y"}),
        (b'{"a": "x\\ud83dy"}', {"a": "x\ufffdy"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a": "caf\xe9"}', {"a": "caf\ufffd"}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1e999}', {"a": None}),
    ],
)
def test_one_odd_character_is_replaced(body: bytes, meant: object) -> None:
    assert read_json(body) == meant


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": [1, 2', b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # any of the parsers'
        read_json(body)
