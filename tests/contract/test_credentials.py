"""A credential at each provider: refreshed, used up, ended, and never called dead by anything but its own end."""

from datetime import timedelta

import pytest

from emulators.kit.faults.faults import DROP_REFRESH_RESPONSE, REVOKE_PERSON
from providers.port.errors import ProviderError, SignedOut, Unavailable
from tests.contract.subject import Held, Subject, Wrong, variations

SECOND = timedelta(seconds=1)


async def test_a_refresh_gives_a_newer_one_of_the_same_account(subject: Subject) -> None:
    held = await subject.signed_in(0)
    subject.later(subject.access / 2)
    newer = await subject.provider.refresh(held.now)
    assert newer.secret != held.now.secret
    assert newer.access_expires_at > held.now.access_expires_at
    assert (newer.account_key, newer.person) == (held.now.account_key, held.now.person)
    assert not [secret for secret in subject.secrets() if secret in repr(newer)]
    assert await subject.reached(Held(subject.provider, newer)) == [subject.ids[0]]


async def test_one_that_was_used_is_good_for_as_long_as_the_platform_says(subject: Subject) -> None:
    held = await subject.signed_in(0)
    subject.later(subject.stays)
    newer = await subject.provider.refresh(held.now)
    if subject.grace:
        again = await subject.provider.refresh(held.now)
        assert await subject.reached(Held(subject.provider, again)) == [subject.ids[0]]
        newer = await subject.provider.refresh(again)
    subject.later(subject.grace + SECOND)
    with pytest.raises(SignedOut):
        await subject.provider.refresh(held.now)
    assert newer.account_key == held.now.account_key


async def test_a_lost_answer_is_an_outage(subject: Subject) -> None:
    held = await subject.signed_in(0)
    subject.happens(DROP_REFRESH_RESPONSE, times=1)
    with pytest.raises(Unavailable):
        await subject.provider.refresh(held.now)
    if subject.grace:
        assert (await subject.provider.refresh(held.now)).secret != held.now.secret


async def test_one_that_nobody_uses_ends_when_it_says(subject: Subject) -> None:
    held = await subject.signed_in(0)
    ends = held.now.refresh_expires_at
    assert ends is not None
    assert abs(ends - subject.now() - subject.idle) < timedelta(minutes=1)
    subject.later(subject.idle + timedelta(days=1))
    with pytest.raises(SignedOut):
        await subject.provider.refresh(held.now)


async def test_an_access_token_that_ended_is_replaced_in_the_middle(subject: Subject) -> None:
    held = await subject.signed_in(0)
    profile = subject.provider.feeds.profile
    subject.later(subject.access + SECOND)
    assert await subject.keys(held, 0, profile) == [subject.ids[0]]
    subject.later(subject.access + SECOND)
    assert await subject.reached(held) == [subject.ids[0]]
    assert held.refreshes == 2


async def test_an_access_token_that_stays_refused_signs_nobody_out(subject: Subject) -> None:
    held = await subject.signed_in(0)
    stubborn = Held(subject.provider, held.now, refreshes_itself=False)
    subject.later(subject.access + SECOND)
    for call in (subject.keys(stubborn, 0, subject.provider.feeds.profile), subject.reached(stubborn)):
        with pytest.raises(Unavailable):
            await call
    assert await subject.reached(held) == [subject.ids[0]]


async def test_what_we_ended_is_signed_out_and_ending_it_again_is_no_error(subject: Subject) -> None:
    held = await subject.signed_in(0)
    await subject.provider.revoke(held.now)
    await subject.provider.revoke(held.now)
    with pytest.raises(SignedOut):
        await subject.provider.refresh(held.now)
    subject.later(subject.access + SECOND)  # where an access token lives out its time
    with pytest.raises(SignedOut):
        await subject.reached(held)


async def test_what_somebody_ended_there_is_signed_out(subject: Subject) -> None:
    held = await subject.signed_in(0)
    subject.happens(REVOKE_PERSON)
    subject.later(subject.access + SECOND)
    with pytest.raises(SignedOut):
        await subject.reached(held)


@pytest.mark.parametrize(
    "wrong",
    variations(
        *(one for one in reversed(Wrong) if one.value.startswith("a page")),
        *(Wrong.DOWN, Wrong.BROKEN, Wrong.DROPPED, Wrong.NOT_FOUND),
    ),
)
async def test_an_outage_of_tokens_signs_nobody_out(subject: Subject, wrong: Wrong) -> None:
    held = await subject.signed_in(0)
    subject.goes_wrong(wrong, path=subject.token)
    with pytest.raises(Unavailable) as caught:
        await subject.provider.refresh(held.now)
    assert not [secret for secret in subject.secrets() if secret in str(caught.value)]
    subject.is_well()
    assert (await subject.provider.refresh(held.now)).secret != held.now.secret


async def test_an_outage_keeps_a_grant_from_being_ended_and_says_so(subject: Subject) -> None:
    held = await subject.signed_in(0)
    subject.goes_wrong(Wrong.DOWN)
    with pytest.raises(ProviderError):
        await subject.provider.revoke(held.now)
    subject.is_well()
    assert await subject.reached(held) == [subject.ids[0]]
