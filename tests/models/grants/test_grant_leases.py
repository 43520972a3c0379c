"""The lease on a login: one refresh at a time over all processes, no connection held meanwhile, no newer set lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from models.grants import leases as grant_leases
from models.grants import writes as grants
from models.grants.leases import LoginBusy
from models.grants.tables import Grant
from models.kit.database import Database
from models.kit.database_away import DatabaseAway, is_away
from models.kit.database_url import for_a_pooler
from providers.port.credential import Credential
from tests.models.conftest import (
    LATER,
    SOON,
    DeadError,
    House,
    a_secret,
    credential,
    kept_by,
    kinds_of_events,
    stored,
)
from tests.models.pooler import Pooler

pytestmark = pytest.mark.usefixtures("expired", "looks_often", "next_door")


class Tries:
    """Counts how often a process has tried to take a lease."""

    def __init__(self, database: Database) -> None:
        self._count, self._changed = 0, asyncio.Event()
        event.listen(database.engine.sync_engine, "after_cursor_execute", self._see)

    def _see(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "SKIP LOCKED" in statement:
            self._count += 1
            self._changed.set()

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(60):
            while self._count < count:
                self._changed.clear()
                await self._changed.wait()


async def lease_lasts(database: Database, seconds: float, holder: str | None = None) -> None:
    """Let the lease of whoever has it, or of a holder, last that long from now."""
    statement = """
        UPDATE grants SET refresh_until = clock_timestamp() + :seconds * interval '1 second',
                          refresh_holder = coalesce(:holder, refresh_holder)
        WHERE account_key = 'user-1'
    """
    async with database.transaction() as session:
        await (await session.connection()).execute(text(statement), {"seconds": seconds, "holder": holder})


async def test_an_expired_token_is_refreshed_once_over_all_processes(
    database, second_database, fresh, provider, house, sealer
):
    provider.may_answer.clear()
    first, second = Tries(database), Tries(second_database)
    asking = [asyncio.create_task(fresh(pool)) for pool in (database, second_database) * 20]
    await provider.called.wait()
    reaching = [asyncio.create_task(one.reach(3)) for one in (first, second)]
    _, others = await asyncio.wait(reaching, return_when="FIRST_COMPLETED")
    for other in others:
        other.cancel()
    provider.may_answer.set()
    given = await asyncio.gather(*asking)
    assert {one.secret for one in given} == {b"secret-2"}
    assert provider.asked == 1
    grant = await stored(database, house)
    assert (grant.generation, grant.refresh_holder, grant.refresh_until) == (2, None, None)
    assert await kept_by(database, sealer, house) == given[0]
    assert (await kinds_of_events(database)).count("grant.refreshed") == 1


async def test_a_silent_provider_and_who_waits_for_it_hold_no_connection(database_url, fresh, provider, house):
    provider.may_answer.clear()
    small = [Database(database_url, pool_size=1, max_overflow=0) for _ in range(2)]
    asking = [asyncio.create_task(fresh(pool)) for pool in small * 25]
    await provider.called.wait()
    for pool in small:  # neither the one that asks nor the one that waits for it
        async with asyncio.timeout(60):
            assert (await stored(pool, house)).generation == 1
    provider.may_answer.set()
    await asyncio.gather(*asking)
    assert provider.asked == 1
    for pool in small:
        await pool.close()


@pytest.mark.thorough
async def test_behind_a_pooler_too_one_asks(database_url, fresh, provider):
    async with Pooler(database_url) as pooler:
        pools = [Database(for_a_pooler(pooler.url)) for _ in range(2)]
        given = await asyncio.gather(*(fresh(pool) for pool in pools * 5))
        for pool in pools:
            await pool.close()
    assert {one.secret for one in given} == {b"secret-2"}
    assert provider.asked == 1


async def test_a_holder_that_died_is_taken_over_when_its_lease_is_over(database, second_database, fresh, provider):
    await lease_lasts(database, grant_leases.LEASE.total_seconds(), "gone")
    tries = Tries(second_database)
    asking = asyncio.create_task(fresh(second_database))
    await tries.reach(3)
    assert provider.asked == 0
    await lease_lasts(database, 0)
    assert (await asking).secret == b"secret-2"
    assert timedelta(seconds=15) >= grant_leases.LEASE


async def is_leased(database: Database, house: House) -> bool:
    until = (await stored(database, house)).refresh_until
    assert until is not None
    return until >= await clock_of(database)


async def test_the_lease_of_who_is_at_it_is_renewed(database, fresh, provider, house, monkeypatch):
    monkeypatch.setattr(grant_leases, "RENEWED_EVERY", SOON)
    provider.may_answer.clear()
    asking = asyncio.create_task(fresh(database))
    await provider.called.wait()
    await lease_lasts(database, 0)
    async with asyncio.timeout(60):
        while not await is_leased(database, house):
            pass
    provider.may_answer.set()
    await asking


async def clock_of(database: Database) -> datetime:
    async with database.session() as session:
        at: datetime = (await (await session.connection()).execute(text("SELECT clock_timestamp()"))).scalar_one()
        return at


class Slow:
    """A provider with a grace: a token that was used may be tried again, and what it had given is then dead.

    Each of its answers arrives when it is let.
    """

    def __init__(self) -> None:
        self.good, self.last = {b"secret-1"}, 1
        self.came: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def refresh(self, old: Credential) -> Credential:
        is_good = old.secret in self.good
        if is_good:
            self.last += 1
            self.good = {old.secret, a_secret(self.last)}
        answer, may_answer = credential(self.last, LATER), asyncio.Event()
        self.came.put_nowait(may_answer)
        await may_answer.wait()
        if not is_good:
            raise DeadError("used before")
        return answer


async def test_what_a_late_holder_stores_is_not_put_over_what_a_newer_one_stored(
    database, second_database, fresh, provider, house, sealer
):
    slow = Slow()
    provider.refresh = slow.refresh
    late = asyncio.create_task(fresh(database))
    may_be_late = await slow.came.get()
    await lease_lasts(database, 0)  # it stood still for too long
    newer = asyncio.create_task(fresh(second_database))
    (await slow.came.get()).set()
    assert (await newer).secret == b"secret-3"
    may_be_late.set()
    assert (await late).secret == b"secret-3"
    grant = await stored(database, house)
    assert (grant.generation, grant.refresh_holder) == (2, None)
    assert (await kept_by(database, sealer, house)).secret == b"secret-3"


async def test_the_set_that_the_provider_gave_last_is_found_whoever_stored_first(
    database, second_database, fresh, provider, clock, house, sealer
):
    slow = Slow()
    provider.refresh = slow.refresh
    first = asyncio.create_task(fresh(database))
    may_store_first = await slow.came.get()
    await lease_lasts(database, 0)
    second = asyncio.create_task(fresh(second_database))
    may_store_second = await slow.came.get()
    may_store_first.set()
    assert (await first).secret == b"secret-2"
    may_store_second.set()
    assert (await second).secret == b"secret-2"  # while it lasts; its refresh token is dead
    slow.good = {b"secret-3"}  # the grace is over
    clock.at = LATER
    asking = asyncio.create_task(fresh(database))
    (await slow.came.get()).set()
    (await slow.came.get()).set()
    assert (await asking).secret == b"secret-4"
    assert (await stored(database, house)).sealed_spare is None
    assert "grant.signed_out" not in await kinds_of_events(database)


async def test_who_waits_too_long_for_another_process_asks_nobody(
    database, second_database, fresh, provider, monkeypatch
):
    monkeypatch.setattr(grant_leases, "WAITED_FOR", SOON)
    provider.may_answer.clear()
    refreshing = asyncio.create_task(fresh(database))
    await provider.called.wait()
    with pytest.raises(LoginBusy, match="another process"):
        await fresh(second_database)
    provider.may_answer.set()
    assert (await refreshing).secret == b"secret-2"
    assert provider.asked == 1


async def test_a_process_asks_about_a_few_logins_at_once(database, house, monkeypatch):
    monkeypatch.setattr(grant_leases, "AT_ONCE", 2)
    async with database.transaction() as session:
        logins = [await other_grant(session, number) for number in range(6)]
    under_way, most, two = 0, 0, asyncio.Barrier(2)

    async def work(grant: Grant) -> UUID:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await two.wait()
        under_way -= 1
        return grant.id

    async with asyncio.timeout(60):
        done = await asyncio.gather(
            *(grant_leases.with_lease(database, identity, lambda _: None, work) for identity in logins)
        )
    assert (set(done), most) == (set(logins), 2)


async def other_grant(session: AsyncSession, number: int) -> UUID:
    grant = Grant(
        provider="xero",
        account_key=f"other-{number}",
        label="Bo",
        sealed_secret=b"",
        access_expires_at=LATER,
    )
    session.add(grant)
    return grant.id


class Failing(Database):
    """Cannot be reached for some transactions."""

    failures = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        if self.failures:
            self.failures -= 1
            raise DatabaseAway
        async with super().transaction() as session:
            yield session


async def test_new_tokens_are_held_through_an_outage_of_the_database(database_url, fresh, provider, house, sealer):
    failing = Failing(database_url)
    answering = provider.refresh

    async def refresh(old: Credential) -> Credential:
        answer: Credential = await answering(old)
        failing.failures = 3
        return answer

    provider.refresh = refresh
    assert (await fresh(failing)).secret == b"secret-2"
    assert (await kept_by(failing, sealer, house)).secret == b"secret-2"
    await failing.close()


async def test_a_row_that_somebody_keeps_locked_is_our_own_matter(database, second_database, house, monkeypatch):
    monkeypatch.setattr(grants, "LOCK_TIMEOUT", SOON)
    async with database.transaction() as session:
        await grants.locked_grant(session, house.grant_id)
        with pytest.raises(DBAPIError) as told:
            async with second_database.transaction() as other:
                await grants.locked_grant(other, house.grant_id)
    assert is_away(told.value)
