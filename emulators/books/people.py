"""Who can sign in, and who may do what in which organisation."""

from dataclasses import dataclass
from enum import StrEnum

from emulators.books.drawing import generator
from emulators.books.ids import guid
from emulators.books.words import FIRST_NAMES, SURNAMES


class Role(StrEnum):
    """What somebody may do in an organisation."""

    ADVISER = "adviser"
    STANDARD = "standard"
    READ_ONLY = "read only"


_ROLES = (Role.ADVISER,) * 5 + (Role.STANDARD,) * 2 + (Role.READ_ONLY,) + (None,) * 2


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in.

    Attributes:
        person_id: GUID.
        index: Place among the people, from 0; person 0 is an adviser everywhere.
    """

    person_id: str
    index: int
    first_name: str
    last_name: str
    email: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def people(seed: int, count: int) -> list[Person]:
    """The first ``count`` people of ``seed``."""
    found: list[Person] = []
    for index in range(count):
        rng = generator(seed, "person", index)
        first, last = rng.choice(FIRST_NAMES), rng.choice(SURNAMES)
        number = "" if index < 3 else str(index)
        email = f"{first}.{last}{number}@example.com".lower()
        if any(other.email == email for other in found):
            email = f"{first}.{last}.{index}@example.com".lower()
        found.append(Person(guid(seed, "person", index), index, first, last, email))
    return found


def role_of(person_index: int, organisation_index: int) -> Role | None:
    """The role of a person in an organisation, or None.

    Person 0 is an adviser everywhere. Of ten organisations another person advises five, is standard in two, may only
    read one and does not know two; which ones differs by person, so that people overlap.
    """
    if person_index == 0:
        return Role.ADVISER
    return _ROLES[(organisation_index * 7 + person_index * 3) % 10]
