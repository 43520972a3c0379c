"""What the bare script asks QuickBooks for: see ``Reads``. A list that a plan does not have is empty."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bench.baselines.bare_store import Found
from contracts.words.lists import RowKind
from contracts.words.standard_information import Row
from providers.kit.json_values import Record
from providers.quickbooks import rows
from providers.quickbooks.company import Company
from providers.quickbooks.feeds import ACCOUNTS, COLLECTIONS, CURRENCY_LIST, CUSTOMERS, ITEMS, VENDORS, everything
from providers.quickbooks.statements import Statement, Walk, rows_of

if TYPE_CHECKING:
    from bench.baselines.bare import Script

TOKEN_PATH = "/oauth2/v1/tokens/bearer"  # noqa: S105  # an address
REGION = None
FORGET = "disconnected"
ONE_EACH = "realmId"
NAMES = ("Customer", "Id", "DisplayName")
STAND_IN = ("--scenario", "plain")
"""No ended subscription, so that every run ends well."""

CALLS_AT_ONCE = 192
MOST_AT_ONCE = None
IN_A_MINUTE = None
_MINOR = "75"
_INFO, _PREFERENCES = Statement("CompanyInfo"), Statement("Preferences")
_LISTED = tuple(COLLECTIONS[feed].asked for feed in (ACCOUNTS, ITEMS, VENDORS, CUSTOMERS))
_TAX = (everything("TaxCode"), everything("TaxRate", has_decimals=True))


async def found(script: "Script") -> Sequence[Found]:
    """See ``Reads.found``: there is no list, but a company for each sign-in."""
    return await asyncio.gather(*(_named(script, realm) for realm in script.realms))


async def _named(script: "Script", realm: str) -> Found:
    answer = await script.get(f"/v3/company/{realm}/companyinfo/{realm}", {"minorversion": _MINOR}, realm=realm)
    return Found(realm, Company(answer["CompanyInfo"], {}).name, None)


async def pull(script: "Script", organisation: Found) -> None:
    """See ``Reads.pull``. What depends on the company's preferences is asked for once they are known."""
    realm = organisation.organisation_id
    info, preferences = await _batch(script, realm, (_INFO, _PREFERENCES))
    company = Company(rows_of(info, _INFO.entity)[0], rows_of(preferences, _PREFERENCES.entity)[0])
    tracked = [everything(entity) for entity in company.tracks]
    currency_list = [CURRENCY_LIST] if company.has_currencies else []
    # One call for each long list, and one for the short ones together, as ours makes them, all at the same time.
    *longs, shorts = await asyncio.gather(
        *(_whole(script, realm, (one,)) for one in _LISTED),
        _whole(script, realm, [*_TAX, *tracked, *currency_list]),
    )
    (chart,), (items,), (vendors,), (customers,) = longs
    codes, rates, *others = shorts
    currencies = others.pop() if currency_list else []
    tracking = others
    numbers = rows.numbers_of(chart) if company.has_account_numbers else {}
    profile = company.profile(realm)
    organisation.rows |= {
        RowKind.ORGANISATION: [profile],
        RowKind.ACCOUNTS: _rows(map(rows.account, chart)),
        RowKind.TAX_RATES: _rows(rows.tax_codes(codes, rates, company, datetime.now(UTC))),
        RowKind.TRACKING_CATEGORIES: _rows(
            rows.tracking(one.entity, records, company) for one, records in zip(tracked, tracking, strict=True)
        ),
        RowKind.ITEMS: _rows(rows.item(one, numbers) for one in items),
        RowKind.CONTACTS: _rows([*map(rows.vendor, vendors), *map(rows.customer, customers)]),
        RowKind.CURRENCIES: _rows(rows.currencies(currencies, company.home_currency)),
    }


def _rows(made: Iterable[Any]) -> list[Row]:
    return [row for row in made if row is not None]


async def _whole(script: "Script", realm: str, asked: Sequence[Statement]) -> list[list[Record]]:
    walks = [Walk(one) for one in asked]
    answers = iter(await _batch(script, realm, [one for walk in walks for one in walk.statements]))
    read = []
    for walk in walks:
        records, is_last = walk.take(next(answers), next(answers))
        while not is_last:
            fresh, is_last = walk.take(*await _further(script, realm, walk.statements))
            records += fresh
        read.append(records)
    return read


async def _further(script: "Script", realm: str, asked: Sequence[Statement]) -> list[Record]:
    if len(asked) > 1:
        return await _batch(script, realm, asked)
    params = {"query": asked[0].text, "minorversion": _MINOR}
    answer = await script.get(f"/v3/company/{realm}/query", params, realm=realm)
    return [answer["QueryResponse"]]


async def _batch(script: "Script", realm: str, asked: Sequence[Statement]) -> list[Record]:
    body = {"BatchItemRequest": [{"bId": str(place), "Query": one.text} for place, one in enumerate(asked)]}
    answer = await script.post(f"/v3/company/{realm}/batch?minorversion={_MINOR}", body, realm=realm)
    by_place = {one["bId"]: one["QueryResponse"] for one in answer["BatchItemResponse"]}
    return [by_place[str(place)] for place in range(len(asked))]
