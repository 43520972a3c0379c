"""kill -9 of the worker while one practice reconnects and another one's clients change hands: each is done once."""

import pytest

from contracts.words.lists import ListName
from contracts.words.runs import RunKind
from emulators.xero.faults import Kind
from tests.journeys.people import (
    adds,
    joined,
    logins,
    owners,
    reaches,
    reassignable,
    started,
    until_moved,
)
from tests.journeys.platforms.marks import PERSONS
from tests.journeys.scene import chosen

RECOVERY = 150.0
"""Seconds: the server notices a dead worker by its silence."""


@pytest.mark.long
@PERSONS
async def test_both_end_right(make_scene, tmp_path):
    ann = await make_scene(organisations=6)
    organisations = list(ann.world.library.organisations)
    for place in (1, 2):
        reaches(ann, place, 0, 6)
    ben, mill = await joined(ann, "Ben"), await ann.neighbour()
    dan = await joined(mill, "Dan")
    worker = await ann.worker_process("first", tmp_path)
    await adds(ann, 0, organisations)
    run = await mill.listed(action="continue")  # the same person, who has allowed everything already
    await mill.select_all(run)
    await mill.until_stage(run["run_id"], "finished")
    listed = await reassignable(dan, 2)
    before, their_before = await logins(ann), await logins(mill)
    ann.fault(Kind.TIMEOUT, organisations[0], path=ann.platform.profile, seconds=600)
    reassigning = listed["run_id"]
    await dan.select(reassigning, organisations=chosen(listed))
    reconnecting = await started(ben, RunKind.RECONNECT_ALL, 1, query="?all=true", action="allow")
    await until_moved(ben, reconnecting, before, 5)
    middle = await dan.until(reassigning, lambda run: run["counts"].get("reassigned", 0) == 5)
    assert (await ben.show(reconnecting))["stage"] == "repairing"
    assert middle["stage"] == "reassigning"
    await worker.kill()
    assert (await logins(ann))[organisations[0]] == before[organisations[0]]
    assert (await owners(mill))[organisations[0]] == mill.actor.colleague_id
    ann.world.faults.clear()
    await ann.worker_process("second", tmp_path)
    reconnected = await ben.until(reconnecting, lambda run: run["stage"] == "finished", within=RECOVERY)
    reassigned = await dan.until(reassigning, lambda run: run["stage"] == "finished", within=RECOVERY)
    assert (reconnected["result"], reconnected["counts"]) == ("completed", {"repaired": 6})
    assert (reassigned["result"], reassigned["counts"]) == ("completed", {"reassigned": 6})
    after, theirs = await logins(ann), await logins(mill)
    assert all(after[identity] != before[identity] for identity in organisations)
    assert all(theirs[identity] != their_before[identity] for identity in organisations)
    assert set((await owners(mill)).values()) == {dan.actor.colleague_id}
    told = await ann.rows(
        "SELECT kind, count(*), count(DISTINCT client_id) FROM events "
        "WHERE kind IN ('connection.login_changed', 'client.reassigned') GROUP BY kind ORDER BY kind"
    )
    assert told == [("client.reassigned", 6, 6), ("connection.login_changed", 12, 12)]
    assert await mill.rows("SELECT count(*) FROM notices") == [(1,)]
    pulled = await ann.rows("SELECT count(*) FROM receipts WHERE pull_id = :run AND cause IS NULL", run=reconnecting)
    assert pulled == [(6 * len(ListName),)]
