"""Queries of mails with links for clients' own people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.client_links import LinkState, MailState
from contracts.words.runs import Stage
from models.grants import client_links, sign_ins
from models.grants.tables import ClientLinkMail

_FAILED = (MailState.REFUSED, MailState.GIVEN_UP)


async def queue(session: AsyncSession, mail: ClientLinkMail) -> ClientLinkMail:
    """Store a mail, once for each link and address; gives the row that is there then.

    One that was not sent is queued again, with what is sealed under the earlier row's id (see ``of``).

    Args:
        session: The caller's transaction.
        mail: The mail.
    """
    values = mail.model_dump()
    again = {"sealed_mail": mail.sealed_mail, "state": MailState.ON_ITS_WAY, "created_at": mail.created_at}
    statement = insert(ClientLinkMail).values(**values)
    statement = statement.on_conflict_do_update(
        index_elements=["token_hash", "address_hash"],
        set_={**again, "settled_at": None, "colleague_id": mail.colleague_id},
        where=col(ClientLinkMail.state).in_(_FAILED),
    )
    await session.exec(statement)
    found = await of(session, mail.token_hash, mail.address_hash)
    assert found is not None  # noqa: S101  # it is there by now, whoever stored it
    return found


async def of(session: AsyncSession, token_hash: bytes, address_hash: bytes) -> ClientLinkMail | None:
    """The mail with a link to an address."""
    query = select(ClientLinkMail).where(
        ClientLinkMail.token_hash == token_hash, ClientLinkMail.address_hash == address_hash
    )
    return (await session.exec(query.execution_options(populate_existing=True))).one_or_none()


async def is_of_use(session: AsyncSession, token_hash: bytes, at: datetime) -> bool:
    """Whether somebody can still sign in by a link."""
    if (found := await client_links.by_token(session, token_hash)) is not None:
        return found.state(at) is LinkState.OPEN
    link = await sign_ins.find_link(session, token_hash)
    if link is None or link.is_used or link.has_left:
        return False
    return link.link.expires_at > at and link.run.stage is not Stage.FINISHED


async def record_end(session: AsyncSession, mail_id: UUID, state: MailState, at: datetime) -> bool:
    """Record what has become of a mail, and forget what it said; False when that was recorded before."""
    ended = (
        update(ClientLinkMail)
        .where(col(ClientLinkMail.id) == mail_id, col(ClientLinkMail.state) == MailState.ON_ITS_WAY)
        .values(state=state, settled_at=at, sealed_mail=None)
    )
    return bool((await session.exec(ended)).rowcount)


async def made_since(session: AsyncSession, practice_id: UUID, since: datetime) -> int:
    """How many mails of a practice were queued since a moment."""
    query = select(func.count()).select_from(ClientLinkMail)
    return (
        await session.exec(query.where(ClientLinkMail.practice_id == practice_id, ClientLinkMail.created_at > since))
    ).one()


async def is_recent(
    session: AsyncSession, client_id: UUID, address_hash: bytes, since: datetime, *, but: bytes
) -> bool:
    """Whether somebody was mailed a link for a client since a moment, other than the one with the hash ``but``."""
    query = select(ClientLinkMail.id).where(
        ClientLinkMail.client_id == client_id,
        ClientLinkMail.address_hash == address_hash,
        ClientLinkMail.created_at > since,
        ClientLinkMail.token_hash != but,
        col(ClientLinkMail.state).not_in(_FAILED),
    )
    return (await session.exec(query.limit(1))).first() is not None


async def waiting_since(session: AsyncSession, practice_id: UUID, before: datetime) -> Sequence[ClientLinkMail]:
    """Mails that were queued before a moment and whose end nobody recorded: the workflow of such a mail never began."""
    query = select(ClientLinkMail).where(
        ClientLinkMail.practice_id == practice_id,
        ClientLinkMail.state == MailState.ON_ITS_WAY,
        ClientLinkMail.created_at < before,
    )
    return (await session.exec(query)).all()
