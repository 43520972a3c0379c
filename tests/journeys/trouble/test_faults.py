"""Whatever the provider does wrong: each fault ends in its cause, beside eleven clients that it does not concern."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from emulators.xero.faults import Kind
from tests.journeys.platforms.platform import Platform, Words
from tests.journeys.scene import Json, Scene, by_organisation
from workflows.sync_client import SyncClient


class Case(NamedTuple):
    """A fault of one organisation, and what it must come to; the words are empty where a platform has no such fault."""

    wrong: Callable[[Platform], Words]
    outcome: str
    cause: str | None = None


def as_(kind: str, **words: Any) -> Callable[[Platform], Words]:
    return lambda _: {"kind": kind, **words}


CASES = {
    "access removed": Case(as_(Kind.ACCESS_REMOVED), "failed", "access_lost"),
    "disconnected there": Case(lambda there: there.removed, "failed", "access_lost"),
    "subscription ended": Case(as_(Kind.SUBSCRIPTION_ENDED), "failed", "subscription_ended"),
    "scope missing": Case(lambda there: {**there.forbidden, "path": there.contacts}, "created"),
    "offline": Case(lambda there: there.offline, "retrying", "provider_unavailable"),
    "500 for ever": Case(as_(Kind.SERVER_ERROR), "retrying", "provider_unavailable"),
    "malformed for ever": Case(
        lambda there: {"kind": Kind.MALFORMED_BODY, "path": there.items}, "retrying", "provider_unavailable"
    ),
    "out of calls for the day": Case(lambda there: there.of_day, "retrying", "rate_limited"),
    "out of calls for the minute": Case(lambda there: there.of_minute, "created"),
    "500 twice": Case(as_(Kind.SERVER_ERROR, times=2), "created"),
    "malformed once": Case(as_(Kind.MALFORMED_BODY, times=1), "created"),
    "connections dropped": Case(as_(Kind.DROP_CONNECTION, times=2), "created"),
    "no answer": Case(as_(Kind.TIMEOUT, times=1, seconds=0.3), "created"),
    "too many at once": Case(lambda there: {**there.at_once, "times": 1}, "created"),
    "the app's minute": Case(lambda there: {**there.of_app, "times": 1, "seconds": 1}, "created"),
    "slow pages": Case(as_(Kind.SLOW_PAGES, seconds=0.5), "created"),
}
REMOVED, LACKING = "disconnected there", "scope missing"
"""Of these, the second is what no waiting heals, and what leaves the client connected all the same."""
STAGED = {"organisations": len(CASES) + 1}


class Reports(NamedTuple):
    """The run when it was finished, and when the faults had ended and the syncs had been asked to try."""

    scene: Scene
    finished: Json
    later: Json
    rows: dict[str, Json]
    later_rows: dict[str, Json]


@pytest_asyncio.fixture(scope="module")
async def reports(shared_scene: Scene) -> AsyncIterator[Reports]:
    scene, places = shared_scene, dict(zip(CASES, shared_scene.world.library.organisations, strict=False))
    there = scene.platform
    cases = {name: case for name, case in CASES.items() if case.wrong(there)}
    async with scene.worker():
        listed = await scene.listed()
        clock = scene.world.clock
        clock.stop()
        clock.advance(58 - clock.now() % 60)  # the minute whose calls are used up has two seconds left
        for name, case in cases.items():
            scene.is_(case.wrong(there), places[name])
        await scene.select_all(listed)
        if there.of_minute:
            await scene.until(listed["run_id"], lambda _: scene.world.calls.rejected_429["minute"] > 0)
        clock.run()
        finished = await scene.until_stage(listed["run_id"], "finished")
        scene.world.faults.clear()
        for name, case in cases.items():
            if case.cause == "provider_unavailable":
                row = by_organisation(finished)[places[name]]
                sync = scene.handle(await scene.sync_of(row["client_id"]))
                await sync.signal(SyncClient.retry_now)
                await sync.result()
        later = await scene.show(listed["run_id"])
        rows, later_rows = by_organisation(finished), by_organisation(later)
        yield Reports(
            scene,
            finished,
            later,
            {name: rows[places[name]] for name in cases},
            {name: later_rows[places[name]] for name in cases},
        )


def of(rows: Mapping[str, Json], name: str) -> Json:
    """What became of a case, where the platform has it."""
    if name not in rows:
        pytest.skip("no organisation has limits of its own there")
    return rows[name]


def cause_of(reports: Reports, name: str) -> str | None:
    """What a case must come to: where a grant has one organisation, it ends when that is removed."""
    return reports.scene.platform.removed_cause if name == REMOVED else CASES[name].cause


@pytest.mark.parametrize("name", CASES)
async def test_a_fault_comes_to_its_cause(reports, name):
    row, case = of(reports.rows, name), CASES[name]
    assert (row["outcome"], row["cause"]) == (case.outcome, cause_of(reports, name))
    if case.cause:
        assert row["message"]
        assert row["next_step"]
    assert bool(row["retry_at"]) == (case.outcome == "retrying")


async def test_the_books_add_up(reports):
    assert reports.finished["result"] == "completed_with_failures"
    created = 17 - len(CASES) + sum(CASES[name].outcome == "created" for name in reports.rows)
    others = Counter(CASES[name].outcome for name in reports.rows if CASES[name].outcome != "created")
    created += len(CASES) - len(reports.rows)  # nothing happened to them
    assert reports.finished["counts"] == {"created": created, **others}
    assert len(await reports.scene.clients()) == 17


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if case.outcome == "created" and name != LACKING]
)
async def test_a_fault_that_passes_leaves_nothing_missing(reports, name):
    client_id = of(reports.rows, name)["client_id"]
    for listed in ListName:
        receipt = (await reports.scene.list_of(client_id, listed))["receipt"]
        assert (receipt["cause"], bool(receipt["pulled_at"])) == (None, True)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.cause == "provider_unavailable"])
async def test_an_outage_that_ends_ends_well(reports, name):
    row = reports.later_rows[name]
    assert (row["outcome"], row["cause"], row["message"], row["retry_at"]) == ("created", None, None, None)


async def test_a_client_is_connected_where_a_role_lacks_a_list(reports):
    client_id = reports.rows[LACKING]["client_id"]
    receipts = {name: (await reports.scene.list_of(client_id, name))["receipt"] for name in ListName}
    there = reports.scene.platform
    missing = {name for name, receipt in receipts.items() if receipt["cause"] == there.forbidden_cause}
    assert missing == there.of_contacts
    assert all(there.role in receipts[name]["next_step"] for name in missing)
    assert all(receipts[name]["pulled_at"] for name in set(ListName) - missing)
    client = next(client for client in await reports.scene.clients() if client["client_id"] == client_id)
    cause = None if there.forbidden_cause == Cause.NOT_ON_PLAN else there.forbidden_cause  # nobody can do anything
    assert (client["connection"]["status"], client["connection"]["cause"]) == ("connected", cause)


async def test_a_day_without_calls_is_waited_for_and_nobody_else_waits(reports):
    row = of(reports.later_rows, "out of calls for the day")
    assert (row["outcome"], row["cause"]) == ("retrying", "rate_limited")
    assert reports.later["counts"] == {"created": 13, "failed": 3, "retrying": 1}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.outcome == "failed"])
async def test_a_connection_says_what_a_person_can_do(reports, name):
    row = reports.rows[name]
    client = next(client for client in await reports.scene.clients() if client["client_id"] == row["client_id"])
    status = "needs_client" if name == "subscription ended" else "needs_reconnect"
    assert (client["connection"]["status"], client["connection"]["cause"]) == (status, cause_of(reports, name))
    assert client["connection"]["next_step"]
