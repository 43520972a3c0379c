"""Runs that have ended, told anew when what had failed in them works: of a repair, by the login that was to make it."""

from datetime import timedelta

import pytest

from contracts.causes import Cause
from contracts.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models import run_results
from models.grants import upsert_grant
from models.run import Run, RunOrganisation
from tests.models.conftest import NOON, tokens


@pytest.mark.parametrize(
    ("action", "by_its_own_login", "expected"),
    [
        (Action.REPAIR, True, (Outcome.REPAIRED, Result.COMPLETED)),
        (Action.REPAIR, False, (Outcome.FAILED, Result.COMPLETED_WITH_FAILURES)),
        (Action.CREATE, False, (Outcome.CREATED, Result.COMPLETED)),
    ],
)
async def test_a_failure_is_mended_by_what_it_was_about(database, sealer, house, action, by_its_own_login, expected):
    kind = RunKind.RECONNECT_ALL if action is Action.REPAIR else RunKind.ADD_CLIENTS
    async with database.transaction() as session:
        other = await upsert_grant(
            session,
            sealer,
            provider="xero",
            provider_user_id="user-2",
            display_name="Bea",
            tokens=tokens(2),
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            at=NOON,
        )
        session.add(
            Run(
                id="run-1",
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=kind,
                stage=Stage.FINISHED,
                result=Result.COMPLETED_WITH_FAILURES,
                created_at=NOON,
            )
        )
        await session.flush()
        session.add(
            RunOrganisation(
                run_id="run-1",
                organisation_id="org-1",
                position=0,
                name="Smith Ltd",
                grant_id=house.grant_id if by_its_own_login else other.id,
                verdict=Verdict.ALREADY_CLIENT,
                action=action,
                client_id=house.client_id,
                connection_id=house.connection_id,
                outcome=Outcome.FAILED,
                cause=Cause.ROLE_TOO_LOW,
                updated_at=NOON,
            )
        )
    async with database.transaction() as session:
        await run_results.mend(session, [house.connection_id], NOON + timedelta(hours=1))
    async with database.session() as session:
        run = await session.get_one(Run, "run-1")
        row = await session.get_one(RunOrganisation, ("run-1", "org-1"))
    assert (row.outcome, run.result) == expected
