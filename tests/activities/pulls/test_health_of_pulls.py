"""What a pull could not read, and what it healed, stands in receipts and health alike: one transaction writes both."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlmodel import col, select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from contracts.payloads.sync_client import PullClientsInput
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Action, RunKind, Stage, Verdict
from models.budgets import limits as app_limits
from models.budgets.limits import AppLimit
from models.connections import receipts
from models.connections import writes as connections
from models.connections.tables import Connection
from models.events.tables import Event
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.runs.tables import Run, RunOrganisation
from providers.port.errors import ProviderError, RateLimited, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.xero import feeds
from tests.activities.pulls.test_pull_leases import RUN, Pulls
from tests.models.conftest import LATER, NOON, House


@pytest_asyncio.fixture
async def pulls(database: Database, sealer: Sealer, house: House) -> Pulls:
    return Pulls(database, sealer, house)


def ailing(pulls: Pulls, monkeypatch: pytest.MonkeyPatch, error: ProviderError) -> None:
    """From now on contacts cannot be read; everything else can."""
    well = pulls.books.read

    async def read(
        tokens: object, organisation_id: str, feed: Feed, since: object, *more: object, **named: object
    ) -> AsyncIterator[Page]:
        if feed is feeds.CONTACTS:
            raise error
        async for page in well(tokens, organisation_id, feed, since, *more, **named):
            yield page

    monkeypatch.setattr(pulls.books, "read", read)


async def connection_of(pulls: Pulls) -> Connection:
    async with pulls.database.session() as session:
        return await session.get_one(Connection, pulls.house.connection_id)


async def told(pulls: Pulls) -> list[tuple[str, Cause | None]]:
    async with pulls.database.session() as session:
        events = await session.exec(
            select(Event).where(Event.connection_id == pulls.house.connection_id).order_by(col(Event.id))
        )
        return [(event.kind, event.cause) for event in events]


async def test_between_two_tries_the_cause_that_passes_stands_in_receipts_and_health(pulls, monkeypatch):
    ailing(pulls, monkeypatch, Unavailable("503"))
    for _ in range(2):
        with pytest.raises(ApplicationError) as failed:
            await pulls.pull()
        assert not failed.value.non_retryable
        async with pulls.database.session() as session:
            said = await receipts.receipts_of(session, pulls.house.connection_id)
        assert said[ListName.SUPPLIERS].cause is Cause.PROVIDER_UNAVAILABLE
        connection = await connection_of(pulls)
        assert (connection.status, connection.cause) == ("connected", Cause.PROVIDER_UNAVAILABLE)
        assert connection.trouble_since == NOON
    assert await told(pulls) == [("connection.trouble", Cause.PROVIDER_UNAVAILABLE)]
    monkeypatch.undo()
    await pulls.pull()
    assert (await connection_of(pulls)).cause is None


async def test_a_limit_is_known_with_the_moment_at_which_it_lifts(pulls, monkeypatch):
    ailing(pulls, monkeypatch, RateLimited("day", LATER))
    with pytest.raises(ApplicationError):
        await pulls.pull()
    connection = await connection_of(pulls)
    assert (connection.cause, connection.limited_until) == (Cause.RATE_LIMITED, LATER)


@pytest.mark.parametrize("window", ["day", "month"])
async def test_a_limit_of_the_whole_app_is_the_provider_s_and_no_client_s_own(pulls, monkeypatch, window):
    house = pulls.house
    ailing(pulls, monkeypatch, RateLimited(f"app_{window}", LATER))
    with pytest.raises(ApplicationError):
        await pulls.pull()
    connection = await connection_of(pulls)
    assert (connection.cause, connection.limited_until) == (Cause.RATE_LIMITED, None)
    async with pulls.database.transaction() as session:
        assert dict(await app_limits.known(session)) == {"xero": AppLimit(window, LATER)}
        # A workflow that records what its pull met does not know whose limit it was.
        trouble = Cause.RATE_LIMITED, "still", NOON
        await connections.record_trouble(session, house.connection_id, *trouble, until=LATER)
    assert (await connection_of(pulls)).limited_until is None
    calls: list[str] = []

    async def called(organisation_id: str) -> None:
        calls.append(organisation_id)

    monkeypatch.undo()
    pulls.books.meanwhile = called
    with pytest.raises(ApplicationError) as refused:
        await pulls.pull()
    assert (refused.value.type, calls) == ("rate_limited", [])
    pulls.clock.at = LATER
    await pulls.pull()
    assert (await connection_of(pulls)).cause is None
    assert calls


async def test_a_group_heals_the_lists_that_it_could_read_of_a_client_in_trouble(pulls, monkeypatch):
    house = pulls.house
    async with pulls.database.transaction() as session:
        run = {"colleague_id": house.colleague.id, "provider": "xero", "kind": RunKind.RECONNECT_ALL}
        session.add(Run(id=RUN, practice_id=house.practice.id, stage=Stage.PULLING, **run))
        await session.flush()
        row = {"verdict": Verdict.NEW, "action": Action.REPAIR, "name": "Smith", "grant_id": house.grant_id}
        place = {"organisation_id": "org-1", "position": 0, "connection_id": house.connection_id}
        session.add(RunOrganisation(run_id=RUN, **place, **row))
        connection = await session.get_one(Connection, house.connection_id)
        connection.list_names = [ListName.ACCOUNTS, ListName.BANK_ACCOUNTS, ListName.SUPPLIERS, ListName.CUSTOMERS]
        session.add(connection)
        failed = (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS), Cause.PERMISSION_MISSING, "401"
        await receipts.write_failures(session, [receipts.Failure(house.connection_id, *failed)], at=NOON)
        await connections.reconsider(session, house.connection_id, NOON)
    assert (await connection_of(pulls)).status == "needs_reconnect"
    ailing(pulls, monkeypatch, Unavailable("503"))
    asked = PullClientsInput(connection_ids=(house.connection_id,), pull_id="a-pull", run_id=RUN)
    pulled = await ActivityEnvironment().run(pulls.activities.pull_clients, asked)
    assert pulled.left == (house.connection_id,)
    connection = await connection_of(pulls)
    assert (connection.status, connection.cause) == ("connected", None)
