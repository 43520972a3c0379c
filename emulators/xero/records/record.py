"""How Xero writes dates in its JSON."""

from emulators.books.library import Record

__all__ = ["Record", "json_date", "seconds_of"]


def json_date(seconds: float) -> str:
    """A moment as Xero's JSON has it: epoch milliseconds with an offset.

    Args:
        seconds: Since the epoch.
    """
    return f"/Date({int(seconds * 1000)}+0000)/"


def seconds_of(value: object) -> float:
    """The moment of a date that :func:`json_date` wrote, in seconds since the epoch; 0 without one."""
    if not isinstance(value, str) or not value.startswith("/Date("):
        return 0.0
    return int(value[6 : value.index("+")]) / 1000
