"""Two accounts become one: all that is one's is the other's afterwards, and nothing of a third one."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import ConnectionStatus
from contracts.words.runs import RunKind, Stage
from models.clients import merging
from models.clients.tables import Client
from models.connections.tables import Connection, ConnectionChange
from models.events.tables import Event
from models.grants.tables import ClientLink, ClientLinkMail
from models.kit.database import Database
from models.notices.tables import Notice
from models.practices.tables import Team
from models.runs.tables import ExpectedOrganisation, ExpectedSignIn, Run, RunOrganisation
from rules.clients.merging import Held
from tests.models.conftest import LATER, NOON, House, a_connection
from tests.models.one_thing import run

pytestmark = pytest.mark.usefixtures("next_door")

TABLES = (
    "connections",
    "connection_changes",
    "events",
    "runs",
    "client_links",
    "client_link_mails",
    "expected_sign_ins",
    "expected_organisations",
)


async def a_whole_client(database: Database, house: House, name: str) -> UUID:
    """A client with one row of everything there may be of it; its connection's organisation is named by it."""
    practice, ada = house.practice.id, house.colleague.id
    of: dict[str, Any] = {"practice_id": practice, "colleague_id": ada}
    async with database.transaction() as session:
        client = Client(practice_id=practice, name=name, code=name, owner_id=ada, archived_at=NOON)
        session.add(client)
        await session.flush()
        its: dict[str, Any] = {"client_id": client.id}
        connection = a_connection(practice, client.id, house.grant_id, name)
        session.add(connection)
        merged: dict[str, Any] = {"merged_into_id": client.id, "archived_at": NOON}
        session.add(Client(practice_id=practice, name=name, code=f"{name}-1", owner_id=ada, **merged))
        session.add(Run(id=name, provider="xero", kind=RunKind.RECONNECT_ALL, **of | its))
        await session.flush()
        both: dict[str, Any] = {"old_connection_id": connection.id, "new_connection_id": connection.id}
        session.add(ConnectionChange(changed_at=NOON, **of | its | both))
        session.add(Event(practice_id=practice, kind="client.created", at=NOON, **its))
        link: dict[str, Any] = {"token_hash": name.encode(), "organisation_id": name, "expires_at": NOON}
        session.add(ClientLink(provider="xero", **of | its | link))
        session.add(ClientLinkMail(token_hash=name.encode(), address_hash=b"", **of | its))
        session.add(ExpectedSignIn(run_id=name, organisation_id=name, position=0, name=name, **its))
        session.add(ExpectedOrganisation(run_id=name, position=0, name=name, **its))
        for place, column in enumerate(("client_id", "link_client_id", "matched_client_id")):
            row: dict[str, Any] = {"position": place, "name": name, "grant_id": house.grant_id, column: client.id}
            session.add(RunOrganisation(run_id=name, organisation_id=column, **row))
        for key, sent_at in (("sent", NOON), ("unsent", None)):
            notice: dict[str, Any] = {"subject": name, "body": "", "dedupe_key": f"{name}-{key}", "sent_at": sent_at}
            session.add(Notice(kind="digest", tells_of=[{"client_id": str(client.id)}], **of | notice))
    return client.id


async def whose(session: AsyncSession, *clients: UUID) -> dict[str, list[int]]:
    """How many rows each table has of each client."""
    count = "SELECT count(*) FROM {} WHERE client_id = :id"
    return {table: [(await run(session, count.format(table), id=one))[0] for one in clients] for table in TABLES}


@pytest.mark.parametrize("is_moved", [True, False])
async def test_all_of_one_account_is_the_others_and_nothing_of_a_third(database, house, is_moved):
    going_id, third = [await a_whole_client(database, house, name) for name in ("going", "third")]
    async with database.transaction() as session:
        staying, going = [await session.get_one(Client, one) for one in (house.client_id, going_id)]
        await merging.merge(session, staying, going, is_moved=is_moved, at=LATER)
    async with database.session() as session:
        expected = {table: [1, 0, 1] for table in TABLES} | {"connections": [2, 0, 1]}
        assert await whose(session, house.client_id, going_id, third) == expected
        current = "SELECT organisation_id FROM connections WHERE is_current AND practice_id = :id ORDER BY 1"
        assert await run(session, current, id=house.practice.id) == [*(["going"] if is_moved else ["org-1"]), "third"]
        named = "SELECT {} FROM run_organisations WHERE run_id = :run AND organisation_id = '{}'"
        for column in ("client_id", "link_client_id", "matched_client_id"):
            for name, client_id in (("going", house.client_id), ("third", third)):
                assert await run(session, named.format(column, column), run=name) == [client_id]
        told = "SELECT tells_of -> 0 ->> 'client_id' FROM notices WHERE practice_id = :id ORDER BY dedupe_key"
        ids = [str(one) for one in (going_id, house.client_id, third, third)]
        assert await run(session, told, id=house.practice.id) == ids
        merged = (
            "SELECT merged_into_id FROM clients WHERE code IN ('going', 'going-1', 'third', 'third-1') ORDER BY code"
        )
        assert await run(session, merged) == [house.client_id, house.client_id, None, third]
        assert (await session.get_one(Client, going_id)).archived_at == NOON  # as it was


async def test_what_merging_sees_of_an_account(database, house):
    async with database.transaction() as session:
        team = Team(practice_id=house.practice.id, name="Payroll")
        session.add(team)
        await session.flush()
        client = await session.get_one(Client, house.client_id)
        connection = await session.get_one(Connection, house.connection_id)
        found = await merging.account(session, client, None)
        assert (found.owner, found.team, found.connection, found.is_archived, found.is_merged) == (
            "Ada",
            None,
            None,
            False,
            False,
        )
        client.team_id, client.archived_at, client.merged_into_id = team.id, NOON, client.id
        found = await merging.account(session, client, connection)
    held = Held(house.connection_id, "Smith Ltd", ConnectionStatus.CONNECTED)
    assert (found.team, found.connection, found.is_archived, found.is_merged) == ("Payroll", held, True, True)


async def test_a_run_of_one_of_the_two_that_has_not_ended_is_found(database, house):
    async with database.transaction() as session:
        of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "provider": "xero"}
        for name, client_id, stage, at in (
            ("later", house.client_id, Stage.PULLING, LATER),
            ("first", house.client_id, Stage.PULLING, NOON),
            ("ended", house.client_id, Stage.FINISHED, NOON - (LATER - NOON)),
            ("of-none", None, Stage.PULLING, NOON),
        ):
            session.add(Run(id=name, kind=RunKind.RECONNECT_ALL, client_id=client_id, stage=stage, created_at=at, **of))
            await session.flush()
        found = await merging.run_of_its_own(session, [house.client_id])
        assert found is not None
        assert found.id == "first"
        assert await merging.run_of_its_own(session, [house.grant_id]) is None
