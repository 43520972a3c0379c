"""Lets commands act as a colleague, through ``Operations``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

import typer

from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor
from starter.answers.views import ClientFilter, ClientStatus
from starter.bootstrap import open_operations, read_settings
from starter.operations import Operations

ClientName = Annotated[
    str, typer.Argument(metavar="CLIENT", help="The client's code, as `clients list` shows it, or its id.")
]


@asynccontextmanager
async def acting(email: str | None) -> AsyncIterator[tuple[Operations, Actor]]:
    """All operations, and the colleague to act as.

    Args:
        email: The colleague's address; None for the only admin.

    Raises:
        Refused: There is no such colleague, or not just one admin.
    """
    async with open_operations(read_settings()) as operations:
        yield operations, await operations.colleagues.by_email(email)


@asynccontextmanager
async def acting_on(client: str, email: str | None) -> AsyncIterator[tuple[Operations, Actor, UUID]]:
    """All operations, the colleague to act as, and the id of the client to act on.

    Args:
        client: The client's code, in any case, or its id.
        email: The colleague's address; None for the only admin.

    Raises:
        Refused: There is no such colleague or client, or not just one admin.
    """
    async with acting(email) as (operations, actor):
        yield operations, actor, await client_id_of(operations, actor, client)


async def client_id_of(operations: Operations, actor: Actor, client: str) -> UUID:
    """The id of a client that a command names.

    Args:
        operations: All operations.
        actor: Who asks.
        client: The client's code, in any case, or its id.

    Raises:
        Refused: There is no such client in the practice.
    """
    try:
        return UUID(client)
    except ValueError:
        for status in (None, ClientStatus.ARCHIVED):
            wanted = ClientFilter(search=client, status=status)
            found, _ = await operations.clients.find(actor, wanted, limit=500)
            for view in found:
                if view.client.code.lower() == client.lower():
                    return view.client.id
    message = f"There is no client {client!r} in your practice. `clientsync clients list` shows the codes."
    raise Refused(RefusalCode.NOT_FOUND, message)
