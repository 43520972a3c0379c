"""Mails the link by which somebody who forgot their password chooses a new one; only the mail shows the link."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import uuid4

from temporalio import activity

from activities.delivery.mailing import Mail, Mailer, UndeliverableError
from contracts.payloads.mail_password_link import MailPasswordLinkInput, PasswordLinkMailed
from models.access import password_links
from models.access.sessions import AtWork
from models.access.tables import PasswordRequest
from models.events import writes as events
from models.kit.columns import now as this_moment
from models.kit.database import Database

SUBJECT = "Choose a new password for Clientsync"
_BEFORE = "Hello {name},\n\nsomebody, most likely you, asked for a new password for Clientsync. Choose one here:\n"
_AFTER = (
    "The link works once, for {minutes} minutes, and signs you out everywhere else. If you did not ask for it, leave "
    "it: nothing was changed, and nobody but you has this mail.\n"
)


class ForgottenActivities:
    """Sends the mail for a forgotten password.

    Args:
        database: Where the request is stored.
        mailer: Sends mail; without one, nothing is sent.
        public_url: Base address of our pages; without it, nothing is sent.
        now: The clock.
    """

    def __init__(
        self,
        database: Database,
        mailer: Mailer | None,
        public_url: str | None,
        now: Callable[[], datetime] = this_moment,
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._public_url = public_url
        self._now = now

    @activity.defn
    async def mail_password_link(self, asked: MailPasswordLinkInput) -> PasswordLinkMailed:
        """Mail one link for each practice in which a colleague has the address; each try makes new links.

        Raises:
            DeferredError: The mail server does not take the mail at present; Temporal tries again for a while.
            OSError: The mail server cannot be reached; Temporal tries again for a while.

        Raises:
            DeferredError: The mail server does not take it just now; it is tried again for a while.
            OSError: The mail server cannot be reached; likewise.
        """
        at = self._now()
        if self._mailer is None or self._public_url is None:
            activity.logger.warning("no link for a forgotten password is mailed: there is no mail server or public URL")
            return PasswordLinkMailed(links=0)
        async with self._database.transaction() as session:
            request = await session.get(PasswordRequest, asked.request_id)
            if request is None or request.at <= at - password_links.VALID_FOR:
                return PasswordLinkMailed(links=0)
            people = await password_links.people_of(session, request)
            links = [(one, await password_links.make(session, one.colleague, at)) for one in people]
        if not links:
            return PasswordLinkMailed(links=0)
        mail = _mail([(one, f"{self._public_url}/forgotten-password/{token}") for one, token in links], at)
        try:  # without a transaction: a slow mail server would hold one of few database connections
            await self._mailer.send(mail)
        except UndeliverableError:
            activity.logger.warning("a mail with a link for a forgotten password was refused by the server")
            return PasswordLinkMailed(links=0)
        async with self._database.transaction() as session:
            mailed = {"kind": "colleague.password_link_mailed", "at": at}
            told = [{"practice_id": one.practice.id, "after": one.colleague.name, **mailed} for one in people]
            await events.record(session, told)
        return PasswordLinkMailed(links=len(links))


def _mail(links: Sequence[tuple[AtWork, str]], at: datetime) -> Mail:
    """One mail to one address. Its Message-ID is new, because each try has other links."""
    first, _ = links[0]
    minutes = int(password_links.VALID_FOR.total_seconds()) // 60
    parts = [
        _BEFORE.format(name=first.colleague.name),
        *(f"{one.practice.name}\n{link}\n" for one, link in links),
        _AFTER.format(minutes=minutes),
    ]
    return Mail(uuid4(), first.colleague.email, SUBJECT, "\n".join(parts), at)
