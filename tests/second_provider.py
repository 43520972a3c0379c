"""A second accounting software, in this process: what our code does where the first one's capabilities are not those.

It stands for no platform. Each test sets it up with what it is about.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import httpx2

from contracts.words.lists import PROFILE, ListName
from contracts.words.standard_information import Row
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants import writes as grants
from models.kit.columns import now
from models.kit.database import Database
from models.kit.sealing import Sealer
from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock, utc_now
from providers.kit.http import http_client
from providers.kit.windows import CallsOf, CountedIn, Unit, Window, end_of, retry_after
from providers.port.call_budget import CallBudget
from providers.port.capabilities import Capabilities, SignInBrings
from providers.port.credential import Credential, CredentialSource
from providers.port.errors import OtherRegion, ProviderError, RateLimited, SignedOut
from providers.port.feeds import Feed, Feeds
from providers.port.provider import BegunSignIn, FinishedSignIn, Kept, LastAnswer, Page, ReachableOrganisation, Removed
from providers.port.webhook import Webhook

A_PERSONS = Capabilities(
    sign_in_brings=SignInBrings.ALL,
    ends_one_alone=False,
    leeway=timedelta(seconds=30),
    renewed_at_age=timedelta(days=7),
)
"""A person's grant that brings all that they reach, and that can only be ended whole."""

A_COMPANYS = replace(A_PERSONS, sign_in_brings=SignInBrings.ONE, ends_one_alone=True)
"""A company's grant, whose id comes back with the browser."""

ONE_AT_A_TIME = replace(A_COMPANYS, ends_one_alone=False, takes_over=True)
"""The same where a newer sign-in for a company ends the one before."""

COMPANY = Feed("company", PROFILE)
LEDGER = Feed("ledger", (ListName.ACCOUNTS,), tells_changes=True)
BANKS = Feed("banks", (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS), tells_changes=True)
DUTIES = Feed("duties", (ListName.TAX_RATES,))
GOODS = Feed("goods", (ListName.ITEMS,), tells_changes=True)
STOCK = Feed("stock", (ListName.ITEMS,))
VENDORS = Feed("vendors", (ListName.SUPPLIERS,), tells_changes=True)
BUYERS = Feed("buyers", (ListName.CUSTOMERS,), tells_changes=True)

APART = Feeds(COMPANY, LEDGER, BANKS, DUTIES, GOODS, STOCK, VENDORS, BUYERS)
"""Two feeds for the chart of accounts and two for items, suppliers apart from customers; no tracking, no currencies."""


@dataclass
class Second:
    """Signs anybody in, and lists and gives to read what it is told to.

    Attributes:
        capabilities: As the test needs them.
        reached: What every login reaches.
        begun: The organisations that sign-ins were begun for; None where it was no single one.
        regions: The regions that they were begun in; None where none was said.
        finished: The queries of sign-ins that came back, with what was kept for them.
        refreshed: Credentials that were refreshed.
        revoked: Credentials that were ended.
        refusals: What the next calls that end something raise, in this order.
        books: By feed, its rows with the moment of their last change.
        refuses: Feeds that it gives nobody, and why.
        lists_not: Why it lists nothing; None where it does.
        deletes: By feed, keys that a read of changes says are deleted.
        asked: The feeds that were read, and since when.
    """

    capabilities: Capabilities = A_PERSONS
    reached: tuple[ReachableOrganisation, ...] = ()
    begun: list[str | None] = field(default_factory=list)
    regions: list[str | None] = field(default_factory=list)
    finished: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    refreshed: list[Credential] = field(default_factory=list)
    revoked: list[Credential] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    books: dict[Feed, dict[str, tuple[Row, datetime]]] = field(default_factory=dict)
    refuses: dict[Feed, ProviderError] = field(default_factory=dict)
    lists_not: ProviderError | None = None
    deletes: dict[Feed, list[str]] = field(default_factory=dict)
    asked: list[tuple[Feed, datetime | None]] = field(default_factory=list)
    feeds: Feeds = APART
    webhook: Webhook | None = None
    name: str = "second"
    title: str = "Second Books"
    organisation: str = "ledger"

    async def begin_sign_in(
        self, *, state: str, redirect_uri: str, expected: str | None = None, region: str | None = None
    ) -> BegunSignIn:
        """Sends the browser nowhere that is; keeps what was expected."""
        self.begun.append(expected)
        self.regions.append(region)
        return BegunSignIn(f"https://second.test/allow?state={state}&back={redirect_uri}", str(expected).encode())

    def refusal_in(self, params: Mapping[str, str]) -> ProviderError | None:
        """Whatever its error says."""
        return OtherRegion(params["error"]) if "error" in params else None

    async def finish_sign_in(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        """The account is the company that came back, or else the one person that there is."""
        self.finished.append((dict(params), kept))
        company = params.get("realmId")
        known = tuple(one for one in self.reached if one.organisation_id == company)
        credential = Credential(company or "person-1", "person-1", "Bea", b"secret 1", now() + timedelta(minutes=5))
        return FinishedSignIn(credential, known)

    async def refresh(self, credential: Credential) -> Credential:
        """Another secret each time, unless it was ended."""
        if credential.secret in {ended.secret for ended in self.revoked}:
            raise SignedOut("ended")
        self.refreshed.append(credential)
        secret = f"secret {len(self.refreshed) + 1}".encode()
        return replace(credential, secret=secret, access_expires_at=now() + timedelta(minutes=5))

    async def revoke(self, credential: Credential) -> None:
        """It is noted."""
        self._refuse()
        self.revoked.append(credential)

    async def disconnect(self, tokens: CredentialSource, organisation: ReachableOrganisation) -> Removed | Kept:
        """One alone, where the capabilities say so."""
        self._refuse()
        reached = await self.organisations(tokens)
        others = tuple(one for one in reached if one.organisation_id != organisation.organisation_id)
        if not self.capabilities.ends_one_alone:
            return Kept(tuple(one.organisation_id for one in others))
        self.reached = others
        return Removed(was_there=len(others) < len(reached))

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)

    async def organisations(
        self, tokens: CredentialSource, consent_ref: str | None = None, *, is_to_choose: bool = False
    ) -> Sequence[ReachableOrganisation]:
        """What the test says."""
        await tokens.credential()
        if self.lists_not is not None:
            raise self.lists_not
        return self.reached

    def keep(self, feed: Feed, row: Row, at: datetime) -> None:
        """Put a row into a feed, new or changed at that moment."""
        self.books.setdefault(feed, {})[row.key] = (row, at)

    async def read(
        self,
        tokens: CredentialSource,
        organisation_id: str,  # it has one
        feed: Feed,
        modified_since: datetime | None = None,
        cursor: str | None = None,  # its pages have none
        last: LastAnswer | None = None,  # none of its feeds is fingerprinted
    ) -> AsyncIterator[Page]:
        """A page for each row, so that there are several; what was taken out of the books leaves no trace."""
        await tokens.credential()
        self.asked.append((feed, modified_since))
        if refusal := self.refuses.get(feed):
            raise refusal
        for row, at in tuple(self.books.get(feed, {}).values()):
            if modified_since is None or at >= modified_since:
                yield Page([row], is_last=False)
        yield Page((), deleted=self.deletes.get(feed, []) if modified_since else ())

    async def check_app(self) -> None:
        """Its app is as good as any."""

    async def close(self) -> None:
        """Nothing is open."""


async def signed_in_for(
    database: Database, sealer: Sealer, practice_id: UUID, colleague_id: UUID, companies: Mapping[str, str]
) -> dict[str, UUID]:
    """Clients of a colleague, each with a company that they have signed in for; their ids, by name.

    Args:
        database: The product's.
        sealer: Seals what the sign-ins give.
        practice_id: Whose clients.
        colleague_id: Who has signed in, and looks after them.
        companies: Names, by company id.
    """
    clients = {}
    for company, name in companies.items():
        async with database.transaction() as session:
            grant = await grants.upsert_grant(
                session,
                sealer,
                provider=Second.name,
                credential=Credential(company, "person-1", "Bea", b"secret 1", now() + timedelta(minutes=5)),
                practice_id=practice_id,
                colleague_id=colleague_id,
                at=now(),
                takes_over=True,
            )
            client = Client(practice_id=practice_id, name=name, code=f"S{company}", owner_id=colleague_id)
            session.add(client)
            await session.flush()
            session.add(
                Connection(
                    practice_id=practice_id,
                    client_id=client.id,
                    provider=Second.name,
                    organisation_id=company,
                    organisation_name=name,
                    grant_id=grant.id,
                )
            )
            clients[name] = client.id
    return clients


APP = "app-1"
AT_ONCE, A_MONTH = 4, 25
WINDOWS = (
    Window(CallsOf.APP, Unit.AT_ONCE, AT_ONCE, CountedIn.SHARED),
    Window(CallsOf.APP, Unit.MONTH, A_MONTH, CountedIn.SHARED),
    Window(CallsOf.ORGANISATION, Unit.DAY, None),
)
"""Of the whole app, calls at once and calls a month, however many processes it has; an organisation's day ends when the
platform says so."""

LEFT = "calls-left-this-month"


def used_up(headers: Mapping[str, str]) -> Iterator[tuple[CallsOf, Unit]]:
    """The month, when an answer says that no call is left."""
    if headers.get(LEFT) == "0":
        yield CallsOf.APP, Unit.MONTH


class SecondCalls:
    """Calls of one process to the software, over sockets.

    Args:
        url: Where it listens.
        budget: What all processes share.
        windows: Its limits.
        clock: The clock, aware, in UTC.
    """

    def __init__(
        self, url: str, budget: CallBudget, windows: Sequence[Window] = WINDOWS, clock: Clock = utc_now
    ) -> None:
        self._url, self._clock, self._http = url, clock, http_client()
        self._limits = CallLimits(Second.name, APP, windows, used_up, budget, clock)

    async def ask(self, organisation_id: str | None = None, practice_id: UUID | None = None) -> None:
        """Make one call.

        Raises:
            RateLimited: A limit is used up, by our count or by what the software says.
            HeldUp: No turn came in time.
        """
        async with self._limits.call(organisation_id, practice_id):
            answer = await self._http.send(httpx2.Request("GET", self._url))
        self._limits.learn(organisation_id, answer.headers)
        if answer.status_code == 429:
            moment = self._clock()
            until = retry_after(answer.headers, moment, timedelta(days=32))
            error = RateLimited("day", until) if until else RateLimited("app_month", end_of(Unit.MONTH, moment))
            self._limits.refused(organisation_id, error)
            raise error

    async def close(self) -> None:
        """Give back what it holds, and close the connections."""
        await self._limits.close()
        await self._http.aclose()
