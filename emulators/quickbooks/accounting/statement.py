"""The query language: a statement's text read into its parts, by Intuit's published grammar.

``SELECT * | COUNT(*) | properties FROM entity [WHERE conditions] [ORDERBY properties] [STARTPOSITION n] [MAXRESULTS
n]``. Conditions are joined by ``AND`` alone. Values stand in single quotes, in which a backslash escapes, or are
``true`` or ``false``; numbers without quotes are for positions only. Words of the language are written in any case.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from emulators.quickbooks.answers import Error, unparsed

Literal = str | bool
T = TypeVar("T")

_TOKENS = re.compile(
    r"\s*(?:(?P<text>'(?:\\.|[^'\\])*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<sign><=|>=|[=<>(),*]))",
    re.DOTALL,
)
_COMPARED = frozenset({"=", "<", ">", "<=", ">="})
_RESERVED = frozenset({"SELECT", "FROM", "WHERE", "AND", "ORDERBY", "STARTPOSITION", "MAXRESULTS", "IN", "LIKE"})


class UnparsedError(Exception):
    """The text is no statement.

    Attributes:
        error: How that is answered.
    """

    def __init__(self, what: str, column: int) -> None:
        super().__init__(what)
        self.error: Error = unparsed(what, column)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    Attributes:
        operator: ``=``, ``<``, ``>``, ``<=``, ``>=``, ``IN`` or ``LIKE``.
        values: One; of ``IN`` as many as there are.
    """

    name: str
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole statement.

    Attributes:
        entity: As it was written.
        names: What is selected, ``*`` among it.
        is_count: Whether rows are counted only.
        order: Properties, and whether each is descending.
        start: From 1; None where nothing was said.
        most: None where nothing was said.
    """

    entity: str
    names: tuple[str, ...] = ()
    is_count: bool = False
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    start: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text.

    Attributes:
        kind: ``text``, ``number``, ``word``, ``sign`` or ``end``.
        written: As it stands there; a text without its quotes and escapes.
        column: Where it begins, from 1.
    """

    kind: str
    written: str
    column: int

    @property
    def upper(self) -> str:
        """A word in capitals; nothing else is a word of the language."""
        return self.written.upper() if self.kind == "word" else ""


def parsed(text: str) -> Statement:
    """Read a statement.

    Raises:
        UnparsedError: It is none.
    """
    return _Parser(_tokens(text)).statement()


def _tokens(text: str) -> list[Token]:
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKENS.match(text, place)
        if match is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            raise UnparsedError(text[place], place + 1)
        kind = str(match.lastgroup)
        written = match[kind]
        if kind == "text":
            written = re.sub(r"\\(.)", r"\1", written[1:-1], flags=re.DOTALL)
        found.append(Token(kind, written, match.start(kind) + 1))
        place = match.end()
    found.append(Token("end", "<EOF>", end + 1))
    return found


@dataclass(slots=True)
class _Parser:
    tokens: list[Token]
    place: int = 0

    def statement(self) -> Statement:
        self._need("SELECT")
        is_count = self._takes("COUNT")
        names: tuple[str, ...] = ()
        if is_count:
            for sign in "(*)":
                self._need_sign(sign)
        else:
            names = self._listed(self._selected)
        self._need("FROM")
        entity = self._name()
        conditions = self._conditions() if self._takes("WHERE") else ()
        order = self._listed(self._ordered) if self._takes("ORDERBY") else ()
        start = self._number() if self._takes("STARTPOSITION") else None
        most = self._number() if self._takes("MAXRESULTS") else None
        if self._now.kind != "end":
            self._fail()
        return Statement(entity, names, is_count, conditions, order, start, most)

    @property
    def _now(self) -> Token:
        return self.tokens[self.place]

    def _fail(self) -> NoReturn:
        raise UnparsedError(self._now.written, self._now.column)

    def _next(self) -> Token:
        token = self._now
        self.place += 1
        return token

    def _takes(self, word: str) -> bool:
        if self._now.upper != word:
            return False
        self.place += 1
        return True

    def _takes_sign(self, sign: str) -> bool:
        if self._now.kind != "sign" or self._now.written != sign:
            return False
        self.place += 1
        return True

    def _need(self, word: str) -> None:
        if not self._takes(word):
            self._fail()

    def _need_sign(self, sign: str) -> None:
        if not self._takes_sign(sign):
            self._fail()

    def _name(self) -> str:
        if self._now.kind != "word" or self._now.upper in _RESERVED:
            self._fail()
        return self._next().written

    def _selected(self) -> str:
        return "*" if self._takes_sign("*") else self._name()

    def _ordered(self) -> tuple[str, bool]:
        name = self._name()
        is_descending = self._takes("DESC")
        if not is_descending:
            self._takes("ASC")
        return name, is_descending

    def _conditions(self) -> tuple[Condition, ...]:
        found = [self._condition()]
        while self._takes("AND"):
            found.append(self._condition())
        return tuple(found)

    def _condition(self) -> Condition:
        name = self._name()
        if self._takes("IN"):
            self._need_sign("(")
            values = self._listed(self._value)
            self._need_sign(")")
            return Condition(name, "IN", values)
        if self._takes("LIKE"):
            return Condition(name, "LIKE", (self._value(),))
        if self._now.kind != "sign" or self._now.written not in _COMPARED:
            self._fail()
        operator = self._next().written
        return Condition(name, operator, (self._value(),))

    def _value(self) -> Literal:
        if self._now.kind == "text":
            return self._next().written
        if self._takes("TRUE"):
            return True
        if not self._takes("FALSE"):
            self._fail()
        return False

    def _number(self) -> int:
        if self._now.kind != "number" or not self._now.written.lstrip("-").isdigit():
            self._fail()
        return int(self._next().written[:10])

    def _listed(self, one: Callable[[], T]) -> tuple[T, ...]:
        found = [one()]
        while self._takes_sign(","):
            found.append(one())
        return tuple(found)
