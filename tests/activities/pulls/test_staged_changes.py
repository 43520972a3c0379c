"""Changes that are too many to stay in memory are stored as changes: what they do not name stays, if not deleted."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from activities.pulls import long_lists
from activities.pulls.kept_rows import Room
from models.kit.database import Database
from models.kit.sealing import Sealer
from providers.port.provider import Page
from tests.activities.pulls.long_books import SIZE, Books, BooksOfItems, Pulls
from tests.models.conftest import House


@pytest.mark.parametrize("room", [0, 10 * SIZE], ids=["staged", "in memory"])
@pytest.mark.parametrize("books", [Books, BooksOfItems], ids=["contacts", "items"])
async def test_what_changes_do_not_name_stays_but_for_the_deleted(
    database: Database,
    sealer: Sealer,
    house: House,
    books: type[Books],
    room: int,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(long_lists, "Room", lambda: Room(room))
    pulls = Pulls(database, sealer, house, books())
    await pulls.pull("everything")
    await pulls.change(contacts_complete_at=pulls.clock.at)
    pulls.clock.at += timedelta(hours=2)
    changed = [pulls.books.one(0, number)._replace(name="Renamed") for number in range(SIZE)]
    waiting = list[int]()

    async def changes(_tokens: object, _of: str, _feed: object, since: object, **_more: Any) -> AsyncIterator[Page]:
        assert since is not None
        yield Page([*changed, pulls.books.one(9, 9)], is_last=False, deleted=["1-0"])
        waiting.append(await pulls.waiting())
        yield Page([], deleted=["1-0", "2-1"])

    pulls.books.read = changes  # type: ignore[method-assign, assignment]
    await pulls.pull("changes", is_incremental=True)
    assert waiting == [0 if room else SIZE + 1]
    pulls.books.pages[0] = [*changed, pulls.books.one(9, 9)]
    pulls.books.pages[1] = [row for row in pulls.books.pages[1] if row.key != "1-0"]
    pulls.books.pages[2] = [row for row in pulls.books.pages[2] if row.key != "2-1"]
    assert await pulls.stored() == pulls.expected()
    assert await pulls.waiting() == 0
