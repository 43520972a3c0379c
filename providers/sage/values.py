"""Reads Sage's calendar days; one that cannot be read is None, never an error."""

from datetime import date


def day(value: object) -> date | None:
    """A calendar day, out of a date or of the date of a time."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
