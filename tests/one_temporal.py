"""One Temporal server for all processes of a test run: a development server takes time also while nobody asks it.

The process that hands out the tests starts it; each of the others has namespaces of its own in it. Where tests run in
one process alone, its fixtures start a server when the first test wants one.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from contracts.words.names import SEARCH_ATTRIBUTES
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect
from runtime.temporal.namespace import prepare_namespace
from tests.journeys.stage import new_keys, settings_for, temporal_server

_ADDRESS = "temporal_address"  # of the input of a process of tests


class OneTemporal:
    """Starts the server before the first process and ends it after the last, in the one that hands out the tests."""

    def __init__(self) -> None:
        self._running: tuple[Any, BlockingPortal, AsyncExitStack] | None = None
        self._address = ""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a process of tests where the server is."""
        if self._running is None:
            start = start_blocking_portal()
            portal, stack = start.__enter__(), AsyncExitStack()
            self._running = start, portal, stack
            self._address = portal.call(self._start, stack)
        node.workerinput[_ADDRESS] = self._address

    @staticmethod
    async def _start(stack: AsyncExitStack) -> str:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="temporal-")))
        settings = await stack.enter_async_context(temporal_server(directory))
        return settings.required("temporal_address")

    def pytest_unconfigure(self) -> None:
        """End it."""
        if self._running is not None:
            start, portal, stack = self._running
            portal.call(stack.aclose)
            start.__exit__(None, None, None)


@asynccontextmanager
async def namespace_of_its_own(
    config: pytest.Config, name: str, paths: pytest.TempPathFactory
) -> AsyncIterator[Settings]:
    """Settings, with keys that nobody else has, that lead to a namespace for one process of tests alone.

    Args:
        config: Of the process.
        name: Which of its namespaces.
        paths: Where a server keeps its files, if one has to be started.
    """
    told: dict[str, Any] = getattr(config, "workerinput", {})
    if _ADDRESS not in told:
        async with temporal_server(paths.mktemp("temporal")) as settings:
            yield settings
        return
    settings = settings_for(told[_ADDRESS], new_keys())
    settings = settings.model_copy(update={"temporal_namespace": f"{told['workerid']}-{name}"})
    server = await connect(settings, environment={})
    await prepare_namespace(server, settings.temporal_namespace, search_attributes=SEARCH_ATTRIBUTES)
    yield settings
