"""Inputs and results of ``MailClientLink``; they hold no address and no link, since only the mail may show these."""

from uuid import UUID

from contracts.payload import Payload
from contracts.words.client_links import MailState


class MailClientLinkInput(Payload):
    """Send one mail with a link.

    Attributes:
        mail_id: The row with the mail, sealed.
    """

    mail_id: UUID


class ClientLinkMailed(Payload):
    """What has become of the mail.

    Attributes:
        state: Never ``ON_ITS_WAY``.
    """

    state: MailState
