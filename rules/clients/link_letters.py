"""What mails about links for clients' own people say; pure."""

from datetime import datetime, tzinfo
from typing import NamedTuple

from contracts.naming.spans import span
from contracts.words.client_links import MAIL_WAITS
from rules.night.digesting import Letter


class Asking(NamedTuple):
    """What a mail with a link has to say.

    Attributes:
        practice: Who asks.
        colleague: Who sends it.
        organisation: Whose books.
        title: The accounting software's name.
        link: The address.
        expires_at: Until when it works (aware).
    """

    practice: str
    colleague: str
    organisation: str
    title: str
    link: str
    expires_at: datetime


def asking(mail: Asking, zone: tzinfo) -> Letter:
    """The mail with which a client's own people are asked to sign in.

    Args:
        mail: What it has to say.
        zone: The practice's time zone, in which the end is told.
    """
    who, books = f"{mail.colleague} of {mail.practice}", f"{mail.title} books of {mail.organisation}"
    what = "its profile, accounts, tax rates, items, customers and suppliers. Nothing is changed there."
    how = f"Open this address, sign in to {mail.title} and choose {mail.organisation}"
    until = mail.expires_at.astimezone(zone)
    ends = f"The address works once, until {until.day} {until:%B %Y at %H:%M} ({zone})"
    over = f"You can end the access at any time in {mail.title}, under the connected apps."
    parts = (
        "Hello,",
        f"{who} asks you to let them read the {books}: {what}",
        f"{how}. It takes a minute, and you need no account with them:\n{mail.link}",
        f"{ends}. Whoever has it can use it, so pass it on only to whoever may allow this. {over}",
        f"You do not know {mail.practice}, or did not expect this? Leave this mail: nothing has been allowed.",
    )
    return Letter(f"{mail.practice} asks to read the books of {mail.organisation}", "\n\n".join(parts) + "\n")


def not_mailed(client: str, name: str, *, is_refused: bool) -> Letter:
    """The mail that tells a colleague that a link for a client's own people could not be mailed.

    Args:
        client: The client's name.
        name: The colleague's.
        is_refused: Whether the mail server refused it for good; otherwise it did not take it for a day.
    """
    why = (
        "the mail server refuses it, most likely because there is no such address"
        if is_refused
        else f"the mail server did not take it for {span(MAIL_WAITS)}"
    )
    said = f"The link for {client}'s own people was not mailed: {why}."
    step = "The link itself still works until its time is over. Make a new one to send it another way."
    return Letter(f"The link for {client} was not mailed", f"Hello {name},\n\n{said}\n\n{step}\n")


def has_signed_in(client: str, title: str, name: str, page: str) -> Letter:
    """The mail that tells a colleague that a client whom they sent a link, and that was never connected, is signed in.

    Args:
        client: The client's name.
        title: The accounting software's name.
        name: The colleague's.
        page: Address of the run in which its books are chosen.
    """
    said = f"Somebody has signed in to {title} for {client} by the link that you sent."
    step = f"Choose which books are this client's, and its lists are read:\n{page}"
    return Letter(f"{client} has signed in", f"Hello {name},\n\n{said}\n\n{step}\n")
