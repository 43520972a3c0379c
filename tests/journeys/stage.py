"""Sets the stage of a journey: a database, the sandbox and the web backend, around a Temporal server that is there.

Used by fixtures and by the script that records histories for replay.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from contracts.payloads.runs import Deadlines
from contracts.words.names import SEARCH_ATTRIBUTES
from contracts.words.practices import Plan
from emulators.kit.control.control import Control
from emulators.kit.control.words import OrganisationWords
from emulators.kit.server import DroppableProtocol
from emulators.kit.signing import SigningKey
from providers import registry
from providers.port.provider import Provider
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Supervisor
from runtime.embedded.temporal import binary, start_temporal
from runtime.sealing.keyring import KeyRing
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect, data_converter
from starter.bootstrap import build_providers
from starter.embedded import at_stand_ins
from starter.operations import Operations
from tests.journeys.kit.haste import Haste
from tests.journeys.kit.snapshot import Snapshot, put_back
from tests.journeys.platforms import PLATFORMS
from tests.journeys.platforms.platform import Platform
from tests.journeys.practice import address, admitted, make_practice
from tests.journeys.scene import Scene
from tests.journeys.serving import http_of, listening, serving
from tests.kept import opened
from web.app import create_app

KEY = SigningKey()
"""Of all sandboxes here: making one takes as long as a small journey."""

_idle: dict[str, list[FastAPI]] = {}
"""Web backends that no scene uses now, by their encryption keys. One prepares its routes at its first call, which takes
longer than most journeys' own calls."""


def new_keys() -> str:
    """A key ring with one new key, as settings have it."""
    return f"test:{KeyRing.generate_key()}"


def settings_for(temporal_address: str, keys: str) -> Settings:
    """Settings that lead to a Temporal server and know the sandbox's app."""
    return Settings(
        _env_file=None,
        temporal_address=temporal_address,
        encryption_keys=SecretStr(keys),
        reading_processes=0,  # a test's worker is one process, which may be killed
        providers=registry.read(None),
    )


@contextmanager
def web_backend(operations: Operations, settings: Settings) -> Iterator[FastAPI]:
    """The web backend with these operations; one that an earlier scene has left, if there is one."""
    idle = _idle.setdefault(settings.required("encryption_keys"), [])
    app = idle.pop() if idle else create_app(operations, ring=settings.key_ring())
    app.state.operations = operations
    app.state.has_outbox = settings.smtp_url is None
    yield app
    idle.append(app)


@asynccontextmanager
async def staged(
    settings: Settings,
    temporal: Client,
    database_url: str,
    *,
    deadlines: Deadlines | None = None,
    answer_within: timedelta = timedelta(seconds=20),
    allowance: int = 500,
    plan: Plan = Plan.ADVANCED,
    platforms: Sequence[str] = ("xero",),
    bulk_connect: bool = True,
    small_books: bool = False,
    snapshot: Snapshot | None = None,
    **world: Any,
) -> AsyncIterator[Scene]:
    """A scene, for as long as the block lasts.

    Args:
        settings: Lead to the Temporal server.
        temporal: Connected with them.
        database_url: A database with every table.
        deadlines: How long runs wait for people.
        answer_within: How long a selection's answer is waited for.
        allowance: The practice's.
        plan: The practice's.
        platforms: The accounting software that the practice uses; the scene is about the first.
        bulk_connect: Whether one sign-in may bring many organisations, where that is the app's to say.
        small_books: Whether organisations have a handful of contacts and items, for tests that are not about these.
        snapshot: What an earlier scene had come to, to go on from there.
        world: Of the sandbox; five plain organisations unless it says otherwise.
    """
    async with AsyncExitStack() as stack:
        words = {"organisations": 5, "scenario": "plain", **world}
        sandboxes = {name: await _sandbox(stack, PLATFORMS[name], words, small=small_books) for name in platforms}
        web_socket, web_url = listening()
        found = settings.model_copy(update={"database_url": SecretStr(database_url), "public_url": web_url})
        complete = at_stand_ins(found, {name: address for name, (_, address) in sandboxes.items()})
        if not bulk_connect and "xero" in platforms:
            complete = complete.with_provider("xero", bulk_connect=False)
        database = await stack.enter_async_context(opened(database_url))
        providers: dict[str, Provider] = dict(build_providers(complete, database))
        for provider in providers.values():
            stack.push_async_callback(provider.close)
        operations = Operations(
            database=database,
            sealer=complete.key_ring().for_purpose("database"),
            temporal=temporal,
            providers=providers,
            public_url=web_url,
            deadlines=deadlines or Deadlines(),
            answer_within=answer_within,
            apps=complete.providers,
            sends_mail=complete.smtp_url is not None,
        )
        app = stack.enter_context(web_backend(operations, complete))
        await stack.enter_async_context(serving(app, web_socket))
        if snapshot:
            await put_back(snapshot, database_url, [control.world for control, _ in sandboxes.values()])
            actor, token = await admitted(operations, database, address("admin"))
        else:
            actor, token = await make_practice(operations, database, allowance=allowance, plan=plan)
        http = http_of(web_url, token)
        stack.push_async_callback(http.aclose)
        control, sandbox_url = sandboxes[platforms[0]]
        yield Scene(
            complete,
            database,
            temporal,
            operations,
            PLATFORMS[platforms[0]],
            control,
            web_url,
            sandbox_url,
            actor,
            http,
            stack,
            providers,
            sandboxes,
        )


async def _sandbox(
    stack: AsyncExitStack, platform: Platform, words: Mapping[str, Any], *, small: bool
) -> tuple[Control, str]:
    """A stand-in that is served until the stack ends: what can be done to it, and its address."""
    app, control = platform.stand_in(KEY, **words)
    if small:
        for identity in control.world.library.organisations:
            control.change_organisation(identity, OrganisationWords(contacts=3, items=2))
    socket, url = listening()
    await stack.enter_async_context(serving(app, socket, http=DroppableProtocol))
    return control, url


@asynccontextmanager
async def peculiar_server(
    settings: Settings, *dynamic_config: str, skips_time: bool = False
) -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server of its own, with some of its dynamic configuration changed.

    Args:
        settings: Namespace and keys.
        dynamic_config: Such as ``limit.historyCount.suggestContinueAsNew=200``.
        skips_time: Give each workflow a clock of its own that skips what is only waited for.
    """
    values = [*dynamic_config, "frontend.WorkflowTimeSkippingEnabled=true"] if skips_time else dynamic_config
    start = WorkflowEnvironment.start_time_skipping_v2 if skips_time else WorkflowEnvironment.start_local
    async with await start(
        namespace=settings.temporal_namespace,
        data_converter=data_converter(settings.key_ring()),
        interceptors=[Haste()],
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
        dev_server_existing_path=binary(),
        dev_server_extra_args=[word for value in values for word in ("--dynamic-config-value", value)],
    ) as environment:
        yield environment


@asynccontextmanager
async def temporal_server(directory: Path) -> AsyncIterator[Settings]:
    """Settings that lead to a new Temporal server, which ends with the context."""
    ports = Ports(directory / "ports.json")
    settings = settings_for(f"{HOST}:{ports.get('temporal')}", new_keys())
    async with Supervisor(directory / "logs") as supervisor:
        await start_temporal(
            supervisor, settings, ports, directory, search_attributes=SEARCH_ATTRIBUTES, codec_url=None
        )
        yield settings


async def hasty(settings: Settings) -> Client:
    """A client whose workers pass the pauses between tries in a twentieth of the time."""
    return await connect(settings, interceptors=[Haste()])


async def clear(temporal: Client) -> None:
    """End what a journey left running: the next one's worker would pick it up."""
    async for execution in temporal.list_workflows("ExecutionStatus = 'Running'"):
        await temporal.get_workflow_handle(execution.id).terminate("the test is over")
