"""Transactions that touch the same rows wait for each other, and never in a circle."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from contracts.words.causes import Cause
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models import schema
from models.connections import health as connection_health
from models.connections import leases
from models.connections import writes as connections
from models.connections.tables import Connection
from models.kit.database import Database
from models.lists import good_pulls
from models.lists.good_pulls import GoodPull
from models.runs import results as run_results
from models.runs import writes as runs
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, House, until_blocked

RUN = "a-run"
ROOMS = ("models", "activities", "starter", "web", "cli")


async def begun(database: Database, house: House, stage: Stage, outcome: Outcome | None = None) -> None:
    """A run with the client's row."""
    result = Result.COMPLETED_WITH_FAILURES if stage is Stage.FINISHED else None
    async with database.transaction() as session:
        session.add(
            Run(
                id=RUN,
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
                stage=stage,
                result=result,
            )
        )
        await session.flush()
        session.add(
            RunOrganisation(
                run_id=RUN,
                organisation_id="org-1",
                position=0,
                name="Smith",
                grant_id=house.grant_id,
                client_id=house.client_id,
                connection_id=house.connection_id,
                verdict=Verdict.NEW,
                action=Action.CREATE,
                outcome=outcome,
            )
        )


@pytest_asyncio.fixture
async def impatient(database: Database) -> AsyncIterator[Database]:
    """A test that waits in a circle ends: the database breaks it after a second."""
    async with asyncio.timeout(60):
        yield database


async def test_choosing_and_recording_trouble_do_not_wait_for_each_other(impatient: Database, house: House):
    await begun(impatient, house, Stage.PULLING)
    has_told, has_locked = asyncio.Event(), asyncio.Event()

    async def trouble() -> None:
        async with impatient.transaction() as session:
            await connections.record_trouble(
                session, house.connection_id, Cause.ACCESS_LOST, "HTTP 403", NOON, until=None
            )  # with an event, which refers to the practice
            has_told.set()
            await has_locked.wait()
            row = await session.get_one(RunOrganisation, (RUN, "org-1"))
            await runs.settle_open(session, row, Outcome.FAILED, NOON, cause=Cause.ACCESS_LOST, message="…")

    async def choosing() -> None:
        await has_told.wait()
        async with impatient.transaction() as session:
            run = await runs.locked_run(session, RUN)
            has_locked.set()
            await runs.practice_of(session, run)

    await asyncio.gather(trouble(), choosing())
    async with impatient.session() as session:
        assert (await session.get_one(RunOrganisation, (RUN, "org-1"))).outcome is Outcome.FAILED


async def test_a_sync_that_ends_and_a_pull_that_mends_do_not_wait_in_a_circle(impatient: Database, house: House):
    await begun(impatient, house, Stage.FINISHED, Outcome.RETRYING)
    has_settled = asyncio.Event()

    async def sync() -> None:
        async with impatient.transaction() as session:
            settled = await connections.settle_waiting(
                session, house.connection_id, NOON, cause=Cause.PROVIDER_UNAVAILABLE, retry_at=NOON + timedelta(hours=1)
            )
            await session.flush()
            has_settled.set()
            await until_blocked(impatient, pulling.done)
            await run_results.retell(session, settled)

    async def pull() -> None:
        await has_settled.wait()
        async with impatient.transaction() as session:
            await connection_health.lock(session, (house.connection_id,))
            await good_pulls.record_good(session, [GoodPull(house.connection_id, is_refresh=True)], NOON)

    pulling = asyncio.create_task(pull())
    await sync()
    await pulling
    async with impatient.session() as session:
        assert (await session.get_one(RunOrganisation, (RUN, "org-1"))).outcome is Outcome.CREATED


async def test_a_lease_is_its_holder_s_whoever_meets_trouble(database: Database, house: House):
    ids = (house.connection_id,)
    async with database.transaction() as session:
        assert await leases.claim(session, ids, "one", NOON)
    late = NOON + leases.LEASE + timedelta(seconds=1)
    async with database.transaction() as session:
        assert await leases.hold(session, ids, "other") == set()
        await leases.renew(session, ids, "other", late)
        await leases.release(session, ids, holder="other")
        trouble = Cause.PROVIDER_UNAVAILABLE, "HTTP 503"
        await connections.record_trouble(session, house.connection_id, *trouble, NOON, until=None)
    async with database.transaction() as session:
        assert await leases.hold(session, ids, "one") == set(ids)
        kept = await session.get_one(Connection, house.connection_id)
        assert (kept.pull_holder, kept.pull_until) == ("one", NOON + leases.LEASE)
        await leases.renew(session, ids, "one", NOON + leases.RENEWED_AFTER)
    async with database.transaction() as session:
        assert not await leases.claim(session, ids, "other", late)
    async with database.transaction() as session:
        await leases.release(session, ids, holder="one")
        assert await leases.claim(session, ids, "other", late)


STRONG = {
    "models/connections/changes.py": 1,  # a connection that was only read for a preview, and may be deleted
    "models/access/single_use_links.py": 1,  # whoever is just signing in with the password before is waited for
    "starter/people/colleagues.py": 1,  # whoever is just signing in as a leaver is waited for
    "starter/access/sessions.py": 1,  # and whoever is just signing in with the old password
}
"""How many locks there are that also keep out rows which refer to what is locked, and why."""


def test_no_lock_is_stronger_than_needed():
    root = Path(schema.__file__).parents[1]
    found = {}
    for file in (file for room in ROOMS for file in sorted((root / room).rglob("*.py"))):
        text = re.sub(r"``[^`]*``", "", file.read_text())
        weak = r"key_share|read=True"
        calls = [call for call in re.findall(r"with_for_update(?:\([^)]*\)|=\S+)", text) if not re.search(weak, call)]
        calls += re.findall(r"(?<!NO KEY )(?:FOR UPDATE)", text)
        if calls:
            found[str(file.relative_to(root))] = len(calls)
    assert found == STRONG
