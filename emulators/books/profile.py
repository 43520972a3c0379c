"""What an organisation says of itself."""

from dataclasses import dataclass

from emulators.books.contact_stock import Address, Phone
from emulators.books.drawing import BOOKS_OPENED, BOOKS_UNTIL, generator
from emulators.books.organisations import Organisation
from emulators.books.words import STREETS

_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Profile:
    """The details of one organisation, besides its traits.

    Attributes:
        form: ``company`` or ``sole trader``.
        year_end: Day and month of the financial year end.
        purchases_with_tax: Whether purchases are written with tax by default.
        opened_at: When the books were opened, in seconds since the epoch.
        letters: 35 letters and digits without a meaning: what a platform makes a key or a short code of.
        invoice_days: Days in which customers are asked to pay.
        is_locked: Whether earlier periods are closed.
    """

    form: str
    year_end: tuple[int, int]
    purchases_with_tax: bool
    opened_at: float
    letters: str
    address: Address
    phone: Phone
    invoice_days: int
    is_locked: bool


def profile(organisation: Organisation) -> Profile:
    """The details of an organisation."""
    rng = generator(organisation.organisation_id, "profile")
    country = organisation.country
    town, region, post_code = rng.choice(country.towns)
    year_end = country.year_end if rng.random() < 0.7 else (31, 12)
    form = "sole trader" if rng.random() < 0.1 else "company"
    letters = "".join(rng.choice(_LETTERS) for _ in range(30))
    purchases_with_tax = rng.random() >= 0.5
    opened_at = BOOKS_OPENED + rng.random() * (BOOKS_UNTIL - BOOKS_OPENED)
    letters += "".join(rng.choice(_LETTERS) for _ in range(5))
    line = f"{rng.randrange(1, 180)} {rng.choice(STREETS)}"
    number = f"{rng.randrange(2_000_000, 9_999_999)}"
    return Profile(
        form=form,
        year_end=year_end,
        purchases_with_tax=purchases_with_tax,
        opened_at=opened_at,
        letters=letters,
        address=Address(line, town, region, post_code),
        phone=Phone(country.phone_code, f"{rng.randrange(10, 999)}", number),
        invoice_days=rng.choice((7, 14, 30)),
        is_locked=rng.random() < 0.4,
    )
