"""When a credential is refreshed is its provider's to say."""

from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from activities.shared.token_store import TokenStore
from contracts.words.causes import Cause
from contracts.words.connections import GrantStatus
from models.grants.tables import Grant
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.practices.writes import create_colleague, create_practice
from providers.port.credential import Credential
from providers.port.errors import SignedOut
from runtime.sealing.keyring import SealError
from tests.models.conftest import NOON, HandClock
from tests.second_provider import A_PERSONS, ONE_AT_A_TIME, Second

ENDS, LATER = NOON + timedelta(minutes=5), NOON + timedelta(hours=1)
LEEWAY, RENEWED_AT_AGE = A_PERSONS.leeway, A_PERSONS.renewed_at_age


@pytest_asyncio.fixture
async def grant(database: Database, sealer: Sealer) -> Grant:
    async with database.transaction() as session:
        practice = await create_practice(session, "Harbour Lane")
        colleague = await create_colleague(session, practice.id, email="ada@harbour.test", name="Ada")
        return await upsert_grant(
            session,
            sealer,
            provider="second",
            credential=Credential("person-1", "person-1", "Bea", b"secret 1", ENDS, region="gb"),
            practice_id=practice.id,
            colleague_id=colleague.id,
            at=NOON,
        )


@pytest.mark.parametrize(
    ("at", "given"),
    [(ENDS - LEEWAY - timedelta(seconds=1), b"secret 1"), (ENDS - LEEWAY, b"secret 2")],
)
async def test_a_credential_is_refreshed_when_it_is_near_its_end_for_this_provider(database, sealer, grant, at, given):
    second, clock = Second(), HandClock()
    tokens = TokenStore(database, sealer, clock).of(grant.id, second, None)
    assert (await tokens.credential()).secret == b"secret 1"
    clock.at = at  # the one that is remembered is looked at like the one that is stored
    assert (await tokens.credential()).secret == given


@pytest.mark.parametrize(("age", "refreshed"), [(RENEWED_AT_AGE - timedelta(seconds=1), 0), (RENEWED_AT_AGE, 1)])
async def test_the_night_renews_it_at_an_age_that_is_far_from_its_providers_limit(
    database, sealer, grant, age, refreshed
):
    async with database.transaction() as session:
        kept = await session.get_one(Grant, grant.id)
        kept.access_expires_at = NOON + timedelta(days=30)
        session.add(kept)
    second = Second()
    await TokenStore(database, sealer, HandClock(NOON + age)).keep_alive(grant.id, second)
    assert len(second.refreshed) == refreshed


async def test_a_provider_gets_the_whole_credential_back(database, sealer, grant):
    second = Second()
    await TokenStore(database, sealer, HandClock(ENDS)).of(grant.id, second, None).credential()
    assert second.refreshed == [Credential("person-1", "person-1", "Bea", b"secret 1", ENDS, region="gb")]


async def test_where_a_sign_in_ends_the_one_before_nobody_begins_with_what_is_remembered_of_it(database, sealer):
    async with database.transaction() as session:
        practice = await create_practice(session, "Harbour Lane")
        colleague = await create_colleague(session, practice.id, email="ada@harbour.test", name="Ada")

    async def signed_in(person: str) -> Grant:
        async with database.transaction() as session:
            return await upsert_grant(
                session,
                sealer,
                provider="second",
                credential=Credential("company-1", person, person, person.encode(), NOON + timedelta(hours=1)),
                practice_id=practice.id,
                colleague_id=colleague.id,
                at=NOON,
                takes_over=True,
            )

    tokens, second = TokenStore(database, sealer, HandClock()), Second(ONE_AT_A_TIME)
    under_way = tokens.of((await signed_in("Bea")).id, second, None)
    assert (await under_way.credential()).secret == b"Bea"
    taken_over = await signed_in("Cal")
    assert (await tokens.of(taken_over.id, second, None).credential()).secret == b"Cal"
    assert (await under_way.credential()).secret == b"Cal"


@pytest_asyncio.fixture
async def companies(database: Database, sealer: Sealer) -> list[Grant]:
    """Grants of four companies: good, near its end, signed out, and one more that is good."""
    async with database.transaction() as session:
        practice = await create_practice(session, "Harbour Lane")
        colleague = await create_colleague(session, practice.id, email="ada@harbour.test", name="Ada")
        made = [
            await upsert_grant(
                session,
                sealer,
                provider="second",
                credential=Credential(f"company-{place}", "Bea", "Bea", b"stored %d" % place, ends),
                practice_id=practice.id,
                colleague_id=colleague.id,
                at=NOON,
                takes_over=True,
            )
            for place, ends in enumerate((LATER, NOON, LATER, LATER))
        ]
        made[2].status = GrantStatus.SIGNED_OUT
        return made


async def test_several_that_begin_together_are_looked_up_at_once_and_only_good_ones_are_taken(
    database, sealer, companies
):
    store, second = TokenStore(database, sealer, HandClock()), Second(ONE_AT_A_TIME)
    async with database.transaction() as session:
        (await session.get_one(Grant, companies[3].id)).sealed_secret = b"nobody opens this"
    await store.look_up([*(grant.id for grant in companies), uuid4()], second)
    async with database.transaction() as session:  # what was looked up is used, not looked up again
        (await session.get_one(Grant, companies[0].id)).sealed_secret = b"nobody opens this"
    good, ending, ended, broken = (store.of(grant.id, second, None, is_looked_up=True) for grant in companies)
    assert (await good.credential()).secret == b"stored 0"
    assert (await ending.credential()).secret == b"secret 2"
    with pytest.raises(SignedOut):
        await ended.credential()
    with pytest.raises(SealError):
        await broken.credential()


async def test_what_is_looked_up_replaces_what_is_remembered(database, sealer, companies):
    clock, second = HandClock(), Second(ONE_AT_A_TIME)
    store, grant = TokenStore(database, sealer, clock), companies[0]
    await store.look_up([grant.id], second)
    async with database.transaction() as session:
        (await session.get_one(Grant, grant.id)).status = GrantStatus.SIGNED_OUT
    await store.look_up([grant.id], second)
    with pytest.raises(SignedOut):
        await store.of(grant.id, second, None, is_looked_up=True).credential()


@pytest.mark.parametrize(
    ("years_end", "cause"),
    [(None, Cause.SIGNED_OUT), (ENDS + timedelta(days=1), Cause.SIGNED_OUT), (ENDS, Cause.SIGN_IN_ENDED)],
)
async def test_a_grant_whose_years_are_over_says_so_and_not_merely_that_it_is_dead(
    database, sealer, grant, years_end, cause
):
    async with database.transaction() as session:
        kept = await session.get_one(Grant, grant.id)
        kept.ends_at = years_end
        session.add(kept)
    second = Second()
    second.revoked.append(Credential("person-1", "person-1", "Bea", b"secret 1", ENDS, region="gb"))
    tokens = TokenStore(database, sealer, HandClock(ENDS)).of(grant.id, second, None)
    for _ in range(2):  # found, and known from then on
        with pytest.raises(SignedOut) as caught:
            await tokens.credential()
        assert caught.value.cause is cause
