"""What may still be written to a run: by its stage, by the outcome that a row has, and to no other run."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.words.causes import Cause
from contracts.words.runs import Action, Outcome, RunKind, Stage, Verdict
from models.kit.database import Database
from models.runs import organisations as run_lists
from models.runs import writes as runs
from models.runs.tables import Run, RunOrganisation
from rules.clients.matching import Judgement
from rules.runs.choosing import Choice
from tests.models.conftest import NOON, House

pytestmark = pytest.mark.usefixtures("next_door")

LATER = NOON + timedelta(hours=1)


async def add(database: Database, house: House, name: str, stage: Stage, *rows: dict[str, Any], **values: Any) -> None:
    """A run with rows at positions 0, 1, …, whose organisations are named by them."""
    of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "provider": "xero"}
    usual: dict[str, Any] = {
        "name": "Smith Ltd",
        "grant_id": house.grant_id,
        "verdict": Verdict.NEW,
        "updated_at": NOON,
    }
    async with database.transaction() as session:
        session.add(Run(id=name, stage=stage, **{"kind": RunKind.ADD_CLIENTS} | of | values))
        await session.flush()
        for place, row in enumerate(rows):
            session.add(RunOrganisation(run_id=name, organisation_id=str(place), position=place, **usual | row))


async def outcomes(database: Database, name: str) -> list[Outcome | None]:
    async with database.session() as session:
        return [row.outcome for row in await run_lists.organisations_of(session, name)]


@pytest.mark.parametrize("stage", Stage)
async def test_what_may_be_written_is_said_by_the_stage(database, house, stage):
    await add(database, house, "a-run", stage, {})
    await add(database, house, "other", Stage.FINISHED if stage is not Stage.FINISHED else Stage.PULLING)
    async with database.transaction() as session:
        assert await runs.is_open(session, "a-run") is (stage is not Stage.FINISHED)
        run = await runs.locked_run(session, "a-run")
        assert (await runs.practice_of(session, run)).id == house.practice.id
        for may, ask in ((stage is not Stage.FINISHED, runs.open_run), (stage.is_listing, runs.listing_run)):
            if may:
                assert (await ask(session, "a-run")).id == "a-run"
            else:
                with pytest.raises(runs.RunOver):
                    await ask(session, "a-run")
        row = await session.get_one(RunOrganisation, ("a-run", "0"))
        await runs.settle_open(session, row, Outcome.FAILED, NOON, cause=Cause.UNKNOWN, message="It failed.")
        await runs.say_while_waiting(session, "a-run", "A word.")
    assert await outcomes(database, "a-run") == [None if stage is Stage.FINISHED else Outcome.FAILED]
    async with database.session() as session:
        run = await session.get_one(Run, "a-run")
    assert run.message == ("A word." if stage is Stage.AWAITING_CONSENT else None)


async def test_a_pause_is_only_made_longer_and_only_of_a_run_that_goes_on(database, house):
    for name, stage in (("a-run", Stage.PULLING), ("over", Stage.FINISHED), ("other", Stage.PULLING)):
        await add(database, house, name, stage)

    async def paused(*minutes: int) -> list[int | None]:
        async with database.transaction() as session:
            for after in minutes:
                await runs.pause(session, "a-run", NOON + timedelta(minutes=after))
            await runs.pause(session, "over", NOON)
        async with database.session() as session:
            until = [(await session.get_one(Run, name)).paused_until for name in ("a-run", "over", "other")]
        return [one and (one - NOON) // timedelta(minutes=1) for one in until]

    assert await paused(5, 3) == [5, None, None]
    assert await paused(8) == [8, None, None]


EVERY: list[Outcome | None] = [None, *Outcome]


async def test_what_failed_is_done_again_and_nothing_else(database, house):
    rows = [{"outcome": outcome, "connection_id": house.connection_id} for outcome in EVERY]
    for name in ("a-run", "other"):
        await add(database, house, name, Stage.FINISHED, *rows)
    async with database.transaction() as session:
        again = [house.connection_id] * 2
        assert await runs.without_good_pull(session, "a-run", [house.connection_id]) == again
        assert await runs.without_good_pull(session, "a-run", [house.client_id]) == []
        assert await runs.reopen(session, await runs.locked_run(session, "a-run"), NOON) == 1
    assert await outcomes(database, "a-run") == [None if one is Outcome.FAILED else one for one in EVERY]
    assert await outcomes(database, "other") == EVERY


@pytest.mark.parametrize("kind", [RunKind.ADD_CLIENTS, RunKind.RECONNECT_ALL])
async def test_at_the_end_every_row_without_an_outcome_gets_one(database, house, kind):
    its: dict[str, Any] = {"client_id": house.client_id, "connection_id": house.connection_id}
    is_adding = kind is RunKind.ADD_CLIENTS
    expected: list[tuple[dict[str, Any], Outcome | None]] = [
        (its | {"action": Action.CREATE}, Outcome.CREATED),
        (its | {"action": Action.LINK}, Outcome.LINKED),
        (its | {"action": Action.REPAIR, "profile_read_at": NOON}, Outcome.REPAIRED),
        (its | {"action": Action.REPAIR}, Outcome.SKIPPED),
        (its | {"action": Action.REASSIGN}, Outcome.SKIPPED),
        (its | {"action": None}, Outcome.SKIPPED),
        (its | {"verdict": Verdict.ALREADY_CLIENT}, Outcome.ALREADY_CLIENT if is_adding else Outcome.SKIPPED),
        ({"action": Action.CREATE}, Outcome.SKIPPED if is_adding else None),  # an offer is left as it is
        (its | {"action": Action.CREATE, "outcome": Outcome.FAILED}, Outcome.FAILED),
    ]
    for name in ("a-run", "other"):
        await add(database, house, name, Stage.PULLING, *(row for row, _ in expected), kind=kind)
    async with database.transaction() as session:
        await runs.close_books(session, await runs.open_run(session, "a-run"), LATER)
    assert await outcomes(database, "a-run") == [outcome for _, outcome in expected]
    assert await outcomes(database, "other") == [row.get("outcome") for row, _ in expected]


async def test_a_choice_is_of_one_run_and_leaves_what_has_an_outcome(database, house):
    rows: list[dict[str, Any]] = [{}, {}, {"outcome": Outcome.FAILED}, {"verdict": Verdict.ALREADY_CLIENT}]
    for name in ("a-run", "other"):
        await add(database, house, name, Stage.AWAITING_SELECTION, *rows)
    async with database.transaction() as session:
        chosen = [Choice("0", Action.CREATE, None, house.colleague.id, None)]
        assert await run_lists.save_selection(session, "a-run", chosen, NOON) == 1
    assert await outcomes(database, "a-run") == [None, Outcome.SKIPPED, Outcome.FAILED, Outcome.ALREADY_CLIENT]
    assert await outcomes(database, "other") == [row.get("outcome") for row in rows]
    async with database.session() as session:
        chosen_in = [(await session.get_one(RunOrganisation, (name, "0"))).action for name in ("a-run", "other")]
    assert chosen_in == [Action.CREATE, None]


async def test_verdicts_are_of_one_run_and_of_the_organisations_that_were_judged(database, house):
    for name in ("a-run", "other"):
        await add(database, house, name, Stage.LISTING, {"verdict": None}, {"verdict": None})
    async with database.transaction() as session:
        await run_lists.save_verdicts(session, "a-run", [Judgement("0", Verdict.NEW, None, None)])
    async with database.session() as session:
        keys = [(name, place) for name in ("a-run", "other") for place in "01"]
        verdicts = [(await session.get_one(RunOrganisation, key)).verdict for key in keys]
    assert verdicts == [Verdict.NEW, None, None, None]


async def test_what_is_still_to_do_is_asked_for_page_by_page(database, house):
    its: dict[str, Any] = {
        "client_id": house.client_id,
        "connection_id": house.connection_id,
        "action": Action.REASSIGN,
    }
    rows = [its, its | {"outcome": Outcome.FAILED}, {"action": Action.CREATE}, its, its]
    for name in ("a-run", "other"):
        await add(database, house, name, Stage.PULLING, *rows)
    for after, limit, expected in ((-1, 9, [0, 3, 4]), (0, 1, [3]), (4, 9, [])):
        async with database.session() as session:
            page = {"after": after, "limit": limit}
            pulls = await run_lists.still_to_pull(session, "a-run", **page)
            moves = await run_lists.still_to_reassign(session, "a-run", **page)
        assert [row.position for row, _, _ in pulls] == expected
        assert [row.position for row in moves] == expected


@pytest.mark.parametrize(("stage", "is_saved"), [(Stage.LISTING, True), (Stage.FINISHED, False)])
async def test_a_profile_is_kept_while_the_run_goes_on(database, house, stage, is_saved):
    await add(database, house, "a-run", stage, {}, {})
    await add(database, house, "other", Stage.LISTING, {}, {})
    async with database.transaction() as session:
        await run_lists.save_profiles(session, "a-run", {"0": {"name": "Smith"}}, NOON)
    async with database.session() as session:
        keys = [(name, place) for name in ("a-run", "other") for place in "01"]
        kept = [key for key in keys if (await session.get_one(RunOrganisation, key)).profile]
    assert kept == ([("a-run", "0")] if is_saved else [])
