"""Numbers arrive as the provider has them: every decimal, from its answer to the API, the export and the page."""

import csv
from io import StringIO

from tests.journeys.conftest import MakeScene
from tests.journeys.one_client import FEW, OneClient, one_of
from tests.journeys.scene import Scene

PRICES = {
    "KWH": (0.1648, 0.0049),
    "SCREW": (1234567.8901, 0.0001),
    "PLAIN": (12.5, 3.25),
}
RATE = 8.3875


async def exported(scene: Scene, client: OneClient, name: str) -> list[dict[str, str]]:
    answer = await scene.http.get(f"/api/v1/clients/{client.client_id}/lists/{name}.csv")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_prices_and_rates_keep_every_decimal(make_scene: MakeScene) -> None:
    scene = await make_scene(organisations=FEW)
    async with scene.worker():
        await scene.added()
        client = await one_of(scene)
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
