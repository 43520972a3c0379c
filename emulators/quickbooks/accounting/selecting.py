"""What a statement finds among a company's records, and how the answer tells it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from emulators.quickbooks.accounting.entities import ACTIVE, Entity
from emulators.quickbooks.accounting.statement import Condition, Literal, Statement
from emulators.quickbooks.answers import Error, invalid
from emulators.quickbooks.records.record import PACIFIC, Record

USUAL, MOST = 100, 1000
"""Rows in an answer where nothing is said, and the most that may be asked for."""

Operator = Callable[[Any, Any], bool]
_OPERATORS: dict[str, Operator] = {"=": eq, "<": lt, ">": gt, "<=": le, ">=": ge}
_ALWAYS_TOLD = ("domain", "sparse")
Compared = str | float | bool


class InvalidError(Exception):
    """A statement asks for what there is not.

    Attributes:
        error: How that is answered.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.error: Error = invalid(why)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """What is wrong with an answer, by a fault.

    Attributes:
        left_out: The share of the rows that is missing.
        repeats_row: Whether a further page begins with the last row of the one before.
        refused: A part of the name of lists that are refused, and how; None where none is.
    """

    left_out: float = 0.0
    repeats_row: bool = False
    refused: tuple[str, Error] | None = None


def selected(
    entity: Entity,
    records: Sequence[Record],
    statement: Statement,
    *,
    cuts: bool = False,
    spoilt: Spoilt = Spoilt(),  # it cannot be changed
) -> Record:
    """The ``QueryResponse`` of a statement.

    Args:
        entity: What is asked for.
        records: All that there are.
        statement: What is asked.
        cuts: Whether too large a ``MAXRESULTS`` is cut, in place of refused.
        spoilt: What is wrong with the answer.

    Raises:
        InvalidError: It names properties that there are not, or positions that cannot be.
    """
    named = [name for name in statement.names if name != "*"]
    for name in (*named, *(one.name for one in statement.conditions), *(name for name, _ in statement.order)):
        if name not in entity.properties:
            raise InvalidError(f"Property {name} not found for Entity {entity.name}")
    start, most = _positions(statement, cuts=cuts)
    rows = [record for record in records if "status" not in record]
    if entity.can_be_inactive and ACTIVE not in {one.name for one in statement.conditions}:
        rows = [record for record in rows if record.get(ACTIVE) is not False]
    for condition in statement.conditions:
        rows = [record for record in rows if _holds(condition, record)]
    if statement.is_count:
        return {"totalCount": len(rows)}
    page = _ordered(rows, statement)[start - 1 :][:most]
    page = page[: int(len(page) * (1 - spoilt.left_out))]
    if spoilt.repeats_row and start > 1:
        page = [*_ordered(rows, statement)[start - 2 :][:1], *page]
    if not page:
        return {}
    return {
        entity.name: [_shown(entity, record, statement.names, named) for record in page],
        "startPosition": start,
        "maxResults": len(page),
    }


def shown_whole(entity: Entity, record: Record) -> Record:
    """A record as it is told where nobody selects."""
    return {name: value for name, value in record.items() if name not in entity.on_request}


def _positions(statement: Statement, *, cuts: bool) -> tuple[int, int]:
    start = 1 if statement.start is None else statement.start
    most = USUAL if statement.most is None else statement.most
    if start < 1:
        raise InvalidError(f"value {start} is too small. Min allowed value is 1. Error at property STARTPOSITION")
    if most < 1:
        raise InvalidError(f"value {most} is too small. Min allowed value is 1. Error at property MAXRESULTS")
    if most > MOST and not cuts:
        raise InvalidError(f"value {most} is too large. Max allowed value is {MOST}. Error at property MAXRESULTS")
    return start, min(most, MOST)


def _ordered(rows: list[Record], statement: Statement) -> list[Record]:
    """The rows in the order that was asked for; an order by ``Id`` is ignored, as Intuit has since January 2026."""
    found = list(rows)
    for name, is_descending in reversed(statement.order):
        if name != "Id":
            found.sort(key=lambda record: _sorted_by(_value(record, name)), reverse=is_descending)  # used at once
    return found


def _sorted_by(value: object) -> tuple[int, float, str]:
    comparable = _comparable(value)
    if comparable is None:
        return 0, 0.0, ""
    return (2, 0.0, comparable.lower()) if isinstance(comparable, str) else (1, float(comparable), "")


def _shown(entity: Entity, record: Record, names: Sequence[str], named: Sequence[str]) -> Record:
    if "*" in names:
        extra = set(named)
        return {name: value for name, value in record.items() if name not in entity.on_request - extra}
    told: Record = {name: record[name] for name in _ALWAYS_TOLD if name in record} | {"sparse": True}
    for name in ("Id", *named):
        outer, _, inner = name.partition(".")
        value = record.get(outer)
        if inner and isinstance(value, dict):
            before = told.get(outer)
            told[outer] = (before if isinstance(before, dict) else {}) | {inner: value[inner]}
        elif value is not None:
            told[outer] = value
    return told


def _value(record: Record, name: str) -> object:
    outer, _, inner = name.partition(".")
    value = record.get(outer)
    if inner and isinstance(value, dict):
        return value.get(inner)
    if value is None and name == ACTIVE:
        return True
    return value


def _comparable(value: object) -> Compared | None:
    """A value as it is compared; a reference by its id, a moment by its seconds."""
    if isinstance(value, dict):
        value = value.get("value", value.get("Address", value.get("FreeFormNumber")))
    if isinstance(value, bool | int | float):
        return value
    if not isinstance(value, str):
        return None
    moment = _moment(value) if len(value) > 10 and value[4:5] == "-" and "T" in value else None
    return value if moment is None else moment


def _moment(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)).timestamp()


def _holds(condition: Condition, record: Record) -> bool:
    value = _comparable(_value(record, condition.name))
    if condition.operator == "IN":
        return any(_compares(eq, value, one, condition.name) for one in condition.values)
    if condition.operator == "LIKE":
        return isinstance(value, str) and _is_like(value.lower(), str(condition.values[0]).lower())
    return _compares(_OPERATORS[condition.operator], value, condition.values[0], condition.name)


def _compares(operator: Operator, value: Compared | None, literal: Literal, name: str) -> bool:
    if value is None:
        return False
    if isinstance(value, bool):
        said = literal if isinstance(literal, bool) else {"true": True, "false": False}.get(literal.lower())
        return said is not None and operator(value, said)
    if isinstance(literal, bool):
        return False
    if isinstance(value, str):
        if value.isdecimal() and literal.isdecimal() and operator is not eq:
            return operator(int(value), int(literal))
        return operator(value, literal)
    if name.endswith("Time"):
        moment = _moment(literal)
        if moment is None:
            raise InvalidError(f"Invalid date format {literal} for property {name}")
        return operator(value, moment)
    try:
        return operator(value, float(literal))
    except ValueError:
        return False


def _is_like(value: str, pattern: str) -> bool:
    """Whether a value fits a pattern in which ``%`` is anything."""
    first, *others = pattern.split("%")
    if not others:
        return value == first
    if not value.startswith(first):
        return False
    place = len(first)
    for part in others[:-1]:
        place = value.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return value.endswith(others[-1]) and len(value) - len(others[-1]) >= place
