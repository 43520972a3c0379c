"""How soon each end of a database connection notices that the other end is gone without closing the connection.

A machine that loses power, or a network that fails, closes nothing. By default we would then wait for an answer for
ever, or for a quarter of an hour where data of ours is unacknowledged. The server would keep the transaction of a lost
worker, and the rows that it has locked, for two hours. A database that is merely slow or stopped is not affected,
because its machine goes on acknowledging.

A proxy between the two that keeps both of its connections acknowledges for an end that is gone. So the server also ends
a transaction in which nothing was sent for longer than any of ours is silent.
"""

import socket
from typing import Any

import asyncpg

_IDLE, _INTERVAL, _COUNT = 15, 5, 3
_MISSED_AFTER = _IDLE + _INTERVAL * _COUNT
"""Seconds, at both ends. A cut that is shorter costs no connection."""

_SILENT = 60
"""Seconds between two statements of a transaction. The longest wait of ours is for the comparison of long lists, some
seconds on a busy machine; whoever was stopped for longer begins anew."""

_OPTIONS = (
    ("TCP_KEEPIDLE", _IDLE),
    ("TCP_KEEPINTVL", _INTERVAL),
    ("TCP_KEEPCNT", _COUNT),
    ("TCP_USER_TIMEOUT", _MISSED_AFTER * 1000),
)
"""By Linux's names; a system that lacks one of them does without."""

_SERVERS_END = (
    f"SET tcp_keepalives_idle = {_IDLE}; SET tcp_keepalives_interval = {_INTERVAL}; "
    f"SET tcp_keepalives_count = {_COUNT}; SET tcp_user_timeout = '{_MISSED_AFTER}s'; "
    f"SET idle_in_transaction_session_timeout = '{_SILENT}s'"
)


async def watch(connection: asyncpg.Connection, *, is_shared: bool) -> None:
    """Set keepalive and time-outs on both ends of a new connection.

    Args:
        connection: The driver's connection.
        is_shared: Whether a pooler gives the server's connection to others with the next transaction; nothing is set on
            the server then.
    """
    transport: Any = getattr(connection, "_transport", None)  # the driver has no parameter for it
    ours = transport.get_extra_info("socket") if transport is not None else None
    if ours is not None and ours.family in {socket.AF_INET, socket.AF_INET6}:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _OPTIONS:
            if hasattr(socket, name):
                ours.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if not is_shared:
        # Not with the connection's first words, which a pooler in session mode may refuse.
        await connection.execute(_SERVERS_END)
