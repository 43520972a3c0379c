"""Saved views of the client list: how they may be called, who may change one, and what is left of one later. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.words.refusals import RefusalCode, Refused

LONGEST_NAME: Final = 40
MOST_OWN: Final = 30
"""Views that one colleague keeps at most."""
MOST_SHARED: Final = 30
"""Views that a practice shares at most: everybody has them above the list."""


class FixedView(StrEnum):
    """The views that everybody has; no other view is called like one."""

    ALL = "All"
    MINE = "Mine"
    NEEDS_ME = "Needs me"
    NEEDS_SOMEBODY = "Needs somebody"
    NOT_CONNECTED = "Not connected"
    ARCHIVED = "Archived"


WHOEVER_LOOKS: Final = "me"
"""Kept in place of an owner: the view shows everybody their own clients."""


def stored_owner(owner_id: UUID | None, maker_id: UUID) -> str | None:
    """The owner whose clients a view asks for, as it is kept.

    Whoever makes a view of their own clients means *Mine*. Shared, it shows everybody theirs, not its maker's.

    Args:
        owner_id: The owner that the list is narrowed to; None for all.
        maker_id: Who makes the view.
    """
    if owner_id is None:
        return None
    return WHOEVER_LOOKS if owner_id == maker_id else str(owner_id)


_FIXED = frozenset(view.value.casefold() for view in FixedView)


def name_of(text: str) -> str:
    """The name of a view as it is kept: one line, without blanks around it.

    Raises:
        Refused: Nothing is left, it is too long, it cannot be shown, or everybody has a view of this name.
    """
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(RefusalCode.INVALID, f"Give 1 to {LONGEST_NAME} characters.", field="name")
    if not name.isprintable():
        message = "The name holds a character that cannot be shown. Type it again."
        raise Refused(RefusalCode.INVALID, message, field="name")
    if name.casefold() in _FIXED:
        message = f"Everybody has a view called {name} already. Choose another name."
        raise Refused(RefusalCode.DUPLICATE, message, field="name")
    return name


def may_change(*, is_own: bool, is_shared: bool, is_admin: bool) -> bool:
    """Whether a colleague may change a view: their own, and admins a shared one too."""
    return is_own or (is_shared and is_admin)


def check_room(*, own: int, shared: int, is_shared: bool) -> None:
    """Check that one more view may be kept.

    Args:
        own: How many its owner would have beside it.
        shared: How many the practice would share beside it.
        is_shared: Whether it is to be shared.

    Raises:
        Refused: There is no room.
    """
    if own >= MOST_OWN:
        raise Refused(RefusalCode.INVALID, f"You can keep {MOST_OWN} views at most. Delete one that you do not need.")
    if is_shared and shared >= MOST_SHARED:
        message = f"{MOST_SHARED} views are shared in a practice at most. Keep this one to yourself, or delete one."
        raise Refused(RefusalCode.INVALID, message, field="shared")


@dataclass(frozen=True, slots=True)
class Usable:
    """What a stored query still asks for.

    Attributes:
        kept: Its parts that are known, by name.
        left_out: The names of the others, such as that of a team which was deleted.
    """

    kept: Mapping[str, object]
    left_out: tuple[str, ...]


def usable(stored: Mapping[str, object], known: Mapping[str, Collection[object]]) -> Usable:
    """What of a stored query can be used now.

    Args:
        stored: Its parts by name; those that are None ask for nothing.
        known: By name, the values that there are; an empty text stands for any text.
    """
    asks = {name: value for name, value in stored.items() if value is not None}
    kept = {name: value for name, value in asks.items() if _is_known(value, known.get(name, ()))}
    return Usable(kept, tuple(sorted(asks.keys() - kept.keys())))


def _is_known(value: object, values: Collection[object]) -> bool:
    is_plain = isinstance(value, str | bool)
    return is_plain and (value in values or ("" in values and isinstance(value, str)))
