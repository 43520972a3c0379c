"""Reads CSV as spreadsheets, practice software and people write it: commas, semicolons or tabs, in one of four codings.

``csv.Sniffer`` takes a comma in a name for a separator and fails on quoted newlines; here the whole beginning is read
with each separator, and the one counts that makes rows of one length.
"""

import codecs
import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from typing import Final

from contracts.words.client_imports import Spoilt
from contracts.words.refusals import RefusalCode, Refused
from rules.clients.imports.columns import heading_row, matched

_SEPARATORS: Final = (",", ";", "\t", "|")
_LOOKED_THROUGH: Final = 30
"""Rows of which the separator is told."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAID: Final = "sep="
"""A first line such as ``sep=;``, by which Excel is told the separator."""


def lines(content: bytes) -> Iterator[tuple[int, list[str], dict[int, Spoilt]]]:
    """The rows of a file, each with its number as a spreadsheet counts.

    Raises:
        Refused: It is no text, or a quotation mark is not closed.
    """
    text = _decoded(content)
    first, separator = 1, ""
    head, _, rest = text.partition("\n")
    if head.strip().lower().startswith(_SAID) and len(head.strip("\r")) == len(_SAID) + 1:
        text, first, separator = rest, 2, head[len(_SAID)]
    number = first
    try:
        for number, row in enumerate(_reader(text, separator or _separator(text)), start=first):
            yield number, row, {}
    except csv.Error:
        told = f"Row {number + 1} cannot be read: a quotation mark is not closed, or stands inside a quoted cell alone."
        raise Refused(RefusalCode.INVALID, f"{told} Save the list as CSV anew, or as .xlsx.", field="file") from None


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


def _separator(text: str) -> str:
    """The separator by which the beginning of a file is a table; a comma where none makes one."""
    return max(_SEPARATORS, key=lambda separator: _likeness(text, separator))


def _likeness(text: str, separator: str) -> tuple[int, float, int]:
    """How much a text looks like a table: known headings, the share of rows as long as the headings, columns."""
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in islice(_reader(text, separator), _LOOKED_THROUGH) if row)
    except csv.Error:
        return 0, 0, 0
    if not rows:
        return 0, 0, 0
    at = heading_row(rows)
    width = len(rows[at])
    alike = sum(len(row) == width for row in rows[at:]) / len(rows[at:])
    return len(matched(rows[at])) if width > 1 else 0, alike if width > 1 else 0, width


def _decoded(content: bytes) -> str:
    """The text, in the first coding that fits: marked, UTF-8, UTF-16 by its noughts, Windows-1252.

    Raises:
        Refused: None fits.
    """
    marked = [coding for mark, coding in _MARKS if content.startswith(mark)]
    beginning = content[:2000]
    for coding, half in (("utf-16-le", beginning[1::2]), ("utf-16-be", beginning[::2])):
        if not marked and half.count(0) * 4 > len(half):  # of text in our letters, nearly all of one half
            marked = [coding]
    for coding in marked or ("utf-8", "cp1252"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    told = "The file is neither CSV nor .xlsx. Save the list as CSV (UTF-8) or as .xlsx."
    raise Refused(RefusalCode.INVALID, told, field="file")
