"""Connections in trouble by cause, with the colleagues whose sign-in could repair them."""

from collections.abc import Sequence
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlmodel import col, select

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from models.clients.tables import Client
from models.connections.repairs import CauseGroup, cause_groups
from models.grants.tables import GrantReach
from models.grants.writes import upsert_grant
from models.practices.tables import Colleague
from models.practices.writes import create_colleague
from tests.models.conftest import NOON, a_connection, credential

pytestmark = pytest.mark.usefixtures("next_door")


@pytest_asyncio.fixture
async def logins(database, house, sealer) -> dict[str, UUID]:
    """Logins of Ada, Bea and Cy, who has left, of the practice; and of Bo next door."""
    found = {"Ada": house.grant_id}
    async with database.transaction() as session:
        for number, name in enumerate(("Bea", "Cy", "Bo")):
            who, practice_id = house.other_colleague, house.other_practice.id
            if name != "Bo":
                practice_id = house.practice.id
                who = await create_colleague(session, practice_id, email=f"{name}@harbour.test", name=name)
            grant = await upsert_grant(
                session,
                sealer,
                provider="xero",
                credential=credential(2, account_key=f"user-{number + 2}", label=name),
                practice_id=practice_id,
                colleague_id=who.id,
                at=NOON,
            )
            found[name] = grant.id
        await session.exec(update(Colleague).where(col(Colleague.name) == "Cy").values(deactivated_at=NOON))
    return found


async def broken(
    database, house, logins, cause: Cause | None, reached_by: str = "", grant: str = "Ada", **more
) -> None:
    """One more client in trouble, if there is a cause, whose organisation these logins reach."""
    async with database.transaction() as session:
        code = f"N{len((await session.exec(select(Client.id))).all())}"
        client = Client(practice_id=house.practice.id, name=code, code=code, owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        connection = a_connection(house.practice.id, client.id, logins[grant], f"org-{code}")
        connection.cause = cause
        needs_person = cause is not None and cause.needs_person
        connection.status = ConnectionStatus.NEEDS_RECONNECT if needs_person else ConnectionStatus.CONNECTED
        for name, value in more.items():
            setattr(connection, name, value)
        session.add(connection)
        session.add_all(
            GrantReach(grant_id=logins[name], organisation_id=f"org-{code}", name=code) for name in reached_by.split()
        )


async def groups(database, practice_id: UUID) -> Sequence[CauseGroup]:
    async with database.session() as session:
        return await cause_groups(session, practice_id)


async def test_who_could_repair_how_many(database, house, logins):
    await broken(database, house, logins, Cause.SIGNED_OUT, "Ada Bea")
    await broken(database, house, logins, Cause.SIGNED_OUT, "Bea")
    await broken(database, house, logins, Cause.SIGNED_OUT, "Cy Bo")
    await broken(database, house, logins, Cause.ACCESS_LOST, "Ada Bea")
    found = await groups(database, house.practice.id)
    assert [
        (group.cause, group.count, [(one.name, one.count) for one in group.repairers], group.beyond_reach)
        for group in found
    ] == [
        (Cause.SIGNED_OUT, 3, [("Bea", 2), ("Ada", 1)], 1),  # Cy has left, and Bo is of another practice
        (Cause.ACCESS_LOST, 1, [("Bea", 1)], 0),  # Ada's login is the one that was refused
    ]
    assert found[0].repairers[1].colleague_id == house.colleague.id
    assert (found[0].sentence, found[0].next_step) == (Cause.SIGNED_OUT.sentence, Cause.SIGNED_OUT.next_step)


@pytest.mark.parametrize("cause", [Cause.ACCESS_LOST, Cause.ROLE_TOO_LOW, Cause.WRONG_ORGANISATION])
async def test_the_login_that_was_refused_repairs_nothing_by_signing_in_again(database, house, logins, cause):
    await broken(database, house, logins, cause, "Ada Bea")
    (group,) = await groups(database, house.practice.id)
    assert [(one.name, one.count, one.providers) for one in group.repairers] == [("Bea", 1, ("xero",))]


async def test_what_needs_a_person_comes_first_and_waiting_needs_nobody(database, house, logins):
    for _ in range(2):
        await broken(database, house, logins, Cause.RATE_LIMITED, "Ada")
    await broken(database, house, logins, Cause.SUBSCRIPTION_ENDED, "Ada")
    found = await groups(database, house.practice.id)
    assert [(group.cause, group.count, group.repairers, group.beyond_reach) for group in found] == [
        (Cause.SUBSCRIPTION_ENDED, 1, (), 0),
        (Cause.RATE_LIMITED, 2, (), 0),
    ]


async def test_only_the_practices_connections_in_use_and_in_trouble_count(database, house, logins):
    await broken(database, house, logins, Cause.SIGNED_OUT, "Bea", status=ConnectionStatus.DISCONNECTED)
    await broken(database, house, logins, Cause.SIGNED_OUT, "Bea", is_current=False)
    await broken(database, house, logins, None, "Bea")
    await broken(database, house, logins, Cause.SIGNED_OUT, "Bo", practice_id=house.other_practice.id)
    assert await groups(database, house.practice.id) == []
    await broken(database, house, logins, Cause.SIGNED_OUT, "Ada")
    (group,) = await groups(database, house.practice.id)
    assert (group.count, [(one.name, one.count) for one in group.repairers]) == (1, [("Ada", 1)])


async def test_a_login_of_another_provider_repairs_nothing(database, house, logins):
    await broken(database, house, logins, Cause.SIGNED_OUT, "Bea", provider="other")
    (group,) = await groups(database, house.practice.id)
    assert (group.repairers, group.beyond_reach) == ((), 1)


async def test_another_practice_sees_nothing(database, house, logins):
    await broken(database, house, logins, Cause.SIGNED_OUT, "Bo Ada")
    assert await groups(database, house.other_practice.id) == []


async def test_a_group_knows_the_one_software_that_all_of_it_is_at(database, house, logins):
    await broken(database, house, logins, Cause.SUBSCRIPTION_ENDED, provider="sage")
    await broken(database, house, logins, Cause.SIGNED_OUT, "Ada", provider="sage")
    await broken(database, house, logins, Cause.SIGNED_OUT, "Ada")
    found = {group.cause: group.provider for group in await groups(database, house.practice.id)}
    assert found == {Cause.SUBSCRIPTION_ENDED: "sage", Cause.SIGNED_OUT: None}
