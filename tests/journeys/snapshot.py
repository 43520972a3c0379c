"""What a journey came to, put back for another test of the same process: every row, and what the stand-in knew of it.

Workflows are not put back: it is for what has come to its end.
"""

import copy
from dataclasses import dataclass, field
from io import BytesIO
from time import monotonic
from typing import Any

import asyncpg
from sqlmodel import SQLModel

from emulators.kit.clock import Clock
from emulators.xero.identity.policies import ACCESS_SECONDS
from emulators.xero.world import World

TABLES = [table.name for table in SQLModel.metadata.sorted_tables]
KNOWN = ("library", "connections", "grants", "settings")
"""What a stand-in's world keeps of a journey; faults and counts are each test's own."""


@dataclass(frozen=True)
class Snapshot:
    """One moment.

    Attributes:
        rows: Of each table, as PostgreSQL copies them.
        known: What the stand-in knew.
        clock: By which it knew it.
        made_at: When, in seconds of a clock that only grows.
    """

    rows: dict[str, bytes]
    known: dict[str, Any]
    clock: Clock
    made_at: float = field(default_factory=monotonic)

    @property
    def is_fresh(self) -> bool:
        """Whether the tokens in it are still good for a while."""
        return monotonic() - self.made_at < ACCESS_SECONDS / 3


async def taken(url: str, world: World) -> Snapshot:
    """How it is now.

    Args:
        url: Of the product's database.
        world: Of the stand-in.
    """
    rows = {}
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for name in TABLES:
            copied = BytesIO()
            await connection.copy_from_table(name, output=copied, format="binary")
            rows[name] = copied.getvalue()
    finally:
        await connection.close()
    known = {name: getattr(world, name) for name in KNOWN}
    return Snapshot(rows, copy.deepcopy(known, {id(world.clock): world.clock}), world.clock)


async def put_back(snapshot: Snapshot, url: str, world: World) -> None:
    """Make it so again, in a database without rows and a new world.

    Args:
        snapshot: How it was.
        url: Of the product's database.
        world: Of the stand-in.
    """
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for name, rows in snapshot.rows.items():
            await connection.copy_to_table(name, source=BytesIO(rows), format="binary")
    finally:
        await connection.close()
    for name, known in copy.deepcopy(snapshot.known, {id(snapshot.clock): world.clock}).items():
        setattr(world, name, known)
