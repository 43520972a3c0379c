"""QuickBooks' records as rows, by the samples of its documents and its schemas."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.words.runs import Mark
from contracts.words.standard_information import ENDED, NAMELESS
from providers.kit.json_values import Record
from providers.quickbooks import rows
from providers.quickbooks.company import Company

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REALM = "9341453123456789012"

INFO: Record = {
    "CompanyName": "Alder & Finch",
    "LegalName": "Alder & Finch LLC",
    "Country": "US",
    "FiscalYearStartMonth": "April",
    "EmployerId": "12-3456789",
    "WebAddr": {},
    "Id": "1",
    "NameValue": [
        {"Name": "SubscriptionStatus", "Value": "PAID"},
        {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
    ],
}
PREFERENCES: Record = {
    "AccountingInfoPrefs": {
        "UseAccountNumbers": True,
        "TrackDepartments": True,
        "DepartmentTerminology": "Store",
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": True,
        "BookCloseDate": "2025-12-31",
    },
    "TaxPrefs": {"UsingSalesTax": True},
    "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD", "name": "US Dollar"}},
}
COMPANY = Company(INFO, PREFERENCES)


def in_status(status: str | None) -> Company:
    return Company({**INFO, "NameValue": [{"Name": "SubscriptionStatus", "Value": status}]}, PREFERENCES)


def test_a_profile_is_of_its_realm_and_not_of_number_one() -> None:
    row = COMPANY.profile(REALM)
    assert (row.key, row.name, row.legal_name, row.country_code) == (REALM, "Alder & Finch", "Alder & Finch LLC", "US")
    assert (row.base_currency, row.tax_number, row.plan) == ("USD", "12-3456789", "QuickBooks Online Plus")
    assert (row.status, row.is_trial, row.pays_tax, row.is_demo) == ("PAID", False, True, False)
    assert (row.financial_year_end_month, row.financial_year_end_day) == (3, 31)
    assert row.period_lock_date == date(2025, 12, 31)
    assert json.loads(row.record)["Preferences"] == PREFERENCES


@pytest.mark.parametrize(("start", "month", "day"), [("January", 12, 31), ("march", 2, 28), ("", None, None)])
def test_a_year_ends_before_it_begins(start: str, month: int | None, day: int | None) -> None:
    row = Company({**INFO, "FiscalYearStartMonth": start}, {}).profile(REALM)
    assert (row.financial_year_end_month, row.financial_year_end_day) == (month, day)


@pytest.mark.parametrize(
    ("status", "has_ended", "is_trial"),
    [
        ("TRIAL", False, True),
        ("TRIALOPTIN", False, True),
        ("SUBSCRIBED", False, False),
        ("PAID", False, False),
        (None, False, False),
        ("a word of tomorrow", False, False),
        ("EXPIRED", True, False),
        ("Suspended", True, False),
        ("RESTRICTED", True, False),
        ("canceled", True, False),
        ("Cancelled ", True, False),
    ],
)
def test_the_end_of_a_subscription_is_told_by_its_status(status: str | None, has_ended: bool, is_trial: bool) -> None:
    company = in_status(status)
    row = company.profile(REALM)
    assert (company.has_ended, row.is_trial) == (has_ended, is_trial)
    assert row.status == (ENDED if has_ended else status)
    assert company.marks == ({Mark.ENDED} if has_ended else frozenset())


def test_what_a_company_uses_is_asked_for_and_nothing_else() -> None:
    assert (COMPANY.tracks, COMPANY.may_track, COMPANY.has_currencies) == (("Class", "Department"), True, True)
    bare = Company({"CompanyName": ""}, {})
    assert (bare.tracks, bare.may_track, bare.has_currencies, bare.has_account_numbers) == ((), True, False, False)
    assert (bare.name, bare.home_currency, bare.word_for_departments) == (NAMELESS, None, "Location")
    essentials = Company({"NameValue": [{"Name": "OfferingSku", "Value": "QuickBooks Online Essentials"}]}, {})
    assert not essentials.may_track


def test_an_account_and_a_bank_account() -> None:
    record: Record = {
        "Id": "33",
        "Name": "Fuel",
        "FullyQualifiedName": "Automobile:Fuel",
        "AcctNum": "6100",
        "AccountType": "Expense",
        "AccountSubType": "Auto",
        "Classification": "Expense",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "Active": True,
        "MetaData": {"LastUpdatedTime": "2015-07-06T08:51:50-07:00"},
    }
    row = rows.account(record)
    assert row
    assert (row.key, row.code, row.name, row.account_type) == ("33", "6100", "Automobile:Fuel", "Expense")
    assert (row.currency_code, row.status, row.is_bank_account, row.bank_account_type) == ("USD", "active", False, None)
    assert row.updated_at == datetime(2015, 7, 6, 15, 51, 50, tzinfo=UTC)
    for kind in ("Bank", "Credit Card"):
        bank = rows.account({**record, "AccountType": kind, "AccountSubType": "Checking"})
        assert bank
        assert (bank.is_bank_account, bank.bank_account_type) == (True, "Checking")
    assert rows.account({"Name": "without an id"}) is None


@pytest.mark.parametrize(
    ("name", "is_active", "shown"),
    [
        ("Fuel (deleted)", False, "Fuel"),
        ("Cars (deleted):Fuel (deleted)", False, "Cars:Fuel"),
        ("Fuel", False, "Fuel"),
        ("Files (deleted)", True, "Files (deleted)"),
        ("Fuel (deleted) oil", False, "Fuel (deleted) oil"),
    ],
)
def test_deleted_in_a_name_is_out_of_use_and_no_new_name(name: str, is_active: bool, shown: str) -> None:
    account = rows.account({"Id": "1", "Name": name, "Active": is_active})
    assert account
    assert (account.name, account.is_archived) == (shown, not is_active)
    vendor = rows.vendor({"Id": "1", "DisplayName": name, "Active": is_active})
    assert vendor
    assert (vendor.name, vendor.is_archived, vendor.status) == (shown, not is_active, account.status)


def listed(*ids: str) -> Record:
    return {"TaxRateDetail": [{"TaxRateRef": {"value": one}, "TaxTypeApplicable": "TaxOnAmount"} for one in ids]}


def test_a_code_s_rate_is_the_sum_of_its_rates() -> None:
    rates: list[Record] = [
        {"Id": "1", "RateValue": Decimal(5)},
        {"Id": "2", "RateValue": Decimal("9.975")},
        {
            "Id": "3",
            "EffectiveTaxRate": [
                {"RateValue": 17, "EffectiveDate": "2009-01-01T00:00:00-08:00", "EndDate": "2011-01-04T00:00:00-08:00"},
                {"RateValue": 20, "EffectiveDate": "2011-01-04T00:00:00-08:00"},
            ],
        },
    ]
    codes: list[Record] = [
        {"Id": "5", "Name": "GST/QST", "SalesTaxRateList": listed("1", "2"), "PurchaseTaxRateList": listed("1")},
        {"Id": "6", "Name": "Input", "PurchaseTaxRateList": listed("1"), "SalesTaxRateList": listed()},
        {"Id": "7", "Name": "20% S", "SalesTaxRateList": listed("3")},
        {"Id": "8", "Name": "Unknown", "SalesTaxRateList": listed("1", "9")},
        {"Id": "9", "Name": "Old (deleted)", "Active": False},
    ]
    made = {row.name: row for row in rows.tax_codes(codes, rates, Company({"Country": "CA"}, {}), NOW)}
    assert {name: row.effective_rate for name, row in made.items()} == {
        "GST/QST": Decimal("14.975"),
        "Input": Decimal(5),
        "20% S": Decimal(20),
        "Unknown": None,
        "Old": None,
    }
    assert (made["Input"].applies_to_revenue, made["Input"].applies_to_expenses) == (False, True)
    assert made["Old"].is_archived


@pytest.mark.parametrize(
    ("given", "keys"),
    [([], ["TAX", "NON"]), ([{"Id": "2", "Name": "CA"}, {"Id": "TAX", "Name": "TAX"}], ["2", "TAX", "NON"])],
)
def test_american_lines_have_two_codes_whether_or_not_they_are_listed(given: list[Record], keys: list[str]) -> None:
    made = rows.tax_codes(given, [], COMPANY, NOW)
    assert [row.key for row in made] == keys
    assert not any(row.is_archived for row in made)


def test_classes_and_locations_are_two_categories_of_options() -> None:
    given: list[Record] = [
        {"Id": "10", "Name": "North", "FullyQualifiedName": "UK:North", "Active": True},
        {"Id": "11", "Name": "Old (deleted)", "Active": False},
        {"Name": "without an id"},
    ]
    row = rows.tracking("Department", given, COMPANY)
    assert row
    assert (row.key, row.name) == ("Department", "Store")
    assert json.loads(row.options) == [
        {"key": "10", "name": "UK:North", "status": "active"},
        {"key": "11", "name": "Old", "status": "inactive"},
    ]
    assert rows.tracking("Class", [], COMPANY) is None


def test_an_item_has_its_code_and_the_numbers_of_its_accounts() -> None:
    record: Record = {
        "Id": "7",
        "Name": "Pump",
        "Sku": "P-7",
        "Type": "Inventory",
        "TrackQtyOnHand": True,
        "QtyOnHand": 25,
        "UnitPrice": Decimal("15.5"),
        "IncomeAccountRef": {"value": "79", "name": "Sales"},
        "SalesTaxCodeRef": {"value": "TAX"},
    }
    row = rows.item(record, {"79": "4000"})
    assert row
    assert (row.key, row.code, row.sales_account_code, row.purchase_account_code) == ("7", "P-7", "4000", None)
    assert (row.is_sold, row.is_purchased, row.is_tracked_as_inventory) == (True, False, True)
    assert (row.sales_price, row.quantity_on_hand, row.sales_tax_type) == (Decimal("15.5"), Decimal(25), "TAX")
    assert rows.item({**record, "Type": "Category"}, {}) is None
    assert rows.numbers_of([{"Id": "79", "AcctNum": "4000"}, {"Id": "80"}]) == {"79": "4000"}


def test_suppliers_and_customers_of_one_id_have_keys_of_their_own() -> None:
    vendor = rows.vendor({"Id": "5", "DisplayName": "Beech Ltd", "AcctNum": "K-1", "CurrencyRef": {"value": "EUR"}})
    customer = rows.customer({"Id": "5", "DisplayName": "Roof", "FullyQualifiedName": "Beech Ltd:Roof", "Job": True})
    assert vendor
    assert customer
    assert (vendor.key, customer.key) == ("vendor-5", "customer-5")
    assert (vendor.in_suppliers, vendor.in_customers, vendor.default_currency) == (True, False, "EUR")
    assert (customer.in_suppliers, customer.in_customers, customer.name) == (False, True, "Beech Ltd:Roof")


def test_currencies_are_those_in_use_and_the_company_s_own() -> None:
    added: list[Record] = [
        {"Id": "1", "Code": "EUR", "Name": "Euro", "Active": True},
        {"Id": "2", "Code": "GBP", "Active": False},
    ]
    assert [(row.key, row.description) for row in rows.currencies(added, COMPANY.home_currency)] == [
        ("EUR", "Euro"),
        ("USD", "US Dollar"),
    ]
    assert [row.key for row in rows.currencies([], COMPANY.home_currency)] == ["USD"]
