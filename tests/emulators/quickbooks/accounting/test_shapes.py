"""The shapes of all records: names of fields, kinds of values, and the words of lists that Intuit's schema closes.

The facts are written by hand from that schema, as far as they are met here.
"""

import re

import pytest

from emulators.books.library import Record
from emulators.quickbooks.accounting.entities import ENTITIES
from emulators.quickbooks.records.lists import LISTS, library

BESIDES = {"domain", "sparse"}
WORDS = {
    ("Account", "AccountType"): {
        "Bank", "Accounts Receivable", "Other Current Asset", "Fixed Asset", "Other Asset", "Accounts Payable",
        "Credit Card", "Other Current Liability", "Long Term Liability", "Equity", "Income", "Cost of Goods Sold",
        "Expense", "Other Income", "Other Expense", "Non-Posting",
    },
    ("Account", "Classification"): {"Asset", "Equity", "Expense", "Liability", "Revenue"},
    ("Item", "Type"): {"Category", "Group", "Inventory", "NonInventory", "Service"},
    ("TaxRate", "SpecialTaxType"): {"NONE", "ZERO_RATE", "FOREIGN_TAX", "REVERSE_CHARGE", "ADJUSTMENT_RATE"},
    ("TaxRate", "DisplayType"): {"ReadOnly", "HideInTransactionForms", "HideInPrintedForms", "HideInAll"},
    ("CompanyInfo", "Country"): {"US", "GB", "CA", "AU"},
}  # fmt: skip
NUMBERS = {
    "Balance", "BalanceWithJobs", "CurrentBalance", "CurrentBalanceWithSubAccounts", "Level", "PurchaseCost",
    "QtyOnHand", "RateValue", "TaxOrder", "UnitPrice",
}  # fmt: skip
BOOLEANS = {
    "Active", "AllowDeposit", "AllowDiscount", "AllowEstimates", "BillWithParent", "ClassTrackingPerTxn",
    "ClassTrackingPerTxnLine", "ForPurchase", "ForSales", "Hidden", "IsProject", "Job", "MultiCurrencyEnabled",
    "PartnerTaxEnabled", "QuantityOnHand", "QuantityWithPriceAndRate", "SubAccount", "SubClass", "SubDepartment",
    "SubItem", "TaxGroup", "TaxTrackedOnPurchases", "TaxTrackedOnSales", "Taxable", "TrackDepartments",
    "TrackQtyOnHand", "UseAccountNumbers", "UsingSalesTax", "Vendor1099", "sparse",
}  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00")
MOMENTS = {"CreateTime", "LastUpdatedTime", "EffectiveDate", "EndDate"}


def wrong_in(name: str, value: object) -> str | None:
    """What is wrong with a value; None for nothing."""
    if isinstance(value, list):
        return next((wrong for one in value if (wrong := wrong_in(name, one))), None)
    if isinstance(value, dict):
        is_reference = name.endswith("Ref") or name == "HomeCurrency"
        if is_reference and not ({"value"} <= set(value) <= {"value", "name"}):
            return f"{name} is no reference: {value}"
        return next((wrong for one, part in value.items() if (wrong := wrong_in(one, part))), None)
    expected = (bool,) if name in BOOLEANS else (int, float) if name in NUMBERS else (str,)
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        return f"{name} is {value!r}"
    return f"{name} is no moment: {value}" if name in MOMENTS and not MOMENT.fullmatch(str(value)) else None


@pytest.mark.parametrize("entity", LISTS)
def test_every_record_is_of_the_shape(entity: str) -> None:
    books = library(11, 14, 2, "practice", kept_bytes=0)
    seen: set[str] = set()
    for realm in books.organisations:
        records: list[Record] = books.records(realm, entity)
        ids = [str(record["Id"]) for record in records]
        assert len(set(ids)) == len(ids)
        for record in records:
            assert set(record) <= ENTITIES[entity].properties | BESIDES
            assert wrong_in(entity, record) is None
            for (name, field), words in WORDS.items():
                assert name != entity or record[field] in words
            seen |= set(record)
    assert {"Id", "SyncToken", "MetaData"} < seen
    assert not ENTITIES[entity].can_be_inactive or "Active" in seen


def test_each_name_is_used_once_among_what_is_active() -> None:
    books = library(11, 14, 2, "practice", kept_bytes=0)
    for realm in books.organisations:
        names = [str(one["DisplayName"]) for one in books.records(realm, "Vendor") if one["Active"]]
        names += [str(one["FullyQualifiedName"]) for one in books.records(realm, "Customer") if one["Active"]]
        assert len(set(names)) == len(names)
        accounts = [str(one["FullyQualifiedName"]) for one in books.records(realm, "Account")]
        assert len(set(accounts)) == len(accounts)
