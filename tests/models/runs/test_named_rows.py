"""The clients that are named while a run works: few, of the statement that counts, none once it has ended."""

from datetime import timedelta

import pytest
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Action, Outcome, RunKind, Stage
from models.clients.tables import Client
from models.connections.tables import Connection, Receipt
from models.runs.leftovers import lacking_lists
from models.runs.progress import RunSnapshot, run_snapshot
from models.runs.reports import MOST_NAMED, HowFar
from models.runs.tables import Run, RunOrganisation
from rules.runs.endings import LackingList
from starter.answers.run_words import progress_of
from tests.models.conftest import NOON, House, a_connection

CHOSEN, WELL, ILL = 200, 140, 10


@pytest.fixture
async def run_id(database, house) -> str:
    """A run with two hundred chosen: most are done, some are not, and the rest is to come."""
    run = Run(
        id="run-1",
        practice_id=house.practice.id,
        colleague_id=house.colleague.id,
        provider="xero",
        kind=RunKind.ADD_CLIENTS,
        stage=Stage.PULLING,
        created_at=NOON,
    )
    rows = [
        RunOrganisation(
            run_id=run.id,
            organisation_id=f"org-{place}",
            position=place,
            name=f"Books {place}",
            grant_id=house.grant_id,
            action=Action.CREATE if place < CHOSEN else None,
            client_id=house.client_id if place == 0 else None,
            outcome=outcome_of(place),
            cause=Cause.RATE_LIMITED if outcome_of(place) is Outcome.RETRYING else None,
            updated_at=NOON + timedelta(seconds=place % 70 + (100 if WELL <= place < WELL + ILL else 0)),
        )
        for place in range(CHOSEN + 5)
    ]
    async with database.transaction() as session:
        session.add(run)
        await session.flush()
        session.add_all(rows)
    return run.id


async def now_of(session: AsyncSession, run_id: str) -> RunSnapshot:
    snapshot = await run_snapshot(session, run_id)
    assert snapshot is not None
    return snapshot


def outcome_of(place: int) -> Outcome | None:
    if place >= CHOSEN:
        return Outcome.SKIPPED
    if place < WELL:
        return Outcome.CREATED
    if place < WELL + ILL:
        return Outcome.RETRYING if place % 2 else Outcome.FAILED
    return None


async def test_few_are_named_and_the_rest_is_counted(database, run_id):
    async with database.session() as session:
        snapshot = await now_of(session, run_id)
    named = {standing: [row for row in snapshot.names if row.standing is standing] for standing in HowFar}
    assert {standing: len(rows) for standing, rows in named.items()} == MOST_NAMED | {HowFar.FOUND: 0}
    assert [row.name for row in named[HowFar.DONE][:2]] == ["Books 69", "Books 139"], "the latest first"
    assert {row.outcome for row in named[HowFar.DONE]} == {Outcome.CREATED}
    assert [row.name for row in named[HowFar.TO_COME]] == [f"Books {place}" for place in range(150, 156)]
    assert {(row.outcome, row.cause) for row in named[HowFar.NOT_DONE]} == {
        (Outcome.FAILED, None),
        (Outcome.RETRYING, Cause.RATE_LIMITED),
    }
    progress = progress_of(RunKind.ADD_CLIENTS, snapshot, title="Xero")
    assert (progress.done, progress.settled, progress.most) == (WELL, WELL + ILL, CHOSEN)
    assert progress.besides == "5 not done and 5 still being tried"
    assert [(names.standing, len(names.rows) + names.more) for names in progress.names] == [
        (HowFar.NOT_DONE, ILL),
        (HowFar.DONE, WELL),
        (HowFar.TO_COME, CHOSEN - WELL - ILL),
    ]
    assert {client.why for client in progress.names[0].rows} == {"Failed", "Waiting for Xero's limit"}
    assert {client.why for names in progress.names[1:] for client in names.rows} == {None}


async def test_what_a_sign_in_reaches_is_named_while_it_is_listed(database, run_id):
    async with database.transaction() as session:
        (await session.get_one(Run, run_id)).stage = Stage.LISTING
        nothing_yet = {"outcome": None, "action": None}
        await session.exec(update(RunOrganisation).where(col(RunOrganisation.run_id) == run_id).values(nothing_yet))
    async with database.session() as session:
        snapshot = await now_of(session, run_id)
    (names,) = progress_of(RunKind.ADD_CLIENTS, snapshot, title="Xero").names
    assert names.standing is HowFar.FOUND
    assert [client.name for client in names.rows[1:]] == [f"Books {place}" for place in range(1, 12)]
    assert (len(names.rows), names.more) == (12, CHOSEN + 5 - 12)
    assert progress_of(RunKind.RECONNECT_ALL, snapshot, title="Xero").names == ()


async def test_a_client_has_its_own_name_and_nothing_is_named_after_the_end(database, run_id):
    async with database.transaction() as session:
        of_run = update(RunOrganisation).where(col(RunOrganisation.run_id) == run_id)
        await session.exec(of_run.where(col(RunOrganisation.position) > 0).values(outcome=Outcome.SKIPPED))
        (row,) = (await now_of(session, run_id)).names
        assert (row.organisation_id, row.name) == ("org-0", "Smith Ltd")
        (await session.get_one(Run, run_id)).stage = Stage.FINISHED
        await session.flush()
        assert (await now_of(session, run_id)).names == ()


async def elsewhere(session: AsyncSession, house: House, run_id: str) -> None:
    """Another client lacks the same, which another run has added."""
    client = Client(practice_id=house.practice.id, name="Jones", code="JONE0001", owner_id=house.colleague.id)
    session.add(client)
    await session.flush()
    connection = a_connection(house.practice.id, client.id, house.grant_id, "org-jones")
    session.add(connection)
    session.add(Run(id="another", **(await session.get_one(Run, run_id)).model_dump(exclude={"id"})))
    await session.flush()
    session.add(Receipt(connection_id=connection.id, list_name=ListName.BANK_ACCOUNTS, cause=Cause.ROLE_TOO_LOW))
    session.add(
        RunOrganisation(
            run_id="another",
            organisation_id="org-jones",
            position=0,
            name="Jones",
            grant_id=house.grant_id,
            connection_id=connection.id,
            outcome=Outcome.CREATED,
        )
    )
    await session.flush()


async def test_what_added_clients_lack_is_counted_by_list_and_cause(database, house, run_id):
    role, plan = Cause.ROLE_TOO_LOW, Cause.NOT_ON_PLAN
    found = {ListName.BANK_ACCOUNTS: role, ListName.TRACKING_CATEGORIES: plan, ListName.ITEMS: Cause.RATE_LIMITED}
    async with database.transaction() as session:
        first = update(RunOrganisation).where(col(RunOrganisation.organisation_id) == "org-0")
        await session.exec(first.values(connection_id=house.connection_id))
        session.add_all(Receipt(connection_id=house.connection_id, list_name=name, cause=found[name]) for name in found)
        await elsewhere(session, house, run_id)
        both = [LackingList(ListName.BANK_ACCOUNTS, role, 1), LackingList(ListName.TRACKING_CATEGORIES, plan, 1)]
        assert await lacking_lists(session, run_id) == both
        connection = await session.get_one(Connection, house.connection_id)
        connection.list_names = [ListName.ORGANISATION, ListName.BANK_ACCOUNTS]
        await session.flush()
        assert await lacking_lists(session, run_id) == both[:1], "nobody misses what is left out"
        await session.exec(first.values(outcome=Outcome.LINKED))
        assert await lacking_lists(session, run_id) == both[:1]
        await session.exec(first.values(outcome=Outcome.FAILED))
        assert await lacking_lists(session, run_id) == []
