"""What becomes of two accounts of one client when they are merged: what moves, what is left behind, what forbids it.

One account stays. What it lacks it gets from the other; where both have something and differ, it keeps its own, and
what the other has is left there, in the archive. Nothing is decided in silence: each field and the connection has a
line of its own.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from contracts.words.connections import ConnectionStatus


class Held(NamedTuple):
    """An account's current connection.

    Attributes:
        connection_id: Which one.
        organisation: The organisation's name.
        status: Its status.
    """

    connection_id: UUID
    organisation: str
    status: ConnectionStatus

    @property
    def is_ended(self) -> bool:
        """Whether it is disconnected."""
        return self.status is ConnectionStatus.DISCONNECTED


@dataclass(frozen=True, slots=True)
class Mergeable:
    """An account as merging sees it; people and teams by name.

    Attributes:
        client_id: The client.
        name: Its name.
        code: Its code.
        is_archived: Whether it is in the archive.
        is_merged: Whether it was merged into another account.
        owner: Who looks after it.
        team: Its team.
        company_number: Its number in a company registry.
        tax_number: Its tax number.
        reference: The practice's own reference.
        connection: Its current connection.
    """

    client_id: UUID
    name: str
    code: str
    is_archived: bool
    is_merged: bool
    owner: str
    team: str | None
    company_number: str | None
    tax_number: str | None
    reference: str | None
    connection: Held | None

    @property
    def called(self) -> str:
        """Its name and code."""
        return f"{self.name} ({self.code})"


class Fate(StrEnum):
    """What becomes of something that the account that goes has."""

    MOVES = "moves"
    """The account that stays had nothing there, and gets it."""
    LEFT = "left"
    """The account that stays keeps its own; this stays readable in the archive."""


class FieldMerge(NamedTuple):
    """One field in which the two accounts differ, and the account that goes has something.

    Attributes:
        field: Such as ``tax_number``.
        fate: What becomes of what the account that goes has.
        has: What it has.
        keeps: What the account that stays has and keeps; None where it had nothing.
    """

    field: str
    fate: Fate
    has: str
    keeps: str | None


class ConnectionMerge(StrEnum):
    """Which connection the account that stays has afterwards."""

    NONE = "none"
    """Neither has one."""
    KEEPS = "keeps"
    """It keeps its own; the account that goes has none."""
    KEEPS_OWN = "keeps_own"
    """It keeps its own. The other's has ended: its lists are kept, and no page shows them."""
    MOVES = "moves"
    """It had none and gets the other's, with its lists."""
    REPLACES = "replaces"
    """It gets the other's, with its lists. Its own has ended: its lists are kept, and no page shows them."""

    @property
    def is_moved(self) -> bool:
        """Whether the other's connection becomes the current one."""
        return self in {ConnectionMerge.MOVES, ConnectionMerge.REPLACES}


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What merging would do.

    Attributes:
        fields: The fields in which the two differ.
        connection: Which connection stays.
        fingerprint: Of the two accounts as they are; merging is refused when they have changed since it was shown.
    """

    fields: Sequence[FieldMerge]
    connection: ConnectionMerge
    fingerprint: str


FIELDS: Final = ("name", "code", "owner", "team", "company_number", "tax_number", "reference")
"""All that is compared, in the order in which it is told."""

_NUMBERS: Final = frozenset({"company_number", "tax_number"})


def merge_plan(staying: Mergeable, going: Mergeable) -> MergePlan:
    """What merging an account into another one would do."""
    fields = [merged for field in FIELDS if (merged := _field(field, staying, going)) is not None]
    connection = _connection(staying.connection, going.connection)
    fingerprint = hashlib.sha256(repr((staying, going)).encode()).hexdigest()[:32]
    return MergePlan(fields, connection, fingerprint)


def why_not(staying: Mergeable, going: Mergeable) -> str | None:
    """Why two accounts cannot be merged as they are, with what to do; None where they can."""
    if staying.client_id == going.client_id:
        return "These are one account. Choose another one to merge with it."
    for one in (staying, going):
        if one.is_merged:
            return f"{one.called} was merged into another account already."
    if staying.is_archived:
        return f"{staying.called} is archived. Restore it first, or keep {going.called} instead."
    ours, theirs = staying.connection, going.connection
    for one in (staying, going):
        if one.connection and one.connection.status is ConnectionStatus.DISCONNECTING:
            return f"{one.called} is being disconnected. Merge once that is done."
    if ours and theirs and not ours.is_ended and not theirs.is_ended:
        return (
            f"Both are connected: {staying.called} to {ours.organisation}, {going.called} to {theirs.organisation}. "
            f"{staying.called} would keep its connection, so disconnect {going.called} first. To keep "
            f"{theirs.organisation}, keep {going.called} instead and disconnect {staying.called}."
        )
    return None


def _field(field: str, staying: Mergeable, going: Mergeable) -> FieldMerge | None:
    keeps, has = getattr(staying, field), getattr(going, field)
    if not has or _are_same(field, keeps, has):
        return None
    return FieldMerge(field, Fate.LEFT if keeps else Fate.MOVES, has, keeps)


def _are_same(field: str, ours: str | None, theirs: str) -> bool:
    """Whether nothing is left behind: of a number, blanks and signs tell nothing, but each letter and digit does."""
    return ours == theirs or (field in _NUMBERS and _compact(ours or "") == _compact(theirs))


def _compact(number: str) -> str:
    return "".join(filter(str.isalnum, number)).casefold()


def _connection(ours: Held | None, theirs: Held | None) -> ConnectionMerge:
    if theirs is None:
        return ConnectionMerge.KEEPS if ours else ConnectionMerge.NONE
    if ours is None:
        return ConnectionMerge.MOVES
    return ConnectionMerge.REPLACES if ours.is_ended and not theirs.is_ended else ConnectionMerge.KEEPS_OWN
