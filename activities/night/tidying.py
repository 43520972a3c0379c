"""Purges at night what a practice no longer needs: old sign-ins, profiles that runs read, and unused logins.

How long each is kept stands in ``models.night.endings``.
"""

import logging
from datetime import timedelta

from temporalio import activity

from activities.delivery.client_links import end_and_tell
from activities.shared.grant_reader import ReachActivities
from contracts.payloads.check_connections import TidiedUp, TidyUpInput
from contracts.words.client_links import MAIL_WAITS, MailState
from models.grants import link_mails
from models.lists import stagings
from models.night import endings
from providers.port.errors import ProviderError

logger = logging.getLogger(__name__)

STAGED_AT_MOST = timedelta(hours=1)
"""How old the beginning of a list may be that was never read to its end: nobody begins to go on with one after twenty
minutes, and a try takes ten."""


class TidyActivities(ReachActivities):
    """Activities that delete old rows and end unused logins."""

    @activity.defn
    async def tidy_up(self, asked: TidyUpInput) -> TidiedUp:
        """Delete what is old enough, and end unused logins.

        A login whose provider does not answer is ended by the next night.
        """
        at = self._now()
        async with self._database.transaction() as session:
            sign_ins = await endings.purge_sign_ins(session, asked.practice_id, at)
            await endings.purge_choices(session, asked.practice_id)
            profiles = await endings.purge_profiles(session, asked.practice_id, at)
            for mail in await link_mails.waiting_since(session, asked.practice_id, at - 2 * MAIL_WAITS):
                await end_and_tell(session, mail, MailState.GIVEN_UP, at)
            await stagings.forget_old(session, asked.practice_id, at - STAGED_AT_MOST)
        async with self._database.session() as session:
            unused = await endings.unused_logins(session, asked.practice_id, at)
        logins = 0
        for grant_id in unused:
            try:
                logins += await self._reach.end_if_unused(grant_id)
            except (ProviderError, TimeoutError) as error:
                logger.warning("login %s could not be ended: %s", grant_id, type(error).__name__)
        return TidiedUp(sign_ins=sign_ins, profiles=profiles, logins=logins)
