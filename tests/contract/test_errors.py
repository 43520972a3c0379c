"""Each error of each provider to its cause: about one organisation's books, and about the list of organisations."""

from datetime import timedelta

import pytest

from contracts.words.causes import Cause
from providers.port.errors import NeedsPerson, ProviderError, RateLimited, Transient
from tests.contract.subject import WAIT, Held, Subject, Wrong, variations

CAUSES = {
    Wrong.REFUSED: Cause.ACCESS_LOST,
    Wrong.NOT_FOUND: Cause.PROVIDER_UNAVAILABLE,
    Wrong.OUT_OF_CALLS: Cause.RATE_LIMITED,
    Wrong.OUT_OF_CALLS_UNSAID: Cause.RATE_LIMITED,
    Wrong.DOWN: Cause.PROVIDER_UNAVAILABLE,
    Wrong.BROKEN: Cause.PROVIDER_UNAVAILABLE,
    Wrong.DROPPED: Cause.PROVIDER_UNAVAILABLE,
    Wrong.CUT: Cause.PROVIDER_UNAVAILABLE,
    Wrong.PAGE: Cause.PROVIDER_UNAVAILABLE,
    Wrong.PAGE_400: Cause.PROVIDER_UNAVAILABLE,
    Wrong.PAGE_401: Cause.PROVIDER_UNAVAILABLE,
    Wrong.PAGE_403: Cause.PROVIDER_UNAVAILABLE,
    Wrong.PAGE_404: Cause.PROVIDER_UNAVAILABLE,
    Wrong.PAGE_502: Cause.PROVIDER_UNAVAILABLE,
}

ABOUT_BOOKS = {Wrong.REFUSED, Wrong.CUT}
"""Met by calls about an organisation's books alone."""


async def a_profile(subject: Subject, held: Held, place: int) -> list[str]:
    return await subject.keys(held, place, subject.provider.feeds.profile)


def test_every_error_has_its_cause() -> None:
    assert set(CAUSES) == set(Wrong)


@pytest.mark.parametrize("wrong", list(Wrong))
async def test_an_organisation_s_error_has_its_cause_and_stays_with_it(subject: Subject, wrong: Wrong) -> None:
    held = await subject.signed_in(0, 1)
    subject.goes_wrong(wrong, subject.ids[0])
    with pytest.raises(ProviderError) as caught:
        await a_profile(subject, held, 0)
    error = caught.value
    assert error.cause is CAUSES[wrong]
    assert isinstance(error, Transient if error.cause.is_transient else NeedsPerson)
    assert not [secret for secret in subject.secrets() if secret in f"{error} {error.detail}"]
    assert await a_profile(subject, held, 1) == [subject.ids[1]]
    subject.is_well()
    subject.later(timedelta(minutes=2))
    assert await a_profile(subject, held, 0) == [subject.ids[0]]
    assert held.refreshes == 0


@pytest.mark.parametrize("wrong", variations(*(one for one in reversed(Wrong) if one not in ABOUT_BOOKS)))
async def test_a_list_of_organisations_that_did_not_come_is_not_an_empty_one(subject: Subject, wrong: Wrong) -> None:
    held = await subject.signed_in(0)
    subject.goes_wrong(wrong, path=subject.listing)
    with pytest.raises(ProviderError) as caught:
        await subject.reached(held)
    assert caught.value.cause is CAUSES[wrong]
    subject.is_well()
    subject.later(timedelta(minutes=2))
    assert await subject.reached(held) == [subject.ids[0]]


async def test_a_limit_is_over_when_the_provider_says(subject: Subject) -> None:
    held = await subject.signed_in(0)
    subject.goes_wrong(Wrong.OUT_OF_CALLS, subject.ids[0], times=1)
    with pytest.raises(RateLimited) as caught:
        await a_profile(subject, held, 0)
    assert caught.value.retry_at is not None
    assert abs(caught.value.retry_at - subject.now() - WAIT) < timedelta(seconds=5)
    subject.later(WAIT + timedelta(seconds=1))
    assert await a_profile(subject, held, 0) == [subject.ids[0]]


async def test_a_limit_without_an_end_gets_one(subject: Subject) -> None:
    held = await subject.signed_in(0)
    subject.goes_wrong(Wrong.OUT_OF_CALLS_UNSAID, subject.ids[0], times=1)
    with pytest.raises(RateLimited) as caught:
        await a_profile(subject, held, 0)
    assert caught.value.retry_at is not None
    assert subject.now() < caught.value.retry_at <= subject.now() + timedelta(days=2)
    subject.later(caught.value.retry_at - subject.now() + timedelta(seconds=1))
    assert await a_profile(subject, held, 0) == [subject.ids[0]]


async def test_a_feed_that_stops_in_the_middle_is_an_error_and_no_shorter_list(subject: Subject) -> None:
    held = await subject.signed_in(subject.long)
    longest = max(subject.provider.feeds, key=lambda feed: len(subject.kept(subject.long, feed)))
    read = subject.provider.read(held, subject.ids[subject.long], longest)
    first = await anext(read)
    assert not first.is_last
    subject.goes_wrong(Wrong.DROPPED, subject.ids[subject.long])
    with pytest.raises(ProviderError) as caught:
        _ = [page async for page in read]
    assert caught.value.cause is Cause.PROVIDER_UNAVAILABLE
