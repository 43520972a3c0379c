"""Ending one connection at each provider, where that can be done alone and where it cannot."""

import pytest

from contracts.words.causes import Cause
from emulators.kit.faults.faults import DISCONNECTED
from providers.port.errors import ProviderError, Unavailable
from providers.port.provider import Kept, ReachableOrganisation, Removed
from tests.contract.subject import Held, Subject, Wrong


async def listed(subject: Subject, held: Held) -> dict[str, ReachableOrganisation]:
    return {one.organisation_id: one for one in await subject.provider.organisations(held)}


async def test_one_is_removed_alone_or_kept_with_its_siblings(subject: Subject) -> None:
    held = await subject.signed_in(0, 1)
    first, second = subject.ids[:2]
    profile = subject.provider.feeds.profile
    organisation = (await listed(subject, held))[first]
    answer = await subject.provider.disconnect(held, organisation)
    assert await subject.keys(held, 1, profile) == [second]
    if not subject.provider.capabilities.ends_one_alone:
        assert answer == Kept(siblings=(second,))
        assert set(await subject.reached(held)) == {first, second}
        return
    assert answer == Removed(was_there=True)
    assert await subject.reached(held) == [second]
    with pytest.raises(ProviderError) as caught:
        await subject.keys(held, 0, profile)
    assert caught.value.cause is Cause.ACCESS_LOST
    assert await subject.provider.disconnect(held, organisation) == Removed(was_there=False)


async def test_what_somebody_removed_there_is_listed_no_more(subject: Subject) -> None:
    held = await subject.signed_in(0, 1)
    organisation = (await listed(subject, held))[subject.ids[0]]
    subject.happens(DISCONNECTED, organisation_id=subject.ids[0])
    assert await subject.reached(held) == [subject.ids[1]]
    if subject.provider.capabilities.ends_one_alone:
        assert await subject.provider.disconnect(held, organisation) == Removed(was_there=False)


@pytest.mark.parametrize("wrong", [Wrong.DOWN, Wrong.DROPPED, Wrong.PAGE, Wrong.PAGE_403, Wrong.PAGE_404])
async def test_an_outage_removes_nothing_and_says_so(subject: Subject, wrong: Wrong) -> None:
    held = await subject.signed_in(0)
    organisation = (await listed(subject, held))[subject.ids[0]]
    subject.goes_wrong(wrong, path=subject.listing)
    with pytest.raises(Unavailable):
        await subject.provider.disconnect(held, organisation)
    subject.is_well()
    assert await subject.reached(held) == [subject.ids[0]]


async def test_the_end_of_the_grant_ends_all(subject: Subject) -> None:
    held = await subject.signed_in(0, 1)
    await subject.provider.revoke(held.now)
    again = await subject.signed_in(2)
    if subject.world.policies.revocation.ends_connections:
        assert await subject.reached(again) == [subject.ids[2]]
