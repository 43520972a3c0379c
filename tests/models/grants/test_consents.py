"""A sign-in under way is taken once, in time, by the hash of its state."""

import asyncio
from datetime import timedelta

import pytest_asyncio

from contracts.words.runs import RunKind
from models.grants.sign_ins import find_consent, use_consent
from models.grants.tables import ConsentAttempt
from models.kit.database import Database
from models.runs.tables import Run
from tests.models.conftest import NOON, House

STATE = b"\x01" * 32


@pytest_asyncio.fixture
async def attempt(database: Database, house: House) -> ConsentAttempt:
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
        attempt = ConsentAttempt(
            state_hash=STATE,
            run_id="run-1",
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            provider="xero",
            sealed_secrets=b"",
            expires_at=NOON + timedelta(minutes=10),
        )
        session.add(attempt)
    return attempt


async def use(database: Database, state_hash: bytes = STATE, at=NOON) -> ConsentAttempt | None:
    async with database.transaction() as session:
        return await use_consent(session, state_hash, at)


async def test_it_is_taken_once_however_many_ask(database, second_database, attempt):
    taken = await asyncio.gather(*(use(pool) for pool in (database, second_database) * 4))
    (only,) = [found for found in taken if found is not None]
    assert (only.id, only.used_at) == (attempt.id, NOON)


async def test_it_is_not_taken_after_its_time(database, attempt):
    assert await use(database, at=attempt.expires_at) is None
    assert await use(database) is not None


async def test_an_unknown_state_takes_nothing(database, attempt):
    assert await use(database, b"\x02" * 32) is None


async def test_a_used_one_is_still_found_for_a_callback_loaded_again(database, attempt):
    await use(database)
    async with database.session() as session:
        found = await find_consent(session, STATE)
        assert found is not None
        assert (found.id, found.used_at) == (attempt.id, NOON)
        assert await find_consent(session, b"\x02" * 32) is None
