"""What a run left undone that somebody else could do; each condition is tried alone."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.runs import Outcome, RunKind, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import GrantReach
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.practices.writes import create_colleague
from models.runs import leftovers
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, House, a_connection, credential
from tests.models.one_thing import after_each, run

pytestmark = pytest.mark.usefixtures("next_door")


@dataclass(frozen=True)
class Scene:
    """Bea's own login reaches the house's organisation; another client of hers is in trouble, in no run."""

    bea: UUID
    grant: UUID
    other_client: UUID


@pytest.fixture
async def scene(database: Database, sealer: Sealer, house: House) -> Scene:
    async with database.transaction() as session:
        bea = await create_colleague(session, house.practice.id, email="bea@harbour.test", name="Bea")
        login = credential(2, account_key="user-2")
        of: dict[str, Any] = {"practice_id": bea.practice_id, "colleague_id": bea.id, "at": NOON}
        grant = await upsert_grant(session, sealer, provider="xero", credential=login, **of)
        session.add(GrantReach(grant_id=grant.id, organisation_id="org-1", name="Smith Ltd"))
        client = Client(practice_id=house.practice.id, name="Jones", code="JONE0001", owner_id=bea.id)
        session.add(client)
        await session.flush()
        other = a_connection(house.practice.id, client.id, house.grant_id, "org-2")
        other.status, other.cause = ConnectionStatus.NEEDS_RECONNECT, Cause.DISCONNECTED_AT_PROVIDER
        session.add(other)
    return Scene(bea.id, grant.id, client.id)


async def ended(database: Database, house: House, kind: RunKind, **values: Any) -> None:
    """A run with the house's client, and one without it."""
    async with database.transaction() as session:
        for name in ("a-run", "another"):
            whose: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id}
            session.add(Run(id=name, provider="xero", kind=kind, **whose))
        await session.flush()
        row: dict[str, Any] = {"position": 0, "name": "Smith Ltd", "verdict": Verdict.ALREADY_CLIENT}
        its: dict[str, Any] = {"client_id": house.client_id, "connection_id": house.connection_id}
        session.add(
            RunOrganisation(run_id="a-run", organisation_id="org-1", grant_id=house.grant_id, **row | its | values)
        )


NOT_BEAS = [
    "UPDATE grant_reach SET organisation_id = 'org-9'",
    "UPDATE grants SET provider = 'another' WHERE id = :grant",
    "UPDATE colleagues SET deactivated_at = now() WHERE id = :bea",
    "UPDATE grant_holders SET practice_id = :elsewhere WHERE grant_id = :grant",
    "DELETE FROM grant_holders WHERE grant_id = :grant",
]
"""The sign-in of no colleague reaches it."""
NO_LONGER = [
    "UPDATE connections SET is_current = false WHERE id = :connection",
    "UPDATE connections SET status = 'disconnecting' WHERE id = :connection",
    "UPDATE run_organisations SET outcome = 'failed' WHERE run_id = 'a-run'",
    "UPDATE run_organisations SET run_id = 'another' WHERE run_id = 'a-run'",
]
"""It is not among what this run did not reach, or in use no more."""


async def left_by(database: Database, house: House, scene: Scene, changes: list[str]) -> list[tuple[Any, ...]]:
    async def asked(session):
        found = await leftovers.unreached(session, "a-run")
        return (found.missed, found.count, [one.name for one in found.repairers], found.beyond_reach)

    names = {
        "grant": scene.grant,
        "bea": scene.bea,
        "elsewhere": house.other_practice.id,
        "connection": house.connection_id,
    }
    found = await after_each(database, asked, changes, **names)
    return list(found.values())


NOTHING: tuple[Any, ...] = ((), 0, [], 0)
BEA: tuple[Any, ...] = ((), 1, ["Bea"], 0)
NOBODY: tuple[Any, ...] = ((), 1, [], 1)


async def test_who_could_repair_what_a_sign_in_did_not_reach(database, house, scene):
    await ended(database, house, RunKind.RECONNECT_ALL, outcome=Outcome.UNREACHABLE, cause=Cause.SIGNED_OUT)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.status, connection.cause = ConnectionStatus.NEEDS_RECONNECT, Cause.SIGNED_OUT
        await run(session, "UPDATE connections SET cause = 'unknown' WHERE client_id = :id", id=scene.other_client)
    now = "UPDATE connections SET {} WHERE id = :connection"
    cases = [
        ("SELECT 1", BEA),
        *((one, NOBODY) for one in NOT_BEAS),
        *((one, NOTHING) for one in NO_LONGER),
        (now.format("status = 'connected', cause = NULL"), NOTHING),  # repaired since
        (now.format("status = 'needs_client', cause = 'subscription_ended'"), NOTHING),  # which nobody's sign-in helps
        (now.format("cause = NULL"), BEA),
        (now.format("cause = 'access_lost'"), BEA),
        (now.format("grant_id = :grant"), BEA),  # her own one: it was signed out, and she can sign in again
        (now.format("cause = 'access_lost', grant_id = :grant"), NOBODY),  # what reached it once does not
    ]
    assert await left_by(database, house, scene, [one for one, _ in cases]) == [expected for _, expected in cases]


async def test_what_was_removed_at_the_provider_and_nobody_reaches_has_to_be_allowed_again(database, house, scene):
    removed = Cause.DISCONNECTED_AT_PROVIDER
    await ended(database, house, RunKind.RECONNECT_ALL, outcome=Outcome.UNREACHABLE, cause=removed)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.status, connection.cause = ConnectionStatus.NEEDS_RECONNECT, removed
    missed: tuple[Any, ...] = (("Smith Ltd",), 0, [], 0)
    reached = ["SELECT 1", *NOT_BEAS]
    assert await left_by(database, house, scene, reached) == [BEA, *([missed] * len(NOT_BEAS))]
    async with database.transaction() as session:
        await session.delete(await session.get_one(GrantReach, (scene.grant, "org-1")))
    other = [
        "UPDATE run_organisations SET cause = 'signed_out' WHERE run_id = 'a-run'",
        "UPDATE connections SET cause = 'signed_out' WHERE id = :connection",
    ]
    expected = [*([NOTHING] * len(NO_LONGER)), NOTHING, NOBODY]
    assert await left_by(database, house, scene, [*NO_LONGER, *other]) == expected


async def test_which_clients_a_new_owner_has_without_a_login_of_their_own(database, house, scene):
    await ended(database, house, RunKind.REASSIGN_CLIENTS, outcome=Outcome.REASSIGNED, owner_id=scene.bea)
    async with database.transaction() as session:
        (await session.get_one(Client, house.client_id)).owner_id = scene.bea

    async def asked(session):
        found = await leftovers.kept_logins(session, "a-run")
        return [(one.client_id, one.login, one.is_connected) for one in found]

    holder = "INSERT INTO grant_holders (grant_id, practice_id, colleague_id, signed_in_at) VALUES {}"
    kept = (house.client_id, "Ada")
    cases = {
        "SELECT 1": [(*kept, True)],
        NO_LONGER[0]: [],
        NO_LONGER[1]: [(*kept, False)],
        NO_LONGER[2]: [],
        NO_LONGER[3]: [],
        "UPDATE clients SET owner_id = :ada WHERE id = :client": [],  # given to somebody else since
        holder.format("(:old, :practice, :bea, now())"): [],
        holder.format("(:old, :elsewhere, :bea, now())"): [(*kept, True)],
    }
    names: dict[str, UUID] = {"old": house.grant_id, "bea": scene.bea, "ada": house.colleague.id}
    names |= {"practice": house.practice.id, "elsewhere": house.other_practice.id}
    names |= {"client": house.client_id, "connection": house.connection_id}
    assert await after_each(database, asked, cases, **names) == cases
