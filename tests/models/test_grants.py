"""Grants: one refresh at a time over all processes, saved before use, and dead only when really dead."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.causes import Cause
from contracts.runs import GrantStatus
from models import grants
from models.database import Database
from models.encryption import StoredTokens, open_tokens
from models.event import Event
from models.grant import Grant, GrantHolder, GrantReach
from tests.models.conftest import LATER, NOON, HandClock, House, tokens, until_blocked

AFTER_EXPIRY = NOON + timedelta(minutes=30)


class DeadError(Exception):
    pass


class Provider:
    """Rotates refresh tokens as a provider does: each is good once. Its answer arrives when it is let."""

    def __init__(self) -> None:
        self.good = "refresh-1"
        self.asked = 0
        self.refreshes = 0
        self.called = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def refresh(self, old: StoredTokens) -> StoredTokens:
        self.asked += 1
        is_good = old.refresh_token == self.good
        if is_good:
            self.refreshes += 1
            self.good = f"refresh-{self.refreshes + 1}"
        answer = tokens(self.refreshes + 1, LATER)
        self.called.set()
        await self.may_answer.wait()
        if not is_good:
            raise DeadError("used before")
        return answer


@pytest_asyncio.fixture
async def provider() -> Provider:
    return Provider()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def fresh(house: House, sealer, provider: Provider, clock: HandClock):
    def ask(database: Database, rejected: str | None = None):
        return grants.fresh_tokens(
            database,
            sealer,
            house.grant_id,
            provider.refresh,
            dead=DeadError,
            rejected=rejected,
            now=clock,
            leeway=timedelta(minutes=1),
        )

    return ask


async def stored(database: Database, house: House) -> Grant:
    async with database.session() as session:
        return await session.get_one(Grant, house.grant_id)


async def kinds_of_events(database: Database) -> list[str]:
    async with database.session() as session:
        return list((await session.exec(select(Event.kind).order_by(Event.id))).all())


async def sign_in(database: Database, sealer, house: House, number: int, **more) -> Grant:
    asked = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "at": LATER, **more}
    async with database.transaction() as session:
        return await grants.upsert_grant(
            session,
            sealer,
            provider="xero",
            provider_user_id="user-1",
            display_name="Ada L",
            tokens=tokens(number, LATER),
            **asked,
        )


async def test_a_good_token_is_given_as_it_is(database, fresh, provider):
    assert (await fresh(database)).access_token == "access-1"
    assert provider.refreshes == 0


async def test_an_expired_token_is_refreshed_once_over_all_processes(
    database, second_database, fresh, provider, clock, house, sealer
):
    clock.at = AFTER_EXPIRY
    provider.may_answer.clear()
    asking = [asyncio.create_task(fresh(pool)) for pool in (database, second_database) * 20]
    await provider.called.wait()
    await until_blocked(database, unless=lambda: provider.asked > 1)
    provider.may_answer.set()
    given = await asyncio.gather(*asking)
    assert {token.access_token for token in given} == {"access-2"}
    assert provider.asked == 1
    grant = await stored(database, house)
    assert grant.generation == 2
    assert open_tokens(sealer, grant.id, grant.sealed_tokens) == given[0]
    assert (await kinds_of_events(database)).count("grant.refreshed") == 1


async def test_callers_that_wait_for_a_refresh_hold_no_connection(database_url, fresh, provider, clock, house):
    clock.at = AFTER_EXPIRY
    provider.may_answer.clear()
    small = Database(database_url, pool_size=2, max_overflow=0)
    asking = [asyncio.create_task(fresh(small)) for _ in range(50)]
    await provider.called.wait()
    assert (await stored(small, house)).generation == 1  # answered while the refresh and its crowd are waiting
    provider.may_answer.set()
    await asyncio.gather(*asking)
    await small.close()


async def test_whoever_waits_too_long_for_the_lock_hears_that_nothing_was_answered(
    database, second_database, fresh, provider, clock, monkeypatch
):
    monkeypatch.setattr(grants, "LOCK_TIMEOUT", timedelta(milliseconds=50))
    clock.at = AFTER_EXPIRY
    provider.may_answer.clear()
    refreshing = asyncio.create_task(fresh(database))
    await provider.called.wait()
    with pytest.raises(TimeoutError):
        await fresh(second_database)
    provider.may_answer.set()
    assert (await refreshing).access_token == "access-2"
    assert provider.asked == 1


async def test_a_token_about_to_expire_is_refreshed_first(database, fresh, clock):
    clock.at = AFTER_EXPIRY - timedelta(seconds=30)
    assert (await fresh(database)).access_token == "access-2"


async def test_a_rejected_token_is_replaced_and_later_rejections_of_it_get_the_new_one(database, fresh, provider):
    assert (await fresh(database, rejected="access-1")).access_token == "access-2"
    assert (await fresh(database, rejected="access-1")).access_token == "access-2"
    assert provider.refreshes == 1


async def test_a_dead_grant_is_signed_out_with_an_event_and_not_tried_again(database, fresh, provider, clock, house):
    clock.at = AFTER_EXPIRY
    provider.good = "revoked"
    with pytest.raises(DeadError, match="used before"):
        await fresh(database)
    assert (await stored(database, house)).status is GrantStatus.SIGNED_OUT
    provider.good = "refresh-1"
    with pytest.raises(DeadError, match="signed out earlier"):
        await fresh(database)
    assert provider.refreshes == 0
    async with database.session() as session:
        (event,) = (await session.exec(select(Event).where(Event.kind == "grant.signed_out"))).all()
    assert (event.cause, event.before, event.after) == (Cause.SIGNED_OUT, "active", "signed_out")
    assert event.practice_id == house.practice.id


class Halting(Database):
    """Begins a transaction only when what is to come first is done."""

    first: asyncio.Task[Grant] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        if self.first is not None:
            await self.first
        async with super().transaction() as session:
            yield session


async def test_a_refusal_of_tokens_that_a_consent_superseded_is_no_death(
    database, database_url, fresh, provider, clock, house, sealer
):
    """The newer consent made the provider refuse; it waits for the row that the refresh has locked."""
    clock.at = AFTER_EXPIRY
    halting = Halting(database_url)

    async def refused(old: StoredTokens) -> StoredTokens:
        halting.first = asyncio.create_task(sign_in(database, sealer, house, 9))
        raise DeadError("superseded")

    provider.refresh = refused
    assert (await fresh(halting)).access_token == "access-9"
    assert (await stored(database, house)).status is GrantStatus.ACTIVE
    await halting.close()


async def test_any_other_error_leaves_the_grant_as_it_was(database, fresh, provider, clock, house):
    clock.at = AFTER_EXPIRY

    async def offline(old: StoredTokens) -> StoredTokens:
        raise ConnectionError

    answering, provider.refresh = provider.refresh, offline
    with pytest.raises(ConnectionError):
        await fresh(database)
    grant = await stored(database, house)
    assert (grant.status, grant.generation) == (GrantStatus.ACTIVE, 1)
    provider.refresh = answering
    assert (await fresh(database)).access_token == "access-2"


async def test_a_cancelled_caller_does_not_lose_the_new_tokens(database, fresh, provider, clock, house, sealer):
    clock.at = AFTER_EXPIRY
    provider.may_answer.clear()
    asking = asyncio.create_task(fresh(database))
    await provider.called.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    provider.may_answer.set()
    assert (await fresh(database)).access_token == "access-2"
    assert provider.refreshes == 1


async def test_a_newer_consent_supersedes_in_place(database, house, sealer):
    grant = await sign_in(database, sealer, house, 5)
    assert (grant.id, grant.generation, grant.display_name) == (house.grant_id, 2, "Ada L")
    kept = await stored(database, house)
    assert open_tokens(sealer, kept.id, kept.sealed_tokens).access_token == "access-5"


async def test_a_consent_revives_a_signed_out_grant(database, house, sealer, fresh, provider, clock):
    clock.at = AFTER_EXPIRY
    provider.good = "revoked"
    with pytest.raises(DeadError):
        await fresh(database)
    await sign_in(database, sealer, house, 5)
    assert (await fresh(database)).access_token == "access-5"


async def test_two_practices_may_hold_one_grant(database, house, sealer):
    other = {"practice_id": house.other_practice.id, "colleague_id": house.other_colleague.id}
    assert (await sign_in(database, sealer, house, 5, **other)).id == house.grant_id
    async with database.session() as session:
        holders = (await session.exec(select(GrantHolder.practice_id))).all()
    assert set(holders) == {house.practice.id, house.other_practice.id}


async def test_first_consents_of_one_person_at_once_make_one_grant(database, second_database, house, sealer):
    async def first(pool: Database, number: int) -> Grant:
        async with pool.transaction() as session:
            return await grants.upsert_grant(
                session,
                sealer,
                provider="xero",
                provider_user_id="user-2",
                display_name="Bo",
                tokens=tokens(number, LATER),
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                at=NOON,
            )

    made = await asyncio.gather(*(first(pool, n) for n, pool in enumerate((database, second_database) * 3)))
    assert len({grant.id for grant in made}) == 1
    assert sorted(grant.generation for grant in made) == [1, 2, 3, 4, 5, 6]


async def test_reach_is_what_was_listed_last(database, house):
    def organisation(number: int, name: str) -> GrantReach:
        return GrantReach(organisation_id=f"org-{number}", name=name, provider_connection_id=f"pair-{number}")

    for listed in ([organisation(1, "One"), organisation(2, "Two")], [organisation(2, "Zwei")], []):
        async with database.transaction() as session:
            await grants.record_reach(session, house.grant_id, listed, NOON)
        async with database.session() as session:
            kept = (await session.exec(select(GrantReach))).all()
        assert [(row.organisation_id, row.name) for row in kept] == [(o.organisation_id, o.name) for o in listed]
