"""``make screenshots``: a picture of every page in light, dark and narrow, with a demo practice in the real stack.

They are for looking at before a change of the pages is called done. The three that stand in the README are written to
``docs/images`` with ``--readme``; all others go to a folder that is not kept.
"""

import argparse
import asyncio
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Page, async_playwright

from bench.pages.chromium import ARGUMENTS, chromium_path
from contracts.words.names import SEARCH_ATTRIBUTES
from models import schema
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.postgres import start_postgres
from runtime.embedded.processes import Supervisor
from runtime.embedded.temporal import start_temporal
from runtime.sealing.keyring import KeyRing
from runtime.temporal.connection import connect
from tests.journeys.kit.haste import Haste
from tests.journeys.scene import Scene
from tests.journeys.stage import settings_for, staged
from tests.web.house import Browsers, session_of
from tests.web.looking import picture
from tests.web.practices.demo_practice import DemoPractice, made_demo_practice

ROOT = Path(__file__).parents[2]
README = {"clients": "clients.webp", "add-clients": "add-clients.webp", "manage-broken": "connection.webp"}
"""The pages that stand in the README, and what their pictures are called."""
SMALL = {"format": "webp", "quality": 88}

Step = Callable[[Page], Awaitable[object]]


@dataclass(frozen=True)
class Shot:
    """One page.

    Attributes:
        name: Of its pictures.
        address: Where it is.
        secret: Of the session of who looks at it; None if nobody is signed in.
        steps: What to do there first.
    """

    name: str
    address: str
    secret: str | None
    steps: tuple[Step, ...] = field(default=())


async def shots(made: DemoPractice) -> list[Shot]:
    """All pages, in the order in which somebody would meet them."""
    ada, ben, mel = [await session_of(person) for person in (made.admin, made.member, made.newcomer)]
    invitation = await made.admin.scene.operations.sessions.invite(made.admin.actor, made.colleague_id)
    client = f"/clients/{made.client_id}"
    return [
        Shot("sign-in", "/sign-in", None),
        Shot("sign-in-again", "/sign-in?said=session-over&next=/clients", None),
        Shot("invitation", invitation, None),
        Shot("clients-none", "/clients", mel),
        Shot("clients", "/clients", ada),
        Shot("clients-filtered", "/clients?status=needs_reconnect", ada),
        Shot("clients-not-found", "/clients?search=zzz", ada),
        Shot("client-sync-panel", "/clients", ada, (_opens_panel,)),
        Shot("client-sync", "/client-sync", ada),
        Shot("add-clients", f"/activity/{made.selecting}", ada, (_chooses_new,)),
        Shot("add-clients-report", f"/activity/{made.added}", ada),
        Shot("reconnect-report", f"/activity/{made.repaired}", ada),
        Shot("reassign", f"/activity/{made.reassigning}", ben),
        Shot("reassign-report", f"/activity/{made.taken}", ben),
        Shot("declined", f"/activity/{made.declined}", ben),
        Shot("awaiting-sign-in", "/client-sync", ada, (_starts, _comes_back_without)),
        Shot("client", client, ada),
        Shot("connections-of-client", f"{client}/connections", ada),
        Shot("manage", f"{client}/connection", ada),
        Shot("manage-broken", f"/clients/{made.broken_id}/connection", ada),
        Shot("change", f"{client}/connection/change/{made.changing}", ada),
        Shot("disconnect", f"{client}/connection/disconnect", ada),
        Shot("receipts", f"{client}/lists", ada),
        Shot("profile", f"{client}/lists/organisation", ada),
        Shot("lists", f"{client}/lists/suppliers", ada),
        Shot("lists-accounts", f"{client}/lists/accounts", ada),
        Shot("timeline", f"{client}/timeline", ada),
        Shot("connections", "/connections", ada),
        Shot("activity", "/activity", ada),
        Shot("team", "/team", ada),
        Shot("one-team", f"/team/teams/{made.team_id}", ada),
        Shot("colleague", f"/team/colleagues/{made.colleague_id}", ada),
        Shot("deactivate", f"/team/colleagues/{made.colleague_id}/deactivate", ada),
        Shot("hand-over", f"/team/colleagues/{made.colleague_id}/hand-over", ada),
        Shot("hand-over-foreseen", f"/team/colleagues/{made.colleague_id}/hand-over", ada, (_hands_to_ben,)),
        Shot("outbox", "/outbox", ada),
        Shot("account", "/account", ada),
        Shot("not-found", "/nothing-here", ada),
        Shot("forbidden", f"/team/colleagues/{made.colleague_id}/deactivate", ben),
        Shot("provider", "/client-sync", ada, (_starts,)),
        Shot("provider-consent", "/client-sync", ada, (_starts, _signs_in_there)),
        Shot("docs", "/api/docs", ada),
    ]


async def _opens_panel(page: Page) -> None:
    await page.get_by_text("Actions", exact=True).click()
    await page.get_by_role("link", name="Client sync").click()


async def _chooses_new(page: Page) -> None:
    await page.locator("[data-choose=new]").click()


async def _starts(page: Page) -> None:
    await page.get_by_role("button", name="Add clients").click()
    await page.get_by_role("heading", name="Sign in to the Xero sandbox").wait_for()


async def _comes_back_without(page: Page) -> None:
    await page.goto("/activity")
    await page.locator("table.runs a").first.click()
    await page.get_by_role("heading", name="Waiting for the sign-in").wait_for()


async def _hands_to_ben(page: Page) -> None:
    await page.get_by_label("Ben Quay").check()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("heading", name="Ben Quay gets").wait_for()


async def _signs_in_there(page: Page) -> None:
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("heading", name="Clientsync wants access").wait_for()


@asynccontextmanager
async def running(directory: Path) -> AsyncIterator[Scene]:
    """The whole product, with a sandbox of forty organisations and a worker.

    Args:
        directory: Takes the servers' files.
    """
    ports = Ports(directory / "ports.json")
    settings = settings_for(f"{HOST}:{ports.get('temporal')}", f"pictures:{KeyRing.generate_key()}")
    async with Supervisor(directory / "logs") as supervisor:
        _, url = await start_postgres(supervisor, ports, directory / "postgres")
        await schema.upgrade(url)
        await start_temporal(
            supervisor, settings, ports, directory, search_attributes=SEARCH_ATTRIBUTES, codec_url=None
        )
        temporal = await connect(settings, interceptors=[Haste()])
        stage = staged(settings, temporal, url, organisations=40, scenario="practice")
        async with stage as scene, scene.worker():
            yield scene


async def taken(shot: Shot, browsers: Browsers, scene: Scene, folder: Path, *, for_readme: bool = False) -> None:
    """Take the pictures of one page.

    Args:
        shot: Which page.
        browsers: Where it is opened.
        scene: Where it is.
        folder: Where the pictures go.
        for_readme: Only one, as large as a window, in light.
    """
    context = await browsers.context(scene)
    if shot.secret is not None:
        await context.add_cookies([{"name": "clientsync", "value": shot.secret, "url": scene.web}])
    page = await context.new_page()
    await page.goto(shot.address)
    for step in shot.steps:
        await step(page)
    if for_readme:
        await page.wait_for_load_state("networkidle")
        seen = await (await context.new_cdp_session(page)).send("Page.captureScreenshot", SMALL)
        (folder / README[shot.name]).write_bytes(b64decode(seen["data"]))
    else:
        await picture(page, folder, shot.name)
    await context.close()


def main() -> None:
    """Entry point of ``python -m tests.web.screenshots``."""
    parser = argparse.ArgumentParser(prog="python -m tests.web.screenshots", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "screenshots", help="folder of the pictures")
    parser.add_argument("--readme", action="store_true", help="only the three of the README, into docs/images")
    parser.add_argument("--only", nargs="+", metavar="PAGE", help="only these, by the names of their pictures")
    asked = parser.parse_args()
    folder: Path = ROOT / "docs" / "images" if asked.readme else asked.into
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="clientsync-screenshots-") as own:
        names = frozenset(asked.only or README if asked.readme else asked.only or ())
        asyncio.run(take_all(folder, Path(own), names, for_readme=asked.readme))


async def take_all(folder: Path, own: Path, names: frozenset[str], *, for_readme: bool) -> None:
    """Start everything and take the pictures.

    Args:
        folder: Where they go.
        own: Takes the servers' files.
        names: Of which pages; of all if there are none.
        for_readme: One of each, the way it stands in the README.
    """
    async with running(own) as scene, async_playwright() as playwright, AsyncExitStack() as stack:
        made = await made_demo_practice(scene)
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        stack.push_async_callback(browser.close)
        for shot in await shots(made):
            if shot.name in names or not names:
                await taken(shot, Browsers(browser, stack), scene, folder, for_readme=for_readme)


if __name__ == "__main__":
    main()
