"""What a journey has to know of a stand-in: how one signs in, what its calls are, its words for what goes wrong.

Everything else is the same everywhere: people, organisations, clock, counters and most faults (``emulators/kit``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import RunKind
from emulators.kit.app import StandIn
from emulators.kit.control.control import Control

Words = Mapping[str, object]
"""The words of a fault, as the stand-in's control calls take them."""

Fields = Mapping[str, JsonValue]
"""Fields of a record, as the stand-in keeps them."""


@dataclass(frozen=True)
class Platform:
    """One accounting software's stand-in.

    Attributes:
        name: The provider's.
        title: Its name for people.
        stand_in: Makes the stand-in, and what can be done to it, out of the words of its configuration.
        region: The country in which sign-ins begin; None where nobody is asked.
        picks: Whether organisations are ticked at a sign-in; otherwise it brings all that the person reaches.
        brings_one: Whether a sign-in brings one organisation, so that people sign in for one after the other.
        ends_alone: Whether it ends one connection alone.
        listing: The path at which organisations are listed, or its end.
        counted_listing: The same, as the stand-in counts calls.
        token: The path of the token endpoint.
        revocation: The path at which grants are ended.
        profile: The path of an organisation's profile, or its end.
        accounts: Likewise of the chart of accounts.
        contacts: Likewise of contacts.
        items: Likewise of items.
        of_contacts: The lists that come from contacts.
        books: Its names of the lists in which tests change records: ``accounts``, ``contacts``, ``items``.
        supplier: The fields of a supplier of this name.
        item: The fields of an item of this name.
        account: The fields of an account with this code and name.
        record_id: Its id of a record, by the key of our row.
        offline: What it is when it answers nothing of an organisation for a while.
        refused: What it is while the login may not open an organisation, to which it comes back by itself.
        removed: What it is when somebody has removed the connection of an organisation there.
        removed_cause: The cause that this comes to, for whoever pulls.
        forbidden: What it is when the login's role is too low for a list; with a path.
        calls: How many calls reading these takes of small books: ``profile``, ``accounts``, ``items``; and ``all`` that
            a new client's books take, where one sign-in brings many.
        tells_deleted: Whether it tells which contacts were deleted, to whoever reads changes.
        unmodified: How many lists of an organisation whose contacts changed answer that nothing has changed (304).
        asks_again: How many times more a night may list what a login reaches, in front of those that break.
        forbidden_cause: The cause that this comes to.
        role: What somebody is told of whose login may not read contacts.
        at_once: What it is when an organisation is called too often at once.
        of_day: What it is when the calls of a day are used up; empty where an organisation has no such limit.
        of_minute: Likewise of a minute, where it says how much of that is left.
        of_app: What it is when the whole app has called too often for a moment.
    """

    name: str
    title: str
    stand_in: Callable[..., tuple[StandIn, Control]]
    region: str | None
    picks: bool
    brings_one: bool
    ends_alone: bool
    listing: str
    counted_listing: str
    token: str
    revocation: str
    profile: str
    accounts: str
    contacts: str
    items: str
    of_contacts: frozenset[ListName]
    books: Mapping[str, str]
    supplier: Callable[[str], Fields]
    item: Callable[[str], Fields]
    account: Callable[[int, str], Fields]
    record_id: Callable[[str], str]
    offline: Words
    refused: Words
    removed: Words
    removed_cause: Cause
    forbidden: Words
    calls: Mapping[str, int]
    tells_deleted: bool
    unmodified: int
    asks_again: int
    forbidden_cause: Cause
    role: str
    at_once: Words
    of_day: Words
    of_minute: Words
    of_app: Words

    def sign_ins(self, organisations: int) -> int:
        """How many sign-ins it takes to bring so many organisations within one person's reach."""
        return organisations if self.brings_one else 1

    @property
    def asked(self) -> dict[str, str]:
        """What a caller of the API says when it starts a sign-in."""
        return {"region": self.region} if self.region else {}

    def asked_of(self, kind: str) -> dict[str, object]:
        """Likewise, for a kind of run; where a sign-in ends a colleague's, that is agreed."""
        takes_over = self.brings_one and kind == RunKind.REASSIGN_CLIENTS
        return {**self.asked, **({"takes_over": True} if takes_over else {})}
