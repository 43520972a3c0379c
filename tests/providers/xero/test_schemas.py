"""Records to rows: what is left out, what is spelt oddly, what is new."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.json_bodies import without_nul
from providers.kit.json_values import Record
from providers.port.errors import Unavailable
from providers.port.feeds import Feed
from providers.xero import feeds, schemas
from providers.xero.connections import organisations_in
from providers.xero.envelope import array, collection
from providers.xero.feeds import COLLECTIONS

KEYS = {
    feeds.ORGANISATION: "OrganisationID",
    feeds.ACCOUNTS: "AccountID",
    feeds.TAX_RATES: "TaxType",
    feeds.TRACKING_CATEGORIES: "TrackingCategoryID",
    feeds.ITEMS: "ItemID",
    feeds.CONTACTS: "ContactID",
    feeds.CURRENCIES: "Code",
}

CONTACT: Record = {
    "ContactID": "c-1",
    "ContactStatus": "ACTIVE",
    "Name": "Marsh & Sons",
    "IsSupplier": True,
    "IsCustomer": False,
    "ContactNumber": "N1",
    "AccountNumber": "A1",
    "CompanyNumber": "01234567",
    "TaxNumber": "GB123",
    "DefaultCurrency": "GBP",
    "SalesDefaultAccountCode": "200",
    "PurchasesDefaultAccountCode": "310",
    "AccountsReceivableTaxType": "OUTPUT2",
    "AccountsPayableTaxType": "INPUT2",
    "UpdatedDateUTC": "/Date(1439434356790+0000)/",
}
ACCOUNT: Record = {
    "AccountID": "a-1",
    "Code": "090",
    "Name": "Current account",
    "Type": "BANK",
    "Class": "ASSET",
    "Status": "ACTIVE",
    "TaxType": "NONE",
    "Description": "Day to day",
    "CurrencyCode": "GBP",
    "BankAccountNumber": "10203012345678",
    "BankAccountType": "CURRENT",
    "SystemAccount": "DEBTORS",
    "ReportingCode": "ASS.CUR",
    "EnablePaymentsToAccount": False,
    "ShowInExpenseClaims": True,
    "UpdatedDateUTC": "/Date(1439434356790+0000)/",
}
UPDATED_AT = datetime(2015, 8, 13, 2, 52, 36, 790_000, UTC)
ITEM: Record = {
    "ItemID": "i-1",
    "Code": "WIDGET",
    "Name": "Widget",
    "IsSold": True,
    "IsPurchased": True,
    "IsTrackedAsInventory": True,
    "SalesDetails": {"UnitPrice": 19.99, "AccountCode": "200", "TaxType": "OUTPUT2"},
    "PurchaseDetails": {"UnitPrice": 5.1234, "COGSAccountCode": "310", "TaxType": "INPUT2"},
    "QuantityOnHand": 3,
}


def body(plural: str, *records: Record, **envelope: object) -> bytes:
    return orjson.dumps({"Id": "x", "Status": "OK", plural: records, **envelope})


def test_every_field_of_a_contact_is_in_its_place() -> None:
    row = schemas.contact(CONTACT)
    assert row is not None
    fields = row._asdict()
    assert json.loads(fields.pop("record")) == CONTACT
    assert fields == {
        "key": "c-1",
        "name": "Marsh & Sons",
        "status": "ACTIVE",
        "is_supplier": True,
        "is_customer": False,
        "contact_number": "N1",
        "account_number": "A1",
        "company_number": "01234567",
        "tax_number": "GB123",
        "default_currency": "GBP",
        "sales_account_code": "200",
        "purchase_account_code": "310",
        "sales_tax_type": "OUTPUT2",
        "purchase_tax_type": "INPUT2",
        "is_archived": False,
        "updated_at": UPDATED_AT,
        "in_suppliers": True,
        "in_customers": False,
    }


@pytest.mark.parametrize("is_supplier", [False, True])
@pytest.mark.parametrize("is_customer", [False, True])
def test_which_lists_a_contact_is_in_is_told_apart_from_what_it_is(*, is_supplier: bool, is_customer: bool) -> None:
    row = schemas.contact({**CONTACT, "IsSupplier": is_supplier, "IsCustomer": is_customer})
    assert row is not None
    assert (row.is_supplier, row.is_customer) == (is_supplier, is_customer)
    neither = not is_supplier and not is_customer
    assert (row.in_suppliers, row.in_customers) == (is_supplier or neither, is_customer or neither)


def test_every_field_of_an_account_is_in_its_place() -> None:
    row = schemas.account(ACCOUNT)
    assert row is not None
    fields = row._asdict()
    assert json.loads(fields.pop("record")) == ACCOUNT
    assert fields == {
        "key": "a-1",
        "code": "090",
        "name": "Current account",
        "account_type": "BANK",
        "account_class": "ASSET",
        "status": "ACTIVE",
        "tax_type": "NONE",
        "description": "Day to day",
        "currency_code": "GBP",
        "bank_account_number": "10203012345678",
        "bank_account_type": "CURRENT",
        "system_account": "DEBTORS",
        "reporting_code": "ASS.CUR",
        "is_bank_account": True,
        "takes_payments": False,
        "shows_in_expense_claims": True,
        "is_archived": False,
        "updated_at": UPDATED_AT,
    }


@pytest.mark.parametrize(("status", "archived"), [("ARCHIVED", True), ("GDPRREQUEST", True), ("active", False)])
def test_a_contact_that_is_not_active_is_archived(status: str, *, archived: bool) -> None:
    row = schemas.contact({"ContactID": "c", "ContactStatus": status})
    assert row is not None
    assert (row.status, row.is_archived) == (status, archived)


def test_a_contact_without_a_name_has_the_persons() -> None:
    row = schemas.contact({"ContactID": "c", "FirstName": "Ada", "LastName": "Marsh"})
    assert row is not None
    assert row.name == "Ada Marsh"


def test_an_item_and_its_prices() -> None:
    row = schemas.item(ITEM)
    assert row is not None
    assert (row.sales_price, row.purchase_price, row.quantity_on_hand) == (
        Decimal("19.99"),
        Decimal("5.1234"),
        Decimal(3),
    )
    assert (row.sales_account_code, row.purchase_account_code) == ("200", "310")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_money_keeps_every_digit_from_the_body_to_the_row_and_the_record(price: Decimal) -> None:
    sent = b'{"Items":[{"ItemID":"i","Code":"C","SalesDetails":{"UnitPrice":%s}}]}' % format(price, "f").encode()
    (record,) = collection(sent, "Items", has_decimals=True).records
    row = schemas.item(record)
    assert row is not None
    assert row.sales_price == price
    kept = json.loads(row.record, parse_float=Decimal, parse_int=Decimal)
    assert kept["SalesDetails"]["UnitPrice"] == price


def test_tax_rates_are_known_by_their_type_and_exact() -> None:
    sent = b'{"TaxRates":[{"TaxType":"OUTPUT2","Name":"20% (VAT on Income)","EffectiveRate":17.4999}]}'
    (record,) = collection(sent, "TaxRates", has_decimals=True).records
    row = schemas.tax_rate(record)
    assert row is not None
    assert (row.key, row.effective_rate, row.display_rate) == ("OUTPUT2", Decimal("17.4999"), None)
    assert row.applies_to_assets is None


@pytest.mark.parametrize(
    ("record", "demo", "trial"),
    [
        ({"IsDemoCompany": True, "Class": "DEMO"}, True, False),
        ({"Class": "DEMO"}, True, False),
        ({"IsDemoCompany": True}, True, False),
        ({"IsDemoCompany": False, "Class": "TRIAL"}, False, True),
        ({"Class": "A_PLAN_OF_NEXT_YEAR"}, False, False),
    ],
)
def test_demo_and_trial_organisations(record: Record, *, demo: bool, trial: bool) -> None:
    row = schemas.organisation({"OrganisationID": "o", "Name": "Marsh", **record})
    assert row is not None
    assert (row.is_demo, row.is_trial, row.plan) == (demo, trial, record.get("Class"))


@pytest.mark.parametrize(
    ("day", "month", "expected"),
    [
        (31, 3, (31, 3)),
        ("31", 12.0, (31, 12)),
        (31, 13, (31, None)),
        (0, 0, (None, None)),
        (-1, -1, (None, None)),
        (32, 255, (None, None)),
        (2**31, 2**63, (None, None)),
        (1e300, "June", (None, None)),
        (None, [], (None, None)),
    ],
)
def test_a_financial_year_s_end_is_of_the_calendar_or_unknown(
    day: object, month: object, expected: tuple[int | None, int | None]
) -> None:
    row = schemas.organisation({"OrganisationID": "o", "FinancialYearEndDay": day, "FinancialYearEndMonth": month})
    assert row is not None
    assert (row.financial_year_end_day, row.financial_year_end_month) == expected


def test_a_bank_account_may_lack_its_code() -> None:
    row = schemas.account({"AccountID": "a", "Name": "Bank", "Type": "BANK", "Status": "ARCHIVED", "SystemAccount": ""})
    assert row is not None
    assert (row.is_bank_account, row.is_archived, row.code, row.system_account) == (True, True, None, None)
    paying = schemas.account({"AccountID": "a", "Type": "EQUITY", "EnablePaymentsToAccount": True})
    assert paying is not None
    assert (paying.is_bank_account, paying.takes_payments) == (False, True)


def test_tracking_options_are_json() -> None:
    row = schemas.tracking_category(
        {
            "TrackingCategoryID": "t",
            "Name": "Region",
            "Status": "ACTIVE",
            "Options": [{"trackingoptionid": "1", "Name": "North", "Status": "ACTIVE"}, {"Name": "no id"}, None],
        }
    )
    assert row is not None
    assert json.loads(row.options) == [{"key": "1", "name": "North", "status": "ACTIVE"}]


@pytest.mark.parametrize("feed", list(feeds.FEEDS))
def test_nulls_left_out_make_a_row_and_a_key_left_out_makes_none(feed: Feed) -> None:
    parse = COLLECTIONS[feed].parse
    row = parse({KEYS[feed]: "k"})
    assert row is not None
    assert row.key == "k"
    assert parse({"Name": "no key"}) is None
    assert parse({KEYS[feed]: None}) is None


@given(
    st.sampled_from([(schemas.contact, CONTACT), (schemas.item, ITEM)]),
    st.lists(st.sampled_from([str, str.lower, str.upper, str.swapcase]), min_size=15, max_size=15),
    st.sets(st.integers(1, 14)),
)
def test_keys_in_odd_case_read_the_same(
    kind: tuple[object, Record], spellings: list[object], left_out: set[int]
) -> None:
    parse, record = kind
    assert callable(parse)
    kept = {key: value for n, (key, value) in enumerate(record.items()) if n not in left_out}
    odd = {spell(key): value for spell, (key, value) in zip(spellings, kept.items(), strict=False) if callable(spell)}
    assert parse(odd)[:-1] == parse(kept)[:-1]


def test_the_expected_spelling_wins_over_an_odd_one() -> None:
    row = schemas.currency({"code": "EUR", "Code": "GBP"})
    assert row is not None
    assert row.key == "GBP"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"Status":"OK"}',
        b'{"Contacts":null}',
        b"<html>",
        b'{"Contacts":[{}',
        b"\xff",
        b'{"Contacts":[null,"a"]}',
    ],
)
def test_a_body_that_is_no_collection_is_never_an_empty_list(sent: bytes) -> None:
    with pytest.raises(Unavailable):
        collection(sent, "Contacts")


@pytest.mark.parametrize("sent", [b'{"TaxRates":[{"EffectiveRate":NaN}]}', b'{"TaxRates":[{"N":Infinity}]}'])
def test_what_is_no_json_number_is_refused_where_decimals_are_read(sent: bytes) -> None:
    with pytest.raises(Unavailable):
        collection(sent, "TaxRates", has_decimals=True)


def test_the_envelope_in_odd_case_and_its_page_count() -> None:
    answer = collection(b'{"contacts":[{"ContactID":"c"},7],"Pagination":{"PageCount":3}}', "Contacts")
    assert (len(answer.records), answer.page_count) == (1, 3)
    assert collection(body("Contacts"), "Contacts").page_count is None


def test_escaped_slashes_and_unicode_are_read() -> None:
    sent = rb'{"Contacts":[{"ContactID":"c","Name":"Caf\u00e9","UpdatedDateUTC":"\/Date(1439434356790)\/"}]}'
    row = schemas.contact(collection(sent, "Contacts").records[0])
    assert row is not None
    assert (row.name, row.updated_at is not None) == ("Café", True)


@given(st.dictionaries(st.text(), st.text()))
def test_nul_characters_go_and_all_else_stays(record: dict[str, str]) -> None:
    expected = {key.replace("\0", ""): value.replace("\0", "") for key, value in record.items()}
    if len(expected) == len(record):
        for sent in (orjson.dumps(record), json.dumps(record).encode()):
            assert json.loads(without_nul(sent)) == expected


def test_only_organisations_are_reachable_and_each_once() -> None:
    found = organisations_in(
        array(
            b'[{"id":"1","tenantId":"o1","tenantType":"ORGANISATION","tenantName":"Marsh"},'
            b'{"id":"2","tenantId":"p1","tenantType":"PRACTICE","tenantName":"HQ"},'
            b'{"Id":"3","TenantId":"o2"},{"id":"4","tenantId":"o1"},{"id":"5"}]'
        )
    )
    assert [(o.organisation_id, o.name, o.provider_connection_id) for o in found] == [
        ("o1", "Marsh", "1"),
        ("o2", "(no name)", "3"),
    ]
    assert [o.connection_ids for o in found] == [("1", "4"), ("3",)]
    for none in (b"{}", b"[1]", b"[null]", b'["Forbidden"]'):
        with pytest.raises(Unavailable):
            array(none)
