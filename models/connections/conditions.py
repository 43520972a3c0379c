"""Conditions on connections, each under one name: in SQL of a table ``connections c``, some also as expressions.

``c.is_current`` alone is none of them: a column, whatever the connection's status. The statuses stand in
``contracts.words.connections``.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import aliased
from sqlmodel import col

from contracts.words.connections import LIVING, ConnectionStatus
from models.connections.tables import Connection
from models.grants.tables import Grant
from rules.night.sign_in_ends import WEEK


def has_living_status(table: str) -> str:
    """``HAS_LIVING_STATUS`` of a table of another name, such as ``before``."""
    statuses = ", ".join(f"'{status.value}'" for status in LIVING)
    return f"{table}.status IN ({statuses})"


HAS_LIVING_STATUS: Final = has_living_status("c")
"""Calls are made for it; also for one that is no client's current one, such as new books that nobody has confirmed."""

IS_LIVING: Final = f"c.is_current AND {HAS_LIVING_STATUS}"
"""A client's connection that is in use: neither disconnected nor about to be."""

IS_CONNECTED: Final = f"c.is_current AND c.status = '{ConnectionStatus.CONNECTED.value}'"
"""A living connection in which nobody has to do anything: all is well, or what is wrong passes."""

IS_HEALTHY: Final = f"{IS_CONNECTED} AND c.cause IS NULL"
"""A living connection in which nothing is wrong."""

NEEDS_REPAIR: Final = f"""{IS_LIVING}
    AND (c.status <> '{ConnectionStatus.CONNECTED.value}' OR c.cause IS NOT NULL OR g.status = 'signed_out')"""
"""A living connection that does not work, or will not, since its login ``grants g`` is dead."""

IS_NOT_ENDED: Final = f"c.status <> '{ConnectionStatus.DISCONNECTED.value}'"
"""It is in use, or somebody may still stop its disconnecting: its books are taken."""

IS_HELD: Final = f"c.is_current AND {IS_NOT_ENDED}"
"""A client's connection that is not ended: the client has one, so that no other can be linked to it."""


def is_not_ended() -> ColumnElement[bool]:
    """``IS_NOT_ENDED`` as an expression."""
    return col(Connection.status) != ConnectionStatus.DISCONNECTED


def is_held() -> ColumnElement[bool]:
    """``IS_HELD`` as an expression."""
    return and_(col(Connection.is_current), is_not_ended())


def login_ends_soon(at: datetime) -> ColumnElement[bool]:
    """All is well at a moment, and a week later it is not unless somebody signs in: its login ends for good by then."""
    login = aliased(Grant)  # of a query that need not know it otherwise
    return and_(
        col(Connection.status) == ConnectionStatus.CONNECTED,
        col(Connection.cause).is_(None),
        exists().where(col(login.id) == col(Connection.grant_id), col(login.ends_at) <= at + WEEK),
    )
