"""Items: the goods and services that an organisation sells and buys."""

from dataclasses import dataclass
from random import Random

from emulators.books.drawing import generator, updated_at
from emulators.books.organisations import Organisation
from emulators.books.words import GOODS


@dataclass(slots=True)
class Item:
    """One item. Accounts and taxes are the country's usual ones.

    Attributes:
        number: Its place among the items, from 0.
        sale_price: Of one, two decimals; None if it is not sold.
        purchase_price: Of one, up to four decimals; None if it is not bought.
        updated_at: Seconds since the epoch.
    """

    number: int
    code: str
    name: str
    sale_price: float | None
    purchase_price: float | None
    updated_at: float


def items(organisation: Organisation) -> list[Item]:
    """The goods and services of an organisation."""
    rng = generator(organisation.organisation_id, "items")
    return [_item(number, rng) for number in range(organisation.items)]


def _item(number: int, rng: Random) -> Item:
    goods = GOODS[number % len(GOODS)]
    is_sold, is_purchased = rng.random() < 0.9, rng.random() < 0.6
    updated = updated_at(rng)
    return Item(
        number=number,
        code=f"{goods[:3].upper().strip()}{number + 1:03d}",
        name=goods if number < len(GOODS) else f"{goods} {number // len(GOODS) + 1}",
        sale_price=round(rng.random() * 400 + 5, 2) if is_sold else None,
        purchase_price=round(rng.random() * 200 + 2, 4) if is_purchased else None,
        updated_at=updated,
    )
