"""Lists of clients as they really come: separators, codings, quoted newlines, workbooks and what spreadsheets do."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from contracts.words.client_imports import LARGEST_FILE, MOST_COLUMNS, MOST_ROWS, Spoilt
from contracts.words.refusals import Refused
from rules.clients.imports.columns import SheetRead
from starter.clients.imports.reading import read_file
from starter.clients.imports.workbooks import MOST_UNPACKED, written
from starter.clients.spreadsheet import cell, original

LONDON = ZoneInfo("Europe/London")


def sheet_of(workbook: Workbook) -> Worksheet:
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    return sheet


def book(*rows: Sequence[object], change: Callable[[Workbook], None] = lambda _: None) -> bytes:
    workbook = Workbook()
    for row in rows:
        sheet_of(workbook).append(list(row))
    change(workbook)
    target = BytesIO()
    workbook.save(target)
    return target.getvalue()


def part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one part of it changed."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(target, "w", ZIP_DEFLATED) as after:
        for one in before.namelist():
            after.writestr(one, change(before.read(one)) if one == name else before.read(one))
    return target.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(Refused) as error:
        read_file(content)
    assert error.value.refusal.field == "file"
    return error.value.refusal.message


LIST = 'Client name{s}Code\r\n"Ash{s} Söhne; \n""& Co"", Ltd"{s}00123\r\n\r\n"A, B, C, D"{s}1E5\r\n'


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_any_separator_and_coding(coding, separator):
    sheet = read_file(LIST.format(s=separator).encode(coding))
    assert [heading.lstrip("\ufeff") for heading in sheet.headings] == ["Client name", "Code"]
    assert [(row.number, *row.texts) for row in sheet.rows] == [
        (2, f'Ash{separator} Söhne; \n"& Co", Ltd', "00123"),
        (4, "A, B, C, D", "1E5"),
    ]


def test_a_first_line_that_says_the_separator_is_none_of_the_list():
    sheet = read_file(b"sep=;\r\nname;code\r\nA,B,C;1\r\n")
    assert (sheet.headings, [(row.number, *row.texts) for row in sheet.rows]) == (["name", "code"], [(3, "A,B,C", "1")])


def test_one_column_is_a_list_too():
    assert [row.texts for row in read_file(b"Client name\nAsh, Elm & Co\nOak\n").rows][1] == ["Oak"]


def test_an_open_quotation_mark_swallows_no_rows():
    assert refused(b'name,code\nAsh,1\n"Elm,2\nOak,3\n').startswith("Row 3 cannot be read")
    assert refused(b'name,code\n"Elm" & Co,2\n').startswith("Row 2 cannot be read")


def test_a_workbook_s_values_are_read_as_text():
    rows: list[list[object]] = [
        ["Client list", None],
        [],
        ["Client code", "Client name"],
        ["00123", "Ash"],
        [7, "Élan & <Co>"],
        [None, None],
    ]
    sheet = read_file(book(*rows))
    assert sheet.headings == ["Client code", "Client name"]
    assert [(row.number, *row.texts) for row in sheet.rows] == [(4, "00123", "Ash"), (5, "7", "Élan & <Co>")]


def test_what_a_spreadsheet_has_made_of_a_cell_is_marked():
    values: list[tuple[object, str, str, Spoilt | None]] = [
        (123, "General", "123", None),
        (123, "00000", "00123", None),
        (123, "#,##0", "123", None),
        (100000, "0.00E+00", "100000", Spoilt.POWER),
        (123456, "00-00-00", "123456", Spoilt.SHAPED),
        (1.5, "General", "1.5", Spoilt.FRACTION),
        (10**18, "0", "1000000000000000000", Spoilt.LONG),
        (date(2026, 3, 1), "mmm-yy", "2026-03-01", Spoilt.DATE),
        (datetime(2026, 3, 1, 9, 30), "General", "2026-03-01 09:30:00", Spoilt.DATE),  # noqa: DTZ001  # spreadsheets know no zones
        (True, "General", "TRUE", Spoilt.TRUTH),
        ("#REF!", "General", "#REF!", Spoilt.ERROR),
    ]

    def formatted(workbook: Workbook) -> None:
        for place, (_, shown, _, _) in enumerate(values, start=1):
            if shown != "General":
                sheet_of(workbook).cell(2, place).number_format = shown

    content = book(["x"] * len(values), [value for value, _, _, _ in values], change=formatted)
    (row,) = read_file(content).rows
    assert list(row.texts) == [text for _, _, text, _ in values]
    assert row.spoilt == {place: spoilt for place, (_, _, _, spoilt) in enumerate(values) if spoilt}


def test_a_formula_is_not_evaluated_and_one_without_a_result_is_no_empty_cell():
    content = book(["name", "code", "team"], ["=CONCAT(1,2)", "A1", None])
    (row,) = read_file(content).rows
    assert (row.texts[1], row.spoilt) == ("A1", {0: Spoilt.FORMULA})

    def calculated(sheet: bytes) -> bytes:
        assert b"<v></v>" in sheet or b"<v/>" in sheet or b"<v />" in sheet
        for empty in (b"<v></v>", b"<v/>", b"<v />"):
            sheet = sheet.replace(b"</f>" + empty, b"</f><v>12</v>")
        return sheet

    (row,) = read_file(part(content, "xl/worksheets/sheet1.xml", calculated)).rows
    assert (row.texts[0], dict(row.spoilt)) == ("12", {})


def several_sheets(workbook: Workbook) -> None:
    """A hidden one with a list, an empty one, and two lists."""
    sheet_of(workbook).sheet_state = "hidden"
    workbook.create_sheet("Cover")
    for title, name in (("Clients", "Ash"), ("Left us", "Yew")):
        workbook.create_sheet(title).append(["name"])
        workbook[title].append([name])


SEVERAL = book(["name"], ["hidden"], change=several_sheets)


def test_the_first_visible_sheet_that_has_something_is_read():
    sheet = read_file(SEVERAL)
    assert [row.texts for row in sheet.rows] == [["Ash"]]
    assert sheet.read == SheetRead("Clients", ["Left us"], ["Cover"], ["Sheet"])
    assert sheet.read.sentence == "Read from the sheet “Clients”; “Cover” is empty; “Sheet” is hidden."
    only = read_file(book(["name"], ["Ash"])).read
    assert only == SheetRead("Sheet", [], [], [])
    assert only.sentence == "Read from the sheet “Sheet”."


@pytest.mark.parametrize(
    ("wanted", "name", "others"),
    [
        ("Left us", "Yew", ["Cover", "Clients"]),
        (" left US ", "Yew", ["Cover", "Clients"]),
        ("Sheet", "hidden", ["Cover", "Clients", "Left us"]),  # whoever names a hidden one means it
    ],
)
def test_a_sheet_is_read_by_its_name(wanted, name, others):
    sheet = read_file(SEVERAL, wanted)
    assert [row.texts for row in sheet.rows] == [[name]]
    assert sheet.read is not None
    assert (sheet.read.others, sheet.read.empty, sheet.read.hidden) == (others, [], [])


@pytest.mark.parametrize(
    ("content", "wanted", "told"),
    [
        (
            SEVERAL,
            "Leavers",
            "There is no sheet “Leavers” in the file. It has: “Sheet”, “Cover”, “Clients”, “Left us”.",
        ),
        (SEVERAL, "Cover", "The sheet “Cover” is empty. The file has: “Sheet”, “Cover”, “Clients”, “Left us”."),
        (b"name\nAsh\n", "Clients", "Only an Excel workbook has sheets, and this file is none. Leave the sheet's"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_told(content, wanted, told):
    with pytest.raises(Refused) as error:
        read_file(content, wanted)
    assert error.value.refusal.field == "sheet"
    assert error.value.refusal.message.startswith(told)


def test_a_workbook_of_which_only_hidden_sheets_have_something_says_so():
    def hide(workbook: Workbook) -> None:
        sheet_of(workbook).sheet_state = "veryHidden"
        workbook.create_sheet("Cover")

    assert "hidden: “Sheet”. Show the sheet" in refused(book(["name"], ["Ash"], change=hide))


def test_rows_that_are_far_apart_cost_nothing_and_keep_their_numbers():
    def far(workbook: Workbook) -> None:
        sheet_of(workbook).cell(1_000_000, 1).value = "Elm"

    assert [(row.number, *row.texts) for row in read_file(book(["name"], change=far)).rows] == [(1_000_000, "Elm")]


def test_a_file_s_own_word_on_its_size_is_not_believed():
    def boasting(sheet: bytes) -> bytes:
        assert b'ref="A1:A2"' in sheet
        return sheet.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')

    sheet = read_file(part(book(["name"], ["Ash"]), "xl/worksheets/sheet1.xml", boasting))
    assert [row.texts for row in sheet.rows] == [["Ash"]]


def test_bounds_are_told():
    assert "no rows" in refused(b"\n\n")
    assert refused(b"") == "The file is empty."
    assert "no rows under them" in refused(b"name,code\n")
    assert "larger than 5 MB" in refused(b"x" * (LARGEST_FILE + 1))
    most = b"name\n" + b"Ash\n" * MOST_ROWS
    assert len(read_file(most).rows) == MOST_ROWS
    assert "more than 5,000 rows" in refused(most + b"Elm\n")
    assert "more than 100 columns" in refused(b"name" + b"," * MOST_COLUMNS + b"x\nAsh\n")
    assert "more than 100 columns" in refused(book(["name"] * (MOST_COLUMNS + 1), ["Ash"]))


def test_a_workbook_that_unpacks_to_more_is_never_unpacked():
    content = book(["name"], ["Ash"])
    swollen = part(content, "xl/worksheets/sheet1.xml", lambda sheet: sheet + b" " * MOST_UNPACKED)
    assert len(swollen) < 200_000
    assert "unpacks to more than can be read" in refused(swollen)


def test_a_workbook_that_lies_about_a_part_s_size_is_not_read_on():
    content = part(book(["name"], ["Ash"]), "xl/worksheets/sheet1.xml", lambda sheet: sheet + b" " * MOST_UNPACKED)
    with ZipFile(BytesIO(content)) as archive:
        true = archive.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    assert "cannot be read as an Excel workbook" in refused(content.replace(true, (1000).to_bytes(4, "little")))


def test_a_workbook_with_a_document_type_is_refused():
    def declared(sheet: bytes) -> bytes:
        return b'<!DOCTYPE worksheet [<!ENTITY ash "Ash">]>' + sheet.partition(b"?>")[2]

    assert "declares entities" in refused(part(book(["name"], ["x"]), "xl/worksheets/sheet1.xml", declared))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "has a password or is of an old Excel"),
        (b"PK\x03\x04 and then nothing", "cannot be read as an Excel workbook"),
        (part(book(["name"], ["x"]), "xl/workbook.xml", lambda _: b"<workbook"), "cannot be read as an Excel workbook"),
        (b"%PDF-1.7\n\x81\x8d\x8f\x90\x9d\xff\x00\x00", "neither CSV nor .xlsx"),
    ],
)
def test_what_is_no_list_is_said_with_what_to_do(content, told):
    assert told in refused(content)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+44", "-x", "@a", "\t=", "\n=1", "\uff1d1", "'=1", "''=1", "'", "''", "'a", "O'=x", " =1", "", "a"],
)
def test_a_cell_that_was_kept_from_being_a_formula_comes_back_as_it_was(text):
    exported = str(cell(text, LONDON))
    assert original(exported) == text
    assert not exported.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_workbook_of_ours_holds_text_alone():
    rows = [["00123", "1E5", "'=1+1", "2026-03-01", "a\nb", "x\x07y", "TRUE"]]
    content = written(["a", "b", "c", "d", "e", "f", "g"], rows, title="Clients")
    sheet = sheet_of(load_workbook(BytesIO(content)))
    assert [(one.value, one.data_type, one.number_format) for one in sheet[2]] == [
        (text.replace("\x07", ""), "s", "@") for text in rows[0]
    ]
    (row,) = read_file(content).rows
    assert (row.texts, row.spoilt) == (["00123", "1E5", "=1+1", "2026-03-01", "a\nb", "xy", "TRUE"], {})
