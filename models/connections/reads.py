"""One client's connection as it is managed: found by practice and client, with its login and the login's other uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import ListName, Lists
from models.budgets import limits as app_limits
from models.budgets.limits import AppLimit, later
from models.clients.tables import Client
from models.connections import receipts
from models.connections.conditions import is_held, is_not_ended
from models.connections.tables import Connection, ConnectionChange, Receipt
from models.grants.tables import Grant


@dataclass(frozen=True, slots=True)
class Managed:
    """A client with its current connection and the login that it uses.

    Attributes:
        client: The client.
        connection: Its current connection.
        login_name: Name of the person whose login it uses.
        app_limit: The limit of our whole app that was met last at its accounting software; None when none was.
        sign_in_ends_at: When its sign-in ends for good, however much it is used; None if it does not.
    """

    client: Client
    connection: Connection
    login_name: str
    sign_in_ends_at: datetime | None = None
    app_limit: AppLimit | None = None

    @property
    def limited_until(self) -> datetime | None:
        """When calls are made for it again, by its own limit and by the app's; None when neither was met."""
        return later(self.connection.limited_until, self.app_limit)


@dataclass(frozen=True, slots=True)
class Details:
    """Receipts and the last change of books of a connection, and which lists there can be.

    Attributes:
        lists: The lists that its accounting software has, those together that are read together.
        receipts: The receipt of each list that was ever read or tried.
        change: The latest change of books that led to this connection and was not undone.
        old_name: Name of the organisation before that change.
    """

    lists: Sequence[Lists]
    receipts: dict[ListName, Receipt]
    change: ConnectionChange | None
    old_name: str | None

    @property
    def offered(self) -> Lists:
        """All lists that the accounting software has."""
        return tuple(name for lists in self.lists for name in lists)


@dataclass(frozen=True, slots=True)
class LoginUses:
    """What else uses a connection's login.

    Attributes:
        clients: Other clients of the practice whose connection uses the same login.
        shares_books: Whether another practice's client uses the same login for the same books, so that removing the
            pair at the provider would end that connection too.
    """

    clients: int
    shares_books: bool


async def managed(
    session: AsyncSession, practice_id: UUID, client_id: UUID, *, is_locked: bool = False
) -> Managed | None:
    """The current connection of one of the practice's clients, or None.

    Args:
        session: Any session; a transaction when it locks.
        practice_id: The practice; a client of another practice is not found.
        client_id: The client.
        is_locked: Lock the connection against other changes.
    """
    query = (
        select(Client, Connection, Grant.label, Grant.ends_at)
        .join(Connection, col(Connection.client_id) == col(Client.id))
        .join(Grant, col(Grant.id) == col(Connection.grant_id))
        .where(Client.practice_id == practice_id, Client.id == client_id, col(Connection.is_current))
    )
    if is_locked:
        query = query.with_for_update(of=Connection, key_share=True).execution_options(populate_existing=True)
    found: Any = (await session.exec(query)).one_or_none()
    if not found:
        return None
    apps = await app_limits.known(session)
    whole: Any = (*found, apps.get(found[1].provider))
    return Managed(*whole)


async def has_client(session: AsyncSession, practice_id: UUID, client_id: UUID) -> bool:
    """Whether the practice has this client; an erased one it has not."""
    query = select(Client.id).where(Client.practice_id == practice_id, Client.id == client_id)
    query = query.where(col(Client.erased_at).is_(None))
    return (await session.exec(query)).one_or_none() is not None


async def details(session: AsyncSession, connection: Connection, lists: Sequence[Lists]) -> Details:
    """Receipts and the latest change of books of a connection; the caller has checked that the actor may see it."""
    query = (
        select(ConnectionChange, Connection.organisation_name)
        .join(Connection, col(Connection.id) == col(ConnectionChange.old_connection_id))
        .where(ConnectionChange.new_connection_id == connection.id, col(ConnectionChange.undone_at).is_(None))
        .order_by(col(ConnectionChange.changed_at).desc())
        .limit(1)
    )
    change, old_name = (await session.exec(query)).first() or (None, None)
    return Details(lists, await receipts.receipts_of(session, connection.id), change, old_name)


async def login_uses(session: AsyncSession, connection: Connection) -> LoginUses:
    """What else uses the login of a connection."""
    others = (
        select(func.count())
        .select_from(Connection)
        .where(Connection.grant_id == connection.grant_id, Connection.id != connection.id)
    )
    ours = others.where(Connection.practice_id == connection.practice_id, is_held())
    same_books = others.where(
        Connection.provider == connection.provider,
        Connection.organisation_id == connection.organisation_id,
        is_not_ended(),
    )
    return LoginUses(clients=(await session.exec(ours)).one(), shares_books=(await session.exec(same_books)).one() > 0)
