"""Moments to PostgreSQL and back, beside what the driver and the server make of them by themselves."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.kit.bulk import copy_rows

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 34, 56, 789_012, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=timezone(timedelta(hours=-7))),
    datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


@pytest.mark.parametrize("at", MOMENTS)
async def test_the_server_reads_the_same_moment_and_gives_it_back(database, at):
    written = text("SELECT to_char(CAST(:at AS timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")
    async with database.session() as session:
        told = at.astimezone(UTC).isoformat(sep=" ", timespec="microseconds").removesuffix("+00:00")
        assert (await session.exec(written, params={"at": at})).scalar_one() == told
        (back, several) = (
            await session.exec(
                text("SELECT CAST(:at AS timestamptz), ARRAY[CAST(:at AS timestamptz)]"), params={"at": at}
            )
        ).one()
    assert (back, back.tzinfo, several) == (at, UTC, [at])


async def test_the_driver_itself_says_the_same(database):
    """All but the calendar's first moment, which it takes for infinity."""
    moments, several = MOMENTS[1:], "SELECT array_agg(m ORDER BY m) FROM unnest($1::timestamptz[]) m"
    async with database.session() as session:
        driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
        ours = [await driver.fetchval("SELECT $1::timestamptz", at) for at in moments]
        ours_at_once = await driver.fetchval(several, moments)
        await driver.reset_type_codec("timestamptz", schema="pg_catalog")
        try:
            theirs = [await driver.fetchval("SELECT $1::timestamptz", at) for at in moments]
            theirs_at_once = await driver.fetchval(several, moments)
        finally:
            await session.invalidate()  # nobody else may get that connection
    assert ours == theirs == moments
    assert ours_at_once == theirs_at_once


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("-infinity", FIRST),
        ("0044-03-15 BC", FIRST),
        ("infinity", LAST),
        ("20000-01-01", LAST),
    ],
)
async def test_what_no_calendar_here_holds_is_its_first_or_last_moment(database, written, at):
    async with database.session() as session:
        told = await session.exec(text(f"SELECT timestamptz '{written}', ARRAY[timestamptz '{written}'] IS NOT NULL"))
        assert told.one() == (at, True)


async def test_copied_moments_and_none(database):
    at = datetime(2026, 3, 2, 12, 0, 0, 1, tzinfo=UTC)
    async with database.transaction() as session:
        await session.exec(text("CREATE TEMPORARY TABLE copied (at timestamptz) ON COMMIT DROP"))
        await copy_rows(session, "copied", ("at",), [(at,), (None,)])
        assert (await session.exec(text("SELECT at FROM copied"))).scalars().all() == [at, None]


async def test_a_moment_without_a_time_zone_is_refused(database):
    async with database.session() as session:
        with pytest.raises(DBAPIError):
            await session.exec(text("SELECT CAST(:at AS timestamptz)"), params={"at": datetime(2026, 3, 2)})  # noqa: DTZ001
