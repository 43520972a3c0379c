"""Signing in for one organisation after the other, where a sign-in brings no more than one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.journeys.scene import Scene


def within_reach(scene: "Scene", place: int) -> list[str]:
    """The organisations for which one of the sandbox's people may sign in."""
    person = list(scene.world.library.people.values())[place]
    return [one.organisation_id for one in scene.world.may_connect(person)]


def calls_about_books(scene: "Scene") -> int:
    """Calls about organisations since the counters were zeroed; that one is listed is none of them."""
    calls = scene.world.calls
    listed = calls.by_path[f"GET {scene.platform.counted_listing}"] if scene.platform.brings_one else 0
    return sum(calls.by_organisation.values()) - listed


async def brought(
    scene: "Scene",
    run_id: str,
    address: str,
    *,
    person: int = 0,
    choose: list[str] | None = None,
    action: str = "allow",
) -> dict[str, Any]:
    """Sign in, as often as that takes where each brings one organisation, and wait for the list of a run.

    Args:
        scene: Whose run.
        run_id: The run.
        address: Where its first sign-in begins.
        person: Which of the sandbox's people.
        choose: What is wanted; all within reach when None.
        action: See ``Scene.sign_in``.
    """
    if scene.platform.brings_one:
        await each_signed_in(scene, run_id, address, person=person, choose=choose)
    else:
        page = await scene.sign_in(address, person=person, choose=choose, action=action)
        assert page.status_code == 200, page.text
    return await scene.until_stage(run_id, "awaiting_selection")


async def each_signed_in(
    scene: "Scene", run_id: str, address: str, *, person: int = 0, choose: Sequence[str] | None = None
) -> None:
    """Sign in for one after the other, until all are listed; for those within reach when None."""
    for place, organisation_id in enumerate(within_reach(scene, person) if choose is None else choose):
        address = await scene.further_sign_in(run_id) if place else address
        page = await scene.sign_in(address, person=person, choose=[organisation_id])
        assert page.status_code == 200, page.text
        await scene.until_listed(run_id, place + 1)


async def queue_signed_in(scene: "Scene", run_id: str, address: str, place: int) -> None:
    """Sign in for each organisation that a run expects, as far as the person may; the others are left as they are.

    Where there is none of these, for the last within reach.
    """
    there = f"/api/v1/runs/{run_id}/sign-ins"
    wanted = [one["organisation_id"] for one in (await scene.http.get(there)).json()["sign_ins"]]
    reached = [one for one in wanted if one in within_reach(scene, place)] or within_reach(scene, place)[-1:]
    said = None
    for number, organisation_id in enumerate(reached):
        address = await scene.further_sign_in(run_id) if number else address
        page = await scene.sign_in(address, person=place, choose=[organisation_id])
        assert page.status_code == 200, page.text
        before = said

        def is_told(run: dict[str, Any], before: str | None = before) -> bool:
            return run["stage"] != "awaiting_consent" or (run["message"] or before) != before

        run = await scene.until(run_id, is_told)
        said = run["message"]
    if not set(wanted) <= set(reached):
        assert (await scene.http.post(f"{there}/go-on")).status_code == 202
