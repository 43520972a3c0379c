"""Names are compared in a thread and without locks, and once more where something has changed meanwhile."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from activities.runs import organisations
from activities.runs.organisations import OrganisationActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.token_store import TokenStore
from contracts.payloads.listing import JudgeOrganisationsInput
from contracts.words.runs import Result, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.kit.columns import now
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.runs import organisations as run_lists
from models.runs import writes as runs
from models.runs.tables import Run, RunOrganisation
from rules.clients.matching import Judgement, judge
from tests.activities.runs.test_chosen_codes import chosen, listed
from tests.models.conftest import House

RUN = "a-run"


async def test_the_loop_and_the_practice_are_free_while_names_are_compared(
    database: Database, sealer: Sealer, house: House, monkeypatch: pytest.MonkeyPatch
):
    async with database.transaction() as session:
        session.add(
            Run(
                id=RUN,
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
                stage=Stage.LISTING,
            )
        )
        await session.flush()
        for place, name in enumerate(("Quay Fish Ltd", "Mill Bakery Ltd")):
            session.add(
                RunOrganisation(
                    run_id=RUN, organisation_id=f"org-{name}", position=place, name=name, grant_id=house.grant_id
                )
            )

    async def somebody_adds_a_client() -> None:
        async with database.transaction() as session:
            await runs.practice_of(session, await runs.locked_run(session, RUN))  # as whoever creates clients does
            session.add(
                Client(
                    practice_id=house.practice.id,
                    name="Mill Bakery Limited",
                    code="MILL0002",
                    owner_id=house.colleague.id,
                )
            )

    loop, threads = asyncio.get_running_loop(), list[int]()

    def watched(*facts: Any) -> Sequence[Judgement]:
        threads.append(threading.get_ident())
        if len(threads) == 1:
            asyncio.run_coroutine_threadsafe(somebody_adds_a_client(), loop).result(20)
        return judge(*facts)

    monkeypatch.setattr(organisations, "judge", watched)
    activities = OrganisationActivities(database, GrantReader(database, {}, TokenStore(database, sealer)))
    judged = await activities.judge_organisations(JudgeOrganisationsInput(run_id=RUN))
    assert len(threads) == 2
    assert threading.get_ident() not in threads
    assert judged.verdicts == {Verdict.NEW: 1, Verdict.LOOKS_LIKE_CLIENT: 1}
    async with database.session() as session:
        rows = await run_lists.organisations_of(session, RUN)
        assert [row.verdict for row in rows] == [Verdict.NEW, Verdict.LOOKS_LIKE_CLIENT]
        assert (await session.get_one(Run, RUN)).stage is Stage.AWAITING_SELECTION


async def test_a_try_after_somebody_has_chosen_gives_the_verdicts_that_they_chose_by(
    database: Database, sealer: Sealer, house: House
):
    """A worker is killed between its commit and its answer; people see the list meanwhile, and choose."""
    await listed(database, house, "Quay Fish Ltd", "Mill Bakery Ltd")
    activities = OrganisationActivities(database, GrantReader(database, {}, TokenStore(database, sealer)))
    asked = JudgeOrganisationsInput(run_id=RUN)
    judged = await activities.judge_organisations(asked)
    await chosen(database, "Quay Fish Ltd")
    assert await activities.judge_organisations(asked) == judged
    async with database.transaction() as session:
        run = await runs.locked_run(session, RUN)
        assert run.stage is Stage.CREATING
        runs.end(run, Result.CANCELLED, "Stopped.", now())
    with pytest.raises(runs.RunOver):
        await activities.judge_organisations(asked)
