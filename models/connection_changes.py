"""Moving a client to other books on purpose, and back: in one transaction, with the old connection kept."""

from datetime import datetime, timedelta

from models.connection import ConnectionChange

UNDO_WITHIN = timedelta(days=30)


def undo_until(change: ConnectionChange) -> datetime:
    """Until when a change of books can be undone."""
    return change.changed_at + UNDO_WITHIN
