"""Whoever waits for a colleague of their own blames no provider for it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from activities.shared.failures import application_error, busy_error
from activities.shared.token_store import TokenStore
from contracts.words.causes import Cause
from models.grants import leases as grant_leases
from models.grants.tables import Grant
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.practices.writes import create_colleague, create_practice
from providers.port.credential import Credential
from providers.port.errors import HeldUp
from tests.models.conftest import NOON, HandClock
from tests.second_provider import Second

SOON = timedelta(milliseconds=20)
EXPIRED = Credential("user-1", "user-1", "Ada", b"secret", NOON)
HELD = "UPDATE grants SET refresh_holder = 'another process', refresh_until = clock_timestamp() + interval '1 hour'"


@pytest_asyncio.fixture
async def held(database: Database, sealer: Sealer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Grant]:
    """A login that another process asks about."""
    monkeypatch.setattr(grant_leases, "WAITED_FOR", SOON)
    monkeypatch.setattr(grant_leases, "LOOKED_EVERY", SOON)
    async with database.transaction() as session:
        practice = await create_practice(session, "Harbour Lane")
        colleague = await create_colleague(session, practice.id, email="ada@harbour.test", name="Ada")
        whose: dict[str, Any] = {"practice_id": practice.id, "colleague_id": colleague.id, "at": NOON}
        grant = await upsert_grant(session, sealer, provider="xero", credential=EXPIRED, **whose)
        await (await session.connection()).execute(text(HELD))
    yield grant


async def test_a_login_that_another_process_asks_about_is_our_own_matter(database, sealer, held):
    xero = Second(name="xero")
    tokens = TokenStore(database, sealer, HandClock()).of(held.id, xero, None)
    with pytest.raises(HeldUp) as told:
        await tokens.credential()
    assert (told.value.cause, told.value.detail) == (Cause.OUR_OUTAGE, "another process was asking for its tokens")
    assert application_error(told.value, NOON).type == Cause.OUR_OUTAGE.value
    assert xero.refreshed == []


async def test_a_login_that_another_process_asks_about_is_not_ended(database, sealer, held):
    xero = Second(name="xero")
    with pytest.raises(HeldUp):
        await TokenStore(database, sealer, HandClock()).end_if_unused(held.id, xero)
    assert xero.revoked == []


def test_another_pull_of_the_same_organisation_is_our_own_matter():
    (trouble,) = busy_error().details
    assert trouble.cause is Cause.OUR_OUTAGE
    assert "or had to wait too long for one of our own processes" in trouble.cause.sentence
