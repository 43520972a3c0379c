"""What the bare script asks Sage for: see ``Reads``. A list that a plan does not have is empty."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.baselines.bare_store import Found
from contracts.words.lists import RowKind
from contracts.words.standard_information import Row
from providers.kit.json_values import Record
from providers.sage import books, trade
from providers.sage.feeds import (
    BANKS,
    CATEGORIES,
    CHART,
    COLLECTIONS,
    CONTACTS,
    DIMENSIONS,
    FIXED_CURRENCIES,
    PRODUCTS,
    SERVICES,
    STOCK_ITEMS,
    TAX_RATES,
    Listed,
)

if TYPE_CHECKING:
    from bench.baselines.bare import Script

TOKEN_PATH = "/token"  # noqa: S105  # an address
REGION = "GB"
FORGET = "revoke_person"
ONE_EACH = None
NAMES = ("contacts", "id", "name")
STAND_IN = ("--scenario", "plain")
"""No ended subscription, so that every run ends well."""

CALLS_AT_ONCE = 192
MOST_AT_ONCE = 150
IN_A_MINUTE = None
_PAGE = 200

_currencies: dict[str, asyncio.Task[list[Record]]] = {}
"""The same for all, so that they are read once."""


async def found(script: "Script") -> Sequence[Found]:
    """See ``Reads.found``."""
    listed = await script.get("/v3.1/businesses")
    organisations = [Found(row["id"], row["displayed_as"], None) for row in listed["$items"]]
    await asyncio.gather(*(_profile(script, one) for one in organisations))
    return organisations


async def _profile(script: "Script", organisation: Found) -> None:
    headers = _about(organisation)
    business, financial = await asyncio.gather(
        script.get(f"/v3.1/businesses/{organisation.organisation_id}", {}, headers),
        script.get("/v3.1/financial_settings", {}, headers),
    )
    organisation.rows[RowKind.ORGANISATION] = [books.organisation(business, financial)]


async def pull(script: "Script", organisation: Found) -> None:
    """See ``Reads.pull``. Where a record stands in several lists, the later one counts."""
    chart, banks, rates, types, categories, products, services, stock, contacts, currencies = await asyncio.gather(
        *(
            _all(script, organisation, where)
            for where in (
                *(CHART, BANKS, COLLECTIONS[TAX_RATES], DIMENSIONS, CATEGORIES),
                *(COLLECTIONS[feed] for feed in (PRODUCTS, SERVICES, STOCK_ITEMS, CONTACTS)),
            )
        ),
        _fixed(script, organisation),
    )
    by_id = books.chart_of(chart)
    rows = organisation.rows
    rows[RowKind.ACCOUNTS] = _rows([*map(books.account, chart), *(books.bank_account(one, by_id) for one in banks)])
    rows[RowKind.TAX_RATES] = _rows(map(books.tax_rate, rates))
    rows[RowKind.TRACKING_CATEGORIES] = _rows([books.tracking_category(one, categories) for one in types])
    items = ((trade.product, products), (trade.service, services), (trade.stock_item, stock))
    rows[RowKind.ITEMS] = _rows([parse(one, by_id) for parse, records in items for one in records])
    rows[RowKind.CONTACTS] = _rows([trade.contact(one, by_id) for one in contacts])
    rows[RowKind.CURRENCIES] = _rows(map(books.currency, currencies))


def _rows(made: Any) -> list[Row]:
    return list({row.key: row for row in made}.values())


def _about(organisation: Found) -> dict[str, str]:
    return {"x-business": organisation.organisation_id}


async def _fixed(script: "Script", organisation: Found) -> list[Record]:
    if "all" not in _currencies:
        _currencies["all"] = asyncio.create_task(_all(script, organisation, FIXED_CURRENCIES))
    return await _currencies["all"]


async def _all(script: "Script", organisation: Found, where: Listed) -> list[Record]:
    async def page(number: int) -> Any:
        params = {**where.asked, "page": str(number)}
        return await script.get(f"/v3.1{where.path}", params, _about(organisation), may_refuse=True)

    first = await page(1)
    if first is None:
        return []
    records: list[Record] = first["$items"]
    pages = -(-first["$total"] // _PAGE)
    for further in await asyncio.gather(*map(page, range(2, pages + 1))):
        records += further["$items"]
    return records
