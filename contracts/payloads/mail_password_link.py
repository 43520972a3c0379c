"""What ``MailPasswordLink`` and its activity take and answer: no address and no link, which stand in the mail alone."""

from contracts.payload import Payload


class MailPasswordLinkInput(Payload):
    """Mail a link to whoever has the address that was asked for, if anybody has.

    Attributes:
        request_id: What was asked.
    """

    request_id: int


class PasswordLinkMailed(Payload):
    """What became of it.

    Attributes:
        links: How many links stand in the mail, one for each practice; none when no mail was sent.
    """

    links: int
