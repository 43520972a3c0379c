"""*Reassign clients*: owner and login move together, where the new login reads the organisation now; or not at all."""

from typing import NamedTuple

import pytest
import pytest_asyncio

from contracts.words.runs import RunKind
from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import OneClient
from tests.journeys.people import (
    adds,
    change,
    everything_added,
    joined,
    leaves,
    logins,
    named,
    owners,
    person,
    reaches,
    reassignable,
    seen_by,
    started,
    taken_over,
)
from tests.journeys.platforms.marks import PERSONS
from tests.journeys.runs.test_cancelling import cancelled
from tests.journeys.scene import Json, Scene, by_organisation


class Twenty(NamedTuple):
    """Twenty clients that Ben takes over, of which four do not move, and two that he leaves.

    Attributes:
        ann: The admin, whose login looked after all of them.
        ben: Who takes them over.
        listed: The run's list.
        run: The run when it has finished.
        lost: Three that Ben's login could not open any more.
        taken: One that Cleo took over since the list was shown.
        left: Three whose owner has left.
        chosen: All twenty.
        before: The logins before.
    """

    ann: Scene
    ben: Scene
    cleo: Scene
    listed: Json
    run: Json
    lost: set[str]
    taken: str
    left: set[str]
    chosen: list[str]
    before: dict[str, str]


STAGED = {"organisations": 24, "small_books": True}


@pytest_asyncio.fixture(scope="module")
async def twenty(shared_scene: Scene) -> Twenty:
    ann = shared_scene
    ben, cleo, lee = await joined(ann, "Ben"), await joined(ann, "Cleo"), await joined(ann, "Lee")
    organisations = list(ann.world.library.organisations)
    reachable = reaches(ann, 1, 0, 22)
    left = set(organisations[14:17])
    async with ann.worker():
        await adds(ann, 0, organisations)
        await change(
            ann,
            "UPDATE clients SET owner_id = :lee FROM connections c WHERE c.client_id = clients.id "
            "AND c.organisation_id = ANY(:left)",
            lee=lee.actor.colleague_id,
            left=list(left),
        )
        await leaves(ann, lee.actor.colleague_id)
        before, listed = await logins(ann), await reassignable(ben, 1)
        chosen = reachable[:20]
        lost, taken = set(chosen[:3]), chosen[3]
        for organisation_id in lost:
            ann.fault(Kind.ACCESS_REMOVED, organisation_id, person_id=person(ann, 1))
        await change(
            ann,
            "UPDATE clients SET owner_id = :cleo FROM connections c WHERE c.client_id = clients.id "
            "AND c.organisation_id = :taken",
            cleo=cleo.actor.colleague_id,
            taken=taken,
        )
        run = await taken_over(ben, listed, chosen)
    return Twenty(ann, ben, cleo, listed, run, lost, taken, left, chosen, before)


@pytest.mark.thorough
async def test_the_list_begins_with_those_whose_owner_has_left(twenty: Twenty):
    rows = twenty.listed["organisations"]
    assert len(rows) == 22
    if twenty.ann.platform.brings_one:  # each sign-in adds to the end
        rows.sort(key=lambda row: row["organisation_id"] not in twenty.left)
    assert {row["organisation_id"] for row in rows[:3]} == twenty.left
    assert all(row["verdict_message"] == "Looked after by Lee, who has left." for row in rows[:3])
    assert {row["verdict_message"] for row in rows[3:]} == {f"Looked after by {twenty.ann.actor.colleague_name}."}


async def test_the_books_add_up(twenty: Twenty):
    assert twenty.run["counts"] == {"reassigned": 16, "unreachable": 3, "changed_meanwhile": 1, "skipped": 2}
    assert named(twenty.run, "unreachable") == twenty.lost
    row = by_organisation(twenty.run)[twenty.taken]
    assert (row["outcome"], row["message"]) == (
        "changed_meanwhile",
        "Looked after by Cleo by now. Nothing was changed.",
    )
    for organisation_id in twenty.lost:
        row = by_organisation(twenty.run)[organisation_id]
        assert (row["cause"], bool(row["name"]), bool(row["next_step"])) == ("access_lost", True, True)
        stays = "its owner stays" if twenty.ann.platform.brings_one else "nothing was changed"
        assert row["message"].startswith(f"Your login cannot open it now, so {stays}.")


async def test_owner_and_login_moved_together(twenty: Twenty):
    moved = named(twenty.run, "reassigned")
    after, owned = await logins(twenty.ann), await owners(twenty.ann)
    assert moved == set(twenty.chosen) - twenty.lost - {twenty.taken}
    signed_in_for = set(by_organisation(twenty.listed)) if twenty.ann.platform.brings_one else moved
    assert {owned[organisation_id] for organisation_id in moved} == {twenty.ben.actor.colleague_id}
    assert {
        organisation_id for organisation_id in after if after[organisation_id] != twenty.before[organisation_id]
    } == signed_in_for
    assert owned[twenty.taken] == twenty.cleo.actor.colleague_id
    assert {owned[organisation_id] for organisation_id in twenty.lost} == {twenty.ann.actor.colleague_id}


@pytest.mark.thorough
@PERSONS
async def test_what_did_not_move_still_works(twenty: Twenty):
    client = next(
        client for client in await twenty.ann.clients() if client["connection"]["organisation_id"] in twenty.lost
    )
    organisation_id = client["connection"]["organisation_id"]
    async with twenty.ann.worker():
        receipts = await OneClient(twenty.ann, client["client_id"], client["code"], organisation_id).refreshed()
    assert {receipt["cause"] for receipt in receipts.values()} == {None}


@pytest.mark.thorough
@pytest.mark.only("quickbooks", because="the sign-in before has ended, and there is no other")
async def test_what_the_new_sign_in_cannot_open_needs_reconnecting(twenty: Twenty):
    found = {client["connection"]["organisation_id"]: client["connection"] for client in await twenty.ann.clients()}
    told = {(found[identity]["status"], found[identity]["cause"]) for identity in twenty.lost}
    assert told == {("needs_reconnect", "access_lost")}


async def test_old_owners_are_told_once_and_who_has_left_is_not(twenty: Twenty):
    (notice,) = await twenty.ann.rows(
        "SELECT colleague_id, subject, body FROM notices WHERE kind = 'clients.reassigned'"
    )
    assert notice[0] == twenty.ann.actor.colleague_id
    assert notice[1] == f"{twenty.ann.actor.practice_name}: 13 of your clients have new owners"
    assert notice[2].count("\n- ") == 13
    assert notice[2].count(": Ben") == 13


async def test_each_move_is_told_on_its_client_s_timeline(twenty: Twenty):
    told = await twenty.ann.rows(
        "SELECT count(DISTINCT client_id), count(*) FROM events WHERE kind = 'client.reassigned' "
        "AND after = 'Ben' AND colleague_id = :ben AND run_id = :run",
        ben=twenty.ben.actor.colleague_id,
        run=twenty.run["run_id"],
    )
    assert told == [(16, 16)]


async def all_within_reach(scene: Scene) -> None:
    """Ben's login reaches all of the scene's clients."""
    await joined(scene, "Ben")
    async with scene.worker():
        await adds(scene, 0, reaches(scene, 1, 0, len(scene.world.library.organisations)))


@pytest.mark.thorough
async def test_a_choice_by_signal_and_what_cannot_be_chosen(make_prepared: MakePrepared):
    scene = await make_prepared(all_within_reach, organisations=3)
    async with scene.worker():
        ben = await seen_by(scene, "Ben")
        run = await reassignable(ben, 1)
        first = run["organisations"][0]["organisation_id"]
        for selection, field in (
            ({"organisations": [{"organisation_id": "made-up"}]}, "organisations.0.organisation_id"),
            ({"all_new": True, "owner_id": str(scene.actor.colleague_id)}, "owner_id"),
            (
                {"organisations": [{"organisation_id": first, "owner_id": str(scene.actor.colleague_id)}]},
                "organisations.0.owner_id",
            ),
        ):
            answer = await ben.select(run["run_id"], **selection)
            assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
        await ben.handle(run["run_id"]).signal("select_organisations", {"all_new": True})
        run = await ben.until_stage(run["run_id"], "finished")
        assert run["counts"] == {"reassigned": 3}
        await ben.handle(run["run_id"]).result()  # until then, the same choice gets the same answer
        assert (await ben.select(run["run_id"], all_new=True)).status_code == 409


@pytest.mark.thorough
async def test_nobody_s_clients_are_within_reach(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=3)
    async with scene.worker():
        answer = await scene.asked(RunKind.REASSIGN_CLIENTS)
        page = await scene.sign_in(answer.json()["authorize_url"], action="continue")
        assert page.status_code == 200, page.text
        run = await scene.until_stage(answer.json()["run_id"], "awaiting_selection")
        assert run["organisations"] == []
        assert run["message"].startswith("This login reaches no client of a colleague.")
        answer = await scene.select(run["run_id"], all_new=True)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
        run = await cancelled(scene, run["run_id"])
    assert run["counts"] == {}


@pytest.mark.thorough
async def test_an_outage_moves_nothing_and_is_told(make_prepared: MakePrepared):
    scene = await make_prepared(all_within_reach, organisations=3)
    offline = next(iter(scene.world.library.organisations))
    async with scene.worker():
        ben = await seen_by(scene, "Ben")
        run = await reassignable(ben, 1)
        scene.is_(scene.platform.offline, offline)
        run = await taken_over(ben, run)
    row = by_organisation(run)[offline]
    assert run["counts"] == {"reassigned": 2, "failed": 1}
    assert row["message"].startswith("Nothing was changed.")
    assert (await owners(scene))[offline] == scene.actor.colleague_id


@pytest.mark.thorough
async def test_cancelled_before_the_choice(make_prepared: MakePrepared):
    scene = await make_prepared(all_within_reach, organisations=3)
    async with scene.worker():
        ben = await seen_by(scene, "Ben")
        run = await reassignable(ben, 1)
        run = await cancelled(ben, run["run_id"])
    assert run["counts"] == {"skipped": 3}
    assert set((await owners(scene)).values()) == {scene.actor.colleague_id}


@pytest.mark.thorough
async def test_cancelled_in_the_middle(make_prepared: MakePrepared):
    scene = await make_prepared(all_within_reach, organisations=24, latency_ms=120, small_books=True)
    async with scene.worker(concurrency=4):
        ben = await seen_by(scene, "Ben")
        before = await logins(scene)
        run = await reassignable(ben, 1)
        await ben.select_all(run)
        await ben.until(run["run_id"], lambda run: run["counts"].get("reassigned", 0) >= 3)
        run = await cancelled(ben, run["run_id"], says="What was already done stays.")
    moved = named(run, "reassigned")
    assert 0 < len(moved) < 24
    assert run["counts"] == {"reassigned": len(moved), "skipped": 24 - len(moved)}
    after, owned = await logins(scene), await owners(scene)
    signed_in_for = set(after) if scene.platform.brings_one else moved
    assert {identity for identity in after if after[identity] != before[identity]} == signed_in_for
    assert {identity for identity in owned if owned[identity] == ben.actor.colleague_id} == moved
    ((body,),) = await scene.rows("SELECT body FROM notices")
    assert body.count("\n- ") == len(moved)


@pytest.mark.thorough
async def test_the_sign_in_is_declined(scene: Scene):
    async with scene.worker():
        run_id = await started(scene, RunKind.REASSIGN_CLIENTS, 0, action="cancel")
        run = await scene.until_stage(run_id, "finished")
    assert run["result"] == "cancelled"
    assert run["message"].startswith("Access was not allowed, so nothing was changed.")
