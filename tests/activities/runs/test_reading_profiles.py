"""Profiles of a long list are read by many activities that begin together; few of them ask the database at once."""

import asyncio

from sqlalchemy import event

from activities.runs.organisations import AT_ONCE, OrganisationActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.token_store import TokenStore
from contracts.payloads.listing import ReadProfilesInput
from contracts.words.runs import RunKind, Stage
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.runs.tables import Run
from tests.models.conftest import House


async def test_a_process_asks_with_few_connections_which_profiles_it_is_to_read(
    database: Database, sealer: Sealer, house: House
):
    async with database.transaction() as session:
        session.add(
            Run(
                id="a-run",
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
                stage=Stage.LISTING,
            )
        )
    held, most = 0, 0

    def taken(*_: object) -> None:
        nonlocal held, most
        held += 1
        most = max(most, held)

    def given_back(*_: object) -> None:
        nonlocal held
        held -= 1

    pool = database.engine.sync_engine.pool
    event.listen(pool, "checkout", taken)
    event.listen(pool, "checkin", given_back)
    activities = OrganisationActivities(database, GrantReader(database, {}, TokenStore(database, sealer)))
    windows = [ReadProfilesInput(run_id="a-run", first=first, end=first + 50) for first in range(0, 1_000, 50)]
    try:
        answers = await asyncio.gather(*map(activities.read_profiles, windows))
    finally:
        event.remove(pool, "checkout", taken)
        event.remove(pool, "checkin", given_back)
    assert [(one.read, one.not_needed) for one in answers] == [(0, 50)] * 20
    assert 1 <= most <= AT_ONCE
