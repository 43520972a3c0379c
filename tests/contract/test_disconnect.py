"""Ending one connection at each provider, where that can be done alone and where it cannot."""

import pytest

from contracts.words.causes import Cause
from emulators.kit.faults.faults import DISCONNECTED
from providers.port.errors import ProviderError, SignedOut, Unavailable
from providers.port.provider import Kept, Removed
from tests.contract.subject import Subject, Wrong, variations


async def test_one_is_removed_alone_or_kept_with_its_siblings(subject: Subject) -> None:
    held = await subject.signed_in(0, 1)
    first, second = subject.ids[:2]
    profile = subject.provider.feeds.profile
    organisation = (await subject.listed(held))[first]
    answer = await subject.provider.disconnect(held.about(first), organisation)
    assert await subject.keys(held, 1, profile) == [second]
    if not subject.provider.capabilities.ends_one_alone:
        assert answer == Kept(siblings=(second,) if held.about(first) is held.about(second) else ())
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
    organisation = (await subject.listed(held))[subject.ids[0]]
    subject.happens(DISCONNECTED, organisation_id=subject.ids[0])
    if held.beside:  # what has a grant of its own ends with it
        with pytest.raises(SignedOut):
            await subject.provider.organisations(held.about(subject.ids[0]))
        assert await subject.listed(held.about(subject.ids[1]))
        return
    assert await subject.reached(held) == [subject.ids[1]]
    if subject.provider.capabilities.ends_one_alone:
        assert await subject.provider.disconnect(held, organisation) == Removed(was_there=False)


@pytest.mark.parametrize("wrong", variations(Wrong.PAGE_403, Wrong.DOWN, Wrong.DROPPED, Wrong.PAGE, Wrong.PAGE_404))
async def test_an_outage_removes_nothing_and_says_so(subject: Subject, wrong: Wrong) -> None:
    held = await subject.signed_in(0)
    organisation = (await subject.listed(held))[subject.ids[0]]
    subject.goes_wrong(wrong, path=subject.listing)
    if not subject.provider.capabilities.joins_many:  # nothing is asked where there are no siblings to be told of
        assert await subject.provider.disconnect(held, organisation) == Kept()
        subject.is_well()
        assert await subject.reached(held) == [subject.ids[0]]
        return
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
