"""Contacts: suppliers and customers, from none to thousands."""

from dataclasses import dataclass
from random import Random

from emulators.books.contact_stock import ContactStock, contact_stock
from emulators.books.dimensions import Dimension, dimensions
from emulators.books.drawing import generator, pick, updated_at
from emulators.books.numbers import bank_account_number
from emulators.books.organisations import Organisation
from emulators.books.words import FIRST_NAMES, PLACES_IN_NAMES, SUPPLIERS_OF, SURNAMES, TITLES_OF_GROUPS

PRICES = ("unsaid", "with tax", "without tax")
"""How the prices of a document are meant."""


@dataclass(slots=True)
class Defaults:
    """The values with which a new document for a contact begins.

    Attributes:
        account: Account code.
        tax: Key of the tax rate.
        prices: One of ``PRICES``.
    """

    account: str
    tax: str
    prices: str


@dataclass(slots=True)
class Contact:
    """One contact.

    Attributes:
        number: Its place among the contacts, from 0.
        name: Unique among the organisation's contacts.
        email: May be empty.
        bank_number: May be empty.
        address: Place in its country's stock of addresses.
        phone: Place in its country's stock of phones.
        updated_at: Seconds since the epoch.
        first_name: Of the person to speak to; None if none is known.
        reference: Its account number in this organisation.
        external_id: Its number in some other software.
        sales: The values with which a sale to it begins.
        purchases: The values with which a purchase from it begins.
        bill_days: Days after the date of a bill until it is due.
        purchase_value: Dimension and value with which its bills begin.
        balance: Place in its country's stock of balances; None if it neither buys nor sells.
        group: Title of its group.
    """

    number: int
    name: str
    is_active: bool
    is_supplier: bool
    is_customer: bool
    email: str
    bank_number: str
    address: int
    phone: int
    updated_at: float
    first_name: str | None = None
    last_name: str | None = None
    reference: str | None = None
    external_id: str | None = None
    company_number: str | None = None
    tax_number: str | None = None
    currency: str | None = None
    sales: Defaults | None = None
    purchases: Defaults | None = None
    bill_days: int | None = None
    purchase_value: tuple[str, str] | None = None
    balance: int | None = None
    group: str | None = None


def contacts(organisation: Organisation) -> list[Contact]:
    """All contacts of an organisation, archived ones included."""
    rng = generator(organisation.organisation_id, "contacts")
    known = dimensions(organisation)
    stock = contact_stock(organisation.country.code)
    made = [_contact(organisation, number, rng, known, stock) for number in range(organisation.contacts)]
    for number, title in enumerate(contact_groups(organisation)):
        for contact in made[number::17][:12]:
            contact.group = title
    return made


def contact_groups(organisation: Organisation) -> tuple[str, ...]:
    """The titles of the contact groups."""
    return TITLES_OF_GROUPS[: organisation.index % 4]


def _contact(
    organisation: Organisation, number: int, rng: Random, known: list[Dimension], stock: ContactStock
) -> Contact:
    country, draw = organisation.country, rng.random
    kind, archived = draw(), draw() < 0.06
    is_supplier, is_customer = kind < 0.5, 0.45 < kind < 0.95
    first, last = pick(rng, FIRST_NAMES), pick(rng, SURNAMES)
    is_person = draw() < 0.2
    if is_person:
        name = f"{first} {last}"
    else:
        name = f"{pick(rng, PLACES_IN_NAMES if draw() < 0.6 else SURNAMES)} {pick(rng, SUPPLIERS_OF)}"
    if number >= 8:
        # Names are unique among active contacts; a number is what a bookkeeper would add.
        name = f"{name} {number}"
    contact = Contact(
        number,
        name if number >= 8 else f"{name} ({chr(65 + number)})" if number else name,
        not archived,
        is_supplier,
        is_customer,
        f"contact{number}@example.com" if draw() < 0.7 else "",
        bank_account_number(rng, country.code) if is_supplier and draw() < 0.4 else "",
        int(draw() * len(stock.addresses)),
        int(draw() * len(stock.phones)),
        updated_at(rng),
    )
    if is_person or draw() < 0.3:
        contact.first_name, contact.last_name = first, last
    if draw() < 0.15:
        contact.reference = f"{name[:3].upper()}{number:04d}"
    if draw() < 0.1:
        contact.external_id = f"EXT-{number:05d}"
    if draw() < 0.15:
        contact.company_number = f"{int(draw() * 89_999_999) + 10_000_000}"
    if draw() < 0.2:
        contact.tax_number = f"{int(draw() * 899_999_999) + 100_000_000}"
    if draw() < 0.25:
        contact.currency = country.currency
    if is_supplier:
        _add_supplier_defaults(organisation, contact, rng, known)
    if is_customer and draw() < 0.2:
        contact.sales = Defaults(country.sales_account, country.sales_tax, pick(rng, PRICES))
    if is_customer or is_supplier:
        contact.balance = int(draw() * len(stock.balances[is_supplier, is_customer]))
    return contact


def _add_supplier_defaults(organisation: Organisation, contact: Contact, rng: Random, known: list[Dimension]) -> None:
    country, draw = organisation.country, rng.random
    if draw() < 0.5:
        contact.purchases = Defaults(pick(rng, country.purchase_accounts), country.purchases_tax, pick(rng, PRICES))
    if draw() < 0.3:
        contact.bill_days = pick(rng, (7, 14, 20, 30))
    if known and draw() < 0.15:
        contact.purchase_value = known[0].name, pick(rng, known[0].values)[0]
