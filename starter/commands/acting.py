"""What ``runs`` and ``clients`` commands share: they act as a colleague, through the one door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starter.actor import Actor
from starter.bootstrap import open_operations, read_settings
from starter.operations import Operations


@asynccontextmanager
async def acting(email: str | None) -> AsyncIterator[tuple[Operations, Actor]]:
    """The one door, and the colleague to act as.

    Args:
        email: Whom to act as; the only admin when None.

    Raises:
        Refused: There is no such colleague, or not just one admin.
    """
    async with open_operations(read_settings()) as operations:
        yield operations, await operations.colleagues.by_email(email)
