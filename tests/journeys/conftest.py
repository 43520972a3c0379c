"""The journeys' stage: one real Temporal server for all, and for each test a database, a sandbox and a web backend."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.client import Client

from contracts.bulk_create_clients import Deadlines
from contracts.names import SEARCH_ATTRIBUTES
from models.database import Database
from runtime.embedded_temporal import start_temporal
from runtime.keyring import KeyRing
from runtime.ports import HOST, Ports
from runtime.processes import Supervisor
from runtime.settings import Settings
from runtime.temporal import connect
from starter.bootstrap import build_provider
from starter.operations import Operations
from starter.web.app import create_app
from tests.journeys.scene import Scene, make_practice
from tests.journeys.serving import listening, serving
from xero_sandbox.app import create_app as create_sandbox
from xero_sandbox.config import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, Config
from xero_sandbox.server import DroppableProtocol

MakeScene = Callable[..., Awaitable[Scene]]


@pytest_asyncio.fixture(scope="session")
async def temporal_settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """Settings that lead to a Temporal server of the whole test run."""
    directory = tmp_path_factory.mktemp("temporal")
    ports = Ports(directory / "ports.json")
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own argument
        temporal_address=f"{HOST}:{ports.get('temporal')}",
        encryption_keys=SecretStr(f"test:{KeyRing.generate_key()}"),
        xero_client_id=SANDBOX_CLIENT_ID,
        xero_client_secret=SecretStr(SANDBOX_CLIENT_SECRET),
    )
    async with Supervisor(directory / "logs") as supervisor:
        await start_temporal(
            supervisor, settings, ports, directory, search_attributes=SEARCH_ATTRIBUTES, codec_url=None
        )
        yield settings


@pytest_asyncio.fixture(scope="session")
async def temporal(temporal_settings: Settings) -> Client:
    return await connect(temporal_settings)


@pytest_asyncio.fixture
async def make_scene(temporal_settings: Settings, temporal: Client, database_url: str) -> AsyncIterator[MakeScene]:
    """Makes the scene of a test: ``await make_scene(organisations=12)``; further words go to the sandbox."""
    async with AsyncExitStack() as stack:

        async def make(
            *, deadlines: Deadlines | None = None, client: Client | None = None, allowance: int = 500, **world: Any
        ) -> Scene:
            sandbox = create_sandbox(Config(**{"organisations": 12, "scenario": "plain", **world}))
            sandbox_socket, sandbox_url = listening()
            await stack.enter_async_context(serving(sandbox, sandbox_socket, http=DroppableProtocol))
            web_socket, web_url = listening()
            settings = temporal_settings.model_copy(
                update={
                    "database_url": SecretStr(database_url),
                    "xero_identity_url": sandbox_url,
                    "xero_api_url": sandbox_url,
                    "public_url": web_url,
                }
            )
            database = Database(database_url)
            stack.push_async_callback(database.close)
            provider = build_provider(settings, database)
            stack.push_async_callback(provider.close)
            ring = settings.key_ring()
            operations = Operations(
                database=database,
                sealer=ring.for_purpose("database"),
                temporal=client or temporal,
                providers={provider.name: provider},
                public_url=web_url,
                deadlines=deadlines or Deadlines(),
            )
            await stack.enter_async_context(serving(create_app(operations, ring=ring), web_socket))
            actor, token = await make_practice(operations, database, allowance=allowance)
            http = httpx2.AsyncClient(base_url=web_url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
            stack.push_async_callback(http.aclose)
            return Scene(
                settings,
                database,
                client or temporal,
                operations,
                sandbox.world,
                web_url,
                sandbox_url,
                actor,
                http,
                stack,
            )

        yield make
    # What this test left open would be picked up by the next one's worker.
    async for execution in temporal.list_workflows("ExecutionStatus = 'Running'"):
        await temporal.get_workflow_handle(execution.id).terminate("the test is over")


@pytest_asyncio.fixture
async def scene(make_scene: MakeScene) -> Scene:
    """The usual scene: twelve plain organisations."""
    return await make_scene()
