"""Whether a client that somebody makes or changes by hand may be one that the practice has already; pure.

A number of its own tells it; a name does only where the numbers do not say that they are two. A tax number that
several clients share is a VAT group's and tells none of them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from rules.clients.imports.plans import KnownClient
from rules.clients.names import plain_name
from rules.clients.registration_numbers import Numbers


class SameValue(StrEnum):
    """What two accounts have in common; the value is the account's field."""

    COMPANY_NUMBER = "company_number"
    TAX_NUMBER = "tax_number"
    NAME = "name"

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        return self.value.replace("_", " ")


class DescribedAccount(NamedTuple):
    """An account by what tells it: its name and its numbers, as somebody typed them and as its books have them."""

    name: str
    company_number: str | None = None
    tax_number: str | None = None
    registration_number: str | None = None
    profile_tax_number: str | None = None

    @property
    def numbers(self) -> Numbers:
        """The keys of its numbers."""
        company, tax = (self.company_number, self.registration_number), (self.tax_number, self.profile_tax_number)
        return Numbers.of(company=company, tax=tax)


class Duplicate(NamedTuple):
    """The client that an account may be, and by what."""

    client: KnownClient
    by: SameValue

    @property
    def sentence(self) -> str:
        """For people: which client it is, and what to do."""
        named = f"{self.client.code} {self.client.name[:120]}"
        archived = " It is archived: restore it," if self.client.is_archived else " Open it,"
        return f"{named} has the same {self.by.words}.{archived} or go on if this is another client."


def duplicate_of(
    described: DescribedAccount, clients: Iterable[KnownClient], before: DescribedAccount | None = None
) -> Duplicate | None:
    """The client that an account may be: by its company number first, then its tax number, then its name.

    Args:
        described: The account as it is to be.
        clients: All others of the practice, the archived too; of several, one that is not archived goes first.
        before: The account as it was, where it is changed: what it had in common then is not asked about again.
    """
    unmerged = [one for one in clients if one.merged_into is None]  # the account that stays is among them
    others = sorted(unmerged, key=lambda one: (one.is_archived, one.code))
    ours, were = described.numbers, before.numbers if before else Numbers()
    new = Numbers(ours.company - were.company, ours.tax - were.tax)
    if new.all and (found := _of_number(ours, new, others)):
        return found
    name = plain_name(described.name)
    if before is None or name != plain_name(before.name):
        for client in others:
            if plain_name(client.name) == name and not ours.differ_from(client.numbers):
                return Duplicate(client, SameValue.NAME)
    return None


def namesakes(client: KnownClient, clients: Iterable[KnownClient]) -> list[KnownClient]:
    """Accounts that may be merged with a client's: those with its name or a number of it, however that is written.

    Args:
        client: The client.
        clients: All of the practice, the archived too.
    """
    name, numbers = plain_name(client.name), client.numbers.all
    return [
        one
        for one in clients
        if one.id != client.id
        and one.merged_into is None
        and (plain_name(one.name) == name or (numbers and one.has_any(numbers)))
    ]


def _of_number(ours: Numbers, new: Numbers, others: Sequence[KnownClient]) -> Duplicate | None:
    theirs = [(client, client.numbers) for client in others]
    counted = Counter(key for _, numbers in theirs for key in numbers.tax)
    of_one = frozenset(key for key in new.tax if counted[key] <= 1)
    for client, numbers in theirs:
        if new.company & numbers.company:
            return Duplicate(client, SameValue.COMPANY_NUMBER)
    for client, numbers in theirs:
        if of_one & numbers.all and not ours.differ_from(numbers):
            return Duplicate(client, SameValue.TAX_NUMBER)
        if new.company & numbers.tax and not ours.differ_from(numbers):
            return Duplicate(client, SameValue.COMPANY_NUMBER)  # an Australian business number holds the company number
    return None
