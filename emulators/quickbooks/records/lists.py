"""The entities that can be read, and how each is made of the books."""

from emulators.books.drawing import BOOKS_OPENED
from emulators.books.library import Library, Listing
from emulators.books.money import CURRENCIES, currencies
from emulators.books.organisations import Organisation
from emulators.books.people import people
from emulators.quickbooks.records import accounts, items, names, preferences, profile, tax, tracking
from emulators.quickbooks.records.practice import organisations
from emulators.quickbooks.records.record import Record, entity


def company_currencies(organisation: Organisation) -> list[Record]:
    """The currencies; the one at home comes first."""
    return [
        entity(str(number), BOOKS_OPENED) | {"Code": code, "Name": CURRENCIES[code], "Active": True}
        for number, code in enumerate(currencies(organisation), 1)
    ]


LISTS = {
    "CompanyInfo": Listing("Id", lambda one, _: profile.company_info(one)),
    "Preferences": Listing("Id", lambda one, _: preferences.preferences(one)),
    "Account": Listing("Id", lambda one, _: accounts.accounts(one)),
    "Class": Listing("Id", lambda one, _: tracking.classes(one)),
    "Department": Listing("Id", lambda one, _: tracking.departments(one)),
    "TaxCode": Listing("Id", lambda one, _: tax.codes(one)),
    "TaxRate": Listing("Id", lambda one, _: tax.rates(one)),
    "TaxAgency": Listing("Id", lambda one, _: tax.agencies(one)),
    "Item": Listing("Id", lambda one, _: items.items(one)),
    "Vendor": Listing("Id", lambda one, _: names.vendors(one)),
    "Customer": Listing("Id", lambda one, _: names.customers(one)),
    "CompanyCurrency": Listing("Id", lambda one, _: company_currencies(one)),
}
"""By the names that queries have for them."""


def library(seed: int, organisation_count: int, people_count: int, scenario: str, *, kept_bytes: int) -> Library:
    """The books of one stand-in for QuickBooks.

    Args:
        seed: Decides everything generated.
        organisation_count: How many companies.
        people_count: How many people.
        scenario: ``practice`` or ``plain``.
        kept_bytes: How much of answers is kept.
    """
    made = organisations(seed, organisation_count, scenario)
    return Library(made, people(seed, people_count), LISTS, kept_bytes=kept_bytes)
