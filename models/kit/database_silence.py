"""How soon the two ends of a database connection miss each other when one of them is gone without a word.

A machine that loses its power, or a network that loses its way, closes nothing. Left to themselves, we would wait for
an answer for ever, or for a quarter of an hour where something of ours is still unacknowledged; and the server would
keep the transaction of a worker that is gone, with the rows that it has locked, for two hours. A database that is only
slow, or stopped, is not missed: its machine goes on acknowledging.

Something between the two may acknowledge for whoever is gone, such as a proxy that keeps both of its connections. So
the server also ends a transaction in which nothing was said for longer than any of ours is silent.
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
    """Let both ends of a new connection look whether the other one is there.

    Args:
        connection: The driver's.
        is_shared: A pooler gives others the server's connection with the next transaction: nothing is set there.
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
