"""What the contract suite needs of a provider: its client, its stand-in on a socket, and faults, in one vocabulary.

A platform's own module beside this one says what is different there; ``subjects.py`` lists them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from emulators.kit.control.control import Control
from emulators.kit.control.words import FaultWords, RecordWords
from emulators.kit.faults import faults as kinds
from emulators.kit.faults.faults import Fault
from emulators.kit.world import World
from providers.port.credential import Credential
from providers.port.feeds import Feed
from providers.port.provider import BegunSignIn, FinishedSignIn, Page, Provider, ReachableOrganisation
from tests.journeys.browser import sign_in

REDIRECT = "http://127.0.0.1:9/connect/back"


class Wrong(StrEnum):
    """What can go wrong at every provider, however it writes it."""

    REFUSED = "refused"
    """The login may not open the organisation (403)."""
    NOT_FOUND = "not found"
    """A 404 without the platform's own words."""
    OUT_OF_CALLS = "out of calls"
    """429, to be tried again after ``WAIT``."""
    OUT_OF_CALLS_UNSAID = "out of calls, without a word until when"
    DOWN = "down"
    BROKEN = "broken"
    DROPPED = "dropped"
    """The connection is closed without an answer."""
    CUT = "cut"
    """The answer stops in the middle of its JSON."""
    PAGE = "a page"
    """HTML where JSON was asked for, as if all were well."""
    PAGE_400 = "a page, 400"
    PAGE_401 = "a page, 401"
    PAGE_403 = "a page, 403"
    PAGE_404 = "a page, 404"
    PAGE_502 = "a page, 502"


def variations(*wrong: Wrong) -> list[Any]:
    """What goes wrong in a test, as its parameters: the first is tried every day, the others vary it."""
    return [wrong[0], *(pytest.param(one, marks=pytest.mark.thorough) for one in wrong[1:])]


WAIT = timedelta(seconds=30)

ANYWHERE: Mapping[Wrong, Mapping[str, object]] = {
    Wrong.NOT_FOUND: {"kind": kinds.SERVER_ERROR, "status": 404},
    Wrong.OUT_OF_CALLS: {"kind": kinds.RATE_LIMITED, "seconds": WAIT.total_seconds()},
    Wrong.DOWN: {"kind": kinds.SERVER_ERROR, "status": 503},
    Wrong.BROKEN: {"kind": kinds.SERVER_ERROR, "status": 500},
    Wrong.DROPPED: {"kind": kinds.DROP_CONNECTION},
    Wrong.PAGE: {"kind": kinds.EDGE_PAGE, "status": 200},
    **{
        wrong: {"kind": kinds.EDGE_PAGE, "status": int(wrong.value[-3:])}
        for wrong in (Wrong.PAGE_400, Wrong.PAGE_401, Wrong.PAGE_403, Wrong.PAGE_404, Wrong.PAGE_502)
    },
}
"""The faults that every stand-in has the same way."""


@dataclass(eq=False)
class Held:
    """A grant as calls get it; refreshed when its credential was refused, unless it is told not to be.

    Attributes:
        beside: The grants of the other organisations that were signed in for, where each has one of its own.
    """

    provider: Provider
    now: Credential
    refreshes_itself: bool = True
    refreshes: int = 0
    beside: "tuple[Held, ...]" = ()
    practice_id: UUID | None = field(default=None, init=False)

    def about(self, organisation_id: str) -> "Held":
        """The grant that reaches an organisation."""
        each = (self, *self.beside)
        return next((one for one in each if one.now.account_key == organisation_id), self)

    async def credential(self, rejected: Credential | None = None) -> Credential:
        if rejected == self.now and self.refreshes_itself:
            self.now = await self.provider.refresh(self.now)
            self.refreshes += 1
        return self.now


@dataclass
class SignIn:
    """A sign-in that came back: what was begun, and the whole query."""

    begun: BegunSignIn
    query: dict[str, str]


class Subject(ABC):
    """One provider, in front of its stand-in.

    Attributes:
        wrong: How what goes wrong is asked for of this stand-in, where that is not as anywhere.
        lists: The stand-in's word for what a feed brings, by the feed's name.
        listing: The path at which organisations are listed.
        token: The path of the token endpoint.
        long: The place of an organisation of which some feed has more than a page.
    """

    wrong: ClassVar[Mapping[Wrong, Mapping[str, object]]]
    lists: ClassVar[Mapping[str, str]]
    listing: ClassVar[str]
    token: ClassVar[str]
    long: ClassVar[int]

    def __init__(self, control: Control, base: str) -> None:
        self.control = control
        self.world: World = control.world
        self.base = base
        self.world.reset()
        self.world.library.change_access(self._person, self.ids)
        self.provider = self.make_provider()

    @abstractmethod
    def make_provider(self) -> Provider:
        """The product's client, by the stand-in's clock."""

    @property
    def ids(self) -> list[str]:
        """The organisations that the person reaches."""
        return list(self.world.library.organisations)

    @property
    def _person(self) -> str:
        return next(iter(self.world.library.people))

    @property
    def access(self) -> timedelta:
        """How long an access token is good."""
        return timedelta(seconds=self.world.policies.access_seconds)

    @property
    def idle(self) -> timedelta:
        """How long a refresh token is good that nobody uses."""
        return timedelta(seconds=self.world.policies.refresh.idle)

    @property
    def grace(self) -> timedelta:
        """How long a refresh token that was used is good once more, as after a lost answer."""
        return timedelta(seconds=self.world.policies.refresh.grace)

    @property
    def stays(self) -> timedelta:
        """How long a refresh gives the same refresh token, so that none is used up."""
        return timedelta(seconds=self.world.policies.refresh.stable)

    @property
    def of_one_sign_in(self) -> int:
        """How many of two organisations one sign-in brings."""
        return 2 if self.provider.capabilities.joins_many else 1

    def now(self) -> datetime:
        """The stand-in's time, by which its provider goes."""
        return self.world.clock.utc()

    def later(self, by: timedelta) -> None:
        """Move the clock."""
        self.world.clock.advance(by.total_seconds())

    def goes_wrong(
        self, wrong: Wrong, organisation_id: str | None = None, path: str | None = None, times: int | None = None
    ) -> None:
        """Let it go wrong from now on, until ``is_well``."""
        words = self.wrong.get(wrong) or ANYWHERE[wrong]
        faults = self.world.faults
        faults.add(Fault(faults.new_id(), organisation_id=organisation_id, path=path, times=times, **words))  # type: ignore[arg-type]  # words of a fault

    def happens(self, kind: str, **words: object) -> None:
        """Let something happen that every stand-in knows by this word."""
        self.control.add_fault(FaultWords(kind=kind, **words))

    def is_well(self) -> None:
        """End what goes wrong."""
        self.world.faults.clear()

    async def went(self, *places: int, action: str = "allow", expected: str | None = None) -> SignIn:
        """Begin a sign-in and go through the provider's pages, up to the address at which the browser comes back.

        Args:
            places: Of the organisations that are chosen.
            action: ``allow``, ``continue`` with what was allowed before, or ``cancel``.
            expected: Which organisation the sign-in is for.
        """
        begun = await self.provider.begin_sign_in(state="the-state", redirect_uri=REDIRECT, expected=expected)
        back = await sign_in(
            begun.address,
            person=0,
            choose=[self.ids[place] for place in places],
            action=action,
            follows_back=False,
        )
        address = back.headers["location"]
        assert address.startswith(REDIRECT)
        return SignIn(begun, dict(parse_qsl(urlsplit(address).query, keep_blank_values=True)))

    async def finished(self, came: SignIn) -> FinishedSignIn:
        """Finish a sign-in that came back."""
        return await self.provider.finish_sign_in(came.query, came.begun.kept, redirect_uri=REDIRECT)

    async def signed_in(self, *places: int) -> Held:
        """Sign in, and allow the organisations at these places."""
        return Held(self.provider, (await self.finished(await self.went(*places))).credential)

    async def listed(self, held: Held) -> dict[str, ReachableOrganisation]:
        """The organisations that are listed, by their ids."""
        each = [one for grant in (held, *held.beside) for one in await self.provider.organisations(grant)]
        return {one.organisation_id: one for one in each}

    async def reached(self, held: Held) -> list[str]:
        """Ids of the organisations that are listed."""
        return list(await self.listed(held))

    async def pages(
        self, held: Held, place: int, feed: Feed, since: datetime | None = None, cursor: str | None = None
    ) -> Sequence[Page]:
        """All pages of a feed of the organisation at a place, or those behind a cursor."""
        grant = held.about(self.ids[place])
        return [page async for page in self.provider.read(grant, self.ids[place], feed, since, cursor)]

    async def keys(self, held: Held, place: int, feed: Feed, since: datetime | None = None) -> list[str]:
        """The keys of all rows of a feed."""
        return [row.key for page in await self.pages(held, place, feed, since) for row in page.rows]

    def kept(self, place: int, feed: Feed) -> list[str]:
        """The ids of the records that the stand-in has of a feed."""
        name = self.lists[feed.name]
        key = self.world.library.listings[name].key
        return [str(record[key]) for record in self.world.library.records(self.ids[place], name)]

    def place_of(self, feed: Feed) -> int:  # for those where it depends
        """The place of an organisation of which a feed that tells changes has several rows."""
        return 0

    def changes(self, place: int, feed: Feed) -> str:
        """Let somebody change one record there; gives its id."""
        identity = self.kept(place, feed)[0]
        self.control.change_record(self.ids[place], RecordWords(list=self.lists[feed.name], id=identity, touch=True))
        return identity

    def secrets(self) -> list[str]:
        """Every secret that was given out."""
        return [secret for secrets in self.world.handed_out.by_kind().values() for secret in secrets]
