"""Tracking dimensions: regions, departments and the like, with their values."""

from dataclasses import dataclass
from random import Random

from emulators.books.drawing import generator
from emulators.books.organisations import Organisation
from emulators.books.words import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension.

    Attributes:
        values: The name of each value, and whether it is active.
    """

    name: str
    is_active: bool
    values: tuple[tuple[str, bool], ...]


def dimensions(organisation: Organisation) -> list[Dimension]:
    """As many active ones as the organisation has, and sometimes an archived one."""
    rng = generator(organisation.organisation_id, "tracking")
    chosen = rng.sample(DIMENSIONS, 3)
    found = [_dimension(name, values, True, rng) for name, values in chosen[: organisation.dimensions]]
    if organisation.dimensions and rng.random() < 0.3:
        name, values = chosen[2]
        found.append(_dimension(name, values, False, rng))
    return found


def _dimension(name: str, values: tuple[str, ...], is_active: bool, rng: Random) -> Dimension:
    return Dimension(name, is_active, tuple((value, rng.random() >= 0.1) for value in values))
