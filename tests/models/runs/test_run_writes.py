"""What may still be written to a run: by its stage, by the outcome that a row has, and to no other run."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models.kit.database import Database
from models.practices.tables import Practice
from models.runs import organisations as run_lists
from models.runs import writes as runs
from models.runs.tables import ChoiceDraft, Run, RunOrganisation
from rules.clients.matching import Judgement
from rules.runs.choosing import ChosenOrganisation
from tests.models.conftest import NOON, House

pytestmark = pytest.mark.usefixtures("next_door")

HOUR = timedelta(hours=1)
LATER = NOON + HOUR


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


async def test_an_outcome_has_all_that_is_said_of_it(database, house):
    await add(database, house, "a-run", Stage.PULLING, {"cause": Cause.UNKNOWN})
    async with database.transaction() as session:
        row = await session.get_one(RunOrganisation, ("a-run", "0"))
        said: dict[str, Any] = {"cause": Cause.RATE_LIMITED, "message": "A limit.", "retry_at": LATER + HOUR}
        await runs.settle(session, row, Outcome.RETRYING, LATER, **said)
        runs.end(await runs.locked_run(session, "a-run"), Result.CANCELLED, "Stopped.", LATER)
        with pytest.raises(LookupError):
            await runs.locked_run(session, "none")
    async with database.session() as session:
        row, run = await session.get_one(RunOrganisation, ("a-run", "0")), await session.get_one(Run, "a-run")
    has = (row.outcome, row.cause, row.message, row.retry_at, row.updated_at)
    assert has == (Outcome.RETRYING, *said.values(), LATER)
    assert (run.stage, run.result, run.message, run.finished_at) == (
        Stage.FINISHED,
        Result.CANCELLED,
        "Stopped.",
        LATER,
    )


async def test_what_is_chosen_so_far_is_kept_of_each_person_until_it_is_sent_or_the_run_has_ended(database, house):
    for name, stage in (("a-run", Stage.AWAITING_SELECTION), ("other", Stage.PULLING), ("over", Stage.FINISHED)):
        await add(database, house, name, stage)
    async with database.transaction() as session:
        for name, number in (("a-run", 1), ("a-run", 2), ("other", 3), ("over", 4)):
            await runs.keep_choice(session, name, house.colleague.id, {"n": number})
        await runs.keep_choice(session, "a-run", house.other_colleague.id, {"n": 5})

    async def kept() -> list[tuple[str, int]]:
        async with database.session() as session:
            found = (await session.exec(select(ChoiceDraft))).all()
        return sorted((one.run_id, one.form["n"]) for one in found)

    assert await kept() == [("a-run", 2), ("a-run", 5), ("other", 3)]
    async with database.transaction() as session:
        await runs.forget_choice(session, "a-run")
    assert await kept() == [("other", 3)]


async def test_a_run_that_waits_for_a_sync_is_locked_and_no_other(database, second_database, house):
    its: dict[str, Any] = {"connection_id": house.connection_id}
    await add(database, house, "waits", Stage.FINISHED, its | {"outcome": Outcome.RETRYING})
    await add(database, house, "done", Stage.FINISHED, its | {"outcome": Outcome.CREATED})
    await add(database, house, "others", Stage.FINISHED, {"outcome": Outcome.RETRYING})
    await add(database, house, "open", Stage.PULLING)
    async with database.transaction() as session, second_database.session() as other:
        await runs.lock_waiting_for(session, house.connection_id)
        await runs.practice_of(session, await runs.open_run(session, await begun(database, house)))
        assert await runs.is_open(session, "open")
        free = select(Run.id).with_for_update(key_share=True, skip_locked=True)
        named = select(Run.id).with_for_update(read=True, key_share=True, skip_locked=True)
        theirs = select(Practice.id).with_for_update(key_share=True, skip_locked=True)
        found, practices = (await other.exec(free)).all(), (await other.exec(theirs)).all()
        may_be_named = (await other.exec(named)).all()  # by rows that refer to it
    assert set(found) == {"done", "others", "next-door"}
    assert {"waits", "locked", "open"} <= set(may_be_named)
    assert house.practice.id not in practices


async def begun(database: Database, house: House) -> str:
    await add(database, house, "locked", Stage.PULLING)
    return "locked"


EVERY: list[Outcome | None] = [None, *Outcome]


async def test_what_failed_is_done_again_and_nothing_else(database, house):
    said: dict[str, Any] = {"cause": Cause.UNKNOWN, "message": "It failed.", "retry_at": NOON}
    rows = [{"outcome": outcome, "connection_id": house.connection_id, **said} for outcome in EVERY]
    over = {"result": Result.COMPLETED_WITH_FAILURES, "finished_at": NOON, "message": "Over."}
    for name in ("a-run", "other"):
        await add(database, house, name, Stage.FINISHED, *rows, **over)
    async with database.transaction() as session:
        again = [house.connection_id] * 2
        assert await runs.without_good_pull(session, "a-run", [house.connection_id]) == again
        assert await runs.without_good_pull(session, "a-run", [house.client_id]) == []
        assert await runs.without_good_pull(session, "none", [house.connection_id]) == []
        assert await runs.reopen(session, await runs.locked_run(session, "a-run"), LATER) == 1
    assert await outcomes(database, "a-run") == [None if one is Outcome.FAILED else one for one in EVERY]
    async with database.session() as session:
        run = await session.get_one(Run, "a-run")
        assert (run.stage, run.result, run.finished_at, run.message) == (Stage.CREATING, None, None, None)
        rows_of_it = await run_lists.organisations_of(session, "a-run")
    for row, outcome in zip(rows_of_it, EVERY, strict=True):
        was_put_back = (None, None, None, LATER)
        kept = (Cause.UNKNOWN, "It failed.", NOON, NOON)
        has = (row.cause, row.message, row.retry_at, row.updated_at)
        assert has == (was_put_back if outcome is Outcome.FAILED else kept)
    assert await outcomes(database, "other") == EVERY


@pytest.mark.parametrize("kind", [RunKind.ADD_CLIENTS, RunKind.RECONNECT_ALL])
async def test_at_the_end_every_row_without_an_outcome_gets_one(database, house, kind):
    its: dict[str, Any] = {"client_id": house.client_id, "connection_id": house.connection_id}
    is_adding = kind is RunKind.ADD_CLIENTS
    gone = "The run ended before this client was created."
    its |= {"cause": Cause.UNKNOWN, "retry_at": NOON}
    turn = "The run ended before its turn came. Nothing was changed."
    unread = "The run ended before its standard information was pulled. Refresh the client."
    client: dict[str, Any] = {"verdict": Verdict.ALREADY_CLIENT, "verdict_message": "Ada's."}
    expected: list[tuple[dict[str, Any], Outcome | None, str | None]] = [
        (its | {"action": Action.CREATE, "profile_read_at": NOON}, Outcome.CREATED, unread),
        (its | {"action": Action.LINK}, Outcome.LINKED, unread),
        (its | {"action": Action.LINK} | client, Outcome.LINKED, unread),
        (its | {"action": Action.REPAIR, "profile_read_at": NOON}, Outcome.REPAIRED, unread),
        (its | {"action": Action.REPAIR}, Outcome.SKIPPED, turn),
        (its | {"action": Action.REASSIGN}, Outcome.SKIPPED, turn),
        (its | {"action": None}, Outcome.SKIPPED, turn),
        (its | client, *((Outcome.ALREADY_CLIENT, "Ada's.") if is_adding else (Outcome.SKIPPED, turn))),
        # An offer is left as it is.
        ({"action": Action.CREATE}, *((Outcome.SKIPPED, gone) if is_adding else (None, None))),
        (its | {"action": Action.CREATE, "outcome": Outcome.FAILED}, Outcome.FAILED, None),
    ]
    for name in ("a-run", "other"):
        await add(database, house, name, Stage.PULLING, *(row for row, _, _ in expected), kind=kind)
    async with database.transaction() as session:
        await runs.close_books(session, await runs.open_run(session, "a-run"), LATER)
    assert await outcomes(database, "a-run") == [outcome for _, outcome, _ in expected]
    assert await outcomes(database, "other") == [row.get("outcome") for row, _, _ in expected]
    async with database.session() as session:
        rows = await run_lists.organisations_of(session, "a-run")
    assert [row.message for row in rows] == [message for _, _, message in expected]
    for row, (before, outcome, message) in zip(rows, expected, strict=True):
        is_moved = before.get("action") is Action.REASSIGN
        assert row.cause == (None if is_moved else before.get("cause"))
        is_closed = message is not None
        assert (row.retry_at, row.updated_at) == ((None, LATER) if is_closed else (before.get("retry_at"), NOON)), (
            outcome
        )


async def test_a_choice_is_of_one_run_and_leaves_what_has_an_outcome(database, house):
    rows: list[dict[str, Any]] = [{}, {}, {"outcome": Outcome.FAILED}, {"verdict": Verdict.ALREADY_CLIENT}]
    for name in ("a-run", "other"):
        await add(database, house, name, Stage.AWAITING_SELECTION, *rows)
    async with database.transaction() as session:
        chosen = [ChosenOrganisation("0", Action.CREATE, None, house.colleague.id, None)]
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
