"""Clients as people and the API read them, with owner, team and connection; filtered and sorted in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from models.budgets import limits as app_limits
from models.budgets.limits import AppLimit, later
from models.clients.tables import Client
from models.connections.conditions import login_ends_soon
from models.connections.tables import Connection
from models.grants.tables import Grant
from models.practices.tables import Colleague, Team
from rules.clients.row_actions import RowAction, row_actions
from rules.night.sign_in_ends import WEEK


class ClientStatus(StrEnum):
    """How a client stands with its accounting software: each is one of the first five.

    *Disconnected* asks for those of *not connected* whose connection somebody has ended, *needs a person* for the
    second and third together. *Archived* are none of the first five, and are shown to nobody who does not ask for them.
    """

    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    NEEDS_CLIENT = "needs_client"
    DISCONNECTING = "disconnecting"
    NOT_CONNECTED = "not_connected"
    DISCONNECTED = "disconnected"
    NEEDS_PERSON = "needs_person"
    ARCHIVED = "archived"

    @property
    def label(self) -> str:
        """Its name for people; those of a connection's statuses are the connection's."""
        if (of_connection := next((one for one in ConnectionStatus if one.value == self.value), None)) is not None:
            return of_connection.label
        return "Needs somebody" if self is ClientStatus.NEEDS_PERSON else self.value.replace("_", " ").capitalize()


class ClientSort(StrEnum):
    """What the list can be sorted by: its columns, or what needs a person first and then by name."""

    ATTENTION = "attention"

    NAME = "name"
    CODE = "code"
    OWNER = "owner"
    TEAM = "team"
    STATUS = "status"
    CONNECTED_BY = "connected_by"
    LAST_SYNCED = "last_synced"


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client with its owner, team and connection.

    Attributes:
        client: The client.
        owner_name: Name of the colleague who looks after it.
        team_name: Name of its team; None without one.
        connection: Its connection; None without one.
        login_name: Name of the person whose login the connection uses.
        app_limit: The limit of our whole app that was met last at its accounting software; None when none was.
        ends_soon: Whether that login ends for good within a week, however much it is used.
    """

    client: Client
    owner_name: str
    team_name: str | None
    connection: Connection | None
    login_name: str | None
    ends_soon: bool = False
    app_limit: AppLimit | None = None

    @property
    def limited_until(self) -> datetime | None:
        """When calls are made for it again, by its own limit and by the app's; None when neither was met."""
        return later(self.connection.limited_until, self.app_limit) if self.connection else None

    @property
    def status(self) -> ClientStatus:
        """The state of its connection; ``not_connected`` also when somebody has disconnected it."""
        if self.client.archived_at is not None:
            return ClientStatus.ARCHIVED
        return standing_of(self.connection.status if self.connection else None)

    @property
    def cause(self) -> Cause | None:
        """Why its connection is not healthy; None when it is healthy or there is none."""
        return self.connection.cause if self.connection else None

    @property
    def actions(self) -> Sequence[RowAction]:
        """The steps that may put the client right, the likeliest first."""
        status = self.connection.status if self.connection else None
        is_archived = self.client.archived_at is not None
        return row_actions(status, self.cause, is_archived=is_archived, ends_soon=self.ends_soon)

    @property
    def last_good_at(self) -> datetime | None:
        """When its connection was last seen to work; None when never."""
        return self.connection.last_good_at if self.connection else None

    @property
    def last_synced_at(self) -> datetime | None:
        """When its lists were last pulled; None when never."""
        return self.connection.lists_pulled_at if self.connection else None


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Which clients to find; a field that is None does not filter."""

    search: str | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    status: ClientStatus | None = None
    cause: Cause | None = None
    provider: str | None = None
    ids: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class ClientOrder:
    """How to sort clients; equal ones are sorted by name, then code, and missing values come last."""

    column: ClientSort = ClientSort.NAME
    is_descending: bool = False


BY_NAME = ClientOrder()


async def client_views(
    session: AsyncSession,
    practice_id: UUID,
    at: datetime,
    wanted: ClientFilter,
    order: ClientOrder = BY_NAME,
    *,
    limit: int | None = 100,
    offset: int = 0,
) -> tuple[Sequence[ClientView], int]:
    """One page of the practice's clients, and how many match in all.

    Args:
        session: Any session.
        practice_id: The practice.
        at: This moment: a login that ends within a week of it ends soon.
        wanted: Which clients.
        order: How they are sorted.
        limit: How many at most; all of them when None.
        offset: How many to skip first.
    """
    of_them = filtered(_clients(practice_id, at), wanted, at)
    page = of_them.order_by(*_sorting(order, at)).limit(limit).offset(offset)
    if limit is None:
        found = await _views(session, page)
        return found, offset + len(found)
    counted: Any = select(func.count()).select_from(Client)
    total: Any = (await session.exec(filtered(with_connection(counted, practice_id), wanted, at))).one()
    return await _views(session, page), total


async def client_view(session: AsyncSession, practice_id: UUID, at: datetime, client_id: UUID) -> ClientView | None:
    """One of the practice's clients as it is at a moment, or None; an erased one is none."""
    found = await _views(session, _clients(practice_id, at).where(col(Client.id) == client_id))
    return found[0] if found else None


def standing_of(status: ConnectionStatus | None) -> ClientStatus:
    """How a client stands whose connection has this status; None where it has no connection."""
    if status is None or status is ConnectionStatus.DISCONNECTED:
        return ClientStatus.NOT_CONNECTED
    return ClientStatus(status.value)


async def _views(session: AsyncSession, query: Select[Any]) -> list[ClientView]:
    rows: Sequence[Any] = (await session.exec(query)).all()
    apps = await app_limits.known(session) if rows else {}
    whole: Sequence[Any] = [(*row, apps.get(row[3].provider) if row[3] else None) for row in rows]
    return [ClientView(*one) for one in whole]


def with_connection(query: Select[Any], practice_id: UUID) -> Select[Any]:
    """A query of clients, for those of the practice that are not erased, each with its connection if it has one."""
    current = and_(col(Connection.client_id) == col(Client.id), col(Connection.is_current))
    theirs = query.outerjoin(Connection, current).where(col(Client.practice_id) == practice_id)
    return theirs.where(col(Client.erased_at).is_(None))


def _clients(practice_id: UUID, at: datetime) -> Select[Any]:
    ends_soon = func.coalesce(col(Grant.ends_at) <= at + WEEK, false())
    columns: Any = (Client, Colleague.name, Team.name, Connection, Grant.label, ends_soon)
    query: Select[Any] = select(*columns)
    people = query.select_from(Client).join(Colleague, col(Colleague.id) == col(Client.owner_id))
    return with_connection(people.outerjoin(Team, col(Team.id) == col(Client.team_id)), practice_id).outerjoin(
        Grant, col(Grant.id) == col(Connection.grant_id)
    )


_BROKEN = (ConnectionStatus.NEEDS_RECONNECT, ConnectionStatus.NEEDS_CLIENT)

CHOICES = frozenset(
    cause for cause in Cause if RowAction.LEAVE_LIST_OUT in row_actions(ConnectionStatus.CONNECTED, cause)
)
"""Causes with which a client is connected, and of which only somebody's choice in its settings rids it."""


def _needs_person(at: datetime) -> ColumnElement[bool]:
    return or_(
        login_ends_soon(at),
        col(Connection.status).in_(_BROKEN),
        and_(col(Connection.status) == ConnectionStatus.CONNECTED, col(Connection.cause).in_(CHOICES)),
    )


_URGENCY = case(
    (col(Connection.status).in_(_BROKEN), 0),
    (col(Connection.status) == ConnectionStatus.DISCONNECTING, 1),
    (and_(col(Connection.status) == ConnectionStatus.CONNECTED, col(Connection.cause).is_not(None)), 2),
    (col(Connection.status) == ConnectionStatus.CONNECTED, 3),
    else_=4,
)
"""The order of the column *Status*: broken first, and last those without a connection."""

_COLUMNS: dict[ClientSort, tuple[Any, ...]] = {
    ClientSort.NAME: (func.lower(Client.name),),
    ClientSort.CODE: (col(Client.code),),
    ClientSort.OWNER: (func.lower(Colleague.name), col(Client.owner_id)),
    ClientSort.TEAM: (func.lower(Team.name),),
    ClientSort.STATUS: (_URGENCY, col(Connection.cause)),
    ClientSort.CONNECTED_BY: (func.lower(Grant.label),),
    ClientSort.LAST_SYNCED: (col(Connection.lists_pulled_at),),
}


def _sorting(order: ClientOrder, at: datetime) -> list[Any]:
    needs_attention = order.column is ClientSort.ATTENTION
    by = (case((_needs_person(at), 0), else_=1),) if needs_attention else _COLUMNS[order.column]
    columns = (column.desc() if order.is_descending else column.asc() for column in by)
    return [*(column.nulls_last() for column in columns), func.lower(Client.name), col(Client.code)]


def filtered(query: Select[Any], wanted: ClientFilter, at: datetime) -> Select[Any]:
    """A query of ``with_connection``, for those clients that are wanted, as they are at a moment."""
    if wanted.search:
        found = (col(column).icontains(wanted.search, autoescape=True) for column in (Client.name, Client.code))
        query = query.where(or_(*found))
    archived_at = col(Client.archived_at)
    if wanted.status is ClientStatus.ARCHIVED:
        query = query.where(archived_at.is_not(None))
    else:
        query = query.where(archived_at.is_(None))
    if wanted.status is ClientStatus.NOT_CONNECTED:
        status = col(Connection.status)
        query = query.where(or_(status.is_(None), status == ConnectionStatus.DISCONNECTED))
    elif wanted.status is ClientStatus.NEEDS_PERSON:
        query = query.where(_needs_person(at))
    elif wanted.status not in {None, ClientStatus.ARCHIVED}:
        query = query.where(col(Connection.status) == ConnectionStatus(wanted.status.value))
    if wanted.ids is not None:
        query = query.where(col(Client.id).in_(wanted.ids))
    for column, value in (
        (Client.owner_id, wanted.owner_id),
        (Client.team_id, wanted.team_id),
        (Connection.cause, wanted.cause),
        (Connection.provider, wanted.provider),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    return query
