"""A grant that is an organisation's is one practice's own, and no other practice's sign-in replaces it."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from activities.shared.token_store import credential_of
from contracts.words.connections import ConnectionStatus, GrantStatus
from models.connections.tables import Connection
from models.events.tables import Event
from models.grants.fresh_tokens import fresh_tokens
from models.grants.tables import Grant, GrantHolder
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import open_secret
from models.night import endings
from providers.port.credential import Credential
from tests.models.conftest import (
    AFTER_EXPIRY,
    LATER,
    NOON,
    DeadError,
    House,
    a_connection,
    credential,
)
from tests.models.grants.test_grant_leases import Tries

pytestmark = pytest.mark.usefixtures("looks_often")

REALM = "9130347596842384"
MINUTE = timedelta(minutes=1)


async def signed_in(database: Database, sealer, house: House, number: int, at: datetime, *, next_door=False) -> Grant:
    """A sign-in for one company, of the house or of the practice next door."""
    colleague = house.other_colleague if next_door else house.colleague
    async with database.transaction() as session:
        return await upsert_grant(
            session,
            sealer,
            provider="second",
            credential=credential(number, AFTER_EXPIRY if at == NOON else LATER, account_key=REALM),
            practice_id=colleague.practice_id,
            colleague_id=colleague.id,
            at=at,
            takes_over=True,
        )


async def row(database: Database, grant_id: UUID) -> Grant:
    async with database.session() as session:
        return await session.get_one(Grant, grant_id)


async def asked(database: Database, sealer, grant_id: UUID, refresh, rejected: bytes | None = None) -> Credential:
    return await fresh_tokens(
        database,
        sealer,
        grant_id,
        refresh,
        opened=credential_of,
        dead=DeadError,
        rejected=rejected,
        now=lambda: LATER + MINUTE,
        leeway=MINUTE,
    )


async def refused(old: Credential) -> Credential:
    raise DeadError(old.secret)


async def kinds(database: Database, practice_id: UUID) -> list[str]:
    async with database.session() as session:
        return list((await session.exec(select(Event.kind).where(col(Event.practice_id) == practice_id))).all())


async def test_a_sign_in_of_another_practice_replaces_nothing_and_is_told_to_nobody_else(database, house, sealer):
    ours = await signed_in(database, sealer, house, 1, NOON)
    before = await row(database, ours.id), await kinds(database, house.practice.id)
    theirs = await signed_in(database, sealer, house, 2, NOON + MINUTE, next_door=True)
    assert theirs.id != ours.id
    assert (await row(database, ours.id), await kinds(database, house.practice.id)) == before
    async with database.session() as session:
        holders = (await session.exec(select(GrantHolder.practice_id).where(GrantHolder.grant_id == ours.id))).all()
    assert holders == [house.practice.id]


async def test_what_the_other_ended_is_found_at_the_next_use_and_asked_for_once(database, house, sealer):
    ours = await signed_in(database, sealer, house, 1, NOON)
    theirs = await signed_in(database, sealer, house, 2, NOON + MINUTE, next_door=True)
    tried = []

    async def refuse(old: Credential) -> Credential:
        tried.append(old.secret)
        raise DeadError("superseded")

    for _ in range(2):
        with pytest.raises(DeadError):
            await asked(database, sealer, ours.id, refuse, rejected=b"secret-1")
    assert tried == [b"secret-1"]
    assert (await row(database, ours.id)).status is GrantStatus.SIGNED_OUT
    assert (await row(database, theirs.id)).status is GrantStatus.ACTIVE
    assert "grant.signed_out" in await kinds(database, house.practice.id)
    assert "grant.signed_out" not in await kinds(database, house.other_practice.id)


async def test_a_colleagues_sign_in_that_was_replaced_is_never_asked_for_again(database, house, sealer):
    grant = await signed_in(database, sealer, house, 1, NOON)
    await signed_in(database, sealer, house, 2, NOON + timedelta(seconds=5))
    kept = await row(database, grant.id)
    assert (open_secret(sealer, grant.id, kept.sealed_secret), kept.sealed_spare) == (b"secret-2", None)
    tried = []

    async def refuse(old: Credential) -> Credential:
        tried.append(old.secret)
        raise DeadError("ended")

    with pytest.raises(DeadError):
        await asked(database, sealer, grant.id, refuse, rejected=b"secret-2")
    assert tried == [b"secret-2"]


async def test_an_answer_that_a_sign_in_has_overtaken_is_not_kept(database, house, sealer):
    grant = await signed_in(database, sealer, house, 1, NOON)
    asking, may_answer = asyncio.Event(), asyncio.Event()

    async def late(old: Credential) -> Credential:
        asking.set()
        await may_answer.wait()
        return credential(7, LATER, account_key=REALM)

    refreshing = asyncio.create_task(asked(database, sealer, grant.id, late, rejected=b"secret-1"))
    await asking.wait()
    await signed_in(database, sealer, house, 2, NOON + MINUTE)
    may_answer.set()
    assert (await refreshing).secret == b"secret-2"
    assert (await row(database, grant.id)).sealed_spare is None


async def test_two_practices_never_refresh_one_company_at_once(database, second_database, house, sealer):
    ours = await signed_in(database, sealer, house, 1, NOON)
    theirs = await signed_in(database, sealer, house, 2, NOON, next_door=True)
    at_once, most = 0, 0
    goes_on = asyncio.Event()

    async def answer(old: Credential) -> Credential:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if at_once == 2:
            goes_on.set()
        await goes_on.wait()
        at_once -= 1
        return credential(9, LATER + MINUTE * 60, account_key=REALM)

    async def the_other_waits() -> None:
        looking = [asyncio.create_task(one.reach(3)) for one in tries]
        _, others = await asyncio.wait(looking, return_when="FIRST_COMPLETED")
        for other in others:
            other.cancel()
        goes_on.set()

    tries = Tries(database), Tries(second_database)
    await asyncio.gather(
        the_other_waits(),
        asked(database, sealer, ours.id, answer, rejected=b"secret-1"),
        asked(second_database, sealer, theirs.id, answer, rejected=b"secret-2"),
    )
    assert most == 1


@pytest.mark.parametrize(
    ("theirs_at", "theirs_lives", "is_revoked"),
    [(MINUTE, True, False), (MINUTE, False, True), (-MINUTE, True, True)],
    ids=["they came later", "theirs is over", "we came later"],
)
async def test_a_practice_that_leaves_ends_what_is_its_own(
    database, house, sealer, theirs_at, theirs_lives, is_revoked
):
    ours = await signed_in(database, sealer, house, 1, NOON)
    theirs = await signed_in(database, sealer, house, 2, NOON + theirs_at, next_door=True)
    if not theirs_lives:
        with pytest.raises(DeadError):
            await asked(database, sealer, theirs.id, refused, rejected=b"secret-2")
    async with database.transaction() as session:
        left = a_connection(house.practice.id, house.client_id, ours.id, REALM)
        left.provider, left.is_current, left.status = "second", False, ConnectionStatus.DISCONNECTED
        session.add(left)
    revoked = []

    async def end(grant: Grant, secret: bytes) -> None:
        revoked.append(secret)

    assert await endings.end_if_unused(database, sealer, ours.id, end, now=lambda: LATER)
    assert revoked == ([b"secret-1"] if is_revoked else [])
    assert (await row(database, ours.id)).status is GrantStatus.SIGNED_OUT
    async with database.session() as session:
        assert await session.get(Connection, house.connection_id) is not None
