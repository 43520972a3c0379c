"""Mails the link by which a client's own people sign in; what the mail says was sealed when somebody asked for it."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.delivery.mailing import Mail, Mailer, UndeliverableError
from contracts.payloads.mail_client_link import ClientLinkMailed, MailClientLinkInput
from contracts.words.client_links import MAIL_WAITS, MailState
from models.clients.tables import Client
from models.events import writes as events
from models.grants import link_mails
from models.grants.tables import ClientLinkMail
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.kit.sealing import Sealer, open_link_mail
from models.notices import writes as notices
from models.notices.letters import notice_of
from models.practices.tables import Colleague, Practice
from rules.clients.link_letters import not_mailed

KIND = "client_link_not_mailed"
_EVENTS = {
    MailState.SENT: "client.sign_in_link_mailed",
    MailState.REFUSED: "client.sign_in_link_refused",
    MailState.GIVEN_UP: "client.sign_in_link_given_up",
}


class ClientLinkActivities:
    """Sends mails with links for clients' own people.

    Args:
        database: Where the mails are stored.
        sealer: Opens what they say.
        mailer: Sends mail; without one, a mail waits a day for a worker that has one.
        now: The clock.
    """

    def __init__(
        self, database: Database, sealer: Sealer, mailer: Mailer | None, now: Callable[[], datetime] = this_moment
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._mailer = mailer
        self._now = now

    @activity.defn
    async def mail_client_link(self, asked: MailClientLinkInput) -> ClientLinkMailed:
        """Send one mail, unless that has ended or its link cannot be used any more.

        Each try sends the same mail with the same Message-ID, so that one that is sent twice is known to be one.

        Raises:
            DeferredError: The mail server does not take it just now; Temporal tries again for a day.
            OSError: The mail server cannot be reached, or there is none; likewise.
        """
        at = self._now()
        async with self._database.session() as session:
            mail = await session.get(ClientLinkMail, asked.mail_id)
            if mail is None:  # the client was erased
                return ClientLinkMailed(state=MailState.NOT_NEEDED)
            if mail.state is not MailState.ON_ITS_WAY or mail.sealed_mail is None:
                return ClientLinkMailed(state=mail.state)
            is_of_use = await link_mails.is_of_use(session, mail.token_hash, at)
        if not is_of_use:
            return await self._ended(mail, MailState.NOT_NEEDED, at)
        if mail.created_at + MAIL_WAITS <= at:
            return await self._ended(mail, MailState.GIVEN_UP, at)
        if self._mailer is None:
            raise OSError("there is no mail server")
        said = open_link_mail(self._sealer, mail.id, mail.sealed_mail)
        try:  # without a transaction: a slow mail server would hold one of few database connections
            await self._mailer.send(
                Mail(mail.id, said.address, said.subject, said.body, mail.created_at, reply_to=said.reply_to)
            )
        except UndeliverableError:
            return await self._ended(mail, MailState.REFUSED, at)
        return await self._ended(mail, MailState.SENT, at)

    async def _ended(self, mail: ClientLinkMail, state: MailState, at: datetime) -> ClientLinkMailed:
        async with self._database.transaction() as session:
            await end_and_tell(session, mail, state, at)
        return ClientLinkMailed(state=state)


async def end_and_tell(session: AsyncSession, mail: ClientLinkMail, state: MailState, at: datetime) -> None:
    """Record what has become of a mail, tell of it on the client's timeline, and its sender where it was not sent."""
    if not await link_mails.record_end(session, mail.id, state, at) or (kind := _EVENTS.get(state)) is None:
        return
    await events.changed(session, mail.practice_id, mail.client_id, kind, at, colleague_id=mail.colleague_id)
    if state is not MailState.SENT:
        client = await session.get_one(Client, mail.client_id)
        sender = await session.get_one(Colleague, mail.colleague_id)
        practice = await session.get_one(Practice, mail.practice_id)
        letter = not_mailed(client.name, sender.name, is_refused=state is MailState.REFUSED)
        key = f"{KIND}/{mail.id}/{mail.created_at.isoformat()}"
        await notices.write(session, [notice_of(letter, practice, sender.id, kind=KIND, key=key, at=at)])
