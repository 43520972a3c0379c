"""Forgotten passwords: asking for a link by mail, and choosing a new password with it.

A request does the same work and gets the same answer whether or not somebody has the address: it stores a row and
starts a workflow. The worker looks up who has the address, and only the mail tells.
"""

from datetime import datetime, timedelta

from temporalio.client import Client

from contracts.naming.spans import span
from contracts.payloads.mail_password_link import MailPasswordLinkInput
from contracts.words.names import WORKFLOW_QUEUE, mail_password_link_id
from contracts.words.refusals import RefusalCode, Refused
from models.access import password_links
from models.access.single_use_links import KINDS
from models.access.tables import PasswordLink
from models.kit.database import Database
from starter.access.sessions import Sessions
from starter.access.single_use_links import LinkRules, SingleUseLinks
from starter.support.temporal_faults import explained
from workflows.mail_password_link import WHAT_IT_IS, MailPasswordLink

FROM_IP_WITHIN = timedelta(minutes=15)
MOST_FROM_IP = 20
"""Requests within that time; a whole office may share an IP address."""

SLOW_DOWN = (
    f"Too many requests. Wait {span(FROM_IP_WITHIN)} and try again, or ask an admin of your practice for a link."
)
NO_LINK = "This link has been used or is too old. Ask for a new one."
MAILED = LinkRules(PasswordLink, KINDS, NO_LINK, "colleague.password_reset")


class ForgottenPasswords:
    """The operations on forgotten passwords.

    Args:
        database: The product's database.
        temporal: A client with the product's payload converter.
        sessions_of: The operations on sessions; their clock tells the time.
    """

    def __init__(self, database: Database, temporal: Client, sessions_of: Sessions) -> None:
        self._database = database
        self._temporal = temporal
        self._sessions = sessions_of
        self.links = SingleUseLinks(database, MAILED, lambda: sessions_of.clock())

    async def ask(self, email: str, *, ip: str) -> None:
        """Ask for a link to be mailed to whoever has the address; three mails in half an hour are the most.

        Args:
            email: In any case; no colleague need have it.
            ip: The IP address of the request.

        Raises:
            Refused: ``TOO_MANY`` from there. ``UNAVAILABLE``: nothing can be sent just now.
        """
        address, at = email.strip().lower().replace("\x00", ""), self._sessions.clock()
        await self._check(ip, at)
        async with self._database.transaction() as session:
            request = await password_links.ask(session, address, ip, at)
        assert request.id is not None  # noqa: S101  # the flush gave it one
        try:
            await self._check(ip, at)  # many may have come at once
            if request.is_followed:
                await self._start(request.id)
        except Refused:  # no mail goes for it, so that it must not stand in the way of the next
            async with self._database.transaction() as session:
                await password_links.unfollow(session, request.id)
            raise

    async def _check(self, ip: str, at: datetime) -> None:
        async with self._database.reading() as session:
            if await password_links.asked_from(session, ip, at - FROM_IP_WITHIN) > MOST_FROM_IP:
                raise Refused(RefusalCode.TOO_MANY, SLOW_DOWN)

    async def _start(self, request_id: int) -> None:
        async with explained(SLOW_DOWN):
            await self._temporal.start_workflow(
                MailPasswordLink.run,
                MailPasswordLinkInput(request_id=request_id),
                id=mail_password_link_id(request_id),
                task_queue=WORKFLOW_QUEUE,
                static_details=WHAT_IT_IS,
            )
