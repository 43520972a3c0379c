# ruff: noqa: SIM905  # split text reads better than thirty quotation marks
"""``Contacts`` and ``ContactGroups``. Nested parts are written as JSON once for each country: so many share them."""

from dataclasses import dataclass
from functools import cache

import orjson

from emulators.books import contacts as books
from emulators.books.contact_stock import Address, Balance, Phone, contact_stock
from emulators.books.ids import guid, numbered_guid
from emulators.books.organisations import Organisation
from emulators.xero.records.record import Record, json_date
from emulators.xero.records.words import LINE_AMOUNTS, tax_types

DETAIL_FIELDS = frozenset(
    "AccountsReceivableTaxType AccountsPayableTaxType SalesDefaultAccountCode PurchasesDefaultAccountCode "
    "SalesDefaultLineAmountType PurchasesDefaultLineAmountType SalesTrackingCategories PurchasesTrackingCategories "
    "PaymentTerms ContactPersons Balances MergedToContactID BatchPayments Website Discount".split()
)
"""Left out of an unpaged list: they need paging, summaryOnly or a fetch by id."""

COMPUTED_FIELDS = frozenset("Balances HasAttachments ContactGroups ContactPersons".split())
"""Left out of a summary."""

_EMPTY_ADDRESS = {"City": "", "Region": "", "PostalCode": "", "Country": ""}
_PHONE_TYPES = ("DDI", "DEFAULT", "FAX", "MOBILE")


@dataclass(frozen=True, slots=True)
class _Written:
    """One country's stock of parts as JSON, each at its place in the stock; an absent one as Xero writes an empty."""

    addresses: tuple[orjson.Fragment, ...]
    phones: tuple[orjson.Fragment, ...]
    balances: dict[tuple[bool, bool], tuple[orjson.Fragment, ...]]


@cache
def _written(country_code: str) -> _Written:
    stock = contact_stock(country_code)
    return _Written(
        addresses=tuple(_fragment(_addresses(address, country_code)) for address in stock.addresses),
        phones=tuple(_fragment(_phones(phone)) for phone in stock.phones),
        balances={
            roles: tuple(_fragment(_balances(balance)) for balance in balances)
            for roles, balances in stock.balances.items()
        },
    )


def _fragment(value: object) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(value))


def _addresses(address: Address | None, country_code: str) -> list[Record]:
    street: Record = {"AddressType": "STREET", **_EMPTY_ADDRESS}
    if address:
        street = {
            "AddressType": "STREET",
            "AddressLine1": address.line,
            "City": address.town,
            "Region": address.region,
            "PostalCode": address.post_code,
            "Country": country_code,
        }
    return [street, {"AddressType": "POBOX", **_EMPTY_ADDRESS}]


def _phones(phone: Phone | None) -> list[Record]:
    phones: dict[str, Record] = {
        kind: {"PhoneType": kind, "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
        for kind in _PHONE_TYPES
    }
    if phone:
        phones["DEFAULT"] = {
            "PhoneType": "DEFAULT",
            "PhoneNumber": phone.number,
            "PhoneAreaCode": phone.area_code,
            "PhoneCountryCode": phone.country_code,
        }
    return list(phones.values())


def _balances(balance: Balance) -> Record:
    sides = {"AccountsReceivable": balance.receivable, "AccountsPayable": balance.payable}
    return {side: {"Outstanding": amount, "Overdue": 0.0} for side, amount in sides.items() if amount is not None}


def contacts(organisation: Organisation) -> list[Record]:
    """All contacts of an organisation, archived ones included, with every field that a page of them has."""
    groups = {str(group["Name"]): [group] for group in contact_groups(organisation)}
    types = {key: tax_type for key, (tax_type, _) in tax_types(organisation.country.code).items()}
    written = _written(organisation.country.code)
    return [
        _contact(organisation.organisation_id, contact, written, types, groups)
        for contact in books.contacts(organisation)
    ]


def contact_groups(organisation: Organisation) -> list[Record]:
    """The contact groups, without their members."""
    return [
        {
            "ContactGroupID": guid(organisation.organisation_id, "group", title),
            "Name": title,
            "Status": "ACTIVE",
        }
        for title in books.contact_groups(organisation)
    ]


def _contact(
    identity: str, contact: books.Contact, written: _Written, types: dict[str, str], groups: dict[str, list[Record]]
) -> Record:
    record: Record = {
        "ContactID": numbered_guid(identity, contact.number),
        "ContactStatus": "ACTIVE" if contact.is_active else "ARCHIVED",
        "Name": contact.name,
        "EmailAddress": contact.email,
        "BankAccountDetails": contact.bank_number,
        "Addresses": written.addresses[contact.address],
        "Phones": written.phones[contact.phone],
        "UpdatedDateUTC": json_date(contact.updated_at),
        "ContactGroups": groups[contact.group] if contact.group else [],
        "IsSupplier": contact.is_supplier,
        "IsCustomer": contact.is_customer,
        "SalesDefaultLineAmountType": "NONE",
        "PurchasesDefaultLineAmountType": "NONE",
        "SalesTrackingCategories": [],
        "PurchasesTrackingCategories": [],
        "ContactPersons": [],
        "HasAttachments": False,
        "HasValidationErrors": False,
    }
    if contact.first_name:
        record["FirstName"], record["LastName"] = contact.first_name, contact.last_name
    if contact.reference:
        record["AccountNumber"] = contact.reference
    if contact.external_id:
        record["ContactNumber"] = contact.external_id
    if contact.company_number:
        record["CompanyNumber"] = contact.company_number
    if contact.tax_number:
        record["TaxNumber"] = contact.tax_number
    if contact.currency:
        record["DefaultCurrency"] = contact.currency
    if bought := contact.purchases:
        record["PurchasesDefaultAccountCode"] = bought.account
        record["AccountsPayableTaxType"] = types[bought.tax]
        record["PurchasesDefaultLineAmountType"] = LINE_AMOUNTS[bought.prices]
    if contact.bill_days:
        record["PaymentTerms"] = {"Bills": {"Day": contact.bill_days, "Type": "DAYSAFTERBILLDATE"}}
    if contact.purchase_value:
        category, option = contact.purchase_value
        record["PurchasesTrackingCategories"] = [{"TrackingCategoryName": category, "TrackingOptionName": option}]
    if sold := contact.sales:
        record["AccountsReceivableTaxType"] = types[sold.tax]
        record["SalesDefaultAccountCode"] = sold.account
        record["SalesDefaultLineAmountType"] = LINE_AMOUNTS[sold.prices]
    if contact.balance is not None:
        record["Balances"] = written.balances[contact.is_supplier, contact.is_customer][contact.balance]
    return record
