"""Every list has columns that its rows have, and values that people can read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.words.lists import KIND_OF, ListName
from models.lists.tables import (
    TABLE_OF,
    AccountRow,
    ContactRow,
    ItemRow,
    OrganisationProfileRow,
    StandardRow,
    TaxRateRow,
    TrackingCategoryRow,
)
from tests.models.rows import stored
from web.kit.wording import NOTHING
from web.pages.clients.list_columns import COLUMNS, Column, heads, state_of

AT = datetime(2026, 5, 4, tzinfo=UTC)


def of(row: StandardRow, label: str, name: ListName) -> str:
    return next(column for column in COLUMNS[name] if column.label == label).of(row)


@pytest.mark.parametrize("name", list(ListName))
def test_columns_are_fields_of_the_row(name):
    fields = TABLE_OF[KIND_OF[name]].model_fields
    assert {column.name for column in COLUMNS[name]} <= set(fields)
    assert heads(name) in COLUMNS[name]


def test_values_as_people_read_them():
    item = stored(ItemRow, key="1", code="A", purchase_price=Decimal("1234.5000"), quantity_on_hand=Decimal("3.0000"))
    assert of(item, "Purchase price", ListName.ITEMS) == "1,234.50"
    assert of(item, "In stock", ListName.ITEMS) == "3"
    assert of(item, "Sales price", ListName.ITEMS) == NOTHING
    assert (
        of(stored(ItemRow, key="1", code="A", sales_price=Decimal("0.0049")), "Sales price", ListName.ITEMS) == "0.0049"
    )
    rate = stored(
        TaxRateRow, key="1", name="VAT", tax_type="INPUT", display_rate=Decimal("20.0000"), applies_to_expenses=True
    )
    assert of(rate, "Rate", ListName.TAX_RATES) == "20%"
    assert of(rate, "For costs", ListName.TAX_RATES) == "Yes"
    account = stored(
        AccountRow, key="1", name="Bank", account_type="CURRLIAB", account_class="LIABILITY", is_archived=True
    )
    assert of(account, "Type", ListName.ACCOUNTS) == "Current liability"
    assert of(account, "Class", ListName.ACCOUNTS) == "Liability"
    profile = stored(
        OrganisationProfileRow,
        key="1",
        name="N",
        financial_year_end_day=31,
        financial_year_end_month=3,
        period_lock_date=date(2026, 1, 2),
    )
    assert of(profile, "Financial year ends", ListName.ORGANISATION) == "31 March"
    assert of(profile, "Books locked until", ListName.ORGANISATION) == "2 Jan 2026"
    assert Column("Changed", "changed_at").of(stored(ItemRow, key="1", code="A", changed_at=AT)) == "4 May 2026"


def test_options_are_named():
    row = stored(
        TrackingCategoryRow,
        key="1",
        name="Region",
        options=[{"key": "1", "name": "North", "status": "ACTIVE"}, {"name": "South"}],
    )
    assert of(row, "Options", ListName.TRACKING_CATEGORIES) == "North, South"


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (stored(AccountRow, key="1", name="Bank", status="ARCHIVED", is_archived=True), "Archived"),
        (stored(TaxRateRow, key="1", name="VAT", tax_type="V", status="DELETED", is_archived=True), "Deleted"),
        (stored(TaxRateRow, key="1", name="VAT", tax_type="V", status="PENDING", is_archived=False), "Pending"),
        (stored(ContactRow, key="1", name="N", status="GDPRREQUEST", is_archived=True), "Archived"),
        (
            stored(ContactRow, key="1", name="N", is_supplier=False, is_customer=False, is_archived=False),
            "Not used yet",
        ),
        (stored(ContactRow, key="1", name="N", is_supplier=False, is_customer=True, is_archived=False), None),
        (stored(ContactRow, key="1", name="N", is_supplier=False, is_customer=False, is_archived=True), "Archived"),
        (
            stored(ContactRow, key="1", name="N", is_supplier=True, is_customer=False, gone_at=AT, is_archived=True),
            "Gone",
        ),
        (stored(ItemRow, key="1", code="A"), None),
    ],
)
def test_a_row_says_what_is_to_be_known_before_it_is_used(row, word):
    state = state_of(row)
    assert (state.word if state else None) == word


def test_options_that_are_not_in_use_say_so():
    options = [("North", "ACTIVE"), ("East", "ARCHIVED"), ("West", "DELETED"), ("South", "Archived")]
    row = stored(
        TrackingCategoryRow,
        key="1",
        name="Region",
        options=[{"key": name, "name": name, "status": status} for name, status in options],
    )
    assert of(row, "Options", ListName.TRACKING_CATEGORIES) == (
        "North, East (archived), West (deleted), South (archived)"
    )


@pytest.mark.parametrize(
    ("day", "month"), [(31, 13), (31, 0), (31, -1), (31, 255), (0, 3), (32, 3), (-1, 3), (31, None), (None, 3)]
)
def test_a_financial_year_that_ends_on_no_day_of_the_calendar_is_unknown(day: int | None, month: int | None):
    profile = stored(
        OrganisationProfileRow, key="1", name="N", financial_year_end_day=day, financial_year_end_month=month
    )
    assert of(profile, "Financial year ends", ListName.ORGANISATION) == NOTHING


@pytest.mark.parametrize("edge", [date.min, date.max])
def test_a_day_at_the_edge_of_the_calendar_is_unknown(edge: date):
    profile = stored(OrganisationProfileRow, key="1", name="N", period_lock_date=edge)
    assert of(profile, "Books locked until", ListName.ORGANISATION) == NOTHING
