"""Clients as people and the API read them: with owner, team and connection, searched and filtered in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from contracts.causes import Cause
from contracts.runs import ConnectionStatus
from models.client import Client
from models.connection import Connection
from models.grant import Grant
from models.practice import Colleague, Team


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client with the people and the connection around it.

    Attributes:
        client: The client.
        owner_name: Who looks after it.
        team_name: Its team, if it has one.
        connection: Its connection, if it has one.
        login_name: Whose login at the provider the connection uses.
    """

    client: Client
    owner_name: str
    team_name: str | None
    connection: Connection | None
    login_name: str | None


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Which clients are wanted; what is None does not filter."""

    search: str | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    status: ConnectionStatus | None = None
    cause: Cause | None = None


async def client_views(
    session: AsyncSession, practice_id: UUID, wanted: ClientFilter, *, limit: int = 100, offset: int = 0
) -> tuple[Sequence[ClientView], int]:
    """A page of the practice's clients by name, and how many match in all."""
    matching = _filtered(_clients(practice_id), wanted)
    total = (await session.exec(select(func.count()).select_from(matching.subquery()))).one()
    page = matching.order_by(func.lower(Client.name), col(Client.code)).limit(limit).offset(offset)
    return await _views(session, page), total


async def client_view(session: AsyncSession, practice_id: UUID, client_id: UUID) -> ClientView | None:
    """One of the practice's clients, or None."""
    found = await _views(session, _clients(practice_id).where(col(Client.id) == client_id))
    return found[0] if found else None


async def _views(session: AsyncSession, query: Select[Any]) -> list[ClientView]:
    rows: Sequence[Any] = (await session.exec(query)).all()
    return [ClientView(*row) for row in rows]


def _clients(practice_id: UUID) -> Select[Any]:
    query: Select[Any] = (
        select(Client, Colleague.name, Team.name, Connection, Grant.display_name)  # type: ignore[call-overload]  # five columns are more than its overloads know
        .join(Colleague, col(Colleague.id) == col(Client.owner_id))
        .outerjoin(Team, col(Team.id) == col(Client.team_id))
        .outerjoin(Connection, and_(col(Connection.client_id) == col(Client.id), col(Connection.is_current)))
        .outerjoin(Grant, col(Grant.id) == col(Connection.grant_id))
        .where(col(Client.practice_id) == practice_id)
    )
    return query


def _filtered(query: Select[Any], wanted: ClientFilter) -> Select[Any]:
    if wanted.search:
        found = (col(column).icontains(wanted.search, autoescape=True) for column in (Client.name, Client.code))
        query = query.where(or_(*found))
    for column, value in (
        (Client.owner_id, wanted.owner_id),
        (Client.team_id, wanted.team_id),
        (Connection.status, wanted.status),
        (Connection.cause, wanted.cause),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    return query
