"""A connection that was removed in the accounting software: ticking it again repairs it, and both sides say so."""

from uuid import uuid4

import pytest

from contracts.words.runs import RunKind
from emulators.kit.control.words import OrganisationWords
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import one_of
from tests.journeys.people import check, everything_added, reconnected
from tests.journeys.platforms.marks import PICKED, TICKED
from tests.journeys.scene import Scene, by_organisation

pytestmark = TICKED


@pytest.mark.thorough
async def test_what_was_missed_is_said_and_ticking_it_repairs_it(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(everything_added, organisations=4)
    removed = next(iter(scene.world.library.organisations))
    name = scene.world.library.organisations[removed].name
    async with scene.worker():
        scene.is_(scene.platform.removed, removed)
        missed = await reconnected(scene)  # nobody has noticed yet: the sign-in is the first look
        row = by_organisation(missed)[removed]
        assert (row["outcome"], row["cause"]) == ("unreachable", "disconnected_at_provider")
        assert row["message"].endswith(f"Reconnect once more and allow access to {name} there.")
        client = next(one for one in await scene.clients() if one["connection"]["organisation_id"] == removed)
        assert client["connection"]["cause"] == "disconnected_at_provider"

        answer = await scene.asked(RunKind.RECONNECT_ALL)
        assert answer.json()["to_allow"] == [name]
        await scene.sign_in(answer.json()["authorize_url"], choose=[removed])
        run = await scene.until_stage(answer.json()["run_id"], "finished")
    assert (run["counts"], by_organisation(run)[removed]["outcome"]) == ({"healthy": 3, "repaired": 1}, "repaired")
    answer = await scene.asked(RunKind.RECONNECT_ALL)
    assert answer.json()["to_allow"] == []


@pytest.mark.thorough
async def test_one_client_says_which_to_tick(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(everything_added, organisations=3)
    async with scene.worker():
        client = await one_of(scene)
        name = (await client.shown())["organisation_name"]
        scene.is_(scene.platform.removed, client.organisation_id)
        await check(scene)
        answer = await client.post("reconnect")
        assert answer.json()["to_allow"] == [name]
        await scene.sign_in(answer.json()["authorize_url"], action="continue")
        run = await scene.until_stage(answer.json()["run_id"], "finished")
    [row] = run["organisations"]
    assert (row["outcome"], row["cause"]) == ("unreachable", "disconnected_at_provider")
    assert row["message"].endswith(f"allow access to {name} there. Nothing was changed.")


@pytest.mark.thorough
@PICKED
async def test_allowing_it_again_with_new_clients_is_enough(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(everything_added, organisations=3)
    async with scene.worker():
        client = await one_of(scene)
        scene.is_(scene.platform.removed, client.organisation_id)
        await check(scene)
        there = "signed_out" if scene.platform.brings_one else "disconnected_at_provider"
        assert (await client.shown())["cause"] == there
        await scene.listed(choose=[client.organisation_id])
        listed = await client.shown()
        assert (listed["status"], listed["cause"]) == ("connected", None)
        receipts = await client.refreshed()
    assert {receipt["cause"] for receipt in receipts.values()} == {None}


@pytest.mark.thorough
async def test_books_that_began_anew_are_not_to_be_ticked(make_prepared: MakePrepared):
    """After the reset of a demo company, the same name stands there under another id: ticking it would never end."""
    scene: Scene = await make_prepared(everything_added, organisations=3)
    old, anew = next(iter(scene.world.library.organisations)), uuid4()
    async with scene.worker():
        scene.control.change_organisation(old, OrganisationWords(organisation_id=anew))
        run = await reconnected(scene, action="allow")
    row = by_organisation(run)[old]
    assert (row["outcome"], row["cause"]) == ("unreachable", "wrong_organisation")
    assert row["message"].endswith("If these are its new books, change the client's connection.")
    assert [offer["organisation_id"] for offer in run["offers"]] == [str(anew)]
    client = next(one for one in await scene.clients() if one["connection"]["organisation_id"] == old)
    assert client["connection"]["cause"] == "disconnected_at_provider"
