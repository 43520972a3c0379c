"""One running product for all tests of pages, with a worker; two new practices for each module; real browsers.

A test asks for ``house`` (people and practices), ``browsers`` (pages in Chromium) or both. Practices are new in each
module, so what another module did is in nobody's way; within a module, tests share them.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from bench.pages.chromium import ARGUMENTS, chromium_path
from models.kit.columns import now
from tests.conftest import migrated_database
from tests.journeys.scene import Scene
from tests.journeys.stage import hasty, staged
from tests.one_temporal import namespace_of_its_own
from tests.web.house import Browsers, House, made_house
from tests.web.keys.at_provider import provider, rules, seated, standing
from tests.web.keys.authenticator import Clock
from tests.web.street import every, own_street, street

__all__ = ["every", "own_street", "provider", "rules", "seated", "standing", "street"]

expect.set_options(timeout=60_000)
"""Milliseconds after which a wait is in vain: a page is not wrong because its machine has much to do."""


def pytest_configure(config: pytest.Config) -> None:
    """The journeys' stage too, for tests of single answers."""
    config.pluginmanager.import_plugin("tests.journeys.fixtures")


@pytest_asyncio.fixture(scope="session")
async def product(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, migrated_server: str
) -> AsyncIterator[Scene]:
    """The running product: database, stand-in for Xero with 40 organisations, web backend and a worker.

    Its Temporal namespace is its own: its worker runs to the end of the tests, and would do other tests' work.
    """
    url = await migrated_database(migrated_server, "pages")
    async with (
        namespace_of_its_own(pytestconfig, "pages", tmp_path_factory) as settings,
        staged(settings, await hasty(settings), url, organisations=40) as scene,
        scene.worker(),
    ):
        yield scene


@pytest.fixture(autouse=True)
def nothing_stays_wrong(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test lets go wrong at the provider ends with it, also when it fails.

    A day's limit does not end: the worker remembers it for hours. A test that meets one has a product of its own.
    Promises about rows are the journeys': here, many rows are written by hand, to be looked at.
    """
    yield
    if "product" in request.fixturenames:
        request.getfixturevalue("product").world.faults.clear()  # which is there by now


@pytest_asyncio.fixture(scope="module")
async def house(product: Scene) -> House:
    """Two new practices with their people."""
    return await made_house(product)


@pytest_asyncio.fixture
async def own(house: House) -> House:
    """Two practices that no other test knows."""
    return await made_house(house.scene)


@pytest_asyncio.fixture
async def clock(house: House) -> AsyncIterator[Clock]:
    """The clock for sign-ins, moved by hand."""
    sessions = house.scene.operations.sessions
    before, moved = sessions.clock, Clock(now())
    sessions.clock = moved
    yield moved
    sessions.clock = before


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Chromium; without one, these tests fail and are not left out."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def browsers(chromium: Browser) -> AsyncIterator[Browsers]:
    """Opens browsers, and closes them when the test ends."""
    async with AsyncExitStack() as stack:
        yield Browsers(chromium, stack)


@pytest.fixture
def later(product: Scene) -> Iterator[Callable[[timedelta], None]]:
    """Moves the clock by which sessions and invitations end."""
    sessions = product.operations.sessions
    before = sessions.clock

    def move(by: timedelta) -> None:
        sessions.clock = lambda: before() + by

    yield move
    sessions.clock = before
