"""One embedded stack for the tests of this room."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from temporalio.client import Client

from runtime.embedded.stack import Stack, embedded_stack
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect

ATTRIBUTES = ("RoomKind", "RoomStage")


def settings_in(directory: Path, **values: Any) -> Settings:
    """Settings that no ``.env`` of the machine can change."""
    return Settings(_env_file=None, data_dir=directory, **values)


@pytest_asyncio.fixture(scope="session")
async def stack(tmp_path_factory) -> AsyncIterator[Stack]:
    directory = tmp_path_factory.mktemp("stack")
    async with embedded_stack(settings_in(directory), search_attributes=ATTRIBUTES) as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def client(stack: Stack) -> Client:
    return await connect(stack.settings, environment={})
