"""What is Xero's own between its client and the sandbox; what all providers promise is tested in ``tests/contract``."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from contracts.words.causes import Cause
from contracts.words.standard_information import OrganisationProfile
from emulators.kit.faults.faults import Fault
from emulators.kit.server import DroppableProtocol
from emulators.xero.control.control import Control
from emulators.xero.faults import Kind
from emulators.xero.records.practice import DEMO_INDEX, MANY_CONTACTS_INDEX, NO_CONTACTS_INDEX, TRIAL_INDEX
from providers.kit.oauth.token_sets import unpacked
from providers.port.errors import ProviderError, RateLimited, SignedOut, Unavailable
from providers.port.feeds import Feed
from providers.xero import feeds
from tests.contract.subject import Held
from tests.contract.xero import XeroSubject, stand_in
from tests.journeys.serving import listening, serving


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[tuple[Control, str]]:
    app, control = stand_in()
    socket, address = listening()
    async with serving(app, socket, http=DroppableProtocol):
        yield control, address


@pytest.fixture
async def xero(sandbox: tuple[Control, str]) -> AsyncIterator[XeroSubject]:
    subject = XeroSubject(*sandbox)
    yield subject
    await subject.provider.close()


def fault(xero: XeroSubject, kind: Kind, place: int, times: int | None = None) -> None:
    faults = xero.world.faults
    faults.add(Fault(faults.new_id(), kind, organisation_id=xero.ids[place], times=times))


async def test_one_consent_marks_what_was_chosen_in_it(xero: XeroSubject) -> None:
    first = await xero.finished(await xero.went(0, 1, 2))
    person = next(iter(xero.world.library.people.values()))
    assert (first.credential.account_key, first.credential.label) == (person.person_id, person.name)
    found = await xero.provider.organisations(Held(xero.provider, first.credential), first.consent_ref)
    assert {o.organisation_id for o in found} == set(xero.ids[:3])
    assert all(o.is_from_this_consent for o in found)

    second = await xero.finished(await xero.went(3))
    assert second.consent_ref != first.consent_ref
    marked = await xero.provider.organisations(Held(xero.provider, second.credential), second.consent_ref)
    assert {o.organisation_id: o.is_from_this_consent for o in marked} == {
        **dict.fromkeys(xero.ids[:3], False),
        xero.ids[3]: True,
    }
    with pytest.raises(SignedOut):
        await xero.provider.refresh(first.credential)

    third = await xero.finished(await xero.went(action="continue"))
    kept = await xero.provider.organisations(Held(xero.provider, third.credential), third.consent_ref)
    assert [o.is_from_this_consent for o in kept] == [False] * 4


@pytest.mark.thorough
@pytest.mark.parametrize("feed", list(feeds.FEEDS), ids=lambda feed: feed.name)
async def test_awkward_books_arrive_whole(xero: XeroSubject, feed: Feed) -> None:
    places = (DEMO_INDEX, TRIAL_INDEX, NO_CONTACTS_INDEX)
    held = await xero.signed_in(*places)
    for place in places:
        assert sorted(await xero.keys(held, place, feed)) == sorted(xero.kept(place, feed))


async def test_a_profile_says_whether_it_is_a_demo_or_a_trial(xero: XeroSubject) -> None:
    places = (0, DEMO_INDEX, TRIAL_INDEX)
    held = await xero.signed_in(*places)
    for place in places:
        (page,) = await xero.pages(held, place, feeds.ORGANISATION)
        (profile,) = page.rows
        assert isinstance(profile, OrganisationProfile)
        assert (profile.is_demo, profile.is_trial) == (place == DEMO_INDEX, place == TRIAL_INDEX)


@pytest.mark.thorough
async def test_many_contacts_take_a_call_for_each_thousand(xero: XeroSubject) -> None:
    held = await xero.signed_in(MANY_CONTACTS_INDEX)
    read = await xero.pages(held, MANY_CONTACTS_INDEX, feeds.CONTACTS)
    assert [len(page.rows) for page in read] == [1000, 1000, 1000]


@pytest.mark.parametrize("feed", [feeds.ACCOUNTS, feeds.ITEMS, feeds.CONTACTS], ids=lambda feed: feed.name)
async def test_nothing_changed_is_said_as_such(xero: XeroSubject, feed: Feed) -> None:
    held = await xero.signed_in(0)
    (page,) = await xero.pages(held, 0, feed, xero.now() + timedelta(days=1))
    assert page.is_unmodified
    before = await xero.pages(held, 0, feed, xero.now() - timedelta(days=9_000))
    assert not before[0].is_unmodified


async def test_what_was_granted_is_known_after_a_lost_answer(xero: XeroSubject) -> None:
    held = await xero.signed_in(0)
    xero.happens(Kind.DROP_REFRESH_RESPONSE, times=1)
    with pytest.raises(Unavailable):
        await xero.provider.refresh(held.now)
    newer = unpacked((await xero.provider.refresh(held.now)).secret)
    assert newer.refresh_token != unpacked(held.now.secret).refresh_token
    assert newer.scope == unpacked(held.now.secret).scope


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Kind.DAY_LIMIT_REACHED, Cause.RATE_LIMITED),
        (Kind.MINUTE_LIMIT_REACHED, Cause.RATE_LIMITED),
        (Kind.ORGANISATION_OFFLINE, Cause.PROVIDER_UNAVAILABLE),
        (Kind.SUBSCRIPTION_ENDED, Cause.SUBSCRIPTION_ENDED),
        (Kind.SCOPE_MISSING, Cause.ROLE_TOO_LOW),
    ],
)
async def test_each_fault_of_xeros_own_has_its_cause_and_stays_with_its_organisation(
    xero: XeroSubject, kind: Kind, cause: Cause
) -> None:
    held = await xero.signed_in(0, 1)
    fault(xero, kind, 0)
    with pytest.raises(ProviderError) as caught:
        await xero.keys(held, 0, feeds.CONTACTS)
    assert caught.value.cause is cause
    assert unpacked(held.now.secret).access_token not in str(caught.value)
    assert await xero.keys(held, 1, feeds.CONTACTS)


async def test_a_day_limit_says_until_when(xero: XeroSubject) -> None:
    held = await xero.signed_in(0)
    fault(xero, Kind.DAY_LIMIT_REACHED, 0, times=1)
    with pytest.raises(RateLimited) as caught:
        await xero.keys(held, 0, feeds.CONTACTS)
    assert caught.value.is_long
    assert caught.value.retry_at is not None
    xero.later(caught.value.retry_at - xero.now() + timedelta(seconds=1))
    assert await xero.keys(held, 0, feeds.CONTACTS)


@pytest.mark.thorough
async def test_ever_more_reads_are_stopped_here_before_the_server_has_to(xero: XeroSubject) -> None:
    held = await xero.signed_in(0)
    reads = [xero.keys(held, 0, feed) for feed in feeds.FEEDS for _ in range(9)]
    results = await asyncio.gather(*reads, return_exceptions=True)
    refused = [result for result in results if isinstance(result, BaseException)]
    assert len(results) - len(refused) == 60
    assert all(isinstance(error, RateLimited) and error.limit == "minute" for error in refused)
    assert not xero.world.calls.rejected_429
