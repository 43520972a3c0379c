"""A sign-in meanwhile: what it brings is used, whatever was asked for with the tokens before it."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import RunKind
from models.connections.tables import Connection
from models.grants import fresh_tokens
from models.grants.leases import LoginBusy
from models.grants.tables import ConsentAttempt, Grant
from models.kit.database import Database
from models.night import endings
from models.runs.tables import Run
from tests.models.conftest import (
    AFTER_EXPIRY,
    LATER,
    NOON,
    DeadError,
    House,
    credential,
    kept_by,
    kinds_of_events,
    sign_in,
    stored,
)

pytestmark = pytest.mark.usefixtures("expired", "looks_often")


async def sign_in_begun(
    database: Database,
    house: House,
    *,
    used_at: datetime | None = None,
    expires_at: datetime = AFTER_EXPIRY + timedelta(minutes=10),
    provider: str = "xero",
    denied: bool = False,
) -> None:
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
        await session.flush()
        session.add(
            ConsentAttempt(
                state_hash=b"1",
                run_id="run-1",
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider=provider,
                denied=denied,
                sealed_secrets=b"",
                used_at=used_at,
                expires_at=expires_at,
            )
        )


@pytest.mark.parametrize("used_at", [None, AFTER_EXPIRY - timedelta(seconds=5)])
async def test_a_refusal_waits_for_the_sign_in_that_may_have_caused_it(
    database, second_database, fresh, provider, house, sealer, used_at
):
    await sign_in_begun(database, house, used_at=used_at)
    provider.good = b"superseded"
    asking = asyncio.create_task(fresh(database))
    await provider.called.wait()
    await sign_in(second_database, sealer, house, 9)
    assert (await asking).secret == b"secret-9"
    assert "grant.signed_out" not in await kinds_of_events(database)


async def test_a_sign_in_that_takes_long_to_be_finished_leaves_the_login_as_it_was(
    database, fresh, provider, house, monkeypatch
):
    monkeypatch.setattr(fresh_tokens, "FINISHING", timedelta(0))
    await sign_in_begun(database, house, used_at=AFTER_EXPIRY - timedelta(seconds=5))
    provider.good = b"superseded"
    with pytest.raises(LoginBusy, match="sign-in"):
        await fresh(database)
    assert (await stored(database, house)).status is GrantStatus.ACTIVE


@pytest.mark.parametrize(
    "attempt",
    [
        {"expires_at": AFTER_EXPIRY},
        {"used_at": AFTER_EXPIRY - timedelta(minutes=2)},
        {"used_at": AFTER_EXPIRY, "denied": True},
        {"provider": "another"},
    ],
)
async def test_a_refusal_waits_for_no_other_sign_in(database, fresh, provider, house, monkeypatch, attempt):
    monkeypatch.setattr(fresh_tokens, "FINISHING", timedelta.max)
    monkeypatch.setattr(fresh_tokens, "COMING_BACK", timedelta.max)
    await sign_in_begun(database, house, **attempt)
    provider.good = b"revoked"
    async with asyncio.timeout(60):
        with pytest.raises(DeadError):
            await fresh(database)
    assert (await stored(database, house)).status is GrantStatus.SIGNED_OUT


async def test_a_sign_in_that_is_stored_meanwhile_is_not_put_over(
    database, second_database, fresh, provider, house, sealer
):
    provider.may_answer.clear()
    asking = asyncio.create_task(fresh(database))
    await provider.called.wait()
    await sign_in(second_database, sealer, house, 9)
    provider.may_answer.set()
    assert (await asking).secret == b"secret-9"


async def test_two_sign_ins_of_one_person_at_once_leave_the_set_that_the_provider_gave_last(
    database, house, sealer, fresh, provider, clock
):
    for number in (9, 8):  # stored in another order than given: the ninth is good
        await sign_in(database, sealer, house, number, at=LATER)
    clock.at, provider.good = LATER, b"secret-9"
    assert (await fresh(database)).secret == b"secret-2"
    assert (await stored(database, house)).status is GrantStatus.ACTIVE


async def test_an_earlier_set_is_no_spare_of_a_later_sign_in(database, house, sealer):
    await sign_in(database, sealer, house, 9, at=LATER)
    assert (await stored(database, house)).sealed_spare is None


# A login that is ended


async def unused(database: Database, house: House) -> None:
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.status = ConnectionStatus.DISCONNECTED
        session.add(connection)


async def test_ending_a_login_holds_no_connection_while_the_provider_answers(database_url, database, house, sealer):
    await unused(database, house)
    small = Database(database_url, pool_size=1, max_overflow=0)

    async def end(_grant: Grant, _secret: bytes) -> None:
        async with asyncio.timeout(60):
            assert (await stored(small, house)).status is GrantStatus.ACTIVE

    assert await endings.end_if_unused(small, sealer, house.grant_id, end, now=lambda: NOON)
    assert (await stored(small, house)).status is GrantStatus.SIGNED_OUT
    await small.close()


async def test_who_signs_in_while_a_login_is_ended_stays_signed_in(database, second_database, house, sealer):
    await unused(database, house)

    async def end(_grant: Grant, _secret: bytes) -> None:
        await sign_in(second_database, sealer, house, 9)

    assert not await endings.end_if_unused(database, sealer, house.grant_id, end, now=lambda: NOON)
    grant = await stored(database, house)
    assert grant.status is GrantStatus.ACTIVE
    assert (await kept_by(database, sealer, house)) == credential(9, LATER, label="Ada L")


@pytest.mark.parametrize("status", [ConnectionStatus.DISCONNECTING, ConnectionStatus.CONNECTED])
async def test_a_login_ends_with_its_last_connection_unless_that_stays(database, house, sealer, status):
    """Both in one transaction; somebody may have stopped the disconnecting just before."""
    asked: list[bytes] = []

    async def end(_grant: Grant, secret: bytes) -> None:
        asked.append(secret)

    async def record(session: AsyncSession) -> None:
        (await session.get_one(Connection, house.connection_id)).status = ConnectionStatus.DISCONNECTED

    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).status = status
    last = endings.LastConnection(house.connection_id, record)
    ended = await endings.end_if_unused(database, sealer, house.grant_id, end, now=lambda: NOON, last=last)
    async with database.session() as session:
        after = (await session.get_one(Connection, house.connection_id)).status
    if status is ConnectionStatus.CONNECTED:
        assert (ended, asked, after) == (False, [], status)
    else:
        assert (ended, len(asked), after) == (True, 1, ConnectionStatus.DISCONNECTED)
        assert (await stored(database, house)).status is GrantStatus.SIGNED_OUT
