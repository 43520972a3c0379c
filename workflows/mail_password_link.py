"""Sends the mail for a forgotten password after the page has answered.

The page does the same work whether or not somebody has the address, so that neither its answer nor its time tells.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.delivery.forgotten import ForgottenActivities
    from contracts.payloads.mail_password_link import MailPasswordLinkInput, PasswordLinkMailed

from workflows.parts.calls import call
from workflows.plans import policies

WHAT_IT_IS = (
    "Somebody asked for a new password on the sign-in page. Whoever has the address, if anybody has, gets a mail with "
    "a link. Nothing to do: who got no mail asks again."
)


@workflow.defn(name="MailPasswordLink")
class MailPasswordLink:
    """Sends one mail for a forgotten password."""

    @workflow.run
    async def run(self, start: MailPasswordLinkInput) -> PasswordLinkMailed:
        """Send the mail; send nothing when no colleague has the address."""
        return await call(
            ForgottenActivities.mail_password_link, start, policies.PASSWORD_MAIL, "Mail a link to choose a password"
        )
