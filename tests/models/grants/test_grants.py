"""Grants: refreshed when that is due, saved before use, dead only when really dead; and what a login reaches."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.connections import GrantStatus
from models.events.tables import Event
from models.grants import writes as grants
from models.grants.tables import Grant, GrantHolder, GrantReach
from models.kit.database import Database
from providers.port.credential import Credential
from providers.port.provider import ReachableOrganisation
from tests.models.conftest import AFTER_EXPIRY, LATER, NOON, DeadError, credential, kept_by, sign_in, stored


async def test_a_good_token_is_given_as_it_is(database, fresh, provider):
    assert (await fresh(database)).secret == b"secret-1"
    assert provider.refreshes == 0


async def test_a_token_about_to_expire_is_refreshed_first(database, fresh, clock):
    clock.at = AFTER_EXPIRY - timedelta(seconds=30)
    assert (await fresh(database)).secret == b"secret-2"


async def test_a_rejected_token_is_replaced_and_later_rejections_of_it_get_the_new_one(database, fresh, provider):
    assert (await fresh(database, rejected=b"secret-1")).secret == b"secret-2"
    assert (await fresh(database, rejected=b"secret-1")).secret == b"secret-2"
    assert provider.refreshes == 1


async def test_a_dead_grant_is_signed_out_with_an_event_and_not_tried_again(database, fresh, provider, clock, house):
    clock.at = AFTER_EXPIRY
    provider.good = b"revoked"
    with pytest.raises(DeadError, match="used before"):
        await fresh(database)
    assert (await stored(database, house)).status is GrantStatus.SIGNED_OUT
    provider.good = b"secret-1"
    with pytest.raises(DeadError, match="signed out earlier"):
        await fresh(database)
    assert provider.refreshes == 0
    async with database.session() as session:
        (event,) = (await session.exec(select(Event).where(Event.kind == "grant.signed_out"))).all()
    assert (event.cause, event.before, event.after) == (Cause.SIGNED_OUT, "active", "signed_out")
    assert event.practice_id == house.practice.id


@pytest.mark.parametrize(
    ("ends", "cause"),
    [(AFTER_EXPIRY, Cause.SIGN_IN_ENDED), (AFTER_EXPIRY + timedelta(seconds=1), Cause.SIGNED_OUT)],
)
async def test_the_event_tells_an_end_for_good_from_another(database, fresh, provider, clock, house, ends, cause):
    async with database.transaction() as session:
        (await session.get_one(Grant, house.grant_id)).ends_at = ends
    clock.at = AFTER_EXPIRY
    provider.good = b"revoked"
    with pytest.raises(DeadError):
        await fresh(database)
    async with database.session() as session:
        (event,) = (await session.exec(select(Event).where(Event.kind == "grant.signed_out"))).all()
    assert event.cause is cause


async def test_any_other_error_leaves_the_grant_as_it_was(database, fresh, provider, clock, house):
    clock.at = AFTER_EXPIRY

    async def offline(old: Credential) -> Credential:
        raise ConnectionError

    answering, provider.refresh = provider.refresh, offline
    with pytest.raises(ConnectionError):
        await fresh(database)
    grant = await stored(database, house)
    assert (grant.status, grant.generation) == (GrantStatus.ACTIVE, 1)
    provider.refresh = answering
    assert (await fresh(database)).secret == b"secret-2"


async def test_a_cancelled_caller_does_not_lose_the_new_tokens(database, fresh, provider, clock, house, sealer):
    clock.at = AFTER_EXPIRY
    provider.may_answer.clear()
    asking = asyncio.create_task(fresh(database))
    await provider.called.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    provider.may_answer.set()
    assert (await fresh(database)).secret == b"secret-2"
    assert provider.refreshes == 1


async def test_a_newer_consent_supersedes_in_place(database, house, sealer):
    grant = await sign_in(database, sealer, house, 5)
    assert (grant.id, grant.generation, grant.label) == (house.grant_id, 2, "Ada L")
    assert (await kept_by(database, sealer, house)).secret == b"secret-5"


async def test_a_consent_revives_a_signed_out_grant(database, house, sealer, fresh, provider, clock):
    clock.at = AFTER_EXPIRY
    provider.good = b"revoked"
    with pytest.raises(DeadError):
        await fresh(database)
    await sign_in(database, sealer, house, 5)
    assert (await fresh(database)).secret == b"secret-5"


async def test_two_practices_may_hold_one_grant(database, house, sealer):
    other = {"practice_id": house.other_practice.id, "colleague_id": house.other_colleague.id}
    assert (await sign_in(database, sealer, house, 5, **other)).id == house.grant_id
    async with database.session() as session:
        holders = (
            await session.exec(select(GrantHolder.practice_id).where(GrantHolder.grant_id == house.grant_id))
        ).all()
    assert set(holders) == {house.practice.id, house.other_practice.id}


async def test_first_consents_of_one_person_at_once_make_one_grant(database, second_database, house, sealer):
    async def first(pool: Database, number: int) -> Grant:
        async with pool.transaction() as session:
            return await grants.upsert_grant(
                session,
                sealer,
                provider="xero",
                credential=credential(number, LATER, account_key="user-2", label="Bo"),
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                at=NOON,
            )

    made = await asyncio.gather(*(first(pool, n) for n, pool in enumerate((database, second_database) * 3)))
    assert len({grant.id for grant in made}) == 1
    assert sorted(grant.generation for grant in made) == [1, 2, 3, 4, 5, 6]


async def test_reach_is_what_was_listed_last(database, house):
    def organisation(number: int, name: str) -> ReachableOrganisation:
        return ReachableOrganisation(f"org-{number}", name, f"pair-{number}")

    for listed in ([organisation(1, "One"), organisation(2, "Two")], [organisation(2, "Zwei")], []):
        async with database.transaction() as session:
            await grants.record_reach(session, house.grant_id, listed, NOON)
        async with database.session() as session:
            kept = (await session.exec(select(GrantReach))).all()
        assert [(row.organisation_id, row.name) for row in kept] == [(o.organisation_id, o.name) for o in listed]
