"""Single values of JSON: numbers to the last digit, moments that every clock can tell."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.json_values import decimal, flag, moment, text, whole

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.decimals(-(10**40), 10**40, allow_nan=False, allow_infinity=False, places=40))
def test_a_number_written_as_text_keeps_every_digit(number: Decimal) -> None:
    assert decimal(str(number)) == number


@given(st.integers(-(10**14), 10**14), st.integers(0, 4))
def test_a_float_is_read_by_its_spelling(digits: int, places: int) -> None:
    exact = Decimal(digits).scaleb(-places)
    assert decimal(float(exact)) == exact


@given(ANYTHING)
def test_nothing_that_arrives_raises(value: object) -> None:
    for read in (text, flag, whole, decimal, moment):
        read(value)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (text, "", None),
        (text, 200, "200"),
        (text, True, None),
        (text, [], None),
        (flag, "TRUE", True),
        (flag, 1, None),
        (flag, None, None),
        (whole, 31, 31),
        (whole, "31", 31),
        (whole, 31.0, 31),
        (whole, 31.5, None),
        (whole, True, None),
        (whole, 2_147_483_647, 2_147_483_647),
        (whole, 2_147_483_648, None),
        (whole, -(2**31) - 1, None),
        (whole, 10**30, None),
        (whole, 1e15, None),
        (decimal, "1e99", Decimal("1e99")),
        (decimal, "1e101", None),
        (decimal, "1e-101", None),
        (decimal, Decimal("1e-20000"), None),
        (decimal, "0." + "3" * 200, None),
        (decimal, 10**200, None),
        (decimal, 0, Decimal(0)),
        (decimal, True, None),
        (decimal, "NaN", None),
        (decimal, "1,000", None),
        (decimal, 0.1, Decimal("0.1")),
    ],
)
def test_odd_values(read: object, value: object, expected: object) -> None:
    assert callable(read)
    assert read(value) == expected


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
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("", None),
        (None, None),
        (5, None),
        ("yesterday", None),
    ],
)
def test_times(written: object, meant: datetime | None) -> None:
    assert moment(written) == meant


def test_texts_and_flags() -> None:
    texts: list[object] = ["a", "", None, 7, True, [], {}]
    assert [text(value) for value in texts] == ["a", None, None, "7", None, None, None]
    flags: list[object] = [True, False, "true", "False", None, 1, ""]
    assert [flag(value) for value in flags] == [True, False, True, False, None, None, None]
