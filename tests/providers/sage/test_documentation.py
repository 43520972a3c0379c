"""The table of columns in the documentation is what the parsers do: nothing is left out of it, and nothing invented."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.words.standard_information import Row
from providers.kit.json_values import Record
from providers.sage import books, trade

PAGE = (Path(__file__).parents[3] / "docs/providers/sage.md").read_text("utf-8")

CHART = books.chart_of([{"id": "a4", "nominal_code": 400}, {"id": "a5", "nominal_code": 500}])
NAMED: Record = {"id": "x", "name": "Name", "displayed_as": "Shown", "updated_at": "2026-03-02T12:00:00Z"}
ITEM: Record = NAMED | {
    "item_code": "H1",
    "description": "Hammer",
    "purchase_description": "Hammers",
    "cost_price": "2.0",
    "sales_prices": [{"price": "9.99"}],
    "sales_ledger_account": {"id": "a4"},
    "sales_tax_rate": {"id": "GB_STANDARD"},
    "purchase_ledger_account": {"id": "a5"},
    "purchase_tax_rate": {"id": "GB_ZERO"},
    "quantity_in_stock": "5.0",
}
WHOLE: dict[str, tuple[Callable[[Record], Row], Record]] = {
    "Organisation profile": (
        lambda record: books.organisation(record, record),
        NAMED
        | {
            "country": {"id": "GB"},
            "subscriptions": [{"id": "START", "active": True, "status": "a trial"}],
            "is_demo": True,
            "base_currency": {"id": "GBP"},
            "tax_number": "GB1",
            "year_end_date": "2026-03-31",
            "year_end_lockdown_date": "2025-12-31",
        },
    ),
    "Accounts": (
        books.account,
        NAMED
        | {
            "nominal_code": 1,
            "display_formatted": "Cost (0001)",
            "ledger_account_type": {"id": "FIXED_ASSETS"},
            "ledger_account_classification": {"id": "COST"},
            "tax_rate": {"id": "GB_STANDARD"},
            "control_name": "DEBTORS",
            "gifi_code": "1000",
            "visible_in_other_payments": True,
            "visible_in_expenses": True,
        },
    ),
    "Bank accounts": (
        lambda record: books.bank_account(record, {}),
        NAMED
        | {
            "ledger_account": {"id": "a9"},
            "is_active": False,
            "deleted_at": "2026-03-02T12:00:00Z",
            "currency": {"id": "GBP"},
            "bank_account_details": {"account_number": "1"},
            "bank_account_type": {"id": "CHECKING"},
        },
    ),
    "Tax rates": (books.tax_rate, NAMED | {"percentage": "20.0", "is_visible": False}),
    "Tracking categories": (lambda record: books.tracking_category(record, []), NAMED | {"active_areas": []}),
    "Items": (lambda record: trade.stock_item(record, CHART), ITEM),
    "Contacts": (
        lambda record: trade.contact(record, CHART),
        NAMED
        | {
            "is_active": False,
            "deleted_at": "2026-03-02T12:00:00Z",
            "contact_types": [{"id": "VENDOR"}, {"id": "CUSTOMER"}],
            "reference": "R",
            "registered_number": "0123",
            "tax_number": "GB1",
            "currency": {"id": "GBP"},
            "default_sales_ledger_account": {"id": "a4"},
            "default_purchase_ledger_account": {"id": "a5"},
            "default_sales_tax_rate": {"id": "GB_STANDARD"},
        },
    ),
    "Currencies": (books.currency, NAMED),
}
"""How the rows of each line of the table are made, and a record that has all of its fields."""

FOLLOW = {"key", "record", "options", "is_bank_account", "is_tracked_as_inventory", "in_suppliers", "in_customers"}
"""Columns that are the same for all rows, or follow from others."""


def documented(rows: str) -> dict[str, list[str]]:
    """Sage's fields of each column, as the page has them."""
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| {rows} | ") and "`: `" in line]
    found = re.findall(r"`(\w+)`: (`\w+`(?:, (?:else )?`\w+`)*)", line)
    return {column: re.findall(r"`(\w+)`", fields) for column, fields in found}


@pytest.mark.parametrize("rows", WHOLE)
def test_each_column_is_read_from_the_fields_that_the_page_names(rows: str) -> None:
    make, record = WHOLE[rows]
    row, columns = make(record)._asdict(), documented(rows)
    empty = make({"id": "x"})._asdict()
    filled = {name for name, value in row.items() if value != empty[name]}
    assert filled - FOLLOW == {name for name, fields in columns.items() if fields != ["id"]} - FOLLOW
    for column, fields in columns.items():
        without = make({name: value for name, value in record.items() if name not in fields} | {"id": "y"})
        assert without._asdict()[column] != row[column], column
