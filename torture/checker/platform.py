"""Compares the product with the stand-in: calls at once, and whether what is called connected can be read."""

from collections.abc import Iterator, Mapping
from typing import Any

from torture.checker.findings import Books, Finding, Row
from torture.ledger import Ledger

_LISTS = (
    *("organisation", "accounts", "bank_accounts", "tax_rates", "tracking_categories"),
    *("items", "suppliers", "customers", "currencies"),
)

AT_ONCE = 5
"""Calls at once that the platform allows an organisation."""


def judge(
    books: Books, state: Mapping[str, Any], calls: Mapping[str, Any], ledger: Ledger, since: float
) -> Iterator[Finding]:
    """Everything in which the product differs from the stand-in.

    Args:
        books: The product's tables, read after every client was read once more without faults.
        state: The stand-in's people and connections.
        calls: The stand-in's counters.
        ledger: What the run itself knows.
        since: When that last reading began (seconds since the epoch).
    """
    for organisation, peak in calls["peak_concurrency_by_organisation"].items():
        if peak > AT_ONCE:
            yield Finding("five calls at once", f"organisation {organisation}", f"{peak} at once")
    pairs = {(one["person_id"], one["organisation_id"]) for one in state["connections"]}
    logins = {row["id"]: row for row in books.grants}
    for row in books.connections:
        if not row["is_current"]:
            continue
        login = logins[row["grant_id"]]
        is_there = (login["account_key"], row["organisation_id"]) in pairs
        works = is_there and login["status"] == "active"
        about = f"{row['organisation_name']} ({row['id']})"
        if row["status"] == "connected" and row["cause"] is None and not works:
            why = "the platform does not list it" if not is_there else "its login is signed out"
            yield Finding("connected is true", about, f"called connected, but {why}")
        if works and row["status"] in {"needs_reconnect", "needs_client"}:
            yield Finding("trouble is true", about, f"{row['status']} with {row['cause']}, but it can be read now")
        if works and row["status"] == "connected" and row["cause"] not in {None, "rate_limited"}:
            yield Finding("trouble is true", about, f"shows {row['cause']}, but it can be read now")
        if works and row["status"] == "connected" and row["cause"] is None:
            yield from _read_since(row, books, since)
    for wrong in ledger.wrong_answers:
        yield Finding("every call is answered", "the API", wrong)


def _read_since(row: Row, books: Books, since: float) -> Iterator[Finding]:
    chosen = row["list_names"]
    wanted = {name for name in _LISTS if chosen is None or name == "organisation" or name in chosen}
    tried = {
        one["list_name"]
        for one in books.receipts
        if one["connection_id"] == row["id"] and one["attempted_at"].timestamp() >= since
    }
    if missing := wanted - tried:
        what = f"{', '.join(sorted(missing))} not read, although a refresh was asked for"
        yield Finding("nothing is stuck", f"{row['organisation_name']} ({row['id']})", what)
