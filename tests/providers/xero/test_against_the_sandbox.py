"""Xero's client and the sandbox, which share no code, over a socket: consent, tokens, organisations, lists, faults."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from contracts.words.causes import Cause
from contracts.words.standard_information import OrganisationProfile, Row
from emulators.kit.faults.faults import Fault
from emulators.kit.server import bind, make_server
from emulators.xero import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PASSWORD, Config, create_app
from emulators.xero.faults import Kind
from emulators.xero.records.practice import DEMO_INDEX, MANY_CONTACTS_INDEX, NO_CONTACTS_INDEX, TRIAL_INDEX
from emulators.xero.world import World
from providers.kit.http import http_client
from providers.port.credential import Credential
from providers.port.errors import ConsentFailed, ProviderError, RateLimited, SignedOut, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import FinishedSignIn, Page, Removed
from providers.xero import feeds
from providers.xero.provider import Xero
from providers.xero.settings import XeroConfig
from providers.xero.sign_in.secret import unpacked
from tests.providers.conftest import Allowance

REDIRECT = "http://127.0.0.1:9/connect/xero/callback"
LISTS = {
    feeds.ORGANISATION: "Organisation",
    feeds.ACCOUNTS: "Accounts",
    feeds.TAX_RATES: "TaxRates",
    feeds.TRACKING_CATEGORIES: "TrackingCategories",
    feeds.ITEMS: "Items",
    feeds.CONTACTS: "Contacts",
    feeds.CURRENCIES: "Currencies",
}


class Refreshing:
    """A grant that refreshes itself when its token is refused."""

    practice_id = None

    def __init__(self, xero: Xero, held: Credential) -> None:
        self._xero = xero
        self.held = held
        self.refreshes = 0

    async def credential(self, rejected: Credential | None = None) -> Credential:
        if rejected == self.held:
            self.held = await self._xero.refresh(self.held)
            self.refreshes += 1
        return self.held


@dataclass
class Practice:
    """A running sandbox and the product's client of it."""

    world: World
    xero: Xero
    base: str
    came_back: dict[str, str] = field(default_factory=dict)
    kept: bytes = b""

    async def consent(self, *indexes: int, going_on: bool = False) -> FinishedSignIn:
        """Sign the first person in as a browser would, and allow the organisations at these indexes."""
        begun = await self.xero.begin_sign_in(state="the-state", redirect_uri=REDIRECT)
        chosen = [self.ids[index] for index in indexes]
        async with httpx2.AsyncClient(base_url=self.base, follow_redirects=True) as browser:
            page = await browser.get(begun.address)
            found = re.search(r'name="request" value="([^"]+)"', page.text)
            assert found is not None
            signed_in = {"request": found[1], "person": self.person_id, "password": SANDBOX_PASSWORD}
            await browser.post("/identity/sign-in", data=signed_in)
            allowed = {"request": found[1], "action": "continue" if going_on else "allow", "organisation": chosen}
            back = await browser.post("/identity/consent", data=allowed, follow_redirects=False)
        answer = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}
        assert answer["state"] == "the-state"
        self.came_back, self.kept = answer, begun.kept
        return await self.xero.finish_sign_in(answer, begun.kept, redirect_uri=REDIRECT)

    async def grant(self, *indexes: int) -> Refreshing:
        return Refreshing(self.xero, (await self.consent(*indexes)).credential)

    async def pages(self, grant: Refreshing, index: int, feed: Feed, since: datetime | None = None) -> Sequence[Page]:
        return [page async for page in self.xero.read(grant, self.ids[index], feed, since)]

    async def rows(self, grant: Refreshing, index: int, feed: Feed) -> Sequence[Row]:
        return [row for page in await self.pages(grant, index, feed) for row in page.rows]

    def fault(self, kind: Kind, index: int | None = None, times: int | None = None, path: str | None = None) -> None:
        organisation_id = None if index is None else self.ids[index]
        faults = self.world.faults
        faults.add(Fault(faults.new_id(), kind, organisation_id=organisation_id, times=times, path=path))

    @property
    def ids(self) -> list[str]:
        return list(self.world.library.organisations)

    @property
    def person_id(self) -> str:
        return next(iter(self.world.library.people))


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[tuple[World, str]]:
    app = create_app(Config(organisations=12))
    listening = bind("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = make_server(app, "Xero", base)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield app.world, base
    server.should_exit = True
    await serving


@pytest.fixture
async def practice(sandbox: tuple[World, str]) -> AsyncIterator[Practice]:
    world, base = sandbox
    world.reset()
    world.library.change_access(next(iter(world.library.people)), list(world.library.organisations))
    config = XeroConfig(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, base, base)
    practice = Practice(world, Xero(config, http_client(), Allowance(), world.clock.utc), base)
    yield practice
    await practice.xero.close()


async def test_one_consent_reaches_what_was_chosen_in_it(practice: Practice) -> None:
    first = await practice.consent(0, 1, 2)
    person = practice.world.library.people[practice.person_id]
    assert first.credential.account_key == practice.person_id
    assert first.credential.label == person.name
    grant = Refreshing(practice.xero, first.credential)
    found = await practice.xero.organisations(grant, first.consent_ref)
    assert {o.organisation_id for o in found} == set(practice.ids[:3])
    assert all(o.is_from_this_consent for o in found)
    names = {o.organisation_id: o.name for o in practice.world.library.organisations.values()}
    assert {o.name for o in found} == {names[o.organisation_id] for o in found}

    second = await practice.consent(3)
    assert second.consent_ref != first.consent_ref
    grant = Refreshing(practice.xero, second.credential)
    marked = await practice.xero.organisations(grant, second.consent_ref)
    assert {o.organisation_id: o.is_from_this_consent for o in marked} == {
        **dict.fromkeys(practice.ids[:3], False),
        practice.ids[3]: True,
    }
    with pytest.raises(SignedOut):
        await practice.xero.refresh(first.credential)

    third = await practice.consent(going_on=True)
    grant = Refreshing(practice.xero, third.credential)
    kept = await practice.xero.organisations(grant, third.consent_ref)
    assert [o.is_from_this_consent for o in kept] == [False] * 4


async def test_a_code_is_good_once(practice: Practice) -> None:
    await practice.consent(0)
    with pytest.raises(ConsentFailed):
        await practice.xero.finish_sign_in(practice.came_back, practice.kept, redirect_uri=REDIRECT)


@pytest.mark.parametrize("feed", list(feeds.FEEDS))
async def test_every_list_arrives_whole(practice: Practice, feed: Feed) -> None:
    indexes = (0, DEMO_INDEX, TRIAL_INDEX, MANY_CONTACTS_INDEX, NO_CONTACTS_INDEX)
    grant = await practice.grant(*indexes)
    for index in indexes:
        rows = await practice.rows(grant, index, feed)
        kept = practice.world.library.records(practice.ids[index], LISTS[feed])
        assert len(rows) == len(kept)
        assert len({row.key for row in rows}) == len(rows)
        profile = rows[0] if rows else None
        if isinstance(profile, OrganisationProfile):
            assert profile.key == practice.ids[index]
            assert (profile.is_demo, profile.is_trial) == (index == DEMO_INDEX, index == TRIAL_INDEX)


async def test_many_contacts_take_a_call_for_each_thousand(practice: Practice) -> None:
    grant = await practice.grant(MANY_CONTACTS_INDEX)
    read = await practice.pages(grant, MANY_CONTACTS_INDEX, feeds.CONTACTS)
    assert [len(page.rows) for page in read] == [1000, 1000, 1000]


@pytest.mark.parametrize("feed", [feeds.ACCOUNTS, feeds.ITEMS, feeds.CONTACTS])
async def test_nothing_changed(practice: Practice, feed: Feed) -> None:
    grant = await practice.grant(0)
    (page,) = await practice.pages(grant, 0, feed, datetime.now(UTC) + timedelta(days=1))
    assert page.is_unmodified
    before = await practice.pages(grant, 0, feed, datetime(2000, 1, 1, tzinfo=UTC))
    assert not before[0].is_unmodified
    assert before[0].rows


async def test_an_expired_token_is_refreshed_in_the_middle(practice: Practice) -> None:
    grant = await practice.grant(0)
    await practice.rows(grant, 0, feeds.ACCOUNTS)
    practice.world.clock.advance(1801)
    assert await practice.rows(grant, 0, feeds.ACCOUNTS)
    assert grant.refreshes == 1


async def test_the_old_token_may_be_tried_again_when_the_answer_got_lost(practice: Practice) -> None:
    grant = await practice.grant(0)
    practice.fault(Kind.DROP_REFRESH_RESPONSE, times=1)
    with pytest.raises(Unavailable):
        await practice.xero.refresh(grant.held)
    newer = await practice.xero.refresh(grant.held)
    assert unpacked(newer.secret).refresh_token != unpacked(grant.held.secret).refresh_token
    assert unpacked(newer.secret).scope == unpacked(grant.held.secret).scope


async def test_a_refresh_token_dies_unused(practice: Practice) -> None:
    grant = await practice.grant(0)
    practice.world.clock.advance(61 * 86_400)
    with pytest.raises(SignedOut):
        await practice.rows(grant, 0, feeds.ACCOUNTS)


async def test_a_disconnected_organisation_is_lost_alone(practice: Practice) -> None:
    grant = await practice.grant(0, 1)
    found = {o.organisation_id: o for o in await practice.xero.organisations(grant)}
    for was_there in (True, False):
        assert await practice.xero.disconnect(grant, found[practice.ids[0]]) == Removed(was_there)
    assert [o.organisation_id for o in await practice.xero.organisations(grant)] == [practice.ids[1]]
    with pytest.raises(ProviderError) as caught:
        await practice.rows(grant, 0, feeds.ACCOUNTS)
    assert caught.value.cause is Cause.ACCESS_LOST
    assert await practice.rows(grant, 1, feeds.ACCOUNTS)


async def test_a_revoked_grant_is_signed_out_everywhere(practice: Practice) -> None:
    grant = await practice.grant(0)
    await practice.xero.revoke(grant.held)
    with pytest.raises(SignedOut):
        await practice.xero.organisations(grant)


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Kind.RATE_LIMITED, Cause.RATE_LIMITED),
        (Kind.DAY_LIMIT_REACHED, Cause.RATE_LIMITED),
        (Kind.MINUTE_LIMIT_REACHED, Cause.RATE_LIMITED),
        (Kind.SERVER_ERROR, Cause.PROVIDER_UNAVAILABLE),
        (Kind.ORGANISATION_OFFLINE, Cause.PROVIDER_UNAVAILABLE),
        (Kind.DROP_CONNECTION, Cause.PROVIDER_UNAVAILABLE),
        (Kind.MALFORMED_BODY, Cause.PROVIDER_UNAVAILABLE),
        (Kind.SUBSCRIPTION_ENDED, Cause.SUBSCRIPTION_ENDED),
        (Kind.SCOPE_MISSING, Cause.ROLE_TOO_LOW),
    ],
)
async def test_each_fault_has_its_cause_and_stays_with_its_organisation(
    practice: Practice, kind: Kind, cause: Cause
) -> None:
    grant = await practice.grant(0, 1)
    practice.fault(kind, index=0)
    with pytest.raises(ProviderError) as caught:
        await practice.rows(grant, 0, feeds.CONTACTS)
    assert caught.value.cause is cause
    assert unpacked(grant.held.secret).access_token not in str(caught.value)
    assert await practice.rows(grant, 1, feeds.CONTACTS)


async def test_a_day_limit_says_until_when(practice: Practice) -> None:
    grant = await practice.grant(0)
    practice.fault(Kind.DAY_LIMIT_REACHED, index=0, times=1)
    with pytest.raises(RateLimited) as caught:
        await practice.rows(grant, 0, feeds.CONTACTS)
    assert caught.value.is_long
    assert caught.value.retry_at is not None
    practice.world.clock.advance((caught.value.retry_at - practice.world.clock.utc()).total_seconds() + 1)
    assert await practice.rows(grant, 0, feeds.CONTACTS)


async def test_what_was_disconnected_at_xero_is_no_longer_listed(practice: Practice) -> None:
    grant = await practice.grant(0, 1)
    practice.world.connections.remove_matching(organisation_id=practice.ids[0])
    assert [o.organisation_id for o in await practice.xero.organisations(grant)] == [practice.ids[1]]


async def test_ever_more_reads_are_stopped_here_before_the_server_has_to(practice: Practice) -> None:
    grant = await practice.grant(0)
    reads = [practice.rows(grant, 0, feed) for feed in feeds.FEEDS for _ in range(9)]
    results = await asyncio.gather(*reads, return_exceptions=True)
    refused = [result for result in results if isinstance(result, BaseException)]
    assert len(results) - len(refused) == 60
    assert all(isinstance(error, RateLimited) and error.limit == "minute" for error in refused)
    assert not practice.world.calls.rejected_429
