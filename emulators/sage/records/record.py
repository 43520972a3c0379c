"""How Sage writes ids, moments, amounts and references to other records in its JSON."""

from datetime import UTC, datetime
from uuid import UUID

from emulators.books.drawing import BOOKS_OPENED
from emulators.books.ids import guid, numbered_guid
from emulators.books.library import Record

__all__ = ["OPENED", "Record", "amount", "hex_id", "named", "numbered_id", "opened", "reference", "stamp"]


def hex_id(*words: object) -> str:
    """The id of a record, made of ``words``: 32 hexadecimal digits."""
    return guid(*words).replace("-", "")


def numbered_id(business_id: str, number: int) -> str:
    """The id of a business's numbered record; quicker than :func:`hex_id`, for thousands of them."""
    return numbered_guid(str(UUID(business_id)), number).replace("-", "")


def stamp(seconds: float) -> str:
    """A moment as Sage writes it: whole seconds, in UTC.

    Args:
        seconds: Since the epoch.
    """
    return f"{datetime.fromtimestamp(int(seconds), UTC).isoformat()[:19]}Z"


OPENED = stamp(BOOKS_OPENED)


def amount(value: float) -> str:
    """An amount of money or a quantity: decimal digits in a string."""
    return f"{value:.2f}".removesuffix("0") if round(value, 2) == value else str(value)


def reference(path: str, identity: str, displayed_as: str) -> Record:
    """How a record is named in another one.

    Args:
        path: Of its list.
        identity: Its id.
        displayed_as: Its label.
    """
    return {"id": identity, "displayed_as": displayed_as, "$path": f"/{path}/{identity}"}


def named(path: str, word: tuple[str, str]) -> Record:
    """A reference to a record of a fixed list, by its id and label."""
    return reference(path, *word)


def opened(path: str, identity: str, displayed_as: str, updated_at: str = OPENED) -> Record:
    """What each record of a business begins with.

    Args:
        path: Of its list.
        identity: Its id.
        displayed_as: Its label.
        updated_at: When it was last changed.
    """
    return reference(path, identity, displayed_as) | {"created_at": OPENED, "updated_at": updated_at}
