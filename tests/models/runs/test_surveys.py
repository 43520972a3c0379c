"""*Reconnect all*: who else reaches an organisation, what has to be allowed again, and what was read meanwhile."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.runs import Action, Outcome, RunKind, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant, GrantHolder, GrantReach
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.practices.writes import create_colleague
from models.runs import organisations as run_lists
from models.runs import surveys
from models.runs.tables import Run
from tests.models.conftest import NOON, House, a_connection, credential
from tests.models.one_thing import after_each, run

pytestmark = pytest.mark.usefixtures("next_door")


@pytest.fixture
async def other(database: Database, house: House) -> UUID:
    """The connection of another client, which is called alike."""
    async with database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Smith", code="SMIT0000", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        connection = a_connection(house.practice.id, client.id, house.grant_id, "org-2")
        connection.organisation_name = "SMITH LTD"
        session.add(connection)
    return connection.id


async def test_connections_that_are_in_use_are_surveyed_and_one_that_somebody_means_when_it_has_ended(database, house):
    async def asked(session: AsyncSession) -> list[bool]:
        of, there, its = house.practice.id, house.other_practice.id, house.connection_id
        questions = [(of, None), (of, its), (of, house.client_id), (there, None), (there, its)]
        found = [await surveys.living_connections(session, whose, "xero", NOON, one) for whose, one in questions]
        return [[one.connection_id for one in some] == [its] for some in found]

    now = "UPDATE connections SET {} WHERE id = :id"
    cases = {
        "SELECT 1": [True, True, False, False, False],
        now.format("is_current = false"): [False] * 5,
        now.format("provider = 'another'"): [False] * 5,
        now.format("status = 'disconnecting'"): [False] * 5,
        now.format("status = 'disconnected'"): [False, True, False, False, False],
    }
    assert await after_each(database, asked, cases, id=house.connection_id) == cases


async def test_who_else_can_reach_an_organisation(database: Database, sealer: Sealer, house: House):
    """By a login that holds it, in this practice, and not by the one that the organisation refuses."""
    async with database.transaction() as session:
        bea = await create_colleague(session, house.practice.id, email="bea@harbour.test", name="Bea")
        of: dict[str, Any] = {"practice_id": bea.practice_id, "colleague_id": bea.id, "at": NOON}
        login = credential(2, account_key="user-2")
        grant = await upsert_grant(session, sealer, provider="xero", credential=login, **of)
        session.add(GrantHolder(grant_id=house.grant_id, practice_id=bea.practice_id, colleague_id=bea.id))
        for identity in (house.grant_id, grant.id):
            session.add(GrantReach(grant_id=identity, organisation_id="org-1", name="Smith Ltd"))

    async def asked(session: AsyncSession) -> tuple[str, ...]:
        [found] = await surveys.living_connections(session, house.practice.id, "xero", NOON)
        return found.reached_by

    cases = {
        "SELECT 1": ("Ada", "Bea"),  # each once
        "UPDATE connections SET cause = 'signed_out'": ("Ada", "Bea"),
        "UPDATE connections SET cause = 'access_lost'": ("Bea",),
        "UPDATE connections SET cause = 'access_lost', grant_id = :hers": ("Ada", "Bea"),
        "UPDATE colleagues SET deactivated_at = now() WHERE id = :bea": ("Ada",),
        "UPDATE colleagues SET name = 'Zoe' WHERE id = :ada": ("Bea", "Zoe"),
        "UPDATE grant_reach SET organisation_id = 'org-9'": (),
        "DELETE FROM grant_reach WHERE grant_id = :its": ("Bea",),
        "UPDATE grant_holders SET practice_id = :elsewhere": (),
    }
    names: dict[str, UUID] = {"its": house.grant_id, "hers": grant.id, "bea": bea.id, "ada": house.colleague.id}
    found = await after_each(database, asked, cases, **names, elsewhere=house.other_practice.id)
    assert found == cases


async def test_what_was_removed_at_the_provider_has_to_be_allowed_again(database: Database, house: House, other: UUID):
    """Of all clients, or of the one that somebody reconnects, which may be one that was disconnected here."""
    async with database.transaction() as session:
        for identity in (house.connection_id, other):
            connection = await session.get_one(Connection, identity)
            connection.status, connection.cause = ConnectionStatus.NEEDS_RECONNECT, Cause.DISCONNECTED_AT_PROVIDER

    async def asked(session: AsyncSession) -> list[list[str]]:
        whose, there = house.practice.id, house.other_practice.id
        questions = [(whose, "xero", None), (whose, "xero", house.client_id), (whose, "another", None)]
        questions.append((there, "xero", None))
        return [list(await surveys.to_allow_again(session, *one)) for one in questions]

    its = "UPDATE connections SET {} WHERE id = :its"
    both, one, rest = ["SMITH LTD (SMIT0000)", "Smith Ltd (SMIT0001)"], ["Smith Ltd"], ["SMITH LTD"]
    cases = {
        "SELECT 1": [both, one, [], []],
        "UPDATE clients SET code = 'AAAA0001' WHERE id = :client": [
            ["Smith Ltd (AAAA0001)", "SMITH LTD (SMIT0000)"],
            one,
            [],
            [],
        ],
        its.format("organisation_name = 'Young'"): [["SMITH LTD", "Young"], ["Young"], [], []],
        its.format("cause = 'signed_out'"): [rest, [], [], []],
        its.format("is_current = false"): [rest, [], [], []],
        its.format("provider = 'another'"): [rest, [], one, []],
        its.format("status = 'disconnecting'"): [rest, [], [], []],
        its.format("status = 'disconnected', cause = NULL"): [rest, one, [], []],
    }
    assert await after_each(database, asked, cases, its=house.connection_id, client=house.client_id) == cases


async def test_what_was_read_or_moved_since_it_was_looked_at_is_left_out(database: Database, house: House, other: UUID):
    async with database.session() as session:
        seen = await surveys.living_connections(session, house.practice.id, "xero", NOON)
    assert [one.connection_id for one in seen] == [other, house.connection_id]  # by their clients' codes
    both = {house.connection_id, other}

    async def asked(session: AsyncSession) -> set[UUID]:
        return await surveys.as_they_were(session, seen)

    cases = {
        "SELECT 1": both,
        "UPDATE connections SET last_good_at = now() WHERE id = :other": {house.connection_id},
        "UPDATE connections SET grant_id = (SELECT id FROM grants WHERE id <> :login) WHERE id = :other": {
            house.connection_id
        },
        "DELETE FROM connections WHERE id = :other": {house.connection_id},
    }
    assert await after_each(database, asked, cases, other=other, login=house.grant_id) == cases


async def test_only_what_was_read_is_marked_as_read(database: Database, house: House, other: UUID):
    later = NOON + timedelta(hours=1)
    async with database.transaction() as session:
        await surveys.mark_read(session, [house.connection_id], later)
        read = await run(session, "SELECT id FROM connections WHERE last_good_at = :at", at=later)
    assert read == [house.connection_id]


async def test_a_survey_becomes_the_list_of_the_run_with_clients_to_repair_and_offers(database, house):
    connection = {"connection_id": house.connection_id, "client_id": house.client_id}
    removed: dict[str, Any] = {
        "outcome": Outcome.UNREACHABLE,
        "message": "Gone",
        "cause": Cause.DISCONNECTED_AT_PROVIDER,
    }
    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).cause = Cause.SIGNED_OUT
        await session.flush()
        [found] = await surveys.living_connections(session, house.practice.id, "xero", NOON)
        assert found.cause is Cause.SIGNED_OUT
        [own] = await run(session, "SELECT id FROM grants WHERE id <> :of", of=house.grant_id)
        whose: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id}
        session.add(Run(id="a-run", provider="xero", kind=RunKind.RECONNECT_ALL, **whose))
        await session.flush()
        rows = [
            surveys.SurveyRow("org-1", "Smith", **connection, **removed, grant_id=own),
            surveys.SurveyRow("org-3", "Offer"),
        ]
        await surveys.write_survey(session, "a-run", house.grant_id, rows, NOON)
        listed = await run_lists.organisations_of(session, "a-run")
    assert [(one.organisation_id, one.grant_id, one.client_id, one.connection_id) for one in listed] == [
        ("org-1", own, house.client_id, house.connection_id),
        ("org-3", house.grant_id, None, None),
    ]
    assert [(one.verdict, one.action, one.outcome, one.cause) for one in listed] == [
        (Verdict.ALREADY_CLIENT, Action.REPAIR, Outcome.UNREACHABLE, Cause.DISCONNECTED_AT_PROVIDER),
        (Verdict.NEW, None, None, None),
    ]


@pytest.mark.parametrize(("ends_at", "has_ended"), [(None, False), (NOON, True), (NOON + timedelta(days=1), False)])
async def test_a_login_is_over_by_the_time_of_whoever_looks(database, house, ends_at, has_ended):
    async with database.transaction() as session:
        await session.exec(update(Grant).where(col(Grant.id) == house.grant_id).values(ends_at=ends_at))
        [found] = await surveys.living_connections(session, house.practice.id, "xero", NOON)
    assert found.has_ended is has_ended
