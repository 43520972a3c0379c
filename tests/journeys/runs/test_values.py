"""Values arrive as the provider has them, to the API and the export: every decimal, and no date that is none."""

import csv
from io import StringIO

import pytest

from tests.journeys.one_client import OneClient
from tests.journeys.people import change
from tests.journeys.platforms.marks import OWN_ANSWERS
from tests.journeys.scene import Scene

pytestmark = OWN_ANSWERS

STAGED = {"organisations": 3}
PRICES = {
    "KWH": (0.1648, 0.0049),
    "SCREW": (1234567.8901, 0.0001),
    "PLAIN": (12.5, 3.25),
}
RATE = 8.3875
LEAST, GREATEST = "/Date(-62135596800000+0000)/", "/Date(253402300799999+0000)/"


async def exported(scene: Scene, client: OneClient, name: str) -> list[dict[str, str]]:
    answer = await scene.http.get(f"/api/v1/clients/{client.client_id}/lists/{name}.csv")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.thorough
async def test_prices_and_rates_keep_every_decimal(client: OneClient) -> None:
    scene = client.scene
    for code, (sales, purchase) in PRICES.items():
        fields = {"Code": code, "SalesDetails": {"UnitPrice": sales}, "PurchaseDetails": {"UnitPrice": purchase}}
        client.record("Items", fields=fields)
    rate = {"TaxType": "LOCAL", "Name": "Local", "EffectiveRate": RATE, "DisplayTaxRate": RATE}
    client.record("TaxRates", fields=rate)
    await client.refreshed()

    for rows in (await client.rows("items"), await exported(scene, client, "items")):
        mine = {row["code"]: row for row in rows if row["code"] in PRICES}
        for code, (sales, purchase) in PRICES.items():
            assert (mine[code]["sales_price"], mine[code]["purchase_price"]) == (str(sales), str(purchase)), code
    for rows in (await client.rows("tax_rates"), await exported(scene, client, "tax_rates")):
        (local,) = [row for row in rows if row["tax_type"] == "LOCAL"]
        assert (local["effective_rate"], local["display_rate"]) == (str(RATE), str(RATE))


@pytest.mark.thorough
async def test_dates_that_no_calendar_has_cost_themselves(client: OneClient) -> None:
    scene = client.scene
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


@pytest.mark.thorough
async def test_dates_stored_by_an_older_release_break_off_no_export(client: OneClient) -> None:
    scene = client.scene
    own = {"id": client.client_id}
    of = "connection_id IN (SELECT id FROM connections WHERE client_id = :id)"
    for zone in ("America/New_York", "Europe/London", "Pacific/Auckland"):
        await change(scene, "UPDATE practices SET time_zone = :zone", zone=zone)
        for edge in ("0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999+00"):
            await change(scene, f"UPDATE accounts SET updated_at = '{edge}' WHERE {of}", **own)  # noqa: S608
            rows = await exported(scene, client, "accounts")
            assert len(rows) == len(await client.rows("accounts")) > 20
            assert {row["updated_at"] for row in rows} == {""}
