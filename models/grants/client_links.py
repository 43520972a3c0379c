"""Queries of links by which a client's own people sign in for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.client_links import LinkState, MailState
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import ClientLink, ClientLinkMail, ClientLinkUse, ConsentAttempt
from models.practices.tables import Colleague, Practice
from rules.clients.sign_in_links import LinkFacts, state_of


@dataclass(frozen=True, slots=True)
class ClientLinkView:
    """A link with what is said about it.

    Attributes:
        link: The link.
        client: For whom.
        connection: The client's books.
        practice: Who reads them.
        sender: Who sent it.
        used_at: When somebody signed in by it; None if nobody has.
        revoked_by: Name of whoever has taken it back.
        mail: What has become of the latest mail with it; None where none was sent.
    """

    link: ClientLink
    client: Client
    connection: Connection
    practice: Practice
    sender: Colleague
    used_at: datetime | None
    revoked_by: str | None
    mail: MailState | None

    def state(self, at: datetime) -> LinkState:
        """What has become of it; see ``rules.clients.sign_in_links``."""
        facts = LinkFacts(
            is_used=self.used_at is not None,
            is_withdrawn=self.link.revoked_at is not None,
            expires_at=self.link.expires_at,
            has_sender_left=self.sender.deactivated_at is not None,
            is_archived=self.client.archived_at is not None,
            is_current=(self.connection.provider, self.connection.organisation_id)
            == (self.link.provider, self.link.organisation_id),
            was_ended=self.link.was_ended,
            status=self.connection.status,
        )
        return state_of(facts, at)


async def _found(session: AsyncSession, *which: Any) -> Sequence[ClientLinkView]:
    revoker = aliased(Colleague)
    mail = (
        select(ClientLinkMail.state)
        .where(ClientLinkMail.token_hash == ClientLink.token_hash)
        .order_by(col(ClientLinkMail.created_at).desc())
        .limit(1)
        .scalar_subquery()
    )
    columns: Any = (ClientLink, Client, Connection, Practice, Colleague, ClientLinkUse.used_at, revoker.name, mail)
    query: Any = (
        select(*columns)
        .join(Client, col(Client.id) == col(ClientLink.client_id))
        .join(Connection, and_(col(Connection.client_id) == col(Client.id), col(Connection.is_current)))
        .join(Practice, col(Practice.id) == col(ClientLink.practice_id))
        .join(Colleague, col(Colleague.id) == col(ClientLink.colleague_id))
        .outerjoin(ClientLinkUse, col(ClientLinkUse.link_id) == col(ClientLink.id))
        .outerjoin(revoker, col(revoker.id) == col(ClientLink.revoked_by_id))
        .where(*which)
        .order_by(col(ClientLink.created_at).desc(), col(ClientLink.id))
    )
    return [ClientLinkView(*row) for row in (await session.exec(query)).all()]


async def by_token(session: AsyncSession, token_hash: bytes) -> ClientLinkView | None:
    """A link by the hash of its secret, whether or not it can still be used."""
    return next(iter(await _found(session, ClientLink.token_hash == token_hash)), None)


async def by_id(session: AsyncSession, link_id: UUID) -> ClientLinkView | None:
    """A link by its id."""
    return next(iter(await _found(session, ClientLink.id == link_id)), None)


async def of_client(session: AsyncSession, practice_id: UUID, client_id: UUID) -> Sequence[ClientLinkView]:
    """The links that were made for a client, newest first."""
    return await _found(session, ClientLink.practice_id == practice_id, ClientLink.client_id == client_id)


async def made_since(session: AsyncSession, practice_id: UUID, since: datetime) -> int:
    """How many links a practice has made since a moment."""
    query = select(func.count()).select_from(ClientLink)
    return (await session.exec(query.where(ClientLink.practice_id == practice_id, ClientLink.created_at > since))).one()


async def begun_by(session: AsyncSession, link_id: UUID) -> int:
    """How many sign-ins were begun by a link."""
    query = select(func.count()).select_from(ConsentAttempt).where(ConsentAttempt.client_link_id == link_id)
    return (await session.exec(query)).one()


async def use(session: AsyncSession, link_id: UUID, at: datetime) -> bool:
    """Use a link up, once; False when another sign-in has. Whoever does so at the same time waits for this transaction.

    Args:
        session: The transaction that stores what the sign-in brought.
        link_id: The link.
        at: This moment.
    """
    first = insert(ClientLinkUse).values(link_id=link_id, used_at=at).on_conflict_do_nothing()
    return bool((await session.exec(first)).rowcount)


async def note_run(session: AsyncSession, link_id: UUID, run_id: str) -> None:
    """Record the run that was begun by a link."""
    await session.exec(update(ClientLink).where(col(ClientLink.id) == link_id).values(run_id=run_id))


async def revoke(session: AsyncSession, link_id: UUID, colleague_id: UUID, at: datetime) -> bool:
    """Take a link back; False when it was taken back before."""
    one = update(ClientLink).where(col(ClientLink.id) == link_id, col(ClientLink.revoked_at).is_(None))
    return bool((await session.exec(one.values(revoked_at=at, revoked_by_id=colleague_id))).rowcount)
