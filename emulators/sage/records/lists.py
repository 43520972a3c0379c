"""The lists that can be read, and how each is made of the books."""

from datetime import datetime

from emulators.books.library import Library, Listing
from emulators.books.people import people
from emulators.sage.records import accounts, contacts, dimensions, items, profile, tax
from emulators.sage.records.practice import organisations
from emulators.sage.records.record import Record, reference
from emulators.sage.records.words import FIXED, REGION_NAMES


def _fixed(name: str) -> list[Record]:
    return [reference(name, identity, label) for identity, label in FIXED[name]]


def _regions() -> list[Record]:
    return [
        reference("address_regions", identity, label) | {"code": identity[3:], "name": label}
        for identity, label in REGION_NAMES.items()
    ]


def _changed_at(record: Record) -> float:
    """When a record was last changed or deleted, in seconds since the epoch."""
    return datetime.fromisoformat(str(record["updated_at"])).timestamp()


LISTS = {
    "ledger_accounts": Listing("id", lambda one, _: accounts.ledger_accounts(one), _changed_at),
    "bank_accounts": Listing("id", lambda one, _: accounts.bank_accounts(one), _changed_at),
    "tax_rates": Listing("id", lambda one, _: tax.tax_rates(one)),
    "tax_profiles": Listing("id", lambda one, _: tax.tax_profiles(one)),
    "analysis_types": Listing("id", lambda one, _: dimensions.analysis_types(one)),
    "analysis_type_categories": Listing("id", lambda one, _: dimensions.categories(one)),
    "products": Listing("id", lambda one, _: items.products(one), _changed_at),
    "services": Listing("id", lambda one, _: items.services(one), _changed_at),
    "stock_items": Listing("id", lambda one, _: items.stock_items(one), _changed_at),
    "contacts": Listing("id", lambda one, _: contacts.contacts(one), _changed_at),
    "financial_settings": Listing("$path", lambda one, _: profile.financial_settings(one)),
    "business_settings": Listing("$path", lambda one, _: profile.business_settings(one)),
    "exchange_rates": Listing("$path", lambda one, _: profile.exchange_rates(one)),
    "business_exchange_rates": Listing("$path", lambda one, _: profile.exchange_rates(one)),
    "address_regions": Listing("id", lambda *_: _regions()),
    "currencies": Listing("id", lambda *_: _fixed("currencies")),
    "countries": Listing("id", lambda *_: _fixed("countries")),
    "contact_types": Listing("id", lambda *_: _fixed("contact_types")),
    "payment_methods": Listing("id", lambda *_: _fixed("payment_methods")),
    "bank_account_types": Listing("id", lambda *_: _fixed("bank_account_types")),
    "ledger_account_types": Listing("id", lambda *_: _fixed("ledger_account_types")),
    "ledger_account_classifications": Listing("id", lambda *_: _fixed("ledger_account_classifications")),
}
"""By the names that they have in addresses."""


def library(seed: int, organisation_count: int, people_count: int, scenario: str, *, kept_bytes: int) -> Library:
    """The books of one stand-in for Sage.

    Args:
        seed: Decides everything generated.
        organisation_count: How many businesses.
        people_count: How many people.
        scenario: ``practice`` or ``plain``.
        kept_bytes: How much of answers is kept.
    """
    made = organisations(seed, organisation_count, scenario)
    return Library(made, people(seed, people_count), LISTS, kept_bytes=kept_bytes)
