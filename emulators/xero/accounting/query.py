"""Xero's ``where`` and ``order``: enough of the language for the reads that clients send.

Comparisons, ``AND OR && || !``, brackets, text, numbers, ``true false null``, ``guid("…")``, ``DateTime(y,m,d)``,
``.Contains() .StartsWith() .EndsWith()`` and nested fields.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from emulators.xero.records.record import Record, seconds_of

Value = str | float | bool | None
Test = Callable[[Record], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*)"""
    r"""|(?P<sign>==|!=|<=|>=|&&|\|\||[<>!(),]))"""
)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "Contains": lambda text, part: part in text,
    "StartsWith": lambda text, part: text.startswith(part),
    "EndsWith": lambda text, part: text.endswith(part),
}


class QueryParseError(Exception):
    """The words cannot be understood."""


def where(text: str) -> Test:
    """A test of records from a ``where`` text.

    Raises:
        QueryParseError: The text is not in the language.
    """
    parser = _Parser(text)
    test = parser.either()
    parser.expect_end()
    return test


def ordered(records: list[Record], text: str) -> list[Record]:
    """Records sorted as an ``order`` text says, such as ``Name ASC, UpdatedDateUTC DESC``.

    Raises:
        QueryParseError: A direction is neither ASC nor DESC, or a field is not a name.
    """
    result = list(records)
    for part in reversed(text.split(",")):
        words = part.split()
        if not words or len(words) > 2 or not re.fullmatch(r"[A-Za-z_][\w.]*", words[0]):
            raise QueryParseError(text)
        direction = words[1].upper() if len(words) == 2 else "ASC"
        if direction not in ("ASC", "DESC"):
            raise QueryParseError(text)
        result.sort(key=_sort_key(words[0]), reverse=direction == "DESC")
    return result


def _sort_key(field: str) -> Callable[[Record], tuple[bool, float, str]]:
    def key(record: Record) -> tuple[bool, float, str]:
        value = _field(record, field)
        is_number = isinstance(value, int | float)
        return (value is not None, float(value) if is_number else 0.0, "" if is_number else str(value).lower())  # type: ignore[arg-type]  # is_number has checked it

    return key


def _field(record: Record, path: str) -> Value:
    value: object = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, str) and value.startswith("/Date("):
        return seconds_of(value)
    return value if isinstance(value, str | int | float | bool) else None


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        text = text.strip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise QueryParseError(text)
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self._at = 0
        self._source = text

    def either(self) -> Test:
        test = self._both()
        while self._takes("||", "OR"):
            test = _any_of(test, self._both())
        return test

    def expect_end(self) -> None:
        if self._at != len(self._tokens):
            raise QueryParseError(self._source)

    def _both(self) -> Test:
        test = self._one()
        while self._takes("&&", "AND"):
            test = _all_of(test, self._one())
        return test

    def _one(self) -> Test:
        if self._takes("!"):
            return _not(self._one())
        if self._takes("("):
            test = self.either()
            self._expect(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        field = self._next("word")
        name, _, method = field.rpartition(".")
        if method in _TEXT_TESTS:
            self._expect("(")
            part = self._value()
            self._expect(")")
            return _text_test(name, method, part)
        sign = self._next("sign") if self._peek()[0] == "sign" else ""
        if sign in ("==", "!="):
            return _equality(field, self._value(), sign == "==")
        if sign in _COMPARE:
            return _comparison(field, sign, self._value())
        if sign:
            self._at -= 1
        return _equality(field, True, True)

    def _value(self) -> Value:
        kind, text = self._peek()
        self._at += 1
        if kind == "text":
            return text[1:-1].replace('\\"', '"')
        if kind == "number":
            return float(text)
        simple: dict[str, Value] = {"true": True, "false": False, "null": None}
        if text.lower() in simple:
            return simple[text.lower()]
        if text.lower() == "guid":
            self._expect("(")
            value = self._value()
            self._expect(")")
            return str(value).lower()
        if text.lower() == "datetime":
            return self._date()
        raise QueryParseError(self._source)

    def _date(self) -> float:
        self._expect("(")
        parts = [int(self._next("number"))]
        while self._takes(","):
            parts.append(int(self._next("number")))
        self._expect(")")
        try:
            return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type,misc]  # three to six whole numbers, else TypeError
        except (TypeError, ValueError):
            raise QueryParseError(self._source) from None

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self, kind: str) -> str:
        found, text = self._peek()
        if found != kind:
            raise QueryParseError(self._source)
        self._at += 1
        return text

    def _takes(self, *words: str) -> bool:
        kind, text = self._peek()
        if kind in ("sign", "word") and text.upper() in words:
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise QueryParseError(self._source)


def _any_of(first: Test, second: Test) -> Test:
    return lambda record: first(record) or second(record)


def _all_of(first: Test, second: Test) -> Test:
    return lambda record: first(record) and second(record)


def _not(test: Test) -> Test:
    return lambda record: not test(record)


def _text_test(field: str, method: str, part: Value) -> Test:
    matches, wanted = _TEXT_TESTS[method], str(part)

    def test(record: Record) -> bool:
        value = _field(record, field)
        return isinstance(value, str) and matches(value, wanted)

    return test


def _equality(field: str, wanted: Value, is_equal: bool) -> Test:
    return lambda record: (_field(record, field) == wanted) is is_equal


def _comparison(field: str, sign: str, wanted: Value) -> Test:
    compare = _COMPARE[sign]

    def test(record: Record) -> bool:
        value = _field(record, field)
        if isinstance(value, int | float) and isinstance(wanted, int | float):
            return compare(value, wanted)
        return False

    return test
