"""The health of all of a practice's connections: one page of them, and numbers by status and by cause."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from models.budgets import limits as app_limits
from models.budgets.limits import AppLimit, later
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant
from models.practices.tables import Colleague


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection with its client, owner and login.

    Attributes:
        connection: The connection.
        client: Its client.
        owner_name: Name of the colleague who looks after the client.
        login_name: Name of the person whose login it uses.
        app_limit: The limit of our whole app that was met last at its accounting software; None when none was.
    """

    connection: Connection
    client: Client
    owner_name: str
    login_name: str
    app_limit: AppLimit | None = None

    @property
    def limited_until(self) -> datetime | None:
        """When calls are made for it again, by its own limit and by the app's; None when neither was met."""
        return later(self.connection.limited_until, self.app_limit)


@dataclass(frozen=True, slots=True)
class HealthPage:
    """A page of connections, those in trouble first, and numbers for all of the practice's connections.

    Attributes:
        views: The page.
        total: How many match over all pages.
        by_status: Numbers by status for the whole practice, whatever the filter.
        by_cause: Numbers by cause for the whole practice, of connections that have one.
    """

    views: Sequence[ConnectionView]
    total: int
    by_status: dict[ConnectionStatus, int]
    by_cause: dict[Cause, int]


async def health_of(
    session: AsyncSession,
    practice_id: UUID,
    *,
    status: ConnectionStatus | None = None,
    cause: Cause | None = None,
    limit: int = 100,
    offset: int = 0,
) -> HealthPage:
    """The practice's current connections, filtered and paged.

    Args:
        session: Any session.
        practice_id: The practice.
        status: Only those with this status.
        cause: Only those with this cause.
        limit: How many at most.
        offset: How many to skip first.
    """
    matching = _views(practice_id)
    if status is not None:
        matching = matching.where(col(Connection.status) == status)
    if cause is not None:
        matching = matching.where(col(Connection.cause) == cause)
    total = (await session.exec(select(func.count()).select_from(matching.subquery()))).one()
    in_order = matching.order_by(col(Connection.cause).is_(None), func.lower(Client.name), col(Client.code))
    rows: Sequence[Any] = (await session.exec(in_order.limit(limit).offset(offset))).all()
    by_status: Counter[ConnectionStatus] = Counter()
    by_cause: Counter[Cause] = Counter()
    counted = (
        select(Connection.status, Connection.cause, func.count())
        .where(Connection.practice_id == practice_id, col(Connection.is_current))
        .group_by(col(Connection.status), col(Connection.cause))
    )
    for has_status, has_cause, count in (await session.exec(counted)).all():
        by_status[ConnectionStatus(has_status)] += count
        if has_cause is not None:
            by_cause[Cause(has_cause)] += count
    apps = await app_limits.known(session)
    whole: Sequence[Any] = [(*row, apps.get(row[0].provider)) for row in rows]
    views = [ConnectionView(*one) for one in whole]
    return HealthPage(views, total, by_status, by_cause)


def _views(practice_id: UUID) -> Select[Any]:
    query = (
        select(Connection, Client, Colleague.name, Grant.label)
        .join(Client, col(Client.id) == col(Connection.client_id))
        .join(Colleague, col(Colleague.id) == col(Client.owner_id))
        .join(Grant, col(Grant.id) == col(Connection.grant_id))
        .where(col(Connection.practice_id) == practice_id, col(Connection.is_current))
    )
    return cast("Select[Any]", query)
