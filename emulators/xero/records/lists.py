"""The lists that can be read, and how each is made of the books."""

from emulators.books.library import Library, Listing
from emulators.books.people import people
from emulators.xero.records import accounts, contacts, items, profile
from emulators.xero.records.practice import organisations
from emulators.xero.records.record import Record, seconds_of


def changed_at(record: Record) -> float:
    """When a record was last changed, in seconds since the epoch."""
    return seconds_of(record.get("UpdatedDateUTC"))


LISTS = {
    "Organisation": Listing("OrganisationID", lambda one, _: [profile.profile(one)]),
    "Accounts": Listing("AccountID", lambda one, _: accounts.accounts(one), changed_at),
    "TaxRates": Listing("TaxType", lambda one, _: accounts.tax_rates(one)),
    "TrackingCategories": Listing("TrackingCategoryID", lambda one, _: items.tracking_categories(one)),
    "Items": Listing("ItemID", lambda one, _: items.items(one), changed_at),
    "Currencies": Listing("Code", lambda one, _: accounts.currencies(one)),
    "Contacts": Listing("ContactID", lambda one, _: contacts.contacts(one), changed_at),
    "ContactGroups": Listing("ContactGroupID", lambda one, _: contacts.contact_groups(one)),
    "Users": Listing("UserID", profile.users),
    "BrandingThemes": Listing("BrandingThemeID", lambda one, _: profile.branding_themes(one)),
}
KEY_OF = {name: listing.key for name, listing in LISTS.items()}
"""The field that identifies a record of each list."""


def library(seed: int, organisation_count: int, people_count: int, scenario: str, *, kept_bytes: int) -> Library:
    """The books of one stand-in for Xero.

    Args:
        seed: Decides everything generated.
        organisation_count: How many organisations.
        people_count: How many people.
        scenario: ``practice`` or ``plain``.
        kept_bytes: How much of answers is kept.
    """
    made = organisations(seed, organisation_count, scenario)
    return Library(made, people(seed, people_count), LISTS, kept_bytes=kept_bytes)
