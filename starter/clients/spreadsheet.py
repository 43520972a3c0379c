"""Rows as CSV that spreadsheets open well and safely: UTF-8 with a mark, local times, and no cell that is a formula.

It knows nothing of what the rows are about; see ``exports``.
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
    """A value as a cell.

    Args:
        value: A moment becomes local time to the second; a list or mapping becomes JSON. A text that a spreadsheet
            would take for a formula gets an apostrophe in front, which shows that it is text. A date in the
            calendar's first or last year, by which some software says that there is none, is an empty cell.
        zone: Whose local time.
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
    return f"'{value}" if isinstance(value, str) and value.startswith(_BEGINNINGS) else value


async def as_csv(
    columns: Sequence[str], rows: AsyncIterable[Sequence[object]], zone: tzinfo, *, is_marked: bool = True
) -> AsyncIterator[bytes]:
    """Rows as CSV, in chunks, while they are read.

    Args:
        columns: The names in the first line.
        rows: Values in the columns' order.
        zone: For the times in them.
        is_marked: Begin with the mark that spreadsheets need; other programs are better off without.

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
