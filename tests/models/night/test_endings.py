"""Which logins are ended because nothing uses them, and which old rows are deleted; each condition is tried alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import UNDO_WITHIN, ConnectionStatus, GrantStatus
from contracts.words.runs import RunKind, Stage, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection, ConnectionChange
from models.grants.tables import ConsentAttempt, Grant, GrantHolder, GrantReach, SignInLink
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.night import endings
from models.practices.tables import Colleague
from models.runs.tables import ChoiceDraft, Run, RunOrganisation
from tests.models.conftest import NOON, House, a_connection, credential, kinds_of_events

pytestmark = pytest.mark.usefixtures("next_door")

DAY = timedelta(days=1)


def a_run(house: House, name: str, stage: Stage, **values: Any) -> Run:
    of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "provider": "xero"}
    return Run(id=name, kind=RunKind.ADD_CLIENTS, stage=stage, **of | values)


def a_row(run_id: str, grant_id: UUID, **values: Any) -> RunOrganisation:
    row: dict[str, Any] = {
        "organisation_id": f"of-{run_id}",
        "position": 0,
        "name": "Smith Ltd",
        "verdict": Verdict.NEW,
    }
    return RunOrganisation(run_id=run_id, grant_id=grant_id, **row | values)


def a_sign_in(house: House, run_id: str, **values: Any) -> ConsentAttempt:
    of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "provider": "xero"}
    secret: dict[str, Any] = {
        "state_hash": uuid4().bytes,
        "sealed_secrets": b"",
        "expires_at": NOON,
        "created_at": NOON,
    }
    return ConsentAttempt(run_id=run_id, **of | secret | values)


async def a_login(session: AsyncSession, sealer: Sealer, house: House, person: str, whose: Colleague) -> UUID:
    grant = await upsert_grant(
        session,
        sealer,
        provider="xero",
        credential=credential(3, account_key=person, label=person),
        practice_id=whose.practice_id,
        colleague_id=whose.id,
        at=NOON,
    )
    return grant.id


@dataclass(frozen=True)
class Street:
    """The house, in which nothing uses the login any more: its connection was disconnected.

    Beside it are a login that is in use by a run and by a sign-in under way, and the other practice's, which nothing
    uses either.
    """

    house: House
    busy: UUID
    theirs: UUID


@pytest.fixture
async def street(database: Database, sealer: Sealer, house: House) -> Street:
    async with database.transaction() as session:
        busy = await a_login(session, sealer, house, "user-busy", house.colleague)
        theirs = await a_login(session, sealer, house, "user-theirs", house.other_colleague)
        session.add(a_run(house, "begun", Stage.PULLING))
        client = Client(
            practice_id=house.other_practice.id, name="Jones", code="JONE0001", owner_id=house.other_colleague.id
        )
        session.add(client)
        await session.flush()
        session.add(a_row("begun", busy))
        session.add(a_sign_in(house, "begun", grant_id=busy))
        left = a_connection(house.other_practice.id, client.id, theirs, "org-9")
        left.status = ConnectionStatus.DISCONNECTED
        session.add(left)
        connection = await session.get_one(Connection, house.connection_id)
        connection.status = ConnectionStatus.DISCONNECTED
    return Street(house, busy, theirs)


async def unused(database: Database, practice_id: UUID) -> Sequence[UUID]:
    async with database.session() as session:
        return await endings.unused_logins(session, practice_id, NOON)


async def is_unused(database: Database, grant_id: UUID, last: UUID | None = None) -> bool:
    async with database.session() as session:
        return await endings.is_unused(session, grant_id, NOON, last)


async def test_a_login_is_ended_that_something_was_disconnected_from_and_nothing_uses(database, street):
    house = street.house
    assert await unused(database, house.practice.id) == [house.grant_id]
    assert await unused(database, house.other_practice.id) == [street.theirs]
    assert await is_unused(database, house.grant_id)
    assert not await is_unused(database, street.busy)


@pytest.mark.parametrize("status", [one for one in ConnectionStatus if one is not ConnectionStatus.DISCONNECTED])
async def test_a_connection_that_has_not_ended_uses_its_login(database, street, status):
    async with database.transaction() as session:
        connection = await session.get_one(Connection, street.house.connection_id)
        connection.status = status
    assert not await is_unused(database, street.house.grant_id)
    assert await is_unused(database, street.house.grant_id, street.house.connection_id)  # which ends with it


async def test_another_connection_uses_it_too(database, street):
    house = street.house
    async with database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Jones", code="JONE0001", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        session.add(a_connection(house.practice.id, client.id, house.grant_id, "org-2"))
    assert not await is_unused(database, house.grant_id)
    assert not await is_unused(database, house.grant_id, house.connection_id)


@pytest.mark.parametrize(
    ("changed_at", "undone_at", "is_of_it", "expected"),
    [
        (NOON - UNDO_WITHIN + DAY, None, True, False),
        (NOON - UNDO_WITHIN, None, True, True),
        (NOON - UNDO_WITHIN + DAY, NOON, True, True),
        (NOON - UNDO_WITHIN + DAY, None, False, True),
    ],
)
async def test_books_that_a_client_can_go_back_to_use_it(database, street, changed_at, undone_at, is_of_it, expected):
    house = street.house
    async with database.transaction() as session:
        kept = a_connection(house.practice.id, house.client_id, house.grant_id, "org-2")
        kept.is_current = False
        session.add(kept)
        await session.flush()
        session.add(
            ConnectionChange(
                practice_id=house.practice.id,
                client_id=house.client_id,
                colleague_id=house.colleague.id,
                old_connection_id=kept.id if is_of_it else house.connection_id,
                new_connection_id=house.connection_id if is_of_it else kept.id,
                changed_at=changed_at,
                undone_at=undone_at,
            )
        )
    assert await is_unused(database, house.grant_id) is expected
    assert await unused(database, house.practice.id) == ([house.grant_id] if expected else [])


@pytest.mark.parametrize(("stage", "expected"), [(Stage.PULLING, False), (Stage.FINISHED, True)])
@pytest.mark.parametrize("by", ["row", "sign-in"])
async def test_a_run_that_has_not_ended_uses_it(database, street, stage, expected, by):
    house = street.house
    async with database.transaction() as session:
        session.add(a_run(house, "a-run", stage))
        await session.flush()
        used: SQLModel = (
            a_row("a-run", house.grant_id) if by == "row" else a_sign_in(house, "a-run", grant_id=house.grant_id)
        )
        session.add(used)
    assert await is_unused(database, house.grant_id) is expected


async def test_what_is_signed_out_is_not_ended_again(database, street):
    async with database.transaction() as session:
        (await session.get_one(Grant, street.house.grant_id)).status = GrantStatus.SIGNED_OUT
    assert not await is_unused(database, street.house.grant_id)


@pytest.mark.parametrize(("others", "expected"), [(None, True), (NOON, True), ("active", False)])
async def test_a_login_from_which_nothing_was_disconnected_stays_while_one_of_its_people_does(
    database, street, others, expected
):
    house = street.house
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.grant_id, connection.status = street.busy, ConnectionStatus.CONNECTED  # moved to another login
        kept = a_connection(house.practice.id, house.client_id, house.grant_id, "org-2")
        kept.is_current = False  # of books that the client has left for good
        session.add(kept)
    assert not await is_unused(database, house.grant_id)
    async with database.transaction() as session:
        (await session.get_one(Colleague, house.colleague.id)).deactivated_at = NOON
        if others is not None:
            bea = Colleague(practice_id=house.practice.id, email="bea@harbour.test", name="Bea")
            bea.deactivated_at = None if others == "active" else others
            session.add(bea)
            await session.flush()
            session.add(GrantHolder(grant_id=house.grant_id, practice_id=house.practice.id, colleague_id=bea.id))
    assert await is_unused(database, house.grant_id) is expected


async def test_a_practice_s_own_grant_that_nothing_uses_is_ended_though_its_people_stay(database, street, sealer):
    house = street.house
    async with database.transaction() as session:
        login = credential(4, account_key="company-1")
        of = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "at": NOON, "takes_over": True}
        own = await upsert_grant(session, sealer, provider="xero", credential=login, **of)
        shared = await a_login(session, sealer, house, "user-9", house.colleague)
    assert (await is_unused(database, own.id), await is_unused(database, shared)) == (True, False)


async def test_a_login_that_is_used_after_all_is_not_ended(database, street, sealer):
    house = street.house

    async def end(grant: Grant, secret: bytes) -> None:
        raise AssertionError("it was ended at the provider")

    async def record(session: AsyncSession) -> None:
        raise AssertionError("its connection was recorded as ended")

    async def is_ended(grant_id: UUID, last: endings.LastConnection | None = None) -> bool:
        return await endings.end_if_unused(database, sealer, grant_id, end, now=lambda: NOON, last=last)

    assert not await is_ended(street.busy)
    # Somebody has stopped the disconnecting, or it has ended.
    assert not await is_ended(house.grant_id, endings.LastConnection(house.connection_id, record))


async def test_of_a_login_that_is_ended_its_own_reach_is_forgotten(database, street, sealer):
    house = street.house
    async with database.transaction() as session:
        session.add_all(
            GrantReach(grant_id=one, organisation_id="org-1", name="") for one in (house.grant_id, street.busy)
        )

    async def end(_grant: Grant, _secret: bytes) -> None:
        pass

    assert await endings.end_if_unused(database, sealer, house.grant_id, end, now=lambda: NOON)
    async with database.session() as session:
        assert (await session.exec(select(GrantReach.grant_id))).all() == [street.busy]
    assert (await kinds_of_events(database))[-1] == "grant.ended"


OLD = NOON - endings.SIGN_INS_KEPT - timedelta(seconds=1)
assert endings.PROFILES_KEPT == endings.SIGN_INS_KEPT


async def left(database: Database, table: type[ConsentAttempt | SignInLink | ChoiceDraft]) -> set[str]:
    async with database.session() as session:
        return set((await session.exec(select(table.run_id))).all())


def of_runs(house: House) -> list[tuple[Run, datetime]]:
    """Runs, and when somebody signed in for each: of the first alone it is long ago, and the run is ours and over."""
    theirs: dict[str, Any] = {"practice_id": house.other_practice.id, "colleague_id": house.other_colleague.id}
    return [
        (a_run(house, "old", Stage.FINISHED, finished_at=OLD), OLD),
        (
            a_run(house, "recent", Stage.FINISHED, finished_at=NOON - endings.PROFILES_KEPT),
            NOON - endings.SIGN_INS_KEPT,
        ),
        (a_run(house, "open", Stage.PULLING), OLD),
        (a_run(house, "theirs", Stage.FINISHED, finished_at=OLD, **theirs), OLD),
    ]


async def test_old_sign_ins_of_finished_runs_are_deleted_and_links_that_nobody_used(database, house):
    async with database.transaction() as session:
        for run, at in [*of_runs(house), (a_run(house, "by-link", Stage.FINISHED), OLD)]:
            session.add(run)
            await session.flush()
            of: dict[str, Any] = {"practice_id": run.practice_id, "colleague_id": run.colleague_id, "created_at": at}
            link = SignInLink(run_id=run.id, token_hash=run.id.encode(), provider="xero", expires_at=NOON, **of)
            session.add(link)
            await session.flush()
            later: dict[str, Any] = {"created_at": NOON, "link_id": link.id} if run.id == "by-link" else {}
            session.add(a_sign_in(house, run.id, **of | later))
    async with database.transaction() as session:
        assert await endings.purge_sign_ins(session, house.practice.id, NOON) == 2
    assert await left(database, ConsentAttempt) == {"recent", "open", "theirs", "by-link"}
    assert await left(database, SignInLink) == {"recent", "open", "theirs", "by-link"}


async def test_what_was_chosen_in_runs_that_have_ended_is_deleted(database, house):
    async with database.transaction() as session:
        for run, _ in of_runs(house):
            session.add(run)
            await session.flush()
            session.add(ChoiceDraft(run_id=run.id, colleague_id=run.colleague_id, form={}))
    async with database.transaction() as session:
        assert await endings.purge_choices(session, house.practice.id) == 2
    assert await left(database, ChoiceDraft) == {"open", "theirs"}


async def test_profiles_of_old_finished_runs_are_deleted_once(database, house):
    async with database.transaction() as session:
        for run, _ in of_runs(house):
            session.add(run)
            await session.flush()
            session.add(a_row(run.id, house.grant_id, profile={"name": "Smith Ltd"}))
    for expected in (1, 0):
        async with database.transaction() as session:
            assert await endings.purge_profiles(session, house.practice.id, NOON) == expected
    async with database.session() as session:
        kept = select(RunOrganisation.run_id).where(col(RunOrganisation.profile)["name"].astext == "Smith Ltd")
        assert set((await session.exec(kept)).all()) == {"recent", "open", "theirs"}
