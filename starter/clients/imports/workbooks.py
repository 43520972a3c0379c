"""Reads XLSX: the values of the first visible sheet that has any, or of a named one, as text; and writes the export's.

A file is a stranger's: the size of its parts is bounded before they are unpacked; one whose XML declares a document
type, and with it entities that grow, is refused before openpyxl sees it; formulas are neither read nor evaluated, and
links to other files are left alone. ``defusedxml`` would do the second, at three times the cost of all the rest.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, Final
from xml.etree.ElementTree import iterparse  # of what ``_check_markup`` has looked at
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from contracts.words.client_imports import MOST_COLUMNS, Spoilt
from contracts.words.refusals import RefusalCode, Refused
from rules.clients.imports.columns import SheetRead, quoted

MOST_UNPACKED: Final = 40 * 1024 * 1024
"""Bytes of all parts together. 5,000 rows of 100 cells have about 25 MB; one part of 5 MB could unpack to 5 GB."""

_MOST_PARTS: Final = 1_000
_LAST_ROW: Final = 1_048_576
"""Of any spreadsheet."""
_MOST_DIGITS: Final = 15
"""That a spreadsheet keeps of a number."""
_AS_IT_IS: Final = frozenset({"General", "0", "@", "#,##0", "#,##0_);(#,##0)", "#,##0_);[Red](#,##0)"})
"""Formats that show a whole number with all of its digits and no others."""
_PADDED: Final = re.compile("0+")
_TAG: Final = re.compile(r"\{[^}]*\}")

warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
"""It tells on standard error what of a file it leaves out."""

Lines = Iterator[tuple[int, list[str], dict[int, Spoilt]]]


def lines(content: bytes, wanted: str | None, tell: Callable[[SheetRead], object]) -> Lines:
    """The rows of a file, each with its number.

    Args:
        content: The file.
        wanted: The name of the sheet; None for the first that can be seen and is not empty.
        tell: Is told which sheet it is, before its rows come.

    Raises:
        Refused: It is no workbook that can be read, unpacks to more than is allowed, has nothing on a visible sheet, or
            has no sheet of this name.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            _check_sizes(archive)
            _check_markup(archive)
            yield from _sheet(archive, content, wanted, tell)
    except Refused:
        raise
    except Exception as error:  # whatever a damaged file makes of parsers that are not ours
        told = "The file cannot be read as an Excel workbook. Save it anew as .xlsx, or as CSV."
        raise _no(told) from error


def _check_sizes(archive: ZipFile) -> None:
    """Check what a file says of its parts; more than it says of one is never unpacked.

    Raises:
        Refused: There are too many, they are too large, locked, or none is a workbook.
    """
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise _no("The file has a password. Save it without one.")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _no("The workbook unpacks to more than can be read here. Save the list alone as CSV or .xlsx.")
    if "[Content_Types].xml" not in archive.namelist():
        raise BadZipFile


def _check_markup(archive: ZipFile) -> None:
    """Check that no part declares a document type; that of a workbook never does.

    Raises:
        Refused: One does.
    """

    def declared(*_: object) -> None:
        raise _no("The file cannot be read: it declares entities, which no workbook does. Save the list anew.")

    for name in archive.namelist():
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = declared
        try:
            parser.Parse(archive.read(name), True)
        except expat.ExpatError:  # a picture; or something damaged, which openpyxl will not read either
            continue


def _sheet(archive: ZipFile, content: bytes, wanted: str | None, tell: Callable[[SheetRead], object]) -> Lines:
    workbook = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        names = [sheet.title for sheet in workbook.worksheets]
        hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
        empty: list[str] = []
        for name in names if wanted is None else [_named(wanted, names)]:
            if wanted is None and name in hidden:
                continue
            passed = set(names[: names.index(name)]) if wanted is None else set[str]()
            others = [one for one in names if one not in {name, *hidden, *empty}]
            read = SheetRead(name, others, list(empty), [one for one in hidden if one in passed])
            found = False
            for number, texts, spoilt in _values(archive, workbook[name]):
                if not found and any(texts):
                    found = True
                    tell(read)
                yield number, texts, spoilt
            if found:
                return
            empty.append(name)
        if wanted is not None:
            raise _no(f"The sheet {quoted(empty)} is empty. The file has: {quoted(names)}.", "sheet")
        if hidden:
            raise _no(f"Nothing is on the sheets that can be seen; hidden: {quoted(hidden)}. Show the sheet and save.")
    finally:
        workbook.close()


def _named(wanted: str, names: Sequence[str]) -> str:
    """The sheet of a name; as in a spreadsheet, capitals make no difference.

    Raises:
        Refused: There is none.
    """
    for name in names:
        if name.strip().casefold() == wanted.strip().casefold():
            return name
    raise _no(f"There is no sheet {quoted([wanted])} in the file. It has: {quoted(names)}.", "sheet")


def _values(archive: ZipFile, sheet: Any) -> Lines:
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    unevaluated = _without_result(archive, sheet._worksheet_path)  # noqa: SLF001  # the part itself has no other name
    for number, texts, spoilt in _rows(sheet.iter_rows(max_col=MOST_COLUMNS + 1)):
        for place in unevaluated.get(number, ()):
            texts += [""] * (place + 1 - len(texts))
            spoilt[place] = Spoilt.FORMULA
            texts[place] = texts[place] or "="
        yield number, texts, spoilt


def _rows(rows: Iterable[tuple[Any, ...]]) -> Lines:
    last: tuple[Any, ...] | None = None
    for number, row in enumerate(rows, start=1):
        if number > _LAST_ROW:
            raise _no("The sheet has more rows than a sheet can have. Save the list anew as CSV or .xlsx.")
        if row is last:  # the filler between two rows that are far apart is one and the same
            continue
        last = row
        read = [_text(cell) for cell in row]
        spoilt = {place: spoilt for place, (_, spoilt) in enumerate(read) if spoilt is not None}
        yield number, [text for text, _ in read], spoilt


def _text(cell: Any) -> tuple[str, Spoilt | None]:
    """A cell's value as text, and what the spreadsheet has made of it."""
    value = cell.value
    if value is None:
        return "", None
    if cell.data_type == "e":
        return str(value), Spoilt.ERROR
    if isinstance(value, bool):
        return str(value).upper(), Spoilt.TRUTH
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format or "General")
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, (date, time, timedelta)):
        return str(value), Spoilt.DATE
    return str(value), None


def _number(value: float, shown: str) -> tuple[str, Spoilt | None]:
    """A number as it is shown, where that is its digits; a format of noughts alone shows those before it."""
    if abs(value) >= 10**_MOST_DIGITS:
        return f"{value:.0f}", Spoilt.LONG
    if value != int(value):
        return f"{value:.15g}", Spoilt.FRACTION
    digits = str(int(value))
    if "E+" in shown.upper():
        return digits, Spoilt.POWER
    if _PADDED.fullmatch(shown):
        return digits.zfill(len(shown)), None
    return digits, None if shown in _AS_IT_IS else Spoilt.SHAPED


def _without_result(archive: ZipFile, part: str) -> dict[int, list[int]]:
    """The columns of cells with a formula and no result, by row; programs other than spreadsheets write such."""
    found: dict[int, list[int]] = {}
    content = archive.read(part)
    if not re.search(rb"<(\w+:)?f[\s>/]", content):
        return found
    row = 0
    for event, element in iterparse(BytesIO(content), events=("start", "end")):  # noqa: S314  # see above
        name = _TAG.sub("", element.tag)
        if name == "row" and event == "start":
            row = int(element.get("r") or row + 1)
        elif name == "c" and event == "end":
            inside = {_TAG.sub("", child.tag): child.text for child in element}
            if "f" in inside and not inside.get("v"):
                found.setdefault(row, []).append(_place(element.get("r") or "A"))
        elif name == "row":
            element.clear()
    return found


def _place(coordinate: str) -> int:
    place = 0
    for letter in coordinate.rstrip("0123456789").upper():
        place = place * 26 + ord(letter) - ord("A") + 1
    return min(place - 1, MOST_COLUMNS)


def written(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str) -> bytes:
    """A workbook with one sheet, every cell of it text, so that a spreadsheet makes no number or date of any.

    Args:
        columns: The headings.
        rows: Texts in the columns' order.
        title: The sheet's name.
    """
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    headings = []
    for column in columns:
        cell = WriteOnlyCell(sheet, column)
        cell.font = Font(bold=True)
        headings.append(cell)
    sheet.append(headings)
    cells = [WriteOnlyCell(sheet) for _ in columns]  # written at once, and so used again for every row
    for cell in cells:
        cell.number_format = "@"
    for row in rows:
        for cell, text in zip(cells, row, strict=True):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
            cell.data_type = "s"  # never a formula
        sheet.append(cells)
    target = BytesIO()
    workbook.save(target)
    return target.getvalue()


def _no(message: str, field: str = "file") -> Refused:
    return Refused(RefusalCode.INVALID, message, field=field)
