"""One practice whose clients keep their books in two accounting programs: one list of each thing, and one night."""

from html import escape
from typing import NamedTuple

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

BOTH = ("xero", "sage")
EACH = 2
"""Clients at each of them."""


class Places(NamedTuple):
    """The practice, as its people see it at one accounting software and at the other."""

    here: Scene
    there: Scene


async def practice(make_scene: MakeScene) -> Places:
    """Nobody has signed in yet."""
    here = await make_scene(platforms=BOTH, organisations=EACH, people=1, small_books=True)
    return Places(here, here.at(BOTH[1]))


def at(rows: list[Json], name: str) -> set[str]:
    """The organisations of the rows that are kept at one of them."""
    return {row["organisation_id"] for row in rows if row["provider"] == name}


@pytest.mark.thorough
async def test_every_list_has_both_and_one_night_looks_at_both(make_scene: MakeScene):
    here, there = await practice(make_scene)
    async with here.worker():
        for scene in (here, there):
            assert (await scene.added())["counts"] == {"created": EACH}

        clients = await here.clients()
        connections = [client["connection"] for client in clients]
        for scene, name in zip((here, there), BOTH, strict=True):
            assert at(connections, name) == set(scene.world.library.organisations)
        shown = await health(here)
        assert (shown["by_status"], len(shown["connections"])) == ({"connected": 2 * EACH}, 2 * EACH)
        runs = (await here.http.get("/api/v1/runs")).json()["runs"]
        assert sorted(run["provider"] for run in runs) == sorted(BOTH)
        # The same books twice are two clients: nobody is "already a client" of the other accounting software.
        assert {run["counts"]["created"] for run in runs} == {EACH}
        await pages_say_which_is_which(here, clients)

    here.signed_out()
    there.signed_out()
    await a_night_later(here, are_lists_due=False)
    async with here.worker():
        report = await check(here)
        assert (report.logins, report.healthy, report.told) == (2, 0, 1)
        assert dict(report.causes) == {"signed_out": 2 * EACH}
        [(letter,)] = await here.rows("SELECT body FROM notices")
        assert all(client["name"] in letter for client in clients)
        broken = await health(here, status="needs_reconnect")
        assert (len(broken["connections"]), broken["by_status"]) == (2 * EACH, {"needs_reconnect": 2 * EACH})

        page = await (await browser_of(here)).get("/connections")
        assert all(f"Reconnect all (2): {title}" in page.text for title in ("Xero", "Sage"))

        # Each sign-in repairs what is its own, and reports on nothing of the other.
        for scene, name, left in ((there, BOTH[1], EACH), (here, BOTH[0], 0)):
            run = await reconnected(scene)
            assert run["counts"] == {"repaired": EACH}
            assert {row["organisation_id"] for row in run["organisations"]} == set(scene.world.library.organisations)
            unrepaired = (await health(here, status="needs_reconnect"))["connections"]
            assert len(unrepaired) == left
            assert not at(unrepaired, name)
        assert (await check(here)).healthy == 2 * EACH
        await handed_over_at_one(here)


async def browser_of(scene: Scene) -> httpx2.AsyncClient:
    """The admin's browser, without a screen."""
    await change(scene, "UPDATE colleagues SET password_hash = :kept", kept=KEPT)
    session = await scene.operations.sessions.sign_in(address("admin"), PASSWORD, ip="127.0.0.1", browser="Chrome/1")
    return visitor(scene, session)


async def pages_say_which_is_which(scene: Scene, clients: list[Json]) -> None:
    """The client list has both, the start and the runs offer and show both, and each client's page names its own."""
    browser = await browser_of(scene)
    page = await browser.get("/clients")
    assert all(escape(client["name"]) in page.text for client in clients)
    assert [page.text.count(f'<span class="under">{title}</span>') for title in ("Xero", "Sage")] == [EACH, EACH]
    page = await browser.get("/activity")
    assert [page.text.count(f'<span class="under">{title}</span>') for title in ("Xero", "Sage")] == [1, 1]
    page = await browser.get("/", follow_redirects=True)
    assert all(title in page.text for title in ("Xero", "Sage"))
    for client in clients:
        page = await browser.get(f"/clients/{client['client_id']}")
        title = {"xero": "Xero", "sage": "Sage"}[client["connection"]["provider"]]
        assert title in page.text, client["name"]


async def handed_over_at_one(scene: Scene) -> None:
    """Handing over asks at which of them, says that the clients of the other stay, and moves those of the one."""
    browser, taker = await browser_of(scene), (await joined(scene, "Ben")).actor.colleague_id
    form = f"/team/colleagues/{scene.actor.colleague_id}/hand-over"
    asked = await browser.get(form)
    assert [asked.text.count(f"hand-over?provider={name}") for name in BOTH] == [1, 1]
    foreseen = await browser.get(form, params={"provider": BOTH[1], "to": str(taker)})
    assert f"<strong>{EACH} clients</strong> at other accounting software keep" in foreseen.text
    words = {"csrf": await csrf_of(browser), "to": str(taker), "provider": BOTH[1]}
    run_id = (await browser.post(form, data=words)).headers["location"].partition("?")[0].rpartition("/")[2]
    assert (await scene.until_stage(run_id, "finished"))["counts"] == {"reassigned": EACH}
    moved = {client["connection"]["provider"] for client in await scene.clients() if client["owner_id"] == str(taker)}
    assert moved == {BOTH[1]}
