"""How the bare script stores: everything that has arrived, one COPY for each table, and one commit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from bench.harness.databases import PROVIDER
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import RowKind
from contracts.words.standard_information import Row
from models.lists.tables import TABLE_OF
from rules.clients.client_codes import client_code
from rules.lists.list_changes import MEMBER_FLAGS

FEWEST_AT_ONCE = 24
"""Organisations in a transaction, but for the last: a COPY has a price of its own, whatever it carries."""

Record = tuple[Any, ...]
_CLIENT = ("id", "practice_id", "name", "code", "owner_id", "company_number", "tax_number", "created_at")
_CONNECTION = (
    *("id", "practice_id", "client_id", "provider", "organisation_id", "organisation_name", "grant_id"),
    *("provider_connection_id", "status", "last_good_at", "lists_pulled_at", "created_at"),
)
_RECEIPT = ("connection_id", "list_name", "rows", "added", "changed", "gone", "pulled_at", "attempted_at")


@dataclass(slots=True)
class Found:
    """An organisation with the rows that were read of it."""

    organisation_id: str
    name: str
    pair_id: str | None
    rows: dict[RowKind, list[Row]] = field(default_factory=dict)


class Store:
    """Writes organisations as they arrive.

    Args:
        pool: As many connections as there are tasks that store.
        practice_id: The practice.
        colleague_id: Owner of every client.
        grant_id: The grant of every connection.
    """

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", practice_id: UUID, colleague_id: UUID, grant_id: UUID
    ) -> None:
        self._pool = pool
        self._practice_id, self._colleague_id, self._grant_id = practice_id, colleague_id, grant_id
        self._waiting: list[Found] = []
        self._arrived = asyncio.Event()
        self._is_ended = False
        self._number = 0

    def add(self, organisation: Found) -> None:
        """Add an organisation to those that are to be stored."""
        self._waiting.append(organisation)
        if len(self._waiting) >= FEWEST_AT_ONCE:
            self._arrived.set()

    def end(self) -> None:
        """Tell that no more organisations will come."""
        self._is_ended = True
        self._arrived.set()

    async def keep_storing(self) -> None:
        """Store until the end; several may do so at once."""
        while self._waiting or not self._is_ended:
            await self._arrived.wait()
            batch, self._waiting = self._waiting, []
            if not self._is_ended:
                self._arrived.clear()
            if batch:
                await self._write(batch)

    async def _write(self, batch: Sequence[Found]) -> None:
        at = datetime.now(UTC)
        ids = [uuid4() for _ in batch]
        async with self._pool.acquire() as connection, connection.transaction():
            clients = [uuid4() for _ in batch]
            rows = [self._client(client_id, found, at) for client_id, found in zip(clients, batch, strict=True)]
            await connection.copy_records_to_table("clients", columns=_CLIENT, records=rows)
            pairs = [self._connection(*identity, at) for identity in zip(ids, clients, batch, strict=True)]
            await connection.copy_records_to_table("connections", columns=_CONNECTION, records=pairs)
            for kind, table in TABLE_OF.items():
                # The fingerprint is what a later pull compares with; a script that forgets has none.
                records = [
                    (identity, b"", at, *row)
                    for identity, found in zip(ids, batch, strict=True)
                    for row in found.rows[kind]
                ]
                if records:
                    columns = ("connection_id", "fingerprint", "changed_at", *_fields(kind, batch))
                    await connection.copy_records_to_table(str(table.__tablename__), columns=columns, records=records)
            receipts = [
                receipt
                for identity, found in zip(ids, batch, strict=True)
                for receipt in _receipts(identity, found, at)
            ]
            await connection.copy_records_to_table("receipts", columns=_RECEIPT, records=receipts)

    def _client(self, client_id: UUID, found: Found, at: datetime) -> Record:
        self._number += 1
        profile: Any = found.rows[RowKind.ORGANISATION][0]
        code = client_code(found.name, self._number)
        numbers = (profile.registration_number, profile.tax_number)
        return (client_id, self._practice_id, found.name, code, self._colleague_id, *numbers, at)

    def _connection(self, identity: UUID, client_id: UUID, found: Found, at: datetime) -> Record:
        ours = (identity, self._practice_id, client_id, PROVIDER, found.organisation_id, found.name, self._grant_id)
        return (*ours, found.pair_id, ConnectionStatus.CONNECTED.value, at, at, at)


def _fields(kind: RowKind, batch: Sequence[Found]) -> tuple[str, ...]:
    first = next(rows[0] for found in batch if (rows := found.rows[kind]))
    return first._fields


def _receipts(identity: UUID, found: Found, at: datetime) -> list[Record]:
    receipts = []
    for kind, rows in found.rows.items():
        for name in kind.lists:
            flag = MEMBER_FLAGS.get(name)
            count = sum(bool(getattr(row, flag)) for row in rows) if flag else len(rows)
            receipts.append((identity, name.value, count, count, 0, 0, at, at))
    return receipts
