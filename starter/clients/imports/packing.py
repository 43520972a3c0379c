"""A list as it is kept while somebody looks at it: the list, and the file that it is of where that has other sheets.

A list that was kept before files were has its compressed content alone.
"""

import zlib
from typing import Final

import orjson

from contracts.words.client_imports import Spoilt
from rules.clients.imports.columns import Sheet, SheetRead, SheetRow

_LENGTH: Final = 4
"""Bytes in front of the list that say how long it is. The first is nought, as that of a compressed content never is."""


def packed(sheet: Sheet, file: bytes) -> bytes:
    """The list, and its file; an empty one where it is not to be kept."""
    rows = [(row.number, row.texts, [(place, spoilt) for place, spoilt in row.spoilt.items()]) for row in sheet.rows]
    read = None if sheet.read is None else [*sheet.read]
    content = zlib.compress(orjson.dumps((sheet.headings, rows, read)), level=1)
    return len(content).to_bytes(_LENGTH) + content + file


def unpacked(content: bytes) -> Sheet:
    """The list."""
    if content[0] == 0:
        content = content[_LENGTH : _LENGTH + int.from_bytes(content[:_LENGTH])]
    headings, rows, *more = orjson.loads(zlib.decompress(content))
    return Sheet(
        headings,
        [SheetRow(number, texts, {place: Spoilt(one) for place, one in spoilt}) for number, texts, spoilt in rows],
        SheetRead(*more[0]) if more and more[0] else None,
    )


def file_in(content: bytes) -> bytes:
    """The file; empty where none was kept."""
    return content[_LENGTH + int.from_bytes(content[:_LENGTH]) :] if content[0] == 0 else b""
