"""Looking on while a run works: every change is seen, silence is told, it ends, and a crowd costs one query."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio
from sqlalchemy import event, text

from contracts.words.runs import Action, Outcome, RunKind, Stage
from models.kit.database import Database
from models.runs.progress import RunSnapshot
from models.runs.tables import Run, RunOrganisation
from starter.runs.watch import KEEP_ALIVE, LISTED_EVERY, LONGEST_WATCH, LOOK_EVERY, SLOWEST, RunWatch
from tests.models.conftest import LATER, NOON, House, house

__all__ = ["house"]

RUN = "add-clients-harbour-lane-1"

Change = Callable[[], Awaitable[None]]


class Hand:
    """A clock that goes on when somebody waits; while they do, the next thing on the script happens."""

    def __init__(self, *script: Change) -> None:
        self.at = 0.0
        self.waits: list[float] = []
        self.script = list(script)

    def clock(self) -> float:
        return self.at

    async def wait(self, seconds: float) -> None:
        self.at += seconds
        self.waits.append(seconds)
        if self.script:
            await self.script.pop(0)()


@pytest_asyncio.fixture
async def run(database: Database, house: House) -> str:
    """A run with three organisations, one of them chosen."""
    async with database.transaction() as session:
        session.add(
            Run(
                id=RUN,
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
            )
        )
        await session.flush()
        session.add_all(
            RunOrganisation(
                run_id=RUN,
                organisation_id=f"org-{place}",
                position=place,
                name=f"Organisation {place}",
                grant_id=house.grant_id,
                action=Action.CREATE if place == 0 else None,
                profile_read_at=NOON if place < 2 else None,
                updated_at=NOON,
            )
            for place in range(3)
        )
    return RUN


def doing(database: Database, statement: str, **values: object) -> Change:
    async def change() -> None:
        async with database.transaction() as session:
            await (await session.connection()).execute(text(statement), values)

    return change


async def nothing() -> None:
    """Nothing happens."""


def settles(database: Database, organisation_id: str, outcome: str) -> Change:
    return doing(
        database,
        "UPDATE run_organisations SET outcome = :outcome, updated_at = :at WHERE organisation_id = :id",
        outcome=outcome,
        id=organisation_id,
        at=LATER,
    )


def reaches(database: Database, stage: str) -> Change:
    return doing(database, "UPDATE runs SET stage = :stage", stage=stage)


async def watched(database: Database, hand: Hand, at_most: int = 100) -> list[RunSnapshot]:
    seen = []
    async for snapshot in RunWatch(database, clock=hand.clock, wait=hand.wait).watch(RUN):
        seen.append(snapshot)
        if len(seen) == at_most:
            break
    return seen


async def test_every_change_is_seen_until_the_end(database, run):
    hand = Hand(
        reaches(database, "awaiting_selection"),
        nothing,
        settles(database, "org-0", "created"),
        settles(database, "org-1", "skipped"),
        reaches(database, "finished"),
    )
    seen = await watched(database, hand)
    assert [(one.stage, one.counts) for one in seen] == [
        (Stage.AWAITING_CONSENT, {}),
        (Stage.AWAITING_SELECTION, {}),
        (Stage.AWAITING_SELECTION, {Outcome.CREATED: 1}),
        (Stage.AWAITING_SELECTION, {Outcome.CREATED: 1, Outcome.SKIPPED: 1}),
        (Stage.FINISHED, {Outcome.CREATED: 1, Outcome.SKIPPED: 1}),
    ]
    assert len({one.version for one in seen}) == 5
    first, last = seen[0], seen[-1]
    assert (first.total, first.profiles_read, first.chosen, first.with_client) == (3, 2, 1, 0)
    assert (last.settled, last.is_over, last.changed_at) == (2, True, LATER)


async def test_a_pause_is_seen_for_as_long_as_it_lasts(database, run):
    def pauses(seconds: int) -> Change:
        later = "UPDATE runs SET paused_until = now() + make_interval(secs => :seconds)"
        return doing(database, later, seconds=seconds)

    hand = Hand(pauses(3600), pauses(-1), reaches(database, "finished"))
    seen = await watched(database, hand)
    assert [one.paused_until is not None for one in seen] == [False, True, False, False]


async def test_looks_are_slower_while_nothing_happens_and_quick_after_a_change(database, run):
    await reaches(database, "creating")()
    hand = Hand(nothing, nothing, nothing, reaches(database, "pulling"), reaches(database, "finished"))
    await watched(database, hand)
    assert hand.waits == [LOOK_EVERY, LOOK_EVERY * 2, SLOWEST, SLOWEST, LOOK_EVERY]


async def test_looks_are_quickest_until_there_is_a_list_to_choose_from(database, run):
    reads = doing(database, "UPDATE run_organisations SET profile_read_at = now()")
    hand = Hand(
        nothing,
        reaches(database, "listing"),
        reads,
        reaches(database, "awaiting_selection"),
        reaches(database, "finished"),
    )
    await watched(database, hand)
    assert hand.waits == [LISTED_EVERY, LISTED_EVERY * 2, LISTED_EVERY, LISTED_EVERY, LOOK_EVERY]


async def test_silence_is_told_now_and_then(database, run):
    hand = Hand()
    first, again = await watched(database, hand, at_most=2)
    assert first == again
    assert first.version == again.version
    assert KEEP_ALIVE <= hand.at < KEEP_ALIVE + SLOWEST


async def test_it_goes_on_while_a_client_waits_for_its_provider(database, run):
    hand = Hand(
        settles(database, "org-0", "retrying"), reaches(database, "finished"), settles(database, "org-0", "created")
    )
    *_, retrying, last = await watched(database, hand)
    assert (retrying.stage, retrying.is_over) == (Stage.FINISHED, False)
    assert (last.is_over, last.counts) == (True, {Outcome.CREATED: 1})


@pytest.mark.thorough
async def test_it_ends_after_a_while(database, run):
    hand = Hand()
    await watched(database, hand)
    assert LONGEST_WATCH <= hand.at < LONGEST_WATCH + SLOWEST


async def test_a_run_that_is_not_there_shows_nothing(database, run):
    watch = RunWatch(database, wait=Hand().wait)
    assert [snapshot async for snapshot in watch.watch("another")] == []


async def test_offers_do_not_count(database, run):
    await doing(database, "UPDATE runs SET kind = 'reconnect-all', stage = 'finished'")()
    (only,) = await watched(database, Hand())
    assert only.total == 0


@pytest.mark.parametrize("crowd", [1, 50])
async def test_a_crowd_costs_one_query(database, run, crowd):
    asked = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    hand = Hand()
    watch = RunWatch(database, clock=hand.clock, wait=hand.wait)
    watching = [watch.watch(RUN) for _ in range(crowd)]
    seen = await asyncio.gather(*(anext(one) for one in watching))
    assert len({one.version for one in seen}) == 1
    assert sum("run_organisations" in statement for statement in asked) == 1
