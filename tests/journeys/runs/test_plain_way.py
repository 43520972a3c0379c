"""The plain way through, every day in front of stand-ins whose other journeys are tried by ``make test-thorough``."""

import asyncio

import pytest

from tests.journeys.fixtures import MakeScene
from tests.journeys.nights import a_night_later, check, health
from tests.journeys.one_client import PATIENCE, OneClient, all_of, disconnecting
from tests.journeys.people import reconnected


async def ended(client: OneClient) -> str:
    """Disconnect; gives what is said at the end."""
    result = await asyncio.wait_for(client.scene.handle(await disconnecting(client)).result(), PATIENCE)
    return str(result["message"])


@pytest.mark.only("sage", because="each of its parts has journeys of its own elsewhere")
async def test_added_looked_at_by_night_reconnected_and_disconnected(make_scene: MakeScene):
    scene = await make_scene(organisations=2, small_books=True)
    title, calls = scene.platform.title, scene.world.calls
    async with scene.worker():
        run = await scene.added()
        assert (run["result"], run["counts"]) == ("completed", {"created": 2})

    await a_night_later(scene, are_lists_due=True)
    async with scene.worker():
        report = await check(scene)
        assert (report.logins, report.healthy, report.refreshed, report.told) == (1, 2, 2, 0)
        calls = scene.world.calls
        assert (calls.refreshes, calls.by_path[f"GET {scene.platform.counted_listing}"]) == (1, 1)

    scene.signed_out()
    await a_night_later(scene, are_lists_due=False)
    async with scene.worker():
        report = await check(scene)
        assert (report.healthy, report.told, dict(report.causes)) == (0, 1, {"signed_out": 2})
        assert (await reconnected(scene))["counts"] == {"repaired": 2}
        assert (await health(scene))["by_status"] == {"connected": 2}

        one, last = await all_of(scene)
        assert await ended(one) == (
            f"It ended only here: at {title} it ends with the last client of this login. "
            "Ending it there now would cut off 1 other organisation."
        )
        assert not calls.by_path[f"POST {scene.platform.revocation}"]
        assert "was ended at" in await ended(last)
        assert scene.world.calls.by_path[f"POST {scene.platform.revocation}"] == 1
    assert [status for (status,) in await scene.rows("SELECT status FROM grants")] == ["signed_out"]


@pytest.mark.only("quickbooks", because="each sign-in brings one company, and belongs to it")
async def test_each_company_signed_in_for_looked_at_by_night_reconnected_and_disconnected(make_scene: MakeScene):
    scene = await make_scene(organisations=2, small_books=True)
    async with scene.worker():
        run = await scene.added()
        assert (run["result"], run["counts"]) == ("completed", {"created": 2})

    await a_night_later(scene, are_lists_due=True)
    async with scene.worker():
        report = await check(scene)
        assert (report.logins, report.healthy, report.refreshed, report.told) == (2, 2, 2, 0)
        calls = scene.world.calls
        assert (calls.refreshes, calls.by_path[f"GET {scene.platform.counted_listing}"]) == (2, 2)
        # How many calls a night takes is held by the provider's own tests: a reading that is tried again, as on a
        # machine that stood still for a while, asks anew.
        assert calls.by_path["GET /v3/company/{id}/cdc"] >= 2

    scene.signed_out()
    await a_night_later(scene, are_lists_due=False)
    async with scene.worker():
        report = await check(scene)
        assert (report.healthy, report.told, dict(report.causes)) == (0, 1, {"signed_out": 2})
        assert (await reconnected(scene))["counts"] == {"repaired": 2}
        assert (await health(scene))["by_status"] == {"connected": 2}

        for number, client in enumerate(await all_of(scene), 1):
            assert "was ended at QuickBooks" in await ended(client)
            assert scene.world.calls.by_path[f"POST {scene.platform.revocation}"] == number
    assert [status for (status,) in await scene.rows("SELECT status FROM grants")] == ["signed_out"] * 2
