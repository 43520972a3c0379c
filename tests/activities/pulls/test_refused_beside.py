"""A list that the login may not see leaves what is staged of another as it is, so that this one goes on at its page."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from activities.pulls import long_lists
from activities.pulls.kept_rows import Room
from contracts.words.causes import Cause
from contracts.words.lists import RowKind
from models.kit.database import Database
from models.kit.sealing import Sealer
from providers.port.errors import NeedsPerson, RateLimited
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.xero import feeds
from tests.activities.pulls.long_books import SIZE, Books, Pulls
from tests.models.conftest import House
from tests.models.rows import profile
from tests.second_provider import A_PERSONS


class BooksWithoutItems(Books):
    """The same, of which the login may not see the items."""

    capabilities = A_PERSONS

    async def read(
        self,
        tokens: object,
        of: str,
        feed: Feed,
        since: datetime | None,
        cursor: str | None = None,
        last: object = None,
    ) -> AsyncIterator[Page]:
        if feed is feeds.ITEMS:
            raise NeedsPerson(Cause.ROLE_TOO_LOW, "no")
        if feed is feeds.ORGANISATION:
            yield Page((profile(of),))
            return
        async for page in super().read(tokens, of, feed, since, cursor):
            yield page


@pytest.mark.parametrize("is_group", [False, True], ids=["alone", "in a group"])
async def test_where_the_login_may_not_see_one_list_another_goes_on_at_its_page(
    database: Database, sealer: Sealer, house: House, monkeypatch: pytest.MonkeyPatch, *, is_group: bool
):
    monkeypatch.setattr(long_lists, "Room", lambda: Room(0))
    pulls = Pulls(database, sealer, house, BooksWithoutItems())
    pulls.sources = RowKind.CONTACTS, RowKind.ITEMS
    await pulls.change(list_names=[name.value for kind in pulls.sources for name in kind.lists])
    limited = RateLimited("minute", pulls.clock.at + timedelta(seconds=30))

    def happens(page: int) -> None:
        if page == 3:
            raise limited

    if is_group:
        pulls.books.before = happens
        await pulls.pull_in_group()
        pulls.books.before = lambda _: None
    else:
        await pulls.interrupted(3, limited)
    assert await pulls.waiting() == 3 * SIZE
    pulls.clock.at += timedelta(minutes=1)
    await (pulls.pull_in_group() if is_group else pulls.pull())
    assert pulls.books.asked == [3, 4]
    assert await pulls.stored() == pulls.expected()
