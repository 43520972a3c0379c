"""Runs that have ended, told anew when what had failed in them works: of a repair, by the login that was to make it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.grants.writes import upsert_grant
from models.runs import results as run_results
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, a_connection, credential

pytestmark = pytest.mark.usefixtures("next_door")


@pytest.mark.parametrize(
    ("action", "before", "by_its_own_login", "expected"),
    [
        (Action.REPAIR, Outcome.FAILED, True, (Outcome.REPAIRED, run_results.MENDED, Result.COMPLETED)),
        (Action.REPAIR, Outcome.FAILED, False, (Outcome.FAILED, "Before.", Result.COMPLETED_WITH_FAILURES)),
        (Action.CREATE, Outcome.FAILED, False, (Outcome.CREATED, run_results.MENDED, Result.COMPLETED)),
        # One that waits: its own sync may have been stopped, so that nothing else tells the run.
        (Action.CREATE, Outcome.RETRYING, False, (Outcome.CREATED, None, Result.COMPLETED)),
        (Action.REPAIR, Outcome.RETRYING, True, (Outcome.REPAIRED, None, Result.COMPLETED)),
        (Action.REPAIR, Outcome.RETRYING, False, (Outcome.RETRYING, "Before.", Result.COMPLETED_WITH_FAILURES)),
    ],
)
async def test_a_failure_is_mended_by_what_it_was_about(
    database, sealer, house, action, before, by_its_own_login, expected
):
    kind = RunKind.RECONNECT_ALL if action is Action.REPAIR else RunKind.ADD_CLIENTS
    async with database.transaction() as session:
        other = await upsert_grant(
            session,
            sealer,
            provider="xero",
            credential=credential(2, account_key="user-2", label="Bea"),
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
                outcome=before,
                message="Before.",
                cause=Cause.ROLE_TOO_LOW,
                updated_at=NOON,
            )
        )
    async with database.transaction() as session:
        await run_results.mend(session, [house.connection_id], NOON + timedelta(hours=1))
    async with database.session() as session:
        run = await session.get_one(Run, "run-1")
        row = await session.get_one(RunOrganisation, ("run-1", "org-1"))
    assert (row.outcome, row.message, run.result) == expected


@pytest.mark.parametrize(
    ("stage", "result", "kind", "is_mended"),
    [
        (Stage.FINISHED, Result.COMPLETED_WITH_FAILURES, RunKind.ADD_CLIENTS, True),
        (Stage.FINISHED, Result.CANCELLED, RunKind.ADD_CLIENTS, True),
        (Stage.FINISHED, Result.COMPLETED_WITH_FAILURES, RunKind.REASSIGN_CLIENTS, False),
        (Stage.PULLING, Result.COMPLETED_WITH_FAILURES, RunKind.ADD_CLIENTS, False),
        (Stage.PULLING, None, RunKind.ADD_CLIENTS, False),
    ],
)
async def test_only_runs_that_have_ended_and_go_on_are_told_anew(database, house, stage, result, kind, is_mended):
    async with database.transaction() as session:
        session.add(
            Run(
                id="run-1",
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=kind,
                stage=stage,
                result=result,
                message="As it was.",
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
                grant_id=house.grant_id,
                verdict=Verdict.NEW,
                action=Action.CREATE,
                client_id=house.client_id,
                connection_id=house.connection_id,
                outcome=Outcome.FAILED,
                updated_at=NOON,
            )
        )
    async with database.transaction() as session:
        await run_results.mend(session, [house.connection_id], NOON)
        await run_results.retell(session, ["run-1"])  # as whoever has changed outcomes otherwise asks for it
    async with database.session() as session:
        run = await session.get_one(Run, "run-1")
        row = await session.get_one(RunOrganisation, ("run-1", "org-1"))
    assert row.outcome is (Outcome.CREATED if is_mended else Outcome.FAILED)
    is_told = is_mended and result is Result.COMPLETED_WITH_FAILURES
    assert (run.result, run.message == "As it was.") == (Result.COMPLETED if is_told else result, not is_told)


async def test_what_works_now_mends_its_own_failures_and_nothing_else(database, sealer, house):
    async with database.transaction() as session:
        other = await upsert_grant(
            session,
            sealer,
            provider="xero",
            credential=credential(2, account_key="user-2", label="Bea"),
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            at=NOON,
        )
        client = Client(practice_id=house.practice.id, name="Jones", code="JONE0001", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        neighbour, second = (
            a_connection(house.practice.id, client.id, house.grant_id, one) for one in ("org-2", "org-5")
        )
        second.is_current = False
        session.add_all([neighbour, second])
        kinds = {"mended": RunKind.ADD_CLIENTS, "open": RunKind.ADD_CLIENTS, "good": RunKind.ADD_CLIENTS}
        repairs = {"of-another-login": RunKind.RECONNECT_ALL, "of-both": RunKind.RECONNECT_ALL}
        for name, kind in {**kinds, **repairs}.items():
            session.add(
                Run(
                    id=name,
                    practice_id=house.practice.id,
                    colleague_id=house.colleague.id,
                    provider="xero",
                    kind=kind,
                    stage=Stage.PULLING if name == "open" else Stage.FINISHED,
                    result=None if name == "open" else Result.COMPLETED_WITH_FAILURES,
                    message="As it was.",
                    created_at=NOON,
                )
            )
        await session.flush()

        def row(run_id: str, connection_id: UUID | None, **words: object) -> RunOrganisation:
            usual = {"organisation_id": "org-1", "action": Action.CREATE, "outcome": Outcome.FAILED}
            told = {"name": "Smith Ltd", "verdict": Verdict.NEW, "grant_id": house.grant_id, "position": 0}
            made = {**told, **usual, **words, "run_id": run_id, "connection_id": connection_id, "updated_at": NOON}
            return RunOrganisation(**made)

        ours = house.connection_id
        session.add_all(
            [
                row("mended", ours),
                row("mended", neighbour.id, organisation_id="org-2", position=1),
                row("mended", ours, organisation_id="org-3", position=2, action=None),
                row("mended", ours, organisation_id="org-4", position=3, outcome=Outcome.SKIPPED),
                row("open", ours),
                row("good", ours, outcome=Outcome.CREATED),
                row("of-another-login", ours, action=Action.REPAIR, grant_id=other.id),
                row("of-both", ours, action=Action.REPAIR, grant_id=other.id),
                row("of-both", second.id, organisation_id="org-5", position=1, action=Action.REPAIR),
            ]
        )
    async with database.transaction() as session:
        await run_results.mend(session, [ours, second.id], NOON + timedelta(hours=1))
    async with database.session() as session:
        told = (await session.exec(select(Run.id).where(Run.message != "As it was."))).all()
        changed = (await session.exec(select(RunOrganisation).where(RunOrganisation.updated_at != NOON))).all()
    assert sorted(told) == ["mended", "of-both"]
    assert {(one.run_id, one.organisation_id, one.outcome) for one in changed} == {
        ("mended", "org-1", Outcome.CREATED),
        ("of-both", "org-5", Outcome.REPAIRED),
    }
