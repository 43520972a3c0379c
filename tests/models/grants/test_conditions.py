"""Which login is taken, which sign-in counts, and whom it is told to: one condition at a time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import RunKind
from models.grants import leases, regions, sign_ins
from models.grants import writes as grants
from models.grants.tables import ConsentAttempt, Grant, GrantHolder, GrantReach, SignInLink
from models.kit.database import Database
from models.practices.writes import create_colleague
from models.runs.tables import Run
from tests.models.conftest import LATER, NOON, House, a_connection, credential
from tests.models.one_thing import after_each, run, setting

HOUR = timedelta(hours=1)


async def own_grant(database: Database, sealer, house: House) -> Grant:
    """A second login of the practice, of another account."""
    async with database.transaction() as session:
        return await grants.upsert_grant(
            session,
            sealer,
            provider="xero",
            credential=credential(1, account_key="user-2"),
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            at=NOON,
        )


async def test_a_lease_is_given_only_on_the_row_that_was_seen(database, house, sealer):
    await own_grant(database, sealer, house)
    async with database.session() as session:
        seen = await session.get_one(Grant, house.grant_id)
    changes = {
        "generation = generation + 1": False,
        "status = 'signed_out'": False,
        "refresh_until = clock_timestamp() + interval '1 hour'": False,
        "refresh_until = clock_timestamp() - interval '1 hour'": True,
        "refresh_until = NULL": True,
    }
    as_it_was = {"generation": seen.generation, "status": seen.status.value}
    given = {}
    for change in changes:
        async with database.transaction() as session:
            await run(session, "UPDATE grants SET generation = :generation, status = :status", **as_it_was)
            await run(session, "UPDATE grants SET refresh_holder = NULL, refresh_until = NULL")
            await run(session, f"UPDATE grants SET {change} WHERE id = :id", id=seen.id)  # noqa: S608  # ours
        given[change] = await leases._claim(database, seen, "holder")
    assert given == changes
    async with database.session() as session:
        held = "SELECT id FROM grants WHERE refresh_holder = 'holder'"
        assert await run(session, held) == [seen.id]


async def test_a_lease_is_changed_by_its_holder_alone(database, house, sealer):
    other = await own_grant(database, sealer, house)
    async with database.transaction() as session:
        await run(session, "UPDATE grants SET refresh_holder = 'me', refresh_until = :at", at=LATER)
    assert not await leases._write(database, house.grant_id, "somebody", refresh_until=None)
    assert await leases._write(database, house.grant_id, "me", refresh_until=None)
    async with database.session() as session:
        assert await run(session, "SELECT id FROM grants WHERE refresh_until IS NOT NULL") == [other.id]


async def test_of_practices_own_grants_of_one_account_one_is_asked_about_and_the_latest_has_taken_it_over(
    database, house, sealer
):
    async with database.transaction() as session:
        made = []
        for colleague, at in ((house.colleague, NOON), (house.other_colleague, LATER)):
            grant = await grants.upsert_grant(
                session,
                sealer,
                provider="xero",
                credential=credential(1, account_key="company"),
                practice_id=colleague.practice_id,
                colleague_id=colleague.id,
                at=at,
                takes_over=True,
            )
            made.append(grant)
        first, second = made
        # A login of neither is newer than both.
        await run(
            session,
            "UPDATE grant_holders SET signed_in_at = :at WHERE grant_id = :id",
            at=LATER + HOUR,
            id=house.grant_id,
        )

    async def is_over(session: AsyncSession) -> list[bool]:
        return [await grants.is_taken_over(session, await session.get_one(Grant, one.id)) for one in made]

    of_second = "UPDATE grants SET {} WHERE id = :second"
    not_over = [
        of_second.format(what) for what in ("provider = 'another'", "account_key = 'a'", "status = 'signed_out'")
    ]
    not_over.append("UPDATE grant_holders SET signed_in_at = :at WHERE grant_id = :second")
    assert await after_each(database, is_over, ("SELECT", *not_over), second=second.id, at=NOON) == {
        "SELECT": [True, False],
        **{change: [False, False] for change in not_over},
    }

    soon = "refresh_until = clock_timestamp() + interval '1 hour'"
    changes = {
        soon: False,
        f"{soon}, provider = 'another'": True,
        f"{soon}, account_key = 'another'": True,
        "refresh_until = clock_timestamp() - interval '1 hour'": True,
    }
    given = {}
    for change in changes:
        async with database.transaction() as session:
            await run(session, "UPDATE grants SET refresh_until = NULL")
            await run(
                session, "UPDATE grants SET provider = 'xero', account_key = 'company' WHERE id = :id", id=second.id
            )
            await run(session, of_second.format(change), second=second.id)
        given[change] = await leases._claim(database, first, "holder")
    assert given == changes


@pytest_asyncio.fixture
async def attempt(database: Database, house: House) -> UUID:
    """A sign-in that was begun by a link and goes on, beside another practice's."""
    async with database.transaction() as session:
        made = []
        for number, colleague in enumerate((house.colleague, house.other_colleague)):
            whose: dict[str, Any] = {
                "practice_id": colleague.practice_id,
                "colleague_id": colleague.id,
                "run_id": f"run-{number}",
            }
            session.add(
                Run(
                    id=whose["run_id"],
                    practice_id=colleague.practice_id,
                    colleague_id=colleague.id,
                    provider="xero",
                    kind=RunKind.ADD_CLIENTS,
                )
            )
            await session.flush()
            link = SignInLink(token_hash=str(number).encode(), provider="xero", expires_at=LATER, **whose)
            session.add(link)
            await session.flush()
            made.append(
                ConsentAttempt(
                    state_hash=str(number).encode(),
                    provider="xero" if number == 0 else "another",
                    link_id=link.id,
                    sealed_secrets=b"",
                    expires_at=NOON + HOUR,
                    **whose,
                )
            )
        session.add_all(made)
    return made[0].id


async def test_a_sign_in_counts_while_it_may_bring_this_login_newer_tokens(database, house, attempt, sealer):
    async with database.transaction() as session:  # the other practice has a login of its own
        theirs: dict[str, Any] = {"practice_id": house.other_practice.id, "colleague_id": house.other_colleague.id}
        session.add(GrantHolder(grant_id=(await own_grant(database, sealer, house)).id, **theirs))

    async def coming(session: AsyncSession) -> bool | None:
        found = await sign_ins.coming(session, await session.get_one(Grant, house.grant_id), NOON)
        return found.is_being_finished if found else None

    set_, elsewhere = "UPDATE consent_attempts SET {} WHERE id = :id", "run_id = 'run-1', practice_id = :other"
    none = [
        set_.format(what)
        for what in (
            "provider = 'another'",
            "grant_id = :grant",
            "cause = 'signed_out'",
            "denied = true",
            "expires_at = :noon",
            elsewhere,
            "used_at = :long_ago",
        )
    ]
    being_finished = [set_.format("used_at = :noon"), set_.format(f"used_at = :noon, {elsewhere}")]
    found = await after_each(
        database,
        coming,
        ["SELECT", *none, *being_finished],
        id=attempt,
        grant=house.grant_id,
        noon=NOON,
        other=house.other_practice.id,
        long_ago=NOON - sign_ins.FINISHED_WITHIN,
    )
    assert found == {"SELECT": False, **dict.fromkeys(none), **dict.fromkeys(being_finished, True)}


async def test_a_link_is_of_its_practice_and_used_once_somebody_has_signed_in_by_it(database, house, attempt):
    async def found(session: AsyncSession) -> tuple[str, str, str, bool, bool]:
        link = await sign_ins.find_link(session, b"0")
        assert link is not None
        return link.run.id, link.practice_name, link.colleague_name, link.has_left, link.is_used

    used = "UPDATE consent_attempts SET grant_id = :grant WHERE run_id = :run"
    values: dict[str, Any] = {"grant": house.grant_id, "run": "run-0"}
    left = "UPDATE colleagues SET deactivated_at = now()"
    assert await after_each(database, found, ("SELECT", used, left), **values) == {
        "SELECT": ("run-0", "Harbour Lane", "Ada", False, False),
        used: ("run-0", "Harbour Lane", "Ada", False, True),
        left: ("run-0", "Harbour Lane", "Ada", True, False),
    }
    assert not (await after_each(database, found, (used,), **{**values, "run": "run-1"}))[used][-1]
    async with database.session() as session:
        link = await sign_ins.find_link(session, b"0")
        assert link is not None
        assert await sign_ins.begun_by(session, link.link.id) == 1
        assert await sign_ins.find_link(session, b"none") is None
        assert await sign_ins.use_consent(session, b"1", NOON) is not None
        assert await run(session, "SELECT run_id FROM consent_attempts WHERE used_at IS NOT NULL") == ["run-1"]


async def test_a_sign_in_is_told_on_the_timelines_of_the_clients_that_use_it(database, house, attempt, sealer):
    another = (await own_grant(database, sealer, house)).id

    async def told(session: AsyncSession) -> list[UUID]:
        made = await session.get_one(ConsentAttempt, attempt)
        await sign_ins.tell_clients(session, made, house.grant_id, NOON)
        return await run(session, "SELECT client_id FROM events WHERE kind = 'connection.signed_in_by_link'")

    not_told = setting(
        "connections",
        "is_current = false",
        "status = 'disconnected'",
        "grant_id = :another",
        "practice_id = :other",
    )
    found = await after_each(database, told, ["SELECT", *not_told], another=another, other=house.other_practice.id)
    assert found == {"SELECT": [house.client_id], **{change: [] for change in not_told}}


async def test_what_a_login_reaches_is_what_was_listed_or_what_works_by_it(database, house, sealer):
    another = (await own_grant(database, sealer, house)).id
    async with database.transaction() as session:
        session.add_all(
            [
                GrantReach(grant_id=house.grant_id, organisation_id="org-2", name="Two", seen_at=NOON),
                GrantReach(grant_id=another, organisation_id="org-3", name="Three", seen_at=NOON),
            ]
        )

    async def reach(session: AsyncSession) -> set[str]:
        return await grants.known_reach(session, house.grant_id)

    not_by_it = setting(
        "connections", "grant_id = :another", "cause = 'signed_out'", "is_current = false", "status = 'needs_client'"
    )
    found = await after_each(database, reach, ["SELECT", *not_by_it], another=another)
    assert found == {"SELECT": {"org-1", "org-2"}, **{change: {"org-2"} for change in not_by_it}}


async def test_who_has_signed_in_since_and_whom_a_logins_change_is_told(database, house, sealer):
    another = await own_grant(database, sealer, house)
    async with database.transaction() as session:
        lee = await create_colleague(session, house.practice.id, email="lee@harbour.test", name="Lee")
        session.add_all(
            [
                GrantHolder(
                    grant_id=house.grant_id, practice_id=house.practice.id, colleague_id=lee.id, signed_in_at=NOON
                ),
                GrantHolder(
                    grant_id=another.id,
                    practice_id=house.other_practice.id,
                    colleague_id=house.other_colleague.id,
                    signed_in_at=LATER,
                ),
            ]
        )
        await session.flush()
        assert not await grants.signed_in_since(session, house.grant_id, NOON)
        assert await grants.signed_in_since(session, house.grant_id, NOON - HOUR)
        assert await grants.signed_in_since(session, another.id, NOON)
        await grants.tell_practices(session, house.grant_id, "grant.ended", "active", "signed_out", NOON)
        # Once for a practice, however many of it have signed in; and to no other.
        told = "SELECT practice_id FROM events WHERE kind = 'grant.ended'"
        assert await run(session, told) == [house.practice.id]
        for one in (house.grant_id, another.id):
            session.add(GrantReach(grant_id=one, organisation_id="org-2", name="Two", seen_at=NOON))
        await session.flush()
        await grants.record_reach(session, another.id, [], NOON)
        assert await run(session, "SELECT grant_id FROM grant_reach") == [house.grant_id]


async def test_a_client_signs_in_to_the_region_of_its_current_login(database, house, sealer):
    another = (await own_grant(database, sealer, house)).id
    async with database.transaction() as session:
        await run(session, "UPDATE grants SET region = 'eu' WHERE id = :id", id=house.grant_id)
        await run(session, "UPDATE grants SET region = 'us' WHERE id = :id", id=another)
        former = a_connection(house.practice.id, house.client_id, another, "org-0")
        former.is_current = False
        session.add(former)
        await session.flush()
        assert await regions.of_client(session, house.practice.id, house.client_id) == "eu"
        assert await regions.of_client(session, house.other_practice.id, house.client_id) is None
        assert await regions.of_client(session, house.practice.id, house.colleague.id) is None
        by_another = "UPDATE connections SET grant_id = :id WHERE is_current"
        await run(session, by_another, id=another)
        assert await regions.of_client(session, house.practice.id, house.client_id) == "us"
        await run(session, "UPDATE connections SET is_current = false")
        assert await regions.of_client(session, house.practice.id, house.client_id) is None
