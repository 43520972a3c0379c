"""Reads a list of clients out of a file: CSV or XLSX, told by what it holds and not by its name.

What is read is text. Nothing is evaluated, and what a spreadsheet has made of a cell (a date, a power of ten) is marked
and not guessed at. Cells that our export, or another careful one, has kept from being taken for formulas are read as
what they were.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from contracts.words.client_imports import LARGEST_FILE, MOST_COLUMNS, MOST_ROWS, ImportField, ImportRows, Spoilt
from contracts.words.refusals import RefusalCode, Refused
from rules.clients.imports.columns import Sheet, SheetRead, SheetRow, heading_row
from starter.clients.imports import csv_files, workbooks
from starter.clients.spreadsheet import original

_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
"""How files of Excel 97 begin, and those with a password."""


class FileRow(NamedTuple):
    """A row of any kind of file; see ``SheetRow``."""

    number: int
    texts: list[str]
    spoilt: Mapping[int, Spoilt]


def read_file(content: bytes, sheet: str | None = None) -> Sheet:
    """The list in a file.

    Args:
        content: The file's bytes.
        sheet: The sheet of a workbook, by its name; None for the first that can be seen and is not empty.

    Raises:
        Refused: It is empty, too large, or no list that can be read; the text says which and what to do.
    """
    if not content:
        raise _no("The file is empty.")
    if len(content) > LARGEST_FILE:
        raise _no(f"The file is larger than {LARGEST_FILE // 2**20} MB. Leave out what is not needed, or split it.")
    if content.startswith(_OLD_OR_LOCKED):
        raise _no("The file has a password or is of an old Excel. Save it as .xlsx without a password, or as CSV.")
    if content.startswith(b"PK"):
        read: list[SheetRead] = []
        found = _sheet(list(_bounded(workbooks.lines(content, sheet, read.append))))
        return found._replace(read=read[0])
    if sheet is not None:
        message = "Only an Excel workbook has sheets, and this file is none. Leave the sheet's name out."
        raise Refused(RefusalCode.INVALID, message, field="sheet")
    return _sheet(list(_bounded(csv_files.lines(content))))


def sheet_of(sent: ImportRows) -> Sheet:
    """The list that a program has sent as rows; they are counted from one."""
    fields = [field.value for field in ImportField]
    texts = [[getattr(row, field) or "" for field in fields] for row in sent.rows]
    return Sheet(fields, [SheetRow(number, row) for number, row in enumerate(texts, start=1)])


def _bounded(lines: Iterable[tuple[int, list[str], dict[int, Spoilt]]]) -> Iterable[FileRow]:
    held = 0
    for number, texts, spoilt in lines:
        while texts and not texts[-1].strip():
            texts.pop()
        if not texts:
            continue
        if len(texts) > MOST_COLUMNS:
            raise _no(f"The list has more than {MOST_COLUMNS} columns. Leave out what is not needed.")
        held += 1
        if held > MOST_ROWS + 16:  # the headings, and what stands above them
            raise _no(_TOO_MANY)
        yield FileRow(number, texts, spoilt)


def _sheet(lines: list[FileRow]) -> Sheet:
    if not lines:
        raise _no("The file has no rows.")
    at = heading_row([line.texts for line in lines])
    headings, below = lines[at], lines[at + 1 :]
    if len(below) > MOST_ROWS:
        raise _no(_TOO_MANY)
    if not below:
        raise _no("The file has headings and no rows under them.")
    width = max(len(line.texts) for line in (headings, *below))
    named = [original(text) for text in headings.texts] + [""] * (width - len(headings.texts))
    return Sheet(named, [SheetRow(line.number, [original(text) for text in line.texts], line.spoilt) for line in below])


_TOO_MANY = f"The list has more than {MOST_ROWS:,} rows. Split it, and import one part after the other."


def _no(message: str) -> Refused:
    return Refused(RefusalCode.INVALID, message, field="file")
