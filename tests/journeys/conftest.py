"""The journeys' stage: one real Temporal server for all, and for each test a database, a sandbox and a web backend."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client

from contracts.words.names import SEARCH_ATTRIBUTES
from models import schema
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Supervisor
from runtime.embedded.temporal import start_temporal
from runtime.sealing.keyring import KeyRing
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect
from tests.conftest import EMPTYING, administer, sibling
from tests.journeys.haste import Haste
from tests.journeys.scene import Scene
from tests.journeys.stage import clear, settings_for, staged

MakeScene = Callable[..., Awaitable[Scene]]


@pytest_asyncio.fixture(scope="session")
async def temporal_settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """Settings that lead to a Temporal server of the whole test run."""
    directory = tmp_path_factory.mktemp("temporal")
    ports = Ports(directory / "ports.json")
    settings = settings_for(f"{HOST}:{ports.get('temporal')}", f"test:{KeyRing.generate_key()}")
    async with Supervisor(directory / "logs") as supervisor:
        await start_temporal(
            supervisor, settings, ports, directory, search_attributes=SEARCH_ATTRIBUTES, codec_url=None
        )
        yield settings


@pytest_asyncio.fixture(scope="session")
async def temporal(temporal_settings: Settings) -> Client:
    """A client whose workers pass the pauses between tries in a twentieth of the time."""
    return await connect(temporal_settings, interceptors=[Haste()])


@pytest_asyncio.fixture
async def make_scene(temporal_settings: Settings, temporal: Client, database_url: str) -> AsyncIterator[MakeScene]:
    """Sets a stage on demand; its words are those of ``staged``, such as ``organisations=40``."""
    async with AsyncExitStack() as stack:

        async def make(*, settings: Settings | None = None, client: Client | None = None, **words: Any) -> Scene:
            scene = staged(settings or temporal_settings, client or temporal, database_url, **words)
            return await stack.enter_async_context(scene)

        yield make
    await clear(temporal)


@pytest_asyncio.fixture
async def scene(make_scene: MakeScene) -> Scene:
    """The usual scene: twelve plain organisations."""
    return await make_scene()


@pytest_asyncio.fixture(scope="session")
async def second_migrated_url(postgres_url: str) -> str:
    """Another database that the migrations made."""
    await administer(postgres_url, "CREATE DATABASE shared")
    url = sibling(postgres_url, "shared")
    await schema.upgrade(url)
    return url


@pytest_asyncio.fixture(scope="module")
async def shared_scene(
    temporal_settings: Settings, temporal: Client, second_migrated_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[Scene]:
    """One scene for all tests of a module, for those that only look at it; ``STAGED`` in the module has its words."""
    await administer(second_migrated_url, EMPTYING)
    words = getattr(request.module, "STAGED", {})
    async with staged(temporal_settings, temporal, second_migrated_url, **words) as scene:
        yield scene
    await clear(temporal)
