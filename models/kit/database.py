"""The only way to PostgreSQL: an async engine with its pool, and the sessions in which callers work.

A session does not commit by itself. ``transaction()`` commits everything inside it at its end; in ``reading()`` nothing
can be changed, and nothing is waited for but the answers.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

import orjson
from sqlalchemy import AdaptedConnection, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from models import tables  # noqa: F401  # the metadata must be whole before the first flush
from models.kit.database_away import connect
from models.kit.database_url import connecting, is_for_a_pooler

T = TypeVar("T")


def engine_for(url: str, *, pool_size: int = 5, max_overflow: int = 5, **options: Any) -> AsyncEngine:
    """An engine for ``url`` whose JSON columns use orjson, and whose errors show no values.

    Raises:
        UnusableUrlError: The URL cannot be used; the text says why and shows no password.
    """
    address, told = connecting(url)
    told["async_creator_fn"] = connect
    engine = create_async_engine(
        address,
        pool_size=pool_size,
        max_overflow=max_overflow,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        hide_parameters=True,  # error texts go to logs and to Temporal, and parameters are people's data
        connect_args=told,
        **options,
    )
    event.listen(engine.sync_engine, "checkout", _is_open)
    return engine


def _is_open(adapted: AdaptedConnection, *_: object) -> None:
    """Make the pool replace a connection that the server has closed while nobody used it, such as at a restart."""
    if adapted.driver_connection.is_closed():
        raise DisconnectionError


_CHANGES: Final = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|FOR SHARE|FOR KEY SHARE)\b")


class ReadOnlyError(Exception):
    """A session for reading was to change or to lock something."""


@lru_cache(maxsize=2_000)
def _changes(statement: str) -> bool:
    return _CHANGES.search(statement) is not None


def _only_reads(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    if _changes(statement):
        raise ReadOnlyError(f"This session is for reading: {statement[:60]}")


class Database:
    """A pool of connections to one database; one for each process.

    Args:
        url: PostgreSQL's URL.
        pool_size: Connections kept open.
        max_overflow: Connections opened beyond that while all are in use.
        engine: An existing pool for ``url``; a new one is made when None.

    Attributes:
        engine: The pool.
        shares_connections: Whether a pooler in front gives each transaction another connection.
    """

    def __init__(
        self, url: str, *, pool_size: int = 10, max_overflow: int = 10, engine: AsyncEngine | None = None
    ) -> None:
        self.engine = engine or engine_for(url, pool_size=pool_size, max_overflow=max_overflow)
        self.shares_connections = is_for_a_pooler(url)
        # A transaction costs two more round trips. Where transactions share connections there must be one, or a
        # statement is prepared on one connection and asked for on another.
        alone = {} if self.shares_connections else {"isolation_level": "AUTOCOMMIT"}
        self._reading = self.engine.execution_options(**alone)
        event.listen(self._reading.sync_engine, "before_cursor_execute", _only_reads)
        self._finishing: set[asyncio.Task[Any]] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._rooms: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session; changes that are not committed are rolled back at its end."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for statements that read: each sees what is committed when it begins, as in any other session.

        Raises:
            ReadOnlyError: A statement that changes or locks something was not executed.
        """
        async with AsyncSession(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session in a transaction, which is committed at its end and rolled back on any error."""
        async with self.session() as session, session.begin():
            yield session

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Let one task at a time in this process work under ``name``; waiting tasks hold no connection."""
        lock = self._turns.setdefault(name, asyncio.Lock())
        async with lock:
            yield

    @asynccontextmanager
    async def room(self, name: str, size: int) -> AsyncIterator[None]:
        """Let at most ``size`` tasks at a time in this process work under ``name``; waiting ones hold no connection."""
        places = self._rooms.setdefault(name, asyncio.Semaphore(size))
        async with places:
            yield

    async def to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` to its end even if the caller is cancelled; ``close`` waits for it."""
        task = asyncio.create_task(work)
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        return await asyncio.shield(task)

    async def finish(self) -> None:
        """Wait for the work that ``to_the_end`` has begun."""
        if self._finishing:
            await asyncio.wait(self._finishing)

    async def close(self) -> None:
        """Wait for unfinished work, then close every connection."""
        await self.finish()
        await self.engine.dispose()


async def answers(session: AsyncSession) -> None:
    """Send an empty query, which fails when the database does not answer."""
    await (await session.connection()).execute(text("SELECT 1"))


async def only_reads(session: AsyncSession) -> bool:
    """Whether the database refuses changes, such as a server that another one is about to replace."""
    found = await (await session.connection()).execute(text("SELECT pg_is_in_recovery()"))
    return bool(found.scalar_one())
