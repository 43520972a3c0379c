"""Inputs and results of ``MailPasswordLink``; they hold no address and no link, since only the mail may show these."""

from contracts.payload import Payload


class MailPasswordLinkInput(Payload):
    """Mail a link to every colleague who has the requested address; if nobody has it, no mail is sent.

    Attributes:
        request_id: The row of the request.
    """

    request_id: int


class PasswordLinkMailed(Payload):
    """What the activity did with the request.

    Attributes:
        links: How many links the mail has, one for each practice; 0 when no mail was sent.
    """

    links: int
