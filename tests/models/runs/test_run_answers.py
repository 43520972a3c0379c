"""What is read of a run is the same for whoever looks: the API, the page, the list of runs and the event stream."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import BaseModel
from sqlalchemy import event, update
from sqlalchemy.util import await_only

from contracts.words.causes import Cause
from contracts.words.practices import Role
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models.runs.tables import Run, RunOrganisation
from models.runs.tallies import MadeAccounts
from starter.actor import Actor
from starter.answers.runs import RunAnswer, RunSummaryAnswer
from starter.runs.runs import Runs
from tests.models.conftest import NOON

CREATED, FAILED, RETRYING, SKIPPED = Outcome.CREATED, Outcome.FAILED, Outcome.RETRYING, Outcome.SKIPPED
Listed = tuple[str, Verdict, Action | None, Outcome | None, Cause | None, str | None, bool]
"""Name, verdict, what was chosen, what became of it, why not, what is said, and whether it is a client."""

ADDED: list[Listed] = [
    # name, verdict, action, outcome, cause, message, is a client
    ("Ash", Verdict.NEW, Action.CREATE, CREATED, None, None, True),
    ("Birch", Verdict.NEW, Action.CREATE, FAILED, Cause.ACCESS_LOST, "No access", True),
    ("Cork", Verdict.NEW, Action.CREATE, FAILED, Cause.UNKNOWN, "Odd", False),
    ("Elm", Verdict.LOOKS_LIKE_CLIENT, Action.LINK, Outcome.LINKED, None, None, True),
    ("Elm", Verdict.NEW, Action.CREATE, RETRYING, Cause.RATE_LIMITED, "Later", True),
    ("Fir", Verdict.NEW, None, SKIPPED, None, None, False),
    ("Gorse", Verdict.DEMO_OR_TRIAL, None, None, None, None, False),
    ("Hazel", Verdict.ALREADY_CLIENT, Action.CREATE, Outcome.ALREADY_CLIENT, None, None, True),
]
REPAIRED: list[Listed] = [
    ("Ash", Verdict.ALREADY_CLIENT, Action.REPAIR, Outcome.REPAIRED, None, None, True),
    ("Birch", Verdict.NEW, None, None, None, None, False),
    ("Cork", Verdict.NEW, None, None, None, None, False),
]


@pytest_asyncio.fixture
async def runs(database, house) -> Runs:
    """The operations on a practice with an *Add clients* of each fate and a *Reconnect all* with two offers."""
    async with database.transaction() as session:
        kinds: list[tuple[RunKind, list[Listed], UUID | None]] = [
            (RunKind.ADD_CLIENTS, ADDED, None),
            (RunKind.RECONNECT_ALL, REPAIRED, house.client_id),
        ]
        for number, (kind, rows, client_id) in enumerate(kinds):
            run = Run(
                id=f"run-{number}",
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=kind,
                created_at=NOON + timedelta(minutes=number),
                finished_at=NOON + timedelta(hours=1),
                stage=Stage.FINISHED,
                result=Result.COMPLETED_WITH_FAILURES,
                message="So it ended.",
                client_id=client_id,
            )
            session.add(run)
            await session.flush()
            for place, (name, verdict, action, outcome, cause, message, is_client) in enumerate(rows):
                session.add(
                    RunOrganisation(
                        run_id=run.id,
                        organisation_id=f"organisation-{place}",
                        position=place,
                        name=name,
                        grant_id=house.grant_id,
                        verdict=verdict,
                        action=action,
                        outcome=outcome,
                        cause=cause,
                        message=message,
                        client_id=house.client_id if is_client else None,
                        connection_id=house.connection_id if is_client else None,
                        retry_at=NOON if outcome is RETRYING else None,
                        profile_read_at=NOON if is_client else None,
                        updated_at=NOON + timedelta(minutes=place),
                    )
                )
    return Runs(database, None, None, None, None, None)  # type: ignore[arg-type]  # what only reads needs no more


@pytest.fixture
def actor(house) -> Actor:
    return Actor(house.colleague.id, "Ada", Role.ADMIN, house.practice.id, "Harbour Lane", "harbour-lane", "UTC")


def json_of(answer: BaseModel) -> object:
    return json.loads(answer.model_dump_json())


@pytest.fixture
def answers(house) -> dict[str, list[object]]:
    """What the API has always answered about these two runs, as it was recorded."""
    recorded = (Path(__file__).parent / "run_answers.json").read_text()
    answers: dict[str, list[object]] = json.loads(recorded.replace("{client}", str(house.client_id)))
    return answers


async def test_the_api_answers_as_ever(runs, actor, answers):
    for number, answer in enumerate(answers["shown"]):
        assert json_of(RunAnswer.of(await runs.show(actor, f"run-{number}"))) == answer
    found, total = await runs.activity(actor)
    assert ([json_of(RunSummaryAnswer.of(view)) for view in found], total) == (answers["listed"], 2)


@pytest.mark.parametrize("run_id", ["run-0", "run-1"])
async def test_all_who_look_see_the_same_numbers(runs, actor, run_id):
    shown = RunAnswer.of(await runs.show(actor, run_id))
    snapshot, view = await runs.at_one_moment(actor, run_id)
    listed = next(one for one in (await runs.activity(actor))[0] if one.run.id == run_id)
    assert (
        shown.counts
        == snapshot.counts
        == view.counts
        == listed.counts
        == Counter(row.outcome for row in shown.organisations if row.outcome)
    )
    assert shown.total == snapshot.total == view.total == listed.total == len(shown.organisations)
    assert sum(group.count for group in view.groups) == view.total
    assert shown.causes == view.tally.causes == listed.tally.causes
    assert len(shown.offers) == view.offers


async def test_a_snapshot_has_the_way_so_far(runs, actor):
    snapshot, view = await runs.at_one_moment(actor, "run-0")
    assert (snapshot.profiles_read, snapshot.chosen, snapshot.with_client) == (5, 6, 5)
    assert (snapshot.next_try_at, snapshot.put_off, snapshot.changed_at) == (NOON, 0, NOON + timedelta(minutes=7))
    assert view.accounts == MadeAccounts(complete=2, waiting=1, need_you=1)
    assert [(group.outcome, group.message) for group in view.groups][:4] == [
        (FAILED, "No access"),
        (FAILED, "Odd"),
        (RETRYING, "Later"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("look", "queries"), [("show", 3), ("at_one_moment", 1), ("report", 1), ("glance", 1), ("activity", 2)]
)
async def test_few_questions_are_asked(database, runs, actor, look, queries):
    asked = []

    def hear(*words: object) -> None:
        asked.append(words[2])

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        await getattr(runs, look)(actor, *([] if look == "activity" else ["run-0"]))
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    assert len(asked) == queries, asked


async def test_a_run_and_its_list_are_of_one_moment(database, second_database, runs, actor):
    """What changes while both are read is in all of the answer or in none of it."""
    changed: list[str] = []

    async def change() -> None:
        async with second_database.transaction() as session:
            await session.exec(update(RunOrganisation).values(outcome=SKIPPED))

    def meanwhile(*words: object) -> None:
        if not changed:
            changed.append(str(words[2]))
            await_only(change())

    engine = database.engine.sync_engine
    event.listen(engine, "after_cursor_execute", meanwhile)
    try:
        shown = RunAnswer.of(await runs.show(actor, "run-0"))
    finally:
        event.remove(engine, "after_cursor_execute", meanwhile)
    assert "FROM runs" in changed[0]
    assert shown.counts == Counter(row.outcome for row in shown.organisations if row.outcome)
