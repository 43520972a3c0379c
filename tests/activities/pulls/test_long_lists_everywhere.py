"""At every provider, a long list whose reading is interrupted goes on at its next page and asks for none again."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.pulls import long_lists
from activities.pulls.kept_rows import Room
from activities.pulls.standard_information import StandardInformationActivities
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import PullClientInput
from contracts.words.causes import Cause
from contracts.words.lists import ListName, RowKind
from models.connections.tables import Connection
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from providers.port.credential import CredentialSource
from providers.port.feeds import Feed
from providers.port.provider import LastAnswer, Page, Provider, Providers
from tests.contract.conftest import served, subject
from tests.contract.subject import Subject, Wrong
from tests.models.conftest import House

__all__ = ["served", "subject"]

pytestmark = pytest.mark.thorough

RECORDS = 5_400
"""Four pages of customers or items at least, of which no two together are short enough to stay in memory."""

CHOSEN = {RowKind.CONTACTS: ListName.CUSTOMERS, RowKind.ITEMS: ListName.ITEMS}
"""What a client has many of; suppliers are left out, where they are read alone."""


class Killed(BaseException):
    """The worker's process is gone."""


class Watched:
    """A provider of which somebody hears of each page before it is given.

    Attributes:
        came: How often each page came, by the key of its first row.
        rows: How many rows came on them.
        hears: Told of the number of the page since reading was begun or gone on with.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.came = Counter[str]()
        self.rows = 0
        self.hears: Callable[[int], None] = lambda _: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    async def read(
        self,
        tokens: CredentialSource,
        of: str,
        feed: Feed,
        since: datetime | None = None,
        cursor: str | None = None,
        last: LastAnswer | None = None,
    ) -> AsyncIterator[Page]:
        number = 0
        async for page in self._provider.read(tokens, of, feed, since, cursor, last):
            self.came[page.rows[0].key] += 1
            self.rows += len(page.rows)
            self.hears(number := number + 1)
            yield page


class Pulls:
    """Pulls of a client with a long list, each by a worker that has just begun."""

    def __init__(self, subject: Subject, database: Database, sealer: Sealer, house: House, kind: RowKind) -> None:
        self.subject, self.database, self.house, self.kind = subject, database, house, kind
        self.watched = Watched(subject.provider)
        providers = cast("Providers", {subject.provider.name: self.watched})
        self._make = lambda: StandardInformationActivities(
            database, providers, TokenStore(database, sealer, now=subject.now), subject.now
        )

    async def pull(self, pull_id: str) -> int:
        """Gives the number of calls."""
        before = self.subject.world.calls.total
        asked = PullClientInput(connection_id=self.house.connection_id, pull_id=pull_id, sources=(self.kind,))
        try:
            await ActivityEnvironment().run(self._make().pull_client, asked)
        finally:
            self.calls = self.subject.world.calls.total - before
        return self.calls

    async def keys(self, table: str) -> list[str]:
        async with self.database.engine.connect() as connection:
            found = await connection.exec_driver_sql(f"SELECT key FROM {table} ORDER BY 1")  # noqa: S608  # our own name
            return [*found.scalars()]


@pytest_asyncio.fixture(params=CHOSEN)
async def pulls(
    subject: Subject,
    database: Database,
    sealer: Sealer,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Pulls:
    kind: RowKind = request.param
    if any(len(group.feeds) > 1 for group in subject.provider.feeds.groups if CHOSEN[kind] in group.lists):
        pytest.skip("several feeds fill the list, so that it is never staged")
    monkeypatch.setattr(long_lists, "Room", lambda: Room(0))  # a process without room in memory
    subject.world.library.change_organisation(subject.ids[subject.long], **{kind.value: RECORDS})
    held = await subject.signed_in(subject.long)
    async with database.transaction() as session:
        grant = await upsert_grant(
            session,
            sealer,
            provider=subject.provider.name,
            credential=held.now,
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            at=subject.now(),
        )
        connection = await session.get_one(Connection, house.connection_id)
        connection.provider, connection.organisation_id = subject.provider.name, subject.ids[subject.long]
        connection.grant_id, connection.list_names = grant.id, [CHOSEN[kind].value]
        session.add(connection)
    return Pulls(subject, database, sealer, house, kind)


async def test_a_limit_and_a_kill_on_the_way_cost_no_page(subject: Subject, pulls: Pulls) -> None:
    usual = await pulls.pull("undisturbed")
    everything = await pulls.keys(pulls.kind)
    assert len(everything) > RECORDS // 2
    pages = pulls.watched.came.copy()
    if len(pages) == 1:
        pytest.skip("all of it comes in one answer, so that nothing is to be gone on with")
    assert len(pages) >= 4
    pulls.watched.came.clear()
    pulls.watched.rows = 0
    tried: list[int] = []

    def limited(number: int) -> None:
        if number == 2:
            subject.goes_wrong(Wrong.OUT_OF_CALLS, times=1)

    pulls.watched.hears = limited
    with pytest.raises(ApplicationError) as told:
        await pulls.pull("disturbed")
    assert told.value.type == Cause.RATE_LIMITED
    tried.append(pulls.calls)
    assert len(await pulls.keys(f"staged_{pulls.kind}")) == pulls.watched.rows, "none of them is in memory alone"
    subject.later(timedelta(minutes=1))

    def killed(number: int) -> None:
        if number == 2:
            raise Killed

    pulls.watched.hears = killed
    with pytest.raises(BaseExceptionGroup):
        await pulls.pull("disturbed")
    tried.append(pulls.calls)
    assert pulls.watched.rows - len(await pulls.keys(f"staged_{pulls.kind}")) <= 1_000, "those of a page"
    pulls.watched.hears = lambda _: None
    tried.append(await pulls.pull("disturbed"))
    again = pulls.watched.came - pages
    assert pulls.watched.came.keys() == pages.keys()
    assert sum(again.values()) == 1, "the page that died with its worker"
    assert sum(tried) <= usual + 2 + len(tried), (usual, tried)
    assert await pulls.keys(pulls.kind) == everything
    assert await pulls.keys(f"staged_{pulls.kind}") == []
