"""A finding of the judge, and the data that it judges."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import asyncpg

Row = dict[str, Any]


class Finding(NamedTuple):
    """One broken promise.

    Attributes:
        rule: The promise, in a few words.
        about: The run, client, connection or login.
        what: What was found.
    """

    rule: str
    about: str
    what: str

    def __str__(self) -> str:
        """In one line."""
        return f"{self.rule}: {self.about}: {self.what}"


@dataclass(frozen=True, slots=True)
class Books:
    """The product's tables at one moment, read in one transaction, and the log of all changes."""

    runs: Sequence[Row]
    organisations: Sequence[Row]
    connections: Sequence[Row]
    clients: Sequence[Row]
    grants: Sequence[Row]
    receipts: Sequence[Row]
    events: Sequence[Row]
    notices: Sequence[Row]
    log: Sequence[Row]
    now: float


async def read(url: str) -> Books:
    """Read everything that is judged from the database.

    Args:
        url: Address of the database, for asyncpg.
    """
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            tables = {name: await _rows(connection, query) for name, query in _QUERIES.items()}
            now = (await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")) or 0.0
    finally:
        await connection.close()
    for row in tables["notices"]:
        row["tells_of"] = json.loads(row["tells_of"]) if row["tells_of"] else None
    for row in tables["log"]:
        row["before"] = json.loads(row["before"]) if row["before"] else None
        row["after"] = json.loads(row["after"])
    return Books(**tables, now=now)


async def _rows(connection: "asyncpg.Connection[asyncpg.Record]", query: str) -> list[Row]:
    return [dict(row) for row in await connection.fetch(query)]


_QUERIES = {
    "runs": "SELECT * FROM runs ORDER BY created_at",
    "organisations": "SELECT * FROM run_organisations ORDER BY run_id, position",
    "connections": "SELECT *, extract(epoch FROM greatest(limited_until, "
    "(SELECT max(until) FROM provider_limits l WHERE l.provider = connections.provider)))::float8 AS limited, "
    "extract(epoch FROM pull_until)::float8 AS leased FROM connections ORDER BY id",
    "clients": "SELECT * FROM clients ORDER BY id",
    "grants": "SELECT id, account_key, status, generation FROM grants ORDER BY id",
    "receipts": "SELECT * FROM receipts",
    "events": "SELECT * FROM events ORDER BY id",
    "notices": "SELECT n.id, n.tells_of, n.sent_at, c.email, c.deactivated_at IS NOT NULL "
    "OR greatest(n.next_try_at, n.claimed_until) > now() AS waits "
    "FROM notices n JOIN colleagues c ON c.id = n.colleague_id",
    "log": "SELECT id, extract(epoch FROM at)::float8 AS at, tx::text AS tx, what, key, before, after "
    "FROM torture.log ORDER BY id",
}
