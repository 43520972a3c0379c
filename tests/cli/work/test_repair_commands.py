"""Reconnecting, taking over and handing over, on the command line."""

import pytest

from runtime.embedded.stack import environment_of
from tests.cli.test_cli import data, refused, run
from tests.journeys.people import joined, leaves, owners, reaches
from tests.journeys.scene import Scene

ADMIN = ("--as", "admin@harbour-lane.example.com")
BEN = ("--as", "ben@harbour-lane.example.com")


@pytest.fixture
def environment(scene: Scene) -> dict[str, str]:
    return environment_of(scene.settings)


@pytest.mark.thorough
async def test_reconnecting_and_taking_over(scene: Scene, environment: dict[str, str]):
    ben = await joined(scene, "Ben")
    reached = reaches(scene, 1, 0, 3)
    async with scene.worker():
        await scene.added()
        assert "--all" in await refused(environment, "runs", "start", "add-clients", "--all", *ADMIN)
        started = await data(environment, "runs", "start", "reconnect-all", "--all", *BEN)
        assert started["authorize_url"].startswith(f"{scene.web}/sign-in-link/")
        await scene.sign_in(started["authorize_url"], person=1)
        await ben.until_stage(started["run_id"], "finished")
        shown = await run(environment, "runs", "show", started["run_id"], *BEN)
        assert "All 3 clients are connected again." in shown.stdout
        assert "3 repaired, 2 healthy" in shown.stdout
        started = await data(environment, "runs", "start", "reassign-clients", *BEN)
        await scene.sign_in(started["authorize_url"], person=1, action="continue")
        await ben.until_stage(started["run_id"], "awaiting_selection")
        chosen = await run(environment, "runs", "select", started["run_id"], "--all", *BEN)
        assert chosen.stdout == "3 chosen to be taken over. 0 skipped.\n"
        await ben.until_stage(started["run_id"], "finished")
        again = await refused(environment, "runs", "select", started["run_id"], "--all", *BEN)
        assert "has ended" in again
    mine = {identity for identity, owner in (await owners(scene)).items() if owner == ben.actor.colleague_id}
    assert mine == set(reached)


@pytest.mark.thorough
async def test_what_a_login_reaches_besides_is_shown(scene: Scene, environment: dict[str, str]):
    async with scene.worker():
        started = await data(environment, "runs", "start", "reconnect-all", *ADMIN)
        await scene.sign_in(started["authorize_url"])
        await scene.until_stage(started["run_id"], "finished")
    shown = await run(environment, "runs", "show", started["run_id"], *ADMIN)
    assert "This login also reaches, and nobody added:" in shown.stdout
    assert all(identity in shown.stdout for identity in scene.world.library.organisations)


@pytest.mark.thorough
async def test_handing_over(scene: Scene, environment: dict[str, str]):
    admin = scene
    lee, ben = await joined(scene, "Lee"), await joined(scene, "Ben")
    addresses = ("--from", "Lee@harbour-lane.example.com", "--to", "ben@harbour-lane.example.com")
    async with scene.worker():
        await lee.added()
        await leaves(scene, lee.actor.colleague_id)
        moved = await data(environment, "clients", "hand-over", *addresses, "--wait")
        assert (moved["stage"], moved["counts"]) == ("finished", {"reassigned": 5})
        again = await data(environment, "clients", "hand-over", *addresses)
        assert set(again) == {"run_id"}
        await admin.until_stage(again["run_id"], "finished")
        assert "has left" in await refused(environment, "clients", "hand-over", *addresses[:2], "--to", addresses[1])
    assert set((await owners(scene)).values()) == {ben.actor.colleague_id}
    nobody = ("--from", "nobody@example.com", "--to", "ben@harbour-lane.example.com")
    assert "--from" in await refused(environment, "clients", "hand-over", *nobody)
    assert "Only an admin" in await refused(environment, "clients", "hand-over", *addresses, *BEN)
