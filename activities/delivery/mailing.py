"""Sends mail over SMTP. It knows nothing of the content; its errors show neither the password nor the text."""

import asyncio
import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

SECONDS = 30.0
"""For each step of the conversation; a server that says nothing must not hold a worker's thread."""


_TOO_LARGE = frozenset({523, 552})
"""What a server answers to a sender and is about the mail: its size is told there (RFC 1870 section 6)."""

_CLOSING = 421
"""The server's last word in a conversation, whatever it was asked (RFC 5321 section 3.8)."""


class UndeliverableError(Exception):
    """The server refuses this mail for good, or cannot carry it; other mails may still be delivered."""


class DeferredError(Exception):
    """The server does not take this mail at present; other mails may still be delivered."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person.

    Attributes:
        mail_id: Becomes the Message-ID, so that a mail sent twice can be recognised as the same.
        address: The recipient's address.
        subject: One line.
        body: Plain text.
        written_at: When it was written (aware).
        reply_to: Whom an answer goes to; the sender's address where it is None.
    """

    mail_id: UUID
    address: str
    subject: str
    body: str = field(repr=False)
    written_at: datetime
    reply_to: str | None = None


class Mailer(Protocol):
    """Sends mail."""

    async def send(self, mail: Mail) -> None:
        """Send one mail.

        Raises:
            UndeliverableError: The server refuses this mail for good, or cannot carry it to this address.
            DeferredError: The server does not take this mail at present.
            OSError: The server cannot be reached, or takes no mail at present.
        """
        ...


class SmtpMailer:
    """Mail over SMTP.

    Args:
        url: ``smtp://user:password@host:587`` (with STARTTLS where the server offers it) or ``smtps://…:465``.
        sender: The address from which mail is sent.

    Raises:
        ValueError: The URL cannot be used; the text does not show it.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("the SMTP URL must be smtp://host:port or smtps://host:port")
        self._is_tls, self._host = parts.scheme == "smtps", parts.hostname
        self._port = parts.port or (465 if self._is_tls else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """See ``Mailer.send``."""
        try:
            await asyncio.to_thread(self._send, mail)
        except smtplib.SMTPNotSupportedError as error:
            if not mail.address.isascii():  # RFC 6531: such an address needs a server that knows them
                raise UndeliverableError("the mail server takes no address with such letters") from None
            raise _of_server(error) from None
        except smtplib.SMTPException as error:
            raise _told(error) from None
        except OSError:  # of a certificate too, which is a ValueError as well
            raise
        except ValueError:  # the library's word for what no header or line may hold
            raise UndeliverableError("this cannot be put into a mail") from None

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, mail.address
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(mail.written_at.astimezone(UTC))
        domain = self._sender.rpartition("@")[2].rstrip(">") or "localhost"
        message["Message-ID"] = f"<{mail.mail_id}@{domain}>"
        if mail.reply_to is not None:
            message["Reply-To"] = mail.reply_to
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
        message.set_content(mail.body)
        return message

    def _send(self, mail: Mail) -> None:
        message = self._message(mail)
        context = ssl.create_default_context()
        with closing(self._connection(context)) as server:
            server.ehlo_or_helo_if_needed()
            is_sealed = self._is_tls
            if not is_sealed and server.has_extn("starttls"):
                server.starttls(context=context)
                is_sealed = True
            if self._user:
                if not is_sealed and self._host not in {"127.0.0.1", "::1", "localhost"}:
                    raise OSError("the mail server offers no TLS; the password is not sent in the clear")
                server.login(self._user, self._password)
            server.send_message(message, to_addrs=[mail.address])
            with suppress(smtplib.SMTPException, OSError):  # it has been taken, whatever comes of taking leave
                server.quit()

    def _connection(self, context: ssl.SSLContext) -> smtplib.SMTP:
        if self._is_tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=SECONDS)


def _told(error: smtplib.SMTPException) -> Exception:
    """Turn an SMTP error into ours: is it about this mail only, and is it permanent?"""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [code] = {code for code, _ in error.recipients.values()}  # there was one
    elif isinstance(error, smtplib.SMTPDataError) or (
        isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code in _TOO_LARGE
    ):
        code = error.smtp_code
    else:
        return _of_server(error)
    if code >= 500:  # for good (RFC 5321 section 4.2.1)
        return UndeliverableError("the mail server refuses this mail")
    return _of_server(error) if code == _CLOSING else DeferredError("the mail server does not take this mail just now")


def _of_server(error: smtplib.SMTPException) -> OSError:
    return OSError(f"the mail server takes no mail just now: {type(error).__name__}")
