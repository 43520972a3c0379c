"""The client list: searched, filtered, sorted by every column, paged and counted, and nobody else's clients in it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlmodel import col, select, update

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from models.clients.facets import client_facets, facets_with_own
from models.clients.reads import (
    ClientFilter,
    ClientOrder,
    ClientSort,
    ClientStatus,
    client_view,
    client_views,
)
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.practices.writes import create_colleague, create_team
from tests.models.conftest import LATER, NOON, House, a_connection, credential

ALL = ClientFilter()


@dataclass(frozen=True)
class Books:
    """Ada's Smith, Jones and Café; Bea's brown and %; and the ids to ask for them."""

    ada: UUID
    bea: UUID
    tax_team: UUID


@pytest_asyncio.fixture
async def books(database: Database, house: House, sealer) -> Books:
    practice_id, ada = house.practice.id, house.colleague.id
    async with database.transaction() as session:
        bea = await create_colleague(session, practice_id, email="bea@harbour.test", name="bea")
        team = await create_team(session, practice_id, "Tax", [bea.id])
        other = await upsert_grant(
            session,
            sealer,
            provider="xero",
            credential=credential(2, account_key="user-2", label="Zoe"),
            practice_id=practice_id,
            colleague_id=bea.id,
            at=NOON,
        )
        rows = [
            ("Jones", "J1", ada, team.id, other.id, ConnectionStatus.NEEDS_RECONNECT, Cause.SIGNED_OUT, NOON),
            ("brown", "B1", bea.id, None, other.id, ConnectionStatus.CONNECTED, Cause.RATE_LIMITED, LATER),
            ("Café & Co", "C1", ada, None, house.grant_id, ConnectionStatus.DISCONNECTED, None, None),
            ("100% Wool", "W1", bea.id, team.id, None, None, None, None),
        ]
        for number, (name, code, owner_id, team_id, grant_id, status, cause, pulled_at) in enumerate(rows):
            client = Client(practice_id=practice_id, name=name, code=code, owner_id=owner_id, team_id=team_id)
            session.add(client)
            await session.flush()
            if grant_id and status:
                connection = a_connection(practice_id, client.id, grant_id, f"org-{number + 10}")
                connection.status, connection.cause = status, cause
                connection.lists_pulled_at, connection.last_good_at = pulled_at, NOON - timedelta(days=1)
                session.add(connection)
        session.add(
            Client(practice_id=house.other_practice.id, name="Jones", code="J1", owner_id=house.other_colleague.id)
        )
    return Books(ada, bea.id, team.id)


async def names(database, practice_id, wanted=ALL, order=None, **page) -> list[str]:
    async with database.session() as session:
        found, _ = await client_views(session, practice_id, NOON, wanted, order or ClientOrder(), **page)
    return [view.client.name for view in found]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["100% Wool", "brown", "Café & Co", "Jones", "Smith Ltd"]),
        ({"search": "JON"}, ["Jones"]),
        ({"search": "b1"}, ["brown"]),
        ({"search": "%"}, ["100% Wool"]),
        ({"status": ClientStatus.CONNECTED}, ["brown", "Smith Ltd"]),
        ({"status": ClientStatus.NEEDS_RECONNECT}, ["Jones"]),
        ({"status": ClientStatus.NOT_CONNECTED}, ["100% Wool", "Café & Co"]),
        ({"status": ClientStatus.DISCONNECTED}, ["Café & Co"]),
        ({"status": ClientStatus.DISCONNECTING}, []),
        ({"cause": Cause.RATE_LIMITED}, ["brown"]),
        ({"search": "o", "status": ClientStatus.NOT_CONNECTED}, ["100% Wool", "Café & Co"]),
    ],
)
async def test_a_filter_finds(database, house, books, wanted, found):
    async with database.session() as session:
        views, total = await client_views(session, house.practice.id, NOON, ClientFilter(**wanted), limit=1)
    assert total == len(found)
    assert [view.client.name for view in views] == found[:1]
    assert await names(database, house.practice.id, ClientFilter(**wanted)) == found


async def test_by_owner_and_team(database, house, books):
    assert await names(database, house.practice.id, ClientFilter(owner_id=books.bea)) == ["100% Wool", "brown"]
    assert await names(database, house.practice.id, ClientFilter(team_id=books.tax_team)) == ["100% Wool", "Jones"]


@pytest.mark.parametrize(
    ("column", "upwards", "downwards"),
    [
        ("name", "WbCJS", "SJCbW"),
        ("code", "bCJSW", "WSJCb"),
        ("owner", "CJSWb", "WbCJS"),
        ("team", "WJbCS", "WJbCS"),
        ("status", "JbSWC", "WCSbJ"),
        ("connected_by", "CSbJW", "bJCSW"),
        ("last_synced", "JbWCS", "bJWCS"),
    ],
)
async def test_every_column_sorts_both_ways_and_what_has_no_value_stands_last(
    database, house, books, column, upwards, downwards
):
    letters = {"100% Wool": "W", "brown": "b", "Café & Co": "C", "Jones": "J", "Smith Ltd": "S"}
    for is_descending, expected in ((False, upwards), (True, downwards)):
        order = ClientOrder(ClientSort(column), is_descending)
        found = await names(database, house.practice.id, order=order)
        assert "".join(letters[name] for name in found) == expected
        paged = [
            name
            for offset in range(5)
            for name in await names(database, house.practice.id, order=order, limit=1, offset=offset)
        ]
        assert paged == found


async def test_facets_count_everybody_and_ignore_the_status_that_is_chosen(database, house, books):
    async with database.session() as session:
        whole = await client_facets(session, house.practice.id, NOON, ClientFilter(status=ClientStatus.CONNECTED))
        of_ada = await client_facets(session, house.practice.id, NOON, ClientFilter(owner_id=books.ada))
        assert await facets_with_own(session, house.practice.id, NOON, books.ada) == (whole, of_ada)
    assert (whole.total, whole.needs_sign_in, whole.needs_something_else) == (5, 1, 0)
    assert whole.by_status == {
        ClientStatus.CONNECTED: 2,
        ClientStatus.NEEDS_RECONNECT: 1,
        ClientStatus.NOT_CONNECTED: 2,
    }
    assert whole.by_cause == {Cause.SIGNED_OUT: 1, Cause.RATE_LIMITED: 1}
    assert (of_ada.total, of_ada.by_cause) == (3, {Cause.SIGNED_OUT: 1})


async def test_sign_ins_are_counted_at_each_accounting_software(database, house, books):
    async with database.transaction() as session:
        connections = (await session.exec(select(Connection).where(col(Connection.is_current)))).all()
        for connection in connections:
            connection.status, connection.cause = ConnectionStatus.NEEDS_RECONNECT, Cause.SIGNED_OUT
        connections[0].provider = "elsewhere"
    async with database.session() as session:
        facets = await client_facets(session, house.practice.id, NOON, ALL)
    assert facets.sign_ins_at.pop("elsewhere") == 1
    assert sum(facets.sign_ins_at.values()) == facets.needs_sign_in - 1 > 0


async def test_what_no_sign_in_repairs_is_counted_apart(database, house, books):
    async with database.transaction() as session:
        broken = col(Connection.status) == ConnectionStatus.NEEDS_RECONNECT
        await session.exec(
            update(Connection)
            .where(broken)
            .values(status=ConnectionStatus.NEEDS_CLIENT, cause=Cause.SUBSCRIPTION_ENDED)
        )
    async with database.session() as session:
        facets = await client_facets(session, house.practice.id, NOON, ALL)
    assert (facets.needs_sign_in, facets.needs_something_else, facets.sign_ins_at) == (0, 1, {})
    assert ClientStatus.NEEDS_RECONNECT not in facets.by_status
    assert facets.by_status[ClientStatus.NEEDS_CLIENT] == 1


async def test_a_view_says_how_it_stands(database, house, books):
    async with database.session() as session:
        found, _ = await client_views(session, house.practice.id, NOON, ALL)
    by_name = {view.client.name: view for view in found}
    jones, wool = by_name["Jones"], by_name["100% Wool"]
    assert (jones.status, jones.cause, jones.owner_name) == (ClientStatus.NEEDS_RECONNECT, Cause.SIGNED_OUT, "Ada")
    assert (jones.team_name, jones.login_name, jones.last_synced_at) == ("Tax", "Zoe", NOON)
    assert jones.last_good_at == NOON - timedelta(days=1)
    assert (wool.status, wool.cause, wool.last_good_at, wool.last_synced_at) == ("not_connected", None, None, None)
    assert by_name["Café & Co"].status is ClientStatus.NOT_CONNECTED


async def test_another_practice_sees_its_own_alone(database, house, books):
    assert await names(database, house.other_practice.id) == ["Jones"]
    assert await names(database, house.other_practice.id, ClientFilter(owner_id=books.ada)) == []
    async with database.session() as session:
        assert (await client_facets(session, house.other_practice.id, NOON, ALL)).total == 1
        assert await client_view(session, house.other_practice.id, NOON, house.client_id) is None


async def test_what_a_choice_in_the_settings_puts_right_needs_somebody_too(database, house, books):
    practice_id, wanted = house.practice.id, ClientFilter(status=ClientStatus.NEEDS_PERSON)
    assert await names(database, practice_id, wanted) == ["Jones"]
    async with database.transaction() as session:
        brown = col(Connection.client_id).in_(select(Client.id).where(Client.name == "brown"))
        await session.exec(update(Connection).where(brown).values(cause=Cause.TOO_MANY_RECORDS))
        facets = await client_facets(session, practice_id, NOON, ALL)
    assert (facets.needs_sign_in, facets.needs_something_else) == (1, 1)
    assert await names(database, practice_id, wanted) == ["brown", "Jones"]
    assert (await names(database, practice_id, order=ClientOrder(ClientSort.ATTENTION)))[:2] == ["brown", "Jones"]


async def test_clients_are_told_apart_by_their_accounting_software(database, house, books):
    practice_id, elsewhere = house.practice.id, ClientFilter(provider="sage")
    async with database.transaction() as session:
        jones = col(Connection.client_id).in_(select(Client.id).where(Client.name == "Jones"))
        await session.exec(update(Connection).where(jones).values(provider="sage"))
        facets = await client_facets(session, practice_id, NOON, elsewhere)
    assert await names(database, practice_id, elsewhere) == ["Jones"]
    assert await names(database, practice_id, ClientFilter(provider="xero")) == ["brown", "Café & Co", "Smith Ltd"]
    assert (facets.total, facets.by_provider) == (1, {"sage": 1, "xero": 3})
    assert facets.by_status == {ClientStatus.NEEDS_RECONNECT: 1}


async def test_a_login_ends_soon_by_the_moment_of_whoever_looks(database, house, books):
    """Eight days before nothing is to be done; the day after, somebody has to sign in within the week."""
    practice_id, wanted = house.practice.id, ClientFilter(status=ClientStatus.NEEDS_PERSON)
    async with database.transaction() as session:
        ends_at = NOON + timedelta(days=8)
        await session.exec(update(Grant).where(col(Grant.id) == house.grant_id).values(ends_at=ends_at))
        for at, found in ((NOON, ["Jones"]), (NOON + timedelta(days=1), ["Jones", "Smith Ltd"])):
            views, total = await client_views(session, practice_id, at, wanted)
            assert ([view.client.name for view in views], total) == (found, len(found))
            everybody, _ = await client_views(session, practice_id, at, ALL, ClientOrder(ClientSort.ATTENTION))
            assert [view.client.name for view in everybody][: len(found)] == found
            facets = await client_facets(session, practice_id, at, ALL)
            assert facets.needs_something_else == len(found) - 1
            own, _ = await facets_with_own(session, practice_id, at, books.ada)
            assert own == facets
            smith = await client_view(session, practice_id, at, house.client_id)
            assert smith is not None
            assert smith.ends_soon is ("Smith Ltd" in found)
