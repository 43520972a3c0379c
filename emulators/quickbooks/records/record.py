"""How QuickBooks writes ids, moments and references to other records in its JSON."""

from datetime import datetime
from zoneinfo import ZoneInfo

from emulators.books.drawing import BOOKS_OPENED
from emulators.books.library import Record

__all__ = ["DELETED", "OPENED", "Record", "deleted", "entity", "inactive", "reference", "stamp"]

PACIFIC = ZoneInfo("America/Los_Angeles")
DELETED = " (deleted)"
"""What the name of an inactive record ends with."""

_NAMES = ("Name", "FullyQualifiedName", "DisplayName")


def stamp(seconds: float) -> str:
    """A moment as QuickBooks writes it: whole seconds, in Pacific time wherever the company is.

    Args:
        seconds: Since the epoch.
    """
    return datetime.fromtimestamp(int(seconds), PACIFIC).isoformat()


OPENED = stamp(BOOKS_OPENED)


def reference(value: str, name: str = "") -> Record:
    """How a record is named in another one.

    Args:
        value: Its id.
        name: Its name, where it has one.
    """
    return {"value": value, "name": name} if name else {"value": value}


def entity(identity: str, updated_at: float, *, created: str = OPENED) -> Record:
    """What each record begins with.

    Args:
        identity: Its id, unique among the company's records of its kind.
        updated_at: When it was last changed, in seconds since the epoch.
        created: When it was made, as written.
    """
    return {
        "domain": "QBO",
        "sparse": False,
        "Id": identity,
        "SyncToken": "0",
        "MetaData": {"CreateTime": created, "LastUpdatedTime": stamp(updated_at)},
    }


def inactive(record: Record) -> Record:
    """A record that is not used any more: it stays, and its name says so."""
    changed = record | {"Active": False}
    for name in _NAMES:
        value = changed.get(name)
        if isinstance(value, str) and not value.endswith(DELETED):
            changed[name] = value + DELETED
    return changed


def deleted(record: Record, now: float) -> Record:
    """What is told of a record that is gone.

    Args:
        record: The record before.
        now: When it went, in seconds since the epoch.
    """
    return {
        "domain": "QBO",
        "status": "Deleted",
        "Id": record["Id"],
        "MetaData": {"LastUpdatedTime": stamp(now)},
    }
