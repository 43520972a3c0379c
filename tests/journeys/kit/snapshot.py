"""What a journey came to, put back for another test of the same process: every row, and what the stand-in knew of it.

Workflows are not put back: it is for what has come to its end.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from time import monotonic
from typing import Any

import asyncpg
from sqlmodel import SQLModel

from emulators.kit.clock import Clock
from emulators.kit.world import World

TABLES = [table.name for table in SQLModel.metadata.sorted_tables]
KNOWN = ("library", "connections", "grants", "settings")
"""What a stand-in's world keeps of a journey; faults and counts are each test's own."""


@dataclass(frozen=True)
class Snapshot:
    """One moment.

    Attributes:
        rows: Of each table, as PostgreSQL copies them.
        known: What each stand-in knew.
        clocks: By which they knew it.
        good_for: How long their access tokens are good, in seconds.
        made_at: When, in seconds of a clock that only grows.
    """

    rows: dict[str, bytes]
    known: list[dict[str, Any]]
    clocks: list[Clock]
    good_for: float
    made_at: float = field(default_factory=monotonic)

    @property
    def is_fresh(self) -> bool:
        """Whether the tokens in it are still good for a while."""
        return monotonic() - self.made_at < self.good_for / 3


async def taken(url: str, worlds: Sequence[World]) -> Snapshot:
    """How it is now.

    Args:
        url: Of the product's database.
        worlds: Of the stand-ins.
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
    known = [
        copy.deepcopy({name: getattr(world, name) for name in KNOWN}, {id(world.clock): world.clock})
        for world in worlds
    ]
    good_for = min(world.policies.access_seconds for world in worlds)
    return Snapshot(rows, known, [world.clock for world in worlds], good_for)


async def put_back(snapshot: Snapshot, url: str, worlds: Sequence[World]) -> None:
    """Make it so again, in a database without rows and a new world.

    Args:
        snapshot: How it was.
        url: Of the product's database.
        worlds: Of the stand-ins, in the same order.
    """
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for name, rows in snapshot.rows.items():
            await connection.copy_to_table(name, source=BytesIO(rows), format="binary")
    finally:
        await connection.close()
    for world, clock, knew in zip(worlds, snapshot.clocks, snapshot.known, strict=True):
        for name, known in copy.deepcopy(knew, {id(clock): world.clock}).items():
            setattr(world, name, known)
