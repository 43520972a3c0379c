"""A forgotten password: asking for a link by mail, and choosing a new password by it.

What is asked gets the same answer whether or not anybody has the address, after the same work: a row and a workflow.
Who has it is looked up by the worker, and told in the mail alone.
"""

from datetime import datetime, timedelta

from temporalio.client import Client

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

SLOW_DOWN = "Too many requests. Wait a quarter of an hour and try again, or ask an admin of your practice for a link."
NO_LINK = "This link has been used or is too old. Ask for a new one."
MAILED = LinkRules(PasswordLink, KINDS, NO_LINK, "colleague.password_reset")


class ForgottenPasswords:
    """The operations on forgotten passwords.

    Args:
        database: The product's.
        temporal: Connected with the product's converter.
        sessions_of: Whose clock tells the time.
    """

    def __init__(self, database: Database, temporal: Client, sessions_of: Sessions) -> None:
        self._database = database
        self._temporal = temporal
        self._sessions = sessions_of
        self.links = SingleUseLinks(database, MAILED, lambda: sessions_of.clock())

    async def ask(self, email: str, *, ip: str) -> None:
        """Ask for a link, for whoever has the address. Beyond a few in half an hour, no further mail is sent.

        Args:
            email: In any case; it need not be anybody's.
            ip: Where from.

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
        async with self._database.session() as session:
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
