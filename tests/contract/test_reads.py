"""What each provider lists and reads: organisations, profiles, every feed whole, in pages, and only what changed."""

from datetime import UTC, datetime, timedelta

from contracts.words.standard_information import OrganisationProfile
from tests.contract.subject import Subject

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def test_organisations_are_those_that_were_allowed_with_their_names(subject: Subject) -> None:
    held = await subject.signed_in(0, 2)
    listed = (await subject.listed(held)).values()
    names = {identity: subject.world.library.organisations[identity].name for identity in subject.ids}
    assert {one.organisation_id: one.name for one in listed} == {
        identity: names[identity] for identity in (subject.ids[0], subject.ids[2])
    }


async def test_a_profile_is_of_the_organisation_that_was_asked_for(subject: Subject) -> None:
    held = await subject.signed_in(0, 1)
    for place in (1, 0):
        (page,) = await subject.pages(held, place, subject.provider.feeds.profile)
        (profile,) = page.rows
        assert isinstance(profile, OrganisationProfile)
        assert (profile.key, profile.name) == (
            subject.ids[place],
            subject.world.library.organisations[subject.ids[place]].name,
        )


async def test_every_feed_arrives_whole(subject: Subject) -> None:
    places = (0, subject.long)
    held = await subject.signed_in(*places)
    for place in places:
        for feed in subject.provider.feeds:
            keys = await subject.keys(held, place, feed)
            assert sorted(keys) == sorted(subject.kept(place, feed)), feed.name


async def test_a_long_feed_comes_in_pages_of_which_the_last_says_so(subject: Subject) -> None:
    held = await subject.signed_in(subject.long)
    longest = max(subject.provider.feeds, key=lambda feed: len(subject.kept(subject.long, feed)))
    pages = await subject.pages(held, subject.long, longest)
    assert len([page for page in pages if page.rows]) > 1
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]


async def test_a_long_feed_is_gone_on_with_behind_any_page_that_says_where(subject: Subject) -> None:
    held = await subject.signed_in(subject.long)
    longest = max(subject.provider.feeds, key=lambda feed: len(subject.kept(subject.long, feed)))
    pages = await subject.pages(held, subject.long, longest)
    everything = {row.key for page in pages for row in page.rows}
    assert pages[-1].cursor is None
    assert pages[-1].expected in {None, len(everything)}
    for place, page in enumerate(pages):
        if page.cursor is not None:
            before = {row.key for one in pages[: place + 1] for row in one.rows}
            left = await subject.pages(held, subject.long, longest, cursor=page.cursor)
            assert {row.key for one in left for row in one.rows} == everything - before
            assert len(left) == len(pages) - place - 1
            assert left[-1].expected == pages[-1].expected


async def test_nothing_new_is_told_as_nothing_new(subject: Subject) -> None:
    held = await subject.signed_in(0)
    for feed in subject.provider.feeds:
        pages = await subject.pages(held, 0, feed, subject.now() + timedelta(days=1))
        assert pages[-1].is_last, feed.name
        if feed.tells_changes:
            assert not [row for page in pages for row in page.rows], feed.name
        else:
            assert len([row for page in pages for row in page.rows]) == len(subject.kept(0, feed)), feed.name


async def test_only_what_changed_is_read(subject: Subject) -> None:
    places = {feed: subject.place_of(feed) for feed in subject.provider.feeds if feed.tells_changes}
    held = await subject.signed_in(*dict.fromkeys(places.values()))
    for feed, place in places.items():
        everything = subject.kept(place, feed)
        assert sorted(await subject.keys(held, place, feed, LONG_AGO)) == sorted(everything), feed.name
        subject.later(timedelta(minutes=10))
        before = subject.now() - timedelta(minutes=1)
        changed = subject.changes(place, feed)
        assert await subject.keys(held, place, feed, before) == [changed], feed.name
        assert len(everything) > 1, feed.name
