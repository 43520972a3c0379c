"""Mails with links for clients' own people: asked for here, sent by the worker.

The link's secret is known only while the link is shown. What the mail says is sealed with it, for the worker alone, and
forgotten when the mail is settled; the workflow that sends it knows its row and nothing else.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from temporalio.client import Client as Temporal
from temporalio.common import WorkflowIDConflictPolicy

from contracts.naming.spans import span
from contracts.payloads.mail_client_link import MailClientLinkInput
from contracts.words.client_links import MailState
from contracts.words.names import WORKFLOW_QUEUE, mail_client_link_id
from contracts.words.refusals import RefusalCode, Refused
from models.access.sessions import hashed
from models.grants import link_mails
from models.grants.tables import ClientLinkMail
from models.kit.columns import now
from models.kit.database import Database
from models.kit.sealing import LinkMail, Sealer, seal_link_mail
from models.practices.tables import Colleague
from rules.clients.link_letters import Asking, asking
from rules.email_addresses import is_of_the_internet
from starter.actor import Actor
from starter.support.temporal_faults import explained
from workflows.mail_client_link import WHAT_IT_IS, MailClientLink

MOST_A_DAY: Final = 500
"""Mails with links of a practice."""
SOON: Final = timedelta(minutes=10)
"""Within which nobody is mailed a second link for the same client."""

NO_SERVER = (
    "No mail server is set up for Clientsync, so it cannot send this mail. Copy the link and send it yourself, or ask "
    "whoever runs Clientsync to set CLIENTSYNC_SMTP_URL."
)


@dataclass(frozen=True, slots=True)
class WantedMail:
    """A mail with a link.

    Attributes:
        client_id: The client.
        organisation: What its books are called there.
        title: The accounting software's name.
        link: The address.
        expires_at: Until when it works.
        send_to: Whom it goes to.
    """

    client_id: UUID
    organisation: str
    title: str
    link: str = field(repr=False)
    expires_at: datetime
    send_to: str = field(repr=False)


class LinkMails:
    """The operations on mails with links.

    Args:
        database: The product's database.
        sealer: Seals what a mail says.
        temporal: A client with the product's payload converter.
        sends_mail: Whether there is a mail server.
    """

    def __init__(self, database: Database, sealer: Sealer, temporal: Temporal, *, sends_mail: bool) -> None:
        self._database = database
        self._sealer = sealer
        self._temporal = temporal
        self.sends_mail = sends_mail

    async def check(self, actor: Actor, client_id: UUID, send_to: str, link: str = "") -> str:
        """Look whether a link could be mailed; gives the e-mail address as it is used.

        Args:
            actor: Who sends it.
            client_id: The client.
            send_to: The e-mail address.
            link: The link, where it is there already.

        Raises:
            Refused: It is no address, there is no mail server, or too many mails were sent.
        """
        address = send_to.strip()
        if not is_of_the_internet(address):
            raise Refused(RefusalCode.INVALID, "This is not an e-mail address.", field="send_to")
        if not self.sends_mail:
            raise Refused(RefusalCode.INVALID, NO_SERVER, field="send_to")
        at = now()
        async with self._database.session() as session:
            if await link_mails.is_recent(session, client_id, hashed(address.lower()), at - SOON, but=_hash_of(link)):
                message = f"A link for this client was mailed to this address a moment ago. Wait {span(SOON)}."
                raise Refused(RefusalCode.TOO_MANY, message, field="send_to")
            if await link_mails.made_since(session, actor.practice_id, at - timedelta(days=1)) >= MOST_A_DAY:
                message = f"{MOST_A_DAY} mails with links a day are the most. Go on tomorrow."
                raise Refused(RefusalCode.TOO_MANY, message, field="send_to")
        return address

    async def send(self, actor: Actor, wanted: WantedMail) -> MailState:
        """Mail a link; the same link to the same address again sends nothing, unless it could not be sent.

        Args:
            actor: Who sends it.
            wanted: The mail; its address was checked.

        Raises:
            Refused: ``UNAVAILABLE``: nothing can be sent just now, and nothing is.
        """
        at = now()
        token_hash, address_hash = _hash_of(wanted.link), hashed(wanted.send_to.lower())
        async with self._database.transaction() as session:
            found = await link_mails.of(session, token_hash, address_hash)
            sender = await session.get_one(Colleague, actor.colleague_id)
            mail_id = found.id if found is not None else uuid4()
            letter = asking(
                Asking(
                    practice=actor.practice_name,
                    colleague=actor.colleague_name,
                    organisation=wanted.organisation,
                    title=wanted.title,
                    link=wanted.link,
                    expires_at=wanted.expires_at,
                ),
                actor.time_zone,
            )
            said = LinkMail(wanted.send_to, letter.subject, letter.body, reply_to=sender.email)
            mail = ClientLinkMail(
                id=mail_id,
                practice_id=actor.practice_id,
                colleague_id=actor.colleague_id,
                client_id=wanted.client_id,
                sealed_mail=seal_link_mail(self._sealer, mail_id, said),
                token_hash=token_hash,
                address_hash=address_hash,
                created_at=at,
            )
            mail = await link_mails.queue(session, mail)
        if mail.state is not MailState.ON_ITS_WAY:
            return mail.state
        try:  # after the row is there: the worker would find none
            await self._start(mail.id)
        except Refused:
            async with self._database.transaction() as session:
                await link_mails.record_end(session, mail.id, MailState.GIVEN_UP, at)
            raise
        return mail.state

    async def _start(self, mail_id: UUID) -> None:
        async with explained("This mail cannot be sent any more."):
            await self._temporal.start_workflow(
                MailClientLink.run,
                MailClientLinkInput(mail_id=mail_id),
                id=mail_client_link_id(mail_id),
                task_queue=WORKFLOW_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_details=WHAT_IT_IS,
            )


def _hash_of(link: str) -> bytes:
    return hashed(link.rpartition("/")[2])
