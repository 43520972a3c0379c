"""Dates and days that no calendar has: the lists are read, shown and exported all the same, and they are unknown."""

import csv
from io import StringIO

from tests.journeys.conftest import MakeScene
from tests.journeys.one_client import FEW, OneClient, one_of
from tests.journeys.people import change
from tests.journeys.scene import Scene

LEAST, GREATEST = "/Date(-62135596800000+0000)/", "/Date(253402300799999+0000)/"


async def exported(scene: Scene, client: OneClient, name: str) -> list[dict[str, str]]:
    answer = await scene.http.get(f"/api/v1/clients/{client.client_id}/lists/{name}.csv")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_they_cost_themselves(make_scene: MakeScene) -> None:
    scene = await make_scene(organisations=FEW)
    async with scene.worker():
        await scene.added()
        client = await one_of(scene)
        for code, at in (("W001", LEAST), ("W002", GREATEST)):
            fields = {"Code": code, "Name": code, "Type": "EXPENSE", "Status": "ACTIVE", "UpdatedDateUTC": at}
            client.record("Accounts", fields=fields, touch=False)
        odd = {"FinancialYearEndDay": 2**40, "FinancialYearEndMonth": 13, "PeriodLockDate": LEAST}
        client.record("Organisation", id=client.organisation_id, fields=odd)
        await client.refreshed()
        receipts = (await client.shown())["receipts"]
    assert [receipts[name]["cause"] for name in ("accounts", "organisation")] == [None, None]
    rows = {row["code"]: row for row in await client.rows("accounts")}
    assert [rows[code]["updated_at"] for code in ("W001", "W002")] == [None, None]
    (profile,) = await client.rows("organisation")
    unknown = ("financial_year_end_day", "financial_year_end_month", "period_lock_date")
    assert [profile[name] for name in unknown] == [None, None, None]
    assert {row["code"] or None for row in await exported(scene, client, "accounts")} == set(rows)


async def test_what_was_stored_by_an_older_release_breaks_off_no_export(make_scene: MakeScene) -> None:
    scene = await make_scene(organisations=FEW)
    async with scene.worker():
        await scene.added()
    client = await one_of(scene)
    own = {"id": client.client_id}
    of = "connection_id IN (SELECT id FROM connections WHERE client_id = :id)"
    for zone in ("America/New_York", "Europe/London", "Pacific/Auckland"):
        await change(scene, "UPDATE practices SET time_zone = :zone", zone=zone)
        for edge in ("0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999+00"):
            await change(scene, f"UPDATE accounts SET updated_at = '{edge}' WHERE {of}", **own)  # noqa: S608
            rows = await exported(scene, client, "accounts")
            assert len(rows) == len(await client.rows("accounts")) > 20
            assert {row["updated_at"] for row in rows} == {""}
