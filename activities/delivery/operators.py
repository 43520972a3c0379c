"""Tells whoever runs this installation, once, that a provider refuses our app's secret.

No colleague can repair that, and nobody is asked to sign in again for it. The first activity that meets the refusal
logs one error and, where an address is set, sends one mail. The trouble is over when a refresh succeeds. If the mail
server does not take the mail, a later refusal tries again, some minutes after the first.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid5

from activities.delivery.mailing import DeferredError, Mail, Mailer, UndeliverableError
from contracts.words.causes import Cause
from models.budgets import troubles as app_troubles
from models.kit.columns import now as this_moment
from models.kit.database import Database
from providers.port.provider import Provider

logger = logging.getLogger(__name__)

_MAILS = UUID("0c3f7f0e-4f0b-4a55-9d0c-2d6a5f3d9b71")
"""The space of the ids of these mails; one trouble of one provider has one."""

_LETTER = """{title} refuses our app's id or secret ({detail}), since {since:%d %B %Y at %H:%M} UTC.

Until that is corrected nobody can sign in to {title}, and no client's lists are refreshed once the access tokens in
use have ended. Nobody has to sign in again because of it, and colleagues are not asked to.

Look up the secret at the accounting software, set the variable, restart worker and web backend, and let
`clientsync doctor` try it. Everything then goes on by itself.
"""


class Operators:
    """Tells whoever runs this installation.

    Args:
        database: Where it is recorded that they were told.
        mailer: Sends mail; without it, or without an address, only the log tells.
        address: Their mail address; None when it is not set.
        now: The clock.
    """

    def __init__(
        self,
        database: Database,
        mailer: Mailer | None = None,
        address: str | None = None,
        now: Callable[[], datetime] = this_moment,
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._address = address
        self._now = now

    async def app_refused(self, provider: Provider, detail: str) -> None:
        """Record that a provider refuses our app's secret; log and mail it unless that was done already."""
        async with self._database.transaction() as session:
            is_new = await app_troubles.note(session, provider.name, Cause.APP_REFUSED, detail, self._now())
        if is_new:
            logger.error(
                "%s refuses our app's secret (%s): correct it and restart; `clientsync doctor` tries it",
                provider.title,
                detail,
            )
        if self._mailer is not None and self._address is not None:
            await self._write(self._mailer, self._address, provider)

    async def app_accepted(self, provider: Provider) -> None:
        """Record that a provider takes our app's secret again."""
        async with self._database.transaction() as session:
            is_news = await app_troubles.over(session, provider.name)
        if is_news:
            logger.warning("%s takes our app's secret again", provider.title)

    async def _write(self, mailer: Mailer, address: str, provider: Provider) -> None:
        at = self._now()
        async with self._database.transaction() as session:
            trouble = await app_troubles.claim_untold(session, provider.name, at)
        if trouble is None:
            return
        body = _LETTER.format(title=provider.title, detail=trouble.detail, since=trouble.since)
        subject = f"Clientsync: {provider.title} refuses our app's secret"
        # Whoever is killed here may have sent it: the next one to write sends the same mail, by its id.
        mail_id = uuid5(_MAILS, f"{provider.name} {trouble.since.astimezone(UTC).isoformat()}")
        try:  # without a transaction: a slow mail server would hold one of few database connections
            await mailer.send(Mail(mail_id, address, subject, body, at))
        except (OSError, DeferredError, UndeliverableError):
            minutes = int(app_troubles.CLAIM.total_seconds() // 60)
            logger.warning(
                "the mail to those who run this could not be sent; a refusal after %d minutes tries again", minutes
            )
            return
        async with self._database.transaction() as session:
            await app_troubles.told(session, provider.name, since=trouble.since, at=at)
