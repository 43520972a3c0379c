"""One practice whose clients keep their books in several accounting programs: one list of each thing, and one night."""

from html import escape

import httpx2
import pytest

from tests.journeys.fixtures import MakeScene
from tests.journeys.nights import a_night_later, check, health
from tests.journeys.people import change, joined, reconnected
from tests.journeys.practice import address
from tests.journeys.scene import Json, Scene
from tests.web.house import KEPT, PASSWORD, visitor
from tests.web.pages.signing_in.test_signing_in import csrf_of

pytestmark = pytest.mark.only("xero", because="it is about several at once")

PLATFORMS = ("xero", "sage", "quickbooks")
TITLES = {"xero": "Xero", "sage": "Sage", "quickbooks": "QuickBooks"}
EACH = 2
"""Clients at each of them."""


async def practice(make_scene: MakeScene) -> list[Scene]:
    """The practice, as its people see it at each of them; nobody has signed in yet."""
    first = await make_scene(platforms=PLATFORMS, organisations=EACH, people=1, small_books=True)
    return [first, *(first.at(name) for name in PLATFORMS[1:])]


def at(rows: list[Json], name: str) -> set[str]:
    """The organisations of the rows that are kept at one of them."""
    return {row["organisation_id"] for row in rows if row["provider"] == name}


@pytest.mark.thorough
async def test_every_list_has_all_and_one_night_looks_at_all(make_scene: MakeScene):
    scenes = await practice(make_scene)
    here, everything = scenes[0], EACH * len(PLATFORMS)
    async with here.worker():
        for scene in scenes:
            assert (await scene.added())["counts"] == {"created": EACH}

        clients = await here.clients()
        connections = [client["connection"] for client in clients]
        for scene, name in zip(scenes, PLATFORMS, strict=True):
            assert at(connections, name) == set(scene.world.library.organisations)
            only = (await here.http.get("/api/v1/clients", params={"provider": name})).json()["clients"]
            assert {client["connection"]["provider"] for client in only} == {name}
            assert len(only) == EACH
        shown = await health(here)
        assert (shown["by_status"], len(shown["connections"])) == ({"connected": everything}, everything)
        runs = (await here.http.get("/api/v1/runs")).json()["runs"]
        assert sorted(run["provider"] for run in runs) == sorted(PLATFORMS)
        # The same books twice are two clients: nobody is "already a client" of the other accounting software.
        assert {run["counts"]["created"] for run in runs} == {EACH}
        await pages_say_which_is_which(here, clients)

    for scene in scenes:
        scene.signed_out()
    await a_night_later(here, are_lists_due=False)
    async with here.worker():
        report = await check(here)
        logins = sum(EACH if scene.platform.brings_one else 1 for scene in scenes)
        assert (report.logins, report.healthy, report.told) == (logins, 0, 1)
        assert dict(report.causes) == {"signed_out": everything}
        [(letter,)] = await here.rows("SELECT body FROM notices")
        assert all(client["name"] in letter for client in clients)
        broken = await health(here, status="needs_reconnect")
        assert (len(broken["connections"]), broken["by_status"]) == (everything, {"needs_reconnect": everything})

        page = await (await browser_of(here)).get("/connections")
        assert all(f"Reconnect all ({EACH}): {title}" in page.text for title in TITLES.values())

        # Each sign-in repairs what is its own, and reports on nothing of the other.
        for done, (scene, name) in enumerate(reversed(list(zip(scenes, PLATFORMS, strict=True))), 1):
            run = await reconnected(scene)
            assert run["counts"] == {"repaired": EACH}
            assert {row["organisation_id"] for row in run["organisations"]} == set(scene.world.library.organisations)
            unrepaired = (await health(here, status="needs_reconnect"))["connections"]
            assert len(unrepaired) == everything - done * EACH
            assert not at(unrepaired, name)
        assert (await check(here)).healthy == everything
        await handed_over_at_one(here)


async def browser_of(scene: Scene) -> httpx2.AsyncClient:
    """The admin's browser, without a screen."""
    await change(scene, "UPDATE colleagues SET password_hash = :kept", kept=KEPT)
    session = await scene.operations.sessions.sign_in(address("admin"), PASSWORD, ip="127.0.0.1", browser="Chrome/1")
    return visitor(scene, session)


async def pages_say_which_is_which(scene: Scene, clients: list[Json]) -> None:
    """The client list has all, the start and the runs offer and show both, and each client's page names its own."""
    browser = await browser_of(scene)
    page = await browser.get("/clients")
    assert all(escape(client["name"]) in page.text for client in clients)
    assert [page.text.count(f'<span class="under">{title}</span>') for title in TITLES.values()] == [EACH] * 3
    page = await browser.get("/activity")
    assert [page.text.count(f'<span class="under">{title}</span>') for title in TITLES.values()] == [1] * 3
    page = await browser.get("/", follow_redirects=True)
    assert all(title in page.text for title in TITLES.values())
    for client in clients:
        page = await browser.get(f"/clients/{client['client_id']}")
        title = TITLES[client["connection"]["provider"]]
        assert title in page.text, client["name"]


async def handed_over_at_one(scene: Scene) -> None:
    """Handing over asks at which of them, says that the clients of the other stay, and moves those of the one."""
    browser, taker = await browser_of(scene), (await joined(scene, "Ben")).actor.colleague_id
    form = f"/team/colleagues/{scene.actor.colleague_id}/hand-over"
    asked = await browser.get(form)
    assert [asked.text.count(f"hand-over?provider={name}") for name in PLATFORMS] == [1] * 3
    foreseen = await browser.get(form, params={"provider": PLATFORMS[1], "to": str(taker)})
    assert f"<strong>{EACH * 2} clients</strong> at other accounting software keep" in foreseen.text
    words = {"csrf": await csrf_of(browser), "to": str(taker), "provider": PLATFORMS[1]}
    run_id = (await browser.post(form, data=words)).headers["location"].partition("?")[0].rpartition("/")[2]
    assert (await scene.until_stage(run_id, "finished"))["counts"] == {"reassigned": EACH}
    moved = {client["connection"]["provider"] for client in await scene.clients() if client["owner_id"] == str(taker)}
    assert moved == {PLATFORMS[1]}
