"""The stage: one real Temporal server for all, and for each test a database, a sandbox and a web backend."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from temporalio.client import Client

from runtime.settings.settings import Settings
from starter.actor import Actor
from tests.conftest import EMPTYING, administer, migrated_database
from tests.journeys.kit.faults_met import judge_faults
from tests.journeys.kit.snapshot import Snapshot, taken
from tests.journeys.one_client import OneClient, all_of
from tests.journeys.people import everything_added
from tests.journeys.platforms import PLATFORMS
from tests.journeys.practice import make_practice
from tests.journeys.promises import broken, judge
from tests.journeys.scene import Scene
from tests.journeys.serving import http_of
from tests.journeys.stage import clear, hasty, staged
from tests.one_temporal import namespace_of_its_own

MakeScene = Callable[..., Awaitable[Scene]]
MakePrepared = Callable[..., Awaitable[Scene]]

_snapshots: dict[str, Snapshot] = {}
"""What scenes had come to, by what had happened in them."""


@pytest_asyncio.fixture(scope="session")
async def temporal_settings(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Settings]:
    """Settings that lead to a namespace of this process, for the whole test run."""
    async with namespace_of_its_own(pytestconfig, "journeys", tmp_path_factory) as settings:
        yield settings


@pytest_asyncio.fixture(scope="session")
async def temporal(temporal_settings: Settings) -> Client:
    return await hasty(temporal_settings)


@pytest.fixture(scope="module")
def platform(request: pytest.FixtureRequest) -> str:
    """What scenes are about; journeys have it as a parameter (``tests/journeys/conftest.py``)."""
    return getattr(request, "param", next(iter(PLATFORMS)))


@pytest_asyncio.fixture
async def make_scene(
    temporal_settings: Settings, temporal: Client, database_url: str, platform: str, request: pytest.FixtureRequest
) -> AsyncIterator[MakeScene]:
    """Sets a stage on demand; its words are those of ``staged``, such as ``organisations=40``."""
    scenes: list[Scene] = []
    async with AsyncExitStack() as stack:

        async def make(*, settings: Settings | None = None, client: Client | None = None, **words: Any) -> Scene:
            told = {"platforms": (platform,), **words}
            scene = staged(settings or temporal_settings, client or temporal, database_url, **told)
            scenes.append(await stack.enter_async_context(scene))
            return scenes[-1]

        yield make
        for scene in scenes[-1:]:  # all are in one database
            await judge(request, scene.database, scene.temporal)
        judge_faults(request, *scenes)
    await clear(temporal)


@pytest_asyncio.fixture
async def make_prepared(make_scene: MakeScene, platform: str) -> MakePrepared:
    """Sets a stage on which something has happened already: the first time in earnest, later as it was then.

    What has happened is a function of the scene; its workflows have to end with it. Further words are those of
    ``make_scene``.
    """

    async def make(prepare: Callable[[Scene], Awaitable[None]], **words: Any) -> Scene:
        told = {name: word for name, word in words.items() if name not in ("settings", "client")}
        key = repr((prepare.__module__, prepare.__qualname__, platform, told))
        if (found := _snapshots.get(key)) and found.is_fresh:
            return await make_scene(snapshot=found, **words)
        scene = await make_scene(**words)
        await prepare(scene)
        sandboxes = [control for control, _ in scene.beside.values()]
        for control in sandboxes:
            control.zero_calls()
        worlds = [control.world for control in sandboxes]
        _snapshots[key] = await taken(scene.settings.required("database_url"), worlds)
        return scene

    return make


@pytest_asyncio.fixture
async def scene(make_scene: MakeScene) -> Scene:
    """The usual scene: five plain organisations."""
    return await make_scene()


@dataclass(frozen=True)
class Neighbour:
    """Another practice in the same installation."""

    actor: Actor
    http: httpx2.AsyncClient


@pytest_asyncio.fixture
async def neighbour(scene: Scene) -> Neighbour:
    actor, token = await make_practice(scene.operations, scene.database, name="Mill Street")
    http = http_of(scene.web, token)
    scene.stack.push_async_callback(http.aclose)
    return Neighbour(actor, http)


@pytest_asyncio.fixture(scope="session")
async def second_migrated_url(migrated_server: str) -> str:
    """Another database."""
    return await migrated_database(migrated_server, "shared")


@pytest_asyncio.fixture(scope="module")
async def shared_scene(
    temporal_settings: Settings,
    temporal: Client,
    second_migrated_url: str,
    platform: str,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Scene]:
    """One scene for all tests of a module, for those that only look at it; ``STAGED`` in the module has its words."""
    await administer(second_migrated_url, EMPTYING)
    words = {"platforms": (platform,), **getattr(request.module, "STAGED", {})}
    async with staged(temporal_settings, temporal, second_migrated_url, **words) as scene:
        yield scene
        judge_faults(request, scene)
    await clear(temporal)


@pytest_asyncio.fixture(scope="module")
async def shared_practice(shared_scene: Scene) -> Scene:
    """The module's scene, in which everything was added, a moment ago: tests have workers of their own.

    Two processes may make more calls of an organisation within a second than is allowed, and would wait for a minute.
    """
    await everything_added(shared_scene)
    shared_scene.world.clock.advance(2)
    return shared_scene


@pytest_asyncio.fixture(scope="module")
async def untouched(shared_practice: Scene) -> Iterator[OneClient]:
    """The clients of the module's practice, one after the other."""
    return iter(await all_of(shared_practice))


@pytest_asyncio.fixture
async def practice_at_work(shared_practice: Scene, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """The module's practice with a worker of the test's own; what goes wrong or goes on in it ends with the test."""
    database, temporal = shared_practice.database, shared_practice.temporal
    before = await broken(database, temporal)
    shared_practice.control.zero_calls()
    async with shared_practice.worker():
        yield shared_practice
    await judge(request, database, temporal, before)
    judge_faults(request, shared_practice)
    shared_practice.world.faults.clear()
    await clear(shared_practice.temporal)


@pytest_asyncio.fixture
async def client(practice_at_work: Scene, untouched: Iterator[OneClient]) -> OneClient:
    """A client of the practice at work that no other test of the module has."""
    return next(untouched)
