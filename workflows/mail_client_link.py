"""Sends the mail with a link for a client's own people after whoever asked for it was answered."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.delivery.client_links import ClientLinkActivities
    from contracts.naming.spans import span
    from contracts.payloads.mail_client_link import ClientLinkMailed, MailClientLinkInput
    from contracts.words.client_links import MAIL_WAITS

from workflows.parts.calls import call
from workflows.plans import policies

WHAT_IT_IS = (
    "A colleague asked for a mail to a client's own people, with the link by which they sign in. It is tried for "
    f"{span(MAIL_WAITS)}; the client's timeline and the colleague are told if it cannot be sent. Nothing to do."
)


@workflow.defn(name="MailClientLink")
class MailClientLink:
    """Sends one mail with a link."""

    @workflow.run
    async def run(self, start: MailClientLinkInput) -> ClientLinkMailed:
        """Send the mail; send nothing when its link cannot be used any more."""
        return await call(
            ClientLinkActivities.mail_client_link, start, policies.CLIENT_MAIL, "Mail a client's people their link"
        )
