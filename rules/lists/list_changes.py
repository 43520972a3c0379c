"""Compares what a pull read with what is stored, by key and fingerprint, and counts changes for each list; pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from operator import and_, attrgetter
from typing import NamedTuple

import orjson

from contracts.words.lists import ListName, Lists
from contracts.words.standard_information import Contact, Row, contact_lists

MEMBER_FLAGS: dict[ListName, str] = {
    ListName.BANK_ACCOUNTS: "is_bank_account",
    ListName.SUPPLIERS: "in_suppliers",
    ListName.CUSTOMERS: "in_customers",
}
"""The column that says whether a row is in the list; in any other list every row of its type is."""

_JSON_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""A NUL in JSON text: ``u0000`` after an odd number of backslashes."""


class Changes(NamedTuple):
    """What a pull did to one list, in rows: rows now = rows before + added - gone.

    Attributes:
        rows: In the list after the pull.
        added: New, or in the list again.
        changed: In the list before and after, with different content.
        gone: In the list before and not after.
    """

    rows: int
    added: int
    changed: int
    gone: int


class Version(NamedTuple):
    """What the comparison needs to know of a row.

    Attributes:
        fingerprint: Hash of the whole row.
        is_member: For each of the lists that are compared, whether the row is in it.
        is_here: Whether the provider still had it when it was last stored.
        is_elsewhere: Whether it is in another list, which is kept in the same table and not compared now.
    """

    fingerprint: bytes
    is_member: tuple[bool, ...]
    is_here: bool = True
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Keys of rows to insert, to update (changed, or there again), and to mark as gone."""

    new: list[str]
    anew: list[str]
    gone: list[str]


def storable(row: Row) -> tuple[Row, bytes]:
    """The row as PostgreSQL can store it (without NUL characters), and its fingerprint."""
    # The record is hashed as it is: inside the JSON its quotes would be escaped again, at five times the cost.
    described = orjson.dumps(_hashed(row), default=str) + row.record.encode()
    if b"\\" in described and b"\\u0000" in described:  # one byte is found ten times as fast as six
        without = [without_nul(value) if isinstance(value, str) else value for value in row]
        if without != list(row):
            return storable(type(row)._make(without))
    return row, sha256(described).digest()[:16]


def _hashed(row: Row) -> tuple[object, ...]:
    """All but the record; and but a contact's lists where its flags say them, so that no stored hash became another."""
    if isinstance(row, Contact):
        usual = contact_lists(is_supplier=row.is_supplier, is_customer=row.is_customer)
        if (row.in_suppliers, row.in_customers) == usual:
            return row[:-3]
    return row[:-1]


def without_nul(text: str) -> str:
    """A text as PostgreSQL can store it."""
    return _JSON_NUL.sub(r"\1", text.replace("\x00", ""))


def membership(lists: Lists, row: Row) -> tuple[bool, ...]:
    """For each of the lists, whether the row is in it."""
    return tuple([flag is None or bool(getattr(row, flag)) for flag in flags_of(lists)])


@cache
def flags_of(lists: Lists) -> tuple[str | None, ...]:
    """For each of the lists, the column that says whether a row is in it; None where all rows are."""
    return tuple(MEMBER_FLAGS.get(name) for name in lists)


def compare(
    held: Mapping[str, Version], read: Mapping[str, Version], *, is_complete: bool, deleted: Collection[str] = ()
) -> Difference:
    """Which rows have to be written so that the stored list equals what was read.

    Args:
        held: The stored rows, by key.
        read: What the pull read, by key.
        is_complete: Whether the pull read everything; only then do stored rows that were not read count as gone, and
            only those that no list has that was not read.
        deleted: Keys of rows that the provider says are deleted, where the pull read changes only.
    """
    new = [key for key in read if key not in held]
    anew = [
        key
        for key, version in read.items()
        if (before := held.get(key)) and (not before.is_here or before.fingerprint != version.fingerprint)
    ]
    if is_complete:
        gone = [key for key, before in held.items() if before.is_here and not before.is_elsewhere and key not in read]
    else:
        gone = [key for key in deleted if key in held and held[key].is_here and key not in read]
    return Difference(new, anew, gone)


def as_stored(
    held: Mapping[str, Version], read: Mapping[str, Version], is_refused: Sequence[bool]
) -> dict[str, Version]:
    """What was read, and what is stored of lists that could not be read: other lists know less of their rows.

    Args:
        held: The stored rows, by key.
        read: What the pull read, by key.
        is_refused: For each of the lists that are compared, whether its own feed was refused.
    """
    kept = {
        key: before for key, before in held.items() if before.is_here and any(map(and_, before.is_member, is_refused))
    }
    return {**read, **kept}


def count(
    lists: Lists,
    held: Mapping[str, Version],
    read: Mapping[str, Version],
    *,
    is_complete: bool,
    deleted: Collection[str] = (),
    numbers: Sequence[int] | None = None,
) -> dict[ListName, Changes]:
    """The changes of each of the lists; a contact may be gone from one list and stay in the other.

    Args:
        lists: The lists.
        held: The stored rows, by key.
        read: What the pull read, by key.
        is_complete: As for ``compare``.
        deleted: Likewise.
        numbers: How many rows each of the lists has, where ``held`` is only what the pull read or says is deleted; None
            where it is everything.
    """
    counted = {}
    for position, name in enumerate(lists):
        before = {key for key, version in held.items() if version.is_here and version.is_member[position]}
        after = {key for key, version in read.items() if version.is_member[position]}
        # What ``compare`` leaves as it is.
        left = before - read.keys()
        after |= {key for key in left if held[key].is_elsewhere} if is_complete else left - set(deleted)
        stayed = before & after & read.keys()
        changed = sum(held[key].fingerprint != read[key].fingerprint for key in stayed)
        others = 0 if numbers is None else numbers[position] - len(before)
        counted[name] = Changes(others + len(after), len(after - before), changed, len(before - after))
    return counted


def count_first(lists: Lists, rows: Sequence[Row]) -> dict[ListName, Changes]:
    """The changes of each of the lists when nothing was held before: every row is added."""
    return {name: Changes(added, added, 0, 0) for name, added in numbers(lists, rows).items()}


def numbers(lists: Lists, rows: Sequence[Row]) -> dict[ListName, int]:
    """How many of the rows are in each of the lists."""
    return {
        name: sum(map(attrgetter(flag), rows)) if flag else len(rows)
        for name, flag in zip(lists, flags_of(lists), strict=True)
    }
