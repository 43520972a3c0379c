# ruff: noqa: SIM905  # split text reads better than thirty quotation marks
"""Contacts: suppliers and customers, from none to thousands."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from emulators.xero.books.contact_parts import contact_parts
from emulators.xero.books.ids import guid, numbered_guid
from emulators.xero.books.items import tracking_categories
from emulators.xero.books.numbers import bank_account_number
from emulators.xero.books.practice import Organisation
from emulators.xero.books.record import Record, generator, updated_at
from emulators.xero.books.words import FIRST_NAMES, PLACES_IN_NAMES, SUPPLIERS_OF, SURNAMES, TITLES_OF_GROUPS

DETAIL_FIELDS = frozenset(
    "AccountsReceivableTaxType AccountsPayableTaxType SalesDefaultAccountCode PurchasesDefaultAccountCode "
    "SalesDefaultLineAmountType PurchasesDefaultLineAmountType SalesTrackingCategories PurchasesTrackingCategories "
    "PaymentTerms ContactPersons Balances MergedToContactID BatchPayments Website Discount".split()
)
"""Left out of an unpaged list: they need paging, summaryOnly or a fetch by id."""

COMPUTED_FIELDS = frozenset("Balances HasAttachments ContactGroups ContactPersons".split())
"""Left out of a summary."""

T = TypeVar("T")
_LINE_AMOUNTS = ("NONE", "INCLUSIVE", "EXCLUSIVE")


def contacts(organisation: Organisation) -> list[Record]:
    """All contacts of an organisation, archived ones included, with every field that a page of them has."""
    rng = generator(organisation.organisation_id, "contacts")
    categories = tracking_categories(organisation)
    groups = contact_groups(organisation)
    made = [_contact(organisation, number, rng, categories) for number in range(organisation.contacts)]
    for number, group in enumerate(groups):
        for record in made[number::17][:12]:
            record["ContactGroups"] = [group]
    return made


def contact_groups(organisation: Organisation) -> list[Record]:
    """The contact groups, without their members."""
    return [
        {
            "ContactGroupID": guid(organisation.organisation_id, "group", title),
            "Name": title,
            "Status": "ACTIVE",
        }
        for title in TITLES_OF_GROUPS[: organisation.index % 4]
    ]


def _pick(rng: Random, options: Sequence[T]) -> T:
    return options[int(rng.random() * len(options))]


def _contact(organisation: Organisation, number: int, rng: Random, categories: list[Record]) -> Record:
    country, draw, parts = organisation.country, rng.random, contact_parts(organisation.country.code)
    kind, archived = draw(), draw() < 0.06
    is_supplier, is_customer = kind < 0.5, 0.45 < kind < 0.95
    first, last = _pick(rng, FIRST_NAMES), _pick(rng, SURNAMES)
    is_person = draw() < 0.2
    if is_person:
        name = f"{first} {last}"
    else:
        name = f"{_pick(rng, PLACES_IN_NAMES if draw() < 0.6 else SURNAMES)} {_pick(rng, SUPPLIERS_OF)}"
    if number >= 8:
        # Names are unique among active contacts; a number is what a bookkeeper would add.
        name = f"{name} {number}"
    record: Record = {
        "ContactID": numbered_guid(organisation.organisation_id, number),
        "ContactStatus": "ARCHIVED" if archived else "ACTIVE",
        "Name": name if number >= 8 else f"{name} ({chr(65 + number)})" if number else name,
        "EmailAddress": f"contact{number}@example.com" if draw() < 0.7 else "",
        "BankAccountDetails": bank_account_number(rng, country.code) if is_supplier and draw() < 0.4 else "",
        "Addresses": _pick(rng, parts.addresses),
        "Phones": _pick(rng, parts.phones),
        "UpdatedDateUTC": updated_at(rng),
        "ContactGroups": [],
        "IsSupplier": is_supplier,
        "IsCustomer": is_customer,
        "SalesDefaultLineAmountType": "NONE",
        "PurchasesDefaultLineAmountType": "NONE",
        "SalesTrackingCategories": [],
        "PurchasesTrackingCategories": [],
        "ContactPersons": [],
        "HasAttachments": False,
        "HasValidationErrors": False,
    }
    if is_person or draw() < 0.3:
        record["FirstName"], record["LastName"] = first, last
    if draw() < 0.15:
        record["AccountNumber"] = f"{name[:3].upper()}{number:04d}"
    if draw() < 0.1:
        record["ContactNumber"] = f"EXT-{number:05d}"
    if draw() < 0.15:
        record["CompanyNumber"] = f"{int(draw() * 89_999_999) + 10_000_000}"
    if draw() < 0.2:
        record["TaxNumber"] = f"{int(draw() * 899_999_999) + 100_000_000}"
    if draw() < 0.25:
        record["DefaultCurrency"] = country.currency
    if is_supplier:
        _supplier_defaults(organisation, record, rng, categories)
    if is_customer and draw() < 0.2:
        record["AccountsReceivableTaxType"] = country.sales_tax
        record["SalesDefaultAccountCode"] = country.sales_account
        record["SalesDefaultLineAmountType"] = _pick(rng, _LINE_AMOUNTS)
    if is_customer or is_supplier:
        record["Balances"] = _pick(rng, parts.balances[is_supplier, is_customer])
    return record


def _supplier_defaults(organisation: Organisation, record: Record, rng: Random, categories: list[Record]) -> None:
    country, draw = organisation.country, rng.random
    if draw() < 0.5:
        record["PurchasesDefaultAccountCode"] = _pick(rng, country.purchase_accounts)
        record["AccountsPayableTaxType"] = country.purchases_tax
        record["PurchasesDefaultLineAmountType"] = _pick(rng, _LINE_AMOUNTS)
    if draw() < 0.3:
        record["PaymentTerms"] = {"Bills": {"Day": _pick(rng, (7, 14, 20, 30)), "Type": "DAYSAFTERBILLDATE"}}
    if categories and draw() < 0.15:
        category = categories[0]
        options = category["Options"]
        assert isinstance(options, list)  # noqa: S101  # narrows the type of our own record
        record["PurchasesTrackingCategories"] = [
            {
                "TrackingCategoryName": category["Name"],
                "TrackingOptionName": _pick(rng, options)["Name"],
            }
        ]
