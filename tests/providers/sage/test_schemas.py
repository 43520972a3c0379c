"""Sage's records as rows of ours, as its documents show them."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.json_values import Record
from providers.sage import books, fields, trade

VENDOR = {"id": "VENDOR", "displayed_as": "Vendor", "$path": "/contact_types/VENDOR"}
CUSTOMER = {"id": "CUSTOMER", "displayed_as": "Customer"}


@pytest.mark.parametrize(
    ("number", "shown", "code"),
    [
        (1, "Assets - Cost (0001)", "0001"),
        (1200, "Bank Current (1200)", "1200"),
        (1, "Van 1 (0001)", "0001"),
        (10, "Assets - Cost (0001)", "10"),
        (1, None, "1"),
        (1, "", "1"),
        ("4000", "Sales (4000)", "4000"),
        (Decimal("5.0"), "Loan (0005)", "0005"),
        (None, "Assets - Cost (0001)", None),
        ("", "Assets - Cost (0001)", None),
    ],
)
def test_a_code_keeps_the_zeros_that_are_shown(number: object, shown: object, code: str | None) -> None:
    assert fields.code_in(number, shown) == code


def test_an_account() -> None:
    row = books.account(
        {
            "id": "a1",
            "displayed_as": "Assets - Cost (0001)",
            "name": "Assets - Cost",
            "nominal_code": 1,
            "display_formatted": "Assets - Cost (0001)",
            "ledger_account_type": {"id": "FIXED_ASSETS"},
            "ledger_account_classification": None,
            "tax_rate": {"id": "GB_STANDARD"},
            "visible_in_expenses": True,
            "visible_in_other_payments": False,
            "control_name": "",
            "updated_at": "2018-04-11T08:23:01Z",
        }
    )
    assert (row.key, row.code, row.name, row.account_type) == ("a1", "0001", "Assets - Cost", "FIXED_ASSETS")
    assert (row.account_class, row.tax_type, row.system_account) == (None, "GB_STANDARD", None)
    assert (row.shows_in_expense_claims, row.takes_payments, row.is_bank_account) == (True, False, False)
    assert row.updated_at == datetime(2018, 4, 11, 8, 23, 1, tzinfo=UTC)


def test_a_bank_account_is_the_account_of_the_chart() -> None:
    chart = books.chart_of(
        [{"id": "a9", "name": "Current", "nominal_code": 120, "display_formatted": "Current (0120)", **BANK}]
    )
    row = books.bank_account(
        {
            "id": "b1",
            "displayed_as": "Current (120)",
            "nominal_code": 120,
            "ledger_account": {"id": "a9", "displayed_as": "Current (120)"},
            "bank_account_type": {"id": "CHECKING"},
            "bank_account_details": {"sort_code": "20-00-00", "account_number": "12345678", "iban": ""},
            "currency": {"id": "GBP"},
            "is_active": False,
            "balance": "186.7",
        },
        chart,
    )
    assert (row.key, row.code, row.account_type, row.bank_account_type) == ("a9", "0120", "BANK", "CHECKING")
    assert (row.bank_account_number, row.currency_code) == ("20-00-00 12345678", "GBP")
    assert (row.is_bank_account, row.is_archived, row.status) == (True, True, "inactive")
    assert json.loads(row.record)["id"] == "b1"
    alone = books.bank_account({"id": "b2", "displayed_as": "Cash", "nominal_code": 7, "ledger_account": None}, chart)
    assert (alone.key, alone.name, alone.code, alone.is_archived) == ("b2", "Cash", "7", False)


BANK: Record = {"ledger_account_type": {"id": "BANK"}}
CHART = books.chart_of([{"id": "a4", "nominal_code": 400, "display_formatted": "Sales (0400)"}])


def test_the_codes_of_a_chart_are_the_padded_ones() -> None:
    chart: list[Record] = [
        {"id": "a1", "nominal_code": 1, "display_formatted": "Assets - Cost (0001)"},
        {"id": "a2", "nominal_code": "4000", "display_formatted": None},
        {"id": "a3", "nominal_code": None},
    ]
    assert {key: row.code for key, row in books.chart_of(chart).items()} == {"a1": "0001", "a2": "4000", "a3": None}


def test_items_of_the_three_lists() -> None:
    record: Record = {
        "id": "p1",
        "displayed_as": "Hammer (H1)",
        "item_code": "H1",
        "description": "Hammer",
        "cost_price": "2.0",
        "sales_prices": [{"price": "9.99"}, {"price": "8.00"}],
        "sales_rates": [{"rate": 30}],
        "sales_tax_rate": {"id": "GB_STANDARD"},
        "sales_ledger_account": {"id": "a4", "displayed_as": "Sales (4000)"},
        "quantity_in_stock": "5.0",
    }
    product, service, stock = (parse(record, CHART) for parse in (trade.product, trade.service, trade.stock_item))
    assert (product.key, product.code, product.name, product.sales_price) == ("p1", "H1", "Hammer", Decimal("9.99"))
    assert (product.purchase_price, product.sales_account_code) == (Decimal("2.0"), "0400")
    assert (product.is_tracked_as_inventory, product.quantity_on_hand) == (False, None)
    assert service.sales_price == Decimal(30)
    assert (stock.is_tracked_as_inventory, stock.quantity_on_hand) == (True, Decimal("5.0"))


@pytest.mark.parametrize(
    ("types", "lists"),
    [([VENDOR], (True, False)), ([CUSTOMER], (False, True)), ([], (True, True)), (None, (True, True))],
)
def test_a_contact_is_in_the_list_of_its_type(types: object, lists: tuple[bool, bool]) -> None:
    row = trade.contact(
        {
            "id": "c1",
            "name": "Alder",
            "contact_types": types,
            "reference": "",
            "deleted_at": None,
            "default_sales_ledger_account": {"id": "a4", "displayed_as": "Sales (400)"},
            "default_purchase_ledger_account": {"id": "unknown"},
        },
        CHART,
    )
    assert (row.in_suppliers, row.in_customers) == lists
    assert (row.contact_number, row.status, row.is_archived) == (None, "active", False)
    assert (row.sales_account_code, row.purchase_account_code) == ("0400", None)


def test_a_dimension_has_its_own_categories() -> None:
    category: Record = {
        "id": "k1",
        "code": "N",
        "name": "North",
        "displayed_as": "N North",
        "analysis_type": {"id": "d1"},
    }
    other = category | {"id": "k2", "analysis_type": {"id": "d2"}}
    row = books.tracking_category({"id": "d1", "name": "Department", "active_areas": []}, [category, other])
    assert json.loads(row.options) == [{"key": "k1", "name": "North", "status": None}]
    assert (row.name, row.status) == ("Department", "not in use")


def test_a_profile_says_whether_its_plan_has_ended() -> None:
    business: Record = {
        "id": "b1",
        "name": "Alder",
        "country": {"id": "GB"},
        "is_demo": True,
        "subscriptions": [{"id": "START", "active": False}, {"id": "ACCOUNTING", "active": True, "status": "paying"}],
    }
    row = books.organisation(
        business, {"base_currency": {"id": "GBP"}, "year_end_date": "2026-03-31", "tax_number": ""}
    )
    assert (row.name, row.country_code, row.base_currency, row.is_demo) == ("Alder", "GB", "GBP", True)
    assert (row.plan, row.status, row.tax_number) == ("ACCOUNTING", "paying", None)
    assert (row.financial_year_end_day, row.financial_year_end_month) == (31, 3)
    assert row.period_lock_date is None
    ended = books.organisation(business | {"subscriptions": [{"id": "START", "active": False}]}, {})
    assert (ended.plan, ended.status, ended.base_currency) == ("START", "ended", None)
    locked = books.organisation(business, {"year_end_lockdown_date": "2025-12-31"})
    assert locked.period_lock_date == date(2025, 12, 31)


INTEGERS = st.integers(-(2**63), 2**64 - 1)  # those that the reader of JSON gives; it makes others fractions
ANY = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.text(max_size=8) | st.decimals(allow_nan=False, places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("id", "price", "name")), inner),
    max_leaves=6,
)
FIELDS = (
    *("id", "displayed_as", "name", "nominal_code", "display_formatted", "ledger_account", "ledger_account_type"),
    *("tax_rate", "percentage", "is_visible", "contact_types", "reference", "is_active", "deleted_at", "updated_at"),
    *("sales_prices", "sales_rates", "cost_price", "country", "subscriptions", "active_areas", "currency"),
    *("bank_account_details", "quantity_in_stock", "is_demo", "year_end_date"),
)
PARSERS = (
    books.account,
    lambda record: books.bank_account(record, CHART),
    books.tax_rate,
    lambda record: trade.product(record, CHART),
    lambda record: trade.service(record, CHART),
    lambda record: trade.stock_item(record, CHART),
    lambda record: trade.contact(record, CHART),
    books.currency,
    lambda record: books.tracking_category(record, [record]),
    lambda record: books.organisation(record, record),
)


IDS = st.text("0123456789abcdef", min_size=32, max_size=32) | st.sampled_from(("GB_STANDARD", "A_WORD_OF_LATER"))
REFERENCES = st.none() | st.fixed_dictionaries({"id": IDS, "displayed_as": st.text(max_size=20)})
TEXTS = st.none() | st.text(max_size=20)
FLAGS = st.none() | st.booleans()


@given(number=st.integers(0, 99_999_999), width=st.integers(1, 8), name=st.text("abc 0123456789-", max_size=20))
def test_a_code_keeps_its_zeros(number: int, width: int, name: str) -> None:
    """``display_formatted`` is the name with the code in brackets; the name may hold the same number."""
    padded = f"{number:0{width}}"
    assert fields.code_in(number, f"{name} ({padded})") == padded
    assert fields.code_in(str(number), f"{name} ({padded})") == padded
    assert fields.code_in(number, None) == str(number)


@given(amount=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_an_amount_is_the_same_as_text_and_as_number(amount: Decimal) -> None:
    rows = [
        trade.product({"id": "p", "cost_price": cost, "sales_prices": [{"price": cost}]}, {})
        for cost in (str(amount), amount)
    ]
    for row in rows:
        assert (row.purchase_price, row.sales_price) == (amount, amount)


@given(
    st.fixed_dictionaries(
        {
            "id": IDS,
            "name": TEXTS,
            "displayed_as": TEXTS,
            "nominal_code": st.none() | st.integers(0, 99_999_999),
            "display_formatted": TEXTS,
            "ledger_account_type": REFERENCES,
            "ledger_account_classification": REFERENCES,
            "tax_rate": REFERENCES,
            "control_name": TEXTS,
            "visible_in_expenses": FLAGS,
            "visible_in_other_payments": FLAGS,
        }
    )
)
def test_an_account_keeps_the_words_that_it_refers_to(record: Record) -> None:
    row = books.account(record)
    for value, field in (
        (row.account_type, "ledger_account_type"),
        (row.account_class, "ledger_account_classification"),
        (row.tax_type, "tax_rate"),
    ):
        assert value == fields.reference(record[field])
    assert row.name == (record["name"] or record["displayed_as"] or "")
    assert row.system_account == (record["control_name"] or None)
    assert row.shows_in_expense_claims is (record["visible_in_expenses"] is True)
    assert json.loads(row.record) == record


@given(
    st.fixed_dictionaries(
        {
            "id": IDS,
            "name": TEXTS,
            "contact_types": st.lists(st.fixed_dictionaries({"id": st.sampled_from(("VENDOR", "CUSTOMER", "NEW"))})),
            "reference": TEXTS,
            "tax_number": TEXTS,
            "currency": REFERENCES,
            "is_active": FLAGS,
            "deleted_at": st.none() | st.just("") | st.just("2026-03-02T12:00:00Z"),
        }
    )
)
def test_a_contact_is_in_a_list_whatever_its_type(record: Record) -> None:
    row = trade.contact(record, {})
    assert row.in_suppliers or row.in_customers
    assert row.default_currency == fields.reference(record["currency"])
    assert (row.contact_number, row.tax_number) == (record["reference"] or None, record["tax_number"] or None)
    assert row.is_archived is (record["is_active"] is False or bool(record["deleted_at"]))


@pytest.mark.thorough
@given(st.dictionaries(st.sampled_from(FIELDS), ANY))
def test_any_record_with_an_id_makes_a_row(record: dict[str, object]) -> None:
    for parse in PARSERS:
        row = parse(record | {"id": "a1"})
        assert row.key
        assert json.loads(row.record) is not None
