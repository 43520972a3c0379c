"""A database, or one of us, that is gone without a word is missed within half a minute by whoever is left."""

import socket
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.kit.database import Database
from models.kit.database_away import is_away
from models.kit.database_url import for_a_pooler

MISSED_WITHIN = 30
OURS = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, MISSED_WITHIN * 1000),
)
THEIRS = {
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "idle_in_transaction_session_timeout": "1min",
}


async def socket_of(connection: AsyncConnection) -> Any:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    return driver._transport.get_extra_info("socket")


async def told_by(connection: AsyncConnection) -> dict[str, str]:
    """What the server's own end of the connection is set to; it reads it from the socket."""
    return {name: (await connection.execute(text(f"SHOW {name}"))).scalar_one() for name in THEIRS}


async def test_both_ends_miss_each_other(database: Database):
    async with database.engine.connect() as connection:
        ours = await socket_of(connection)
        for level, option, value in OURS:
            assert ours.getsockopt(level, option) == value
        assert await told_by(connection) == THEIRS


async def test_it_is_so_after_a_rollback_and_for_the_next_user(database: Database):
    async with database.session() as session:
        await (await session.connection()).execute(text("SELECT 1"))
        await session.rollback()
    async with database.engine.connect() as connection:
        assert await told_by(connection) == THEIRS


async def test_a_transaction_that_nobody_goes_on_with_is_ended_and_begun_anew(
    database: Database, second_database: Database
):
    """Whoever holds it may be gone behind something that keeps the connection, and its locks would stay for ever."""
    async with database.session() as session:
        await (await session.connection()).execute(text("SET LOCAL idle_in_transaction_session_timeout = '10ms'"))
        holder = (await session.exec(text("SELECT pg_backend_pid()"))).scalar_one()  # type: ignore[call-overload]
        async with second_database.engine.connect() as other:
            gone = text("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = :pid)")
            while not (await other.execute(gone, {"pid": holder})).scalar_one():
                await other.rollback()  # each look is a new one
        with pytest.raises(DBAPIError) as error:
            await (await session.connection()).execute(text("SELECT 1"))
    assert is_away(error.value)


async def test_behind_a_pooler_the_server_is_told_nothing(database_url: str):
    """Its connection is another's with the next transaction."""
    database = Database(for_a_pooler(database_url))
    try:
        async with database.engine.connect() as connection:
            assert (await socket_of(connection)).getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert await told_by(connection) != THEIRS
    finally:
        await database.close()
