"""Writes CSV that spreadsheets open correctly and safely: UTF-8 with a mark, local times, no formulas in cells.

It knows nothing of what the rows mean; see ``exports``.
"""

import csv
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime, tzinfo
from decimal import Decimal
from io import StringIO

import orjson

MARK = b"\xef\xbb\xbf"
"""The byte order mark: without it, spreadsheets take UTF-8 for an old code page."""

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula, in full width too, as OWASP's *CSV injection* lists."""

_CHUNK = 64 * 1024
"""Characters that are gathered before they are handed on."""


def cell(value: object, zone: tzinfo) -> object:
    """A value as the content of a cell.

    Args:
        value: A moment becomes local time to the second; a list or mapping becomes JSON. A text that a spreadsheet
            would take for a formula gets an apostrophe in front; one that looks as if it had got one gets another, so
            that ``original`` tells what it was. A date in the calendar's first or last year, with which some software
            says that there is none, becomes an empty cell.
        zone: The time zone for local times.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date) and value.year in (MINYEAR, MAXYEAR):
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Decimal):
        return f"{value:f}"  # every digit, and never as a power of ten
    if isinstance(value, (list, dict)):
        value = orjson.dumps(value).decode()
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(_BEGINNINGS) else value


def original(text: str) -> str:
    """The text of which ``cell`` made this one; a text that it leaves alone is its own original."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_BEGINNINGS) else text


async def as_csv(
    columns: Sequence[str], rows: AsyncIterable[Sequence[object]], zone: tzinfo, *, is_marked: bool = True
) -> AsyncIterator[bytes]:
    """Write rows as CSV, in pieces, while they are read.

    Args:
        columns: The names in the first line.
        rows: Values in the columns' order.
        zone: The time zone for times in cells.
        is_marked: Begin with the byte order mark, which spreadsheets need; leave it out for other programs.

    Yields:
        UTF-8.
    """
    if is_marked:
        yield MARK
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    async for row in rows:
        writer.writerow([cell(value, zone) for value in row])
        if text.tell() >= _CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
