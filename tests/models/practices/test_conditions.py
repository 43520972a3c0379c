"""Who is of a practice, what depends on them, and who could take clients over: one condition at a time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.practices import Role
from contracts.words.runs import RunKind
from models.access import tokens
from models.access.tables import Authenticator, Passkey
from models.clients.tables import Client, SavedView
from models.grants.tables import ConsentAttempt, GrantHolder, GrantReach, SignInLink
from models.kit.database import Database
from models.practices import hand_overs, reads, teams
from models.practices.tables import Colleague, Team, TeamMember
from models.practices.writes import create_colleague, deactivate
from models.runs.tables import Run
from tests.models.conftest import LATER, NOON, House
from tests.models.one_thing import after_each, run, setting

pytestmark = pytest.mark.usefixtures("next_door")

LEFT = "UPDATE colleagues SET deactivated_at = now() WHERE id = :lee"


@pytest_asyncio.fixture
async def lee(database: Database, house: House) -> Colleague:
    """Another colleague, whose login reaches the house's organisation; and so does one of another practice."""
    async with database.transaction() as session:
        lee = await create_colleague(session, house.practice.id, email="lee@harbour.test", name="Lee")
        session.add(GrantReach(grant_id=house.grant_id, organisation_id="org-1", name="Smith", seen_at=NOON))
        for one in (lee, house.other_colleague):
            session.add(GrantHolder(grant_id=house.grant_id, practice_id=one.practice_id, colleague_id=one.id))
    return lee


async def test_who_could_take_clients_over_and_how_many(database, house, lee):
    async def takers(session: AsyncSession) -> list[tuple[str, int]]:
        found = await hand_overs.foreseen(session, house.practice.id, "xero", house.colleague.id)
        return [(one.name, one.reaches) for one in found.takers]

    none = [
        *setting("connections", "is_current = false", "status = 'disconnected'", "provider = 'another'"),
        *setting("connections", "organisation_id = 'org-2'"),
        *setting("clients", "archived_at = now()", "owner_id = :lee"),
        *setting("grants", "provider = 'another'", "status = 'signed_out'"),
        "UPDATE grant_holders SET practice_id = :other WHERE colleague_id = :lee",
        "DELETE FROM grant_holders WHERE colleague_id = :lee",
        "UPDATE connections SET practice_id = :other WHERE client_id = :client",
        "UPDATE grant_reach SET grant_id = (SELECT id FROM grants WHERE id <> :grant)",
    ]
    values: dict[str, Any] = {
        "lee": lee.id,
        "other": house.other_practice.id,
        "client": house.client_id,
        "grant": house.grant_id,
    }
    assert await after_each(database, takers, ("SELECT", *none, LEFT), **values) == {
        "SELECT": [("Lee", 1)],
        **{change: [("Lee", 0)] for change in none},
        LEFT: [],
    }

    async def counted(session: AsyncSession) -> tuple[int, dict[str, int]]:
        found = await hand_overs.foreseen(session, house.practice.id, "xero", house.colleague.id)
        return found.clients, dict(await hand_overs.clients_at(session, house.practice.id, house.colleague.id))

    moved = "UPDATE clients SET practice_id = :other WHERE id = :client"
    found = await after_each(database, counted, ("SELECT", moved), **values)
    assert found == {"SELECT": (1, {"xero": 1}), moved: (0, {})}


async def test_what_depends_on_a_colleague(database, house, lee):
    async with database.transaction() as session:
        session.add(
            Run(
                id="run-1",
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
            )
        )
        session.add(Authenticator(colleague_id=house.colleague.id, sealed_secret=b"", confirmed_at=NOON))
        for name, is_shared in (("one", False), ("two", True)):
            session.add(
                SavedView(
                    practice_id=house.practice.id, owner_id=house.colleague.id, name=name, is_shared=is_shared, query={}
                )
            )

    async def ada(session: AsyncSession) -> tuple[object, ...]:
        (one,) = await reads.colleagues_of(session, house.practice.id, house.colleague.id)
        return one.clients, one.connections, one.for_others, one.runs, one.has_second_factor

    async def of_lee(session: AsyncSession) -> tuple[object, ...]:
        (one,) = await reads.colleagues_of(session, house.practice.id, lee.id)
        return one.clients, one.connections, one.for_others, one.runs, one.has_second_factor, one.own_views

    unconnected = [
        *setting("connections", "is_current = false", "status = 'needs_client'"),
        "UPDATE connections SET practice_id = :other WHERE client_id = :client",
        "UPDATE grants SET status = 'signed_out'",
        "UPDATE grant_holders SET practice_id = :other WHERE colleague_id = :ada",
    ]
    archived, finished, begun, elsewhere = [
        "UPDATE clients SET archived_at = now()",
        "UPDATE runs SET stage = 'finished'",
        "UPDATE authenticators SET confirmed_at = NULL",
        "UPDATE clients SET owner_id = :lee WHERE id = :client",
    ]
    values: dict[str, Any] = {
        "other": house.other_practice.id,
        "ada": house.colleague.id,
        "lee": lee.id,
        "client": house.client_id,
    }
    assert await after_each(
        database, ada, ("SELECT", archived, finished, begun, elsewhere, *unconnected), **values
    ) == {
        "SELECT": (1, 1, 0, 1, True),
        archived: (0, 1, 0, 1, True),
        finished: (1, 1, 0, 0, True),
        begun: (1, 1, 0, 1, False),
        elsewhere: (0, 1, 1, 1, True),
        **dict.fromkeys(unconnected, (1, 0, 0, 1, True)),
    }
    assert await after_each(database, of_lee, ("SELECT",)) == {"SELECT": (0, 1, 1, 0, False, 0)}
    async with database.session() as session:
        (one,) = await reads.colleagues_of(session, house.practice.id, house.colleague.id)
        assert (one.own_views, one.shared_views) == (1, 1)
        assert [one.name for one in await reads.colleagues_of(session, house.practice.id)] == ["Ada", "Lee"]
        assert await reads.colleagues_of(session, house.other_practice.id, lee.id) == []
        session.add(Passkey(colleague_id=lee.id, name="k", credential_id=b"k", public_key=b""))
        await session.flush()
        assert (await of_lee(session))[4]
        assert (await ada(session))[4]


async def test_admins_and_addresses_are_a_practices_own(database, house, lee):
    async with database.transaction() as session:
        for one in (lee, house.other_colleague):
            (await session.get_one(Colleague, one.id)).role = Role.ADMIN

    async def admins(session: AsyncSession) -> list[object]:
        names = await reads.names_of_admins(session, house.practice.id)
        return [
            await reads.admins_of(session, house.practice.id),
            list(names),
            len(await reads.some_admins(session, 9)),
        ]

    async def people(session: AsyncSession) -> list[str]:
        return [name for _, name in await reads.everybody_there(session, house.practice.id)]

    member = "UPDATE colleagues SET role = 'member' WHERE id = :lee"
    assert await after_each(database, admins, ("SELECT", member, LEFT), lee=lee.id) == {
        "SELECT": [{lee.id}, ["Lee"], 2],
        member: [set(), [], 1],
        LEFT: [set(), [], 1],
    }
    assert await after_each(database, people, ("SELECT", LEFT), lee=lee.id) == {"SELECT": ["Ada", "Lee"], LEFT: ["Ada"]}
    async with database.session() as session:
        found = [
            await reads.id_of_address(session, practice, " LEE@harbour.test")
            for practice in (house.practice.id, house.other_practice.id)
        ]
        assert found == [lee.id, None]
        assert await reads.may_add_clients(session, lee.id)


async def test_a_team_is_its_practices_with_who_is_here(database, house, lee):
    async with database.transaction() as session:
        ours, other = (
            Team(practice_id=house.practice.id, name="Tax"),
            Team(practice_id=house.other_practice.id, name="Tax"),
        )
        session.add_all([ours, other])
        await session.flush()
        session.add_all(
            TeamMember(team_id=team.id, colleague_id=one)
            for team, one in ((ours, lee.id), (ours, house.colleague.id), (other, house.other_colleague.id))
        )
        await run(
            session, "UPDATE clients SET team_id = :team WHERE id = :client", team=ours.id, client=house.client_id
        )

    async def seen(session: AsyncSession) -> list[tuple[str, list[str], int]]:
        views = await teams.team_views(session, house.practice.id)
        return [(one.team.name, [member.name for member in one.members], one.clients) for one in views]

    archived = "UPDATE clients SET archived_at = now()"
    moved = "UPDATE clients SET practice_id = :other WHERE id = :client"
    gone = "UPDATE colleagues SET practice_id = :other WHERE id = :lee"
    values: dict[str, Any] = {"lee": lee.id, "other": house.other_practice.id, "client": house.client_id}
    assert await after_each(database, seen, ("SELECT", LEFT, gone, archived, moved), **values) == {
        "SELECT": [("Tax", ["Ada", "Lee"], 1)],
        LEFT: [("Tax", ["Ada"], 1)],
        gone: [("Tax", ["Ada"], 1)],
        archived: [("Tax", ["Ada", "Lee"], 0)],
        moved: [("Tax", ["Ada", "Lee"], 0)],
    }
    async with database.transaction() as session:
        practice = house.practice.id
        assert [one for one, _ in await reads.teams_there(session, practice)] == [ours.id]
        assert await teams.find_team(session, practice, other.id) is None
        assert (await teams.find_team(session, practice, ours.id)) is not None
        for team in (ours, other):
            named = await teams.team_named(session, team.practice_id, "TAX")
            assert named is not None
            assert named.id == team.id
        assert await teams.team_named(session, practice, "Audit") is None
        assert await teams.colleague_of(session, practice, house.other_colleague.id) is None
        assert (await teams.colleague_of(session, practice, lee.id)) is not None
        assert not await teams.leave_team(session, other.id, lee.id)
        assert await teams.leave_team(session, ours.id, lee.id)
        assert await run(session, "SELECT count(*) FROM team_members") == [2]


async def test_who_leaves_takes_their_own_ways_in_along(database, house, lee):
    async with database.transaction() as session:
        for one in (house.colleague, lee):
            await tokens.issue(session, one.id, expires_at=LATER)
            _, earlier = await tokens.issue(session, one.id, expires_at=LATER)
            earlier.revoked_at = NOON
            session.add(
                Run(
                    id=f"of {one.name}",
                    practice_id=house.practice.id,
                    colleague_id=one.id,
                    provider="xero",
                    kind=RunKind.ADD_CLIENTS,
                )
            )
            await session.flush()
            whose: dict[str, Any] = {
                "practice_id": house.practice.id,
                "colleague_id": one.id,
                "run_id": f"of {one.name}",
            }
            for number, (used_at, ends) in enumerate(((None, LATER), (NOON, LATER))):
                session.add(
                    ConsentAttempt(
                        state_hash=f"{one.name}{number}".encode(),
                        provider="xero",
                        sealed_secrets=b"",
                        used_at=used_at,
                        expires_at=ends,
                        **whose,
                    )
                )
            for number, ends in enumerate((LATER, NOON - timedelta(days=1))):
                hashed = f"{one.name}{number}".encode()
                session.add(SignInLink(token_hash=hashed, provider="xero", expires_at=ends, **whose))
        await session.flush()
        client = Client(practice_id=house.practice.id, name="Gone", code="GONE", owner_id=lee.id, archived_at=NOON)
        kept = Client(practice_id=house.practice.id, name="Kept", code="KEPT", owner_id=lee.id)
        session.add_all([client, kept])
        await session.flush()
        leaver = await session.get_one(Colleague, lee.id)
        at = NOON + timedelta(hours=1)
        await deactivate(session, leaver, by=house.colleague.id, at=at)
        await session.flush()

        async def changed(statement: str) -> list[UUID]:
            return await run(session, statement, at=at)

        assert await changed("SELECT colleague_id FROM api_tokens WHERE revoked_at = :at") == [lee.id]
        for table in ("consent_attempts", "sign_in_links"):
            ended = f"SELECT colleague_id FROM {table} WHERE expires_at = :at"  # noqa: S608  # ours
            assert await changed(ended) == [lee.id], table
        told = "SELECT client_id FROM events WHERE kind = 'client.owner_left' AND at = :at"
        assert await changed(told) == [kept.id]
