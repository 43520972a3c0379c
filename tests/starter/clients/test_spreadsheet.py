"""CSV that a spreadsheet opens well and safely."""

import csv
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest

from starter.clients.spreadsheet import MARK, as_csv, cell

LONDON = ZoneInfo("Europe/London")


async def rows_of(*rows: Sequence[object]) -> AsyncIterator[Sequence[object]]:
    for row in rows:
        yield row


async def written(*rows: Sequence[object], **words: bool) -> bytes:
    return b"".join([chunk async for chunk in as_csv(["a", "b"], rows_of(*rows), LONDON, **words)])


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_formula_is_shown_as_text(beginning):
    assert cell(f"{beginning}1+1|cmd", LONDON) == f"'{beginning}1+1|cmd"


@pytest.mark.parametrize("name", ["O'Brien & Söhne", "A = B", "a-b", '"Q" Ltd', "東京 株式会社", " spaced ", "1@2"])
async def test_other_names_stay_as_they_are(name):
    content = (await written([name, ""], is_marked=False)).decode()
    assert list(csv.reader(StringIO(content, newline=""))) == [["a", "b"], [name, ""]]


def test_values_as_people_read_them():
    moment = datetime(2026, 7, 1, 12, 30, 15, 999, tzinfo=UTC)
    assert cell(moment, LONDON) == "2026-07-01 13:30:15"
    values = (None, True, False, 7, Decimal("-1.50"), Decimal("1E-7"), [{"name": "=x"}])
    assert [cell(value, LONDON) for value in values] == [
        "",
        "yes",
        "no",
        7,
        "-1.50",
        "0.0000001",
        '[{"name":"=x"}]',
    ]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "UTC", "Pacific/Kiritimati"])
@pytest.mark.parametrize("edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_moment_at_the_edge_of_the_calendar_is_unknown(edge: datetime, zone: str):
    """What was stored before such dates counted as none must not break off an export."""
    assert cell(edge, ZoneInfo(zone)) == ""
    assert cell(edge.date(), ZoneInfo(zone)) == ""


async def test_a_spreadsheet_gets_a_mark_and_other_programs_none():
    assert await written(["é", 1]) == MARK + "a,b\r\né,1\r\n".encode()
    assert await written(["é", 1], is_marked=False) == "a,b\r\né,1\r\n".encode()


async def test_a_name_cannot_break_out_of_its_cell():
    nasty = 'x","y\r\n=1+1'
    content = (await written([nasty, "z"], is_marked=False)).decode()
    assert list(csv.reader(StringIO(content, newline=""))) == [["a", "b"], [nasty, "z"]]


async def test_a_long_table_is_sent_while_it_is_read():
    read = 0

    async def many() -> AsyncIterator[Sequence[object]]:
        nonlocal read
        for number in range(10_000):
            read += 1
            yield [number, "x" * 100]

    chunks = as_csv(["a", "b"], many(), LONDON)
    assert await anext(chunks) == MARK
    assert (await anext(chunks)).startswith(b"a,b\r\n0,x")
    assert 0 < read < 1000
    rest = [chunk async for chunk in chunks]
    assert (read, rest[-1].endswith(b"x\r\n")) == (10_000, True)
