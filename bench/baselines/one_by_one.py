"""The job as a person would script it: Xero's own Python SDK, one organisation after the other.

It is measured on a sample, in seconds for one organisation. It has no durability and no concurrency, and builds a model
object for each record. Its order, read at the start, holds secrets, so it is not passed as arguments.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx2
import orjson
from pydantic import BaseModel
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token

from bench.baselines.bare import Order

PAGE_SIZE = 1000


class Sample(BaseModel):
    """The bare script's order, and how many organisations to add."""

    order: Order
    organisations: int


def main() -> None:
    """Entry point: reads a ``Sample``, prints the seconds that one organisation took."""
    sample = Sample.model_validate_json(sys.stdin.readline())
    order = sample.order
    token = httpx2.post(order.token_url, data=order.token_forms[0]).raise_for_status().json()
    head = {"authorization": f"Bearer {token['access_token']}"}
    tenants = httpx2.get(f"{order.api_url}/connections", headers=head).raise_for_status().json()
    client = ApiClient(Configuration(oauth2_token=OAuth2Token(client_id="bench", client_secret="bench")))  # noqa: S106  # nothing is refreshed
    token["scope"] = token["scope"].split()
    client.oauth2_token_getter(lambda: token)
    client.oauth2_token_saver(lambda _: None)
    api = AccountingApi(client, base_url=f"{order.api_url}/api.xro/2.0")
    began = time.perf_counter()
    for tenant in tenants[: sample.organisations]:
        for name, records in _lists(api, tenant["tenantId"]):
            asyncio.run(_store(order.database_url, tenant["tenantId"], name, records))
    client.rest_client.pool_manager.clear()
    sys.stdout.write(f"{(time.perf_counter() - began) / len(tenants[: sample.organisations])}\n")


def _lists(api: AccountingApi, tenant: str) -> Iterator[tuple[str, list[Any]]]:
    yield "organisation", api.get_organisations(tenant).organisations
    yield "accounts", api.get_accounts(tenant).accounts
    yield "tax_rates", api.get_tax_rates(tenant).tax_rates
    yield "tracking", api.get_tracking_categories(tenant, include_archived=True).tracking_categories
    yield "items", api.get_items(tenant).items
    yield "currencies", api.get_currencies(tenant).currencies
    yield "contacts", _all_pages(lambda page: _contacts(api, tenant, page))


def _contacts(api: AccountingApi, tenant: str, page: int) -> list[Any]:
    found: list[Any] = api.get_contacts(tenant, page=page, page_size=PAGE_SIZE, include_archived=True).contacts
    return found


def _all_pages(read: Callable[[int], list[Any]]) -> list[Any]:
    records: list[Any] = []
    page = 1
    while found := read(page):
        records += found
        if len(found) < PAGE_SIZE:
            break
        page += 1
    return records


async def _store(url: str, tenant: str, name: str, records: list[Any]) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS one_by_one (tenant text, list text, record jsonb)")
        rows = [(tenant, name, orjson.dumps(record.to_dict(), default=str).decode()) for record in records]
        await connection.executemany("INSERT INTO one_by_one VALUES ($1, $2, $3)", rows)
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
