"""Compares clients' lists with the stand-in's books: the same records, by id and name, and receipts that count them."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import asyncpg

from torture.checker.findings import Books, Finding, Row

Records = list[dict[str, Any]]
Ask = Callable[[str], Awaitable[Mapping[str, Records]]]
"""Gives an organisation's books at the platform, by list."""


def _all(_: Mapping[str, Any]) -> bool:
    return True


def _is_bank(record: Mapping[str, Any]) -> bool:
    return bool(record.get("Type") == "BANK")


def _is_supplier(record: Mapping[str, Any]) -> bool:
    return bool(record.get("IsSupplier") or not record.get("IsCustomer"))


def _is_customer(record: Mapping[str, Any]) -> bool:
    return bool(record.get("IsCustomer") or not record.get("IsSupplier"))


_LISTS = {
    "organisation": ("organisation_profiles", "true", "Organisation", "OrganisationID", _all),
    "accounts": ("accounts", "true", "Accounts", "AccountID", _all),
    "bank_accounts": ("accounts", "is_bank_account", "Accounts", "AccountID", _is_bank),
    "tax_rates": ("tax_rates", "true", "TaxRates", "TaxType", _all),
    "tracking_categories": ("tracking_categories", "true", "TrackingCategories", "TrackingCategoryID", _all),
    "items": ("items", "true", "Items", "ItemID", _all),
    "suppliers": ("contacts", "in_suppliers", "Contacts", "ContactID", _is_supplier),
    "customers": ("contacts", "in_customers", "Contacts", "ContactID", _is_customer),
    "currencies": ("currencies", "true", "Currencies", "Code", _all),
}
"""Of each list: the product's table and which of its rows; the platform's list, its ids, and which records."""


async def judge(url: str, books: Books, ask: Ask, changed: set[str], *, is_just_read: bool) -> list[Finding]:
    """Compare every list that the product says it has.

    Args:
        url: Address of the database.
        books: The product's tables.
        ask: Reads the stand-in's books of an organisation.
        changed: Organisations whose books were changed during the run, so that older lists may differ.
        is_just_read: Whether every connected client was read after the last change.
    """
    receipts: dict[Any, list[Row]] = {}
    for receipt in books.receipts:
        receipts.setdefault(receipt["connection_id"], []).append(receipt)
    found: list[Finding] = []
    connection = await asyncpg.connect(url)
    try:
        for row in books.connections:
            is_older = row["organisation_id"] in changed and (not is_just_read or row["status"] != "connected")
            if not row["is_current"] or is_older:
                continue
            theirs = await ask(row["organisation_id"])
            for receipt in receipts.get(row["id"], ()):
                if _says_it_has(row, receipt):
                    ours = await connection.fetch(_query(receipt["list_name"]), row["id"])
                    found += _compare(row, receipt, {one["key"]: one["name"] for one in ours}, theirs)
    finally:
        await connection.close()
    return found


def _says_it_has(row: Row, receipt: Row) -> bool:
    name, chosen = receipt["list_name"], row["list_names"]
    if receipt["cause"] is not None or receipt["pulled_at"] is None:
        return False
    if row["contacts"] == "suppliers" and name == "customers":
        return False
    return chosen is None or name == "organisation" or name in chosen


def _query(name: str) -> str:
    table, which, *_ = _LISTS[name]
    shown = "key" if name == "currencies" else "coalesce(name, '')"
    return f"SELECT key, {shown} AS name FROM {table} WHERE connection_id = $1 AND gone_at IS NULL AND {which}"  # noqa: S608


def _compare(row: Row, receipt: Row, ours: Mapping[str, str], theirs: Mapping[str, Records]) -> Iterator[Finding]:
    name = receipt["list_name"]
    _, _, at_platform, key, belongs = _LISTS[name]
    records = {str(record[key]): record for record in theirs[at_platform] if belongs(record)}
    about = f"{row['organisation_name']}, {name}"
    if lost := records.keys() - ours.keys():
        yield Finding("lists are equal", about, f"{len(lost)} of {len(records)} are missing, such as {min(lost)}")
    if more := ours.keys() - records.keys():
        yield Finding("lists are equal", about, f"{len(more)} too many, such as {min(more)}")
    if name != "currencies":
        others = [one for one in ours.keys() & records.keys() if ours[one] != (records[one].get("Name") or "")]
        if others:
            yield Finding("lists are equal", about, f"{len(others)} have another name, such as {ours[others[0]]!r}")
    if receipt["rows"] != len(ours):
        yield Finding("every message is true", about, f"the receipt says {receipt['rows']}, there are {len(ours)}")
