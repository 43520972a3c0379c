"""A database, or one of us, that is gone without a word is missed within half a minute by whoever is left."""

import socket
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.kit.database import Database
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


async def test_behind_a_pooler_the_server_is_told_nothing(database_url: str):
    """Its connection is another's with the next transaction."""
    database = Database(for_a_pooler(database_url))
    try:
        async with database.engine.connect() as connection:
            assert (await socket_of(connection)).getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert await told_by(connection) != THEIRS
    finally:
        await database.close()
