"""Sends mail over SMTP. Knows nothing of what is in it; its errors show neither the password nor the text."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

SECONDS = 30.0
"""For each step of the conversation; a server that says nothing must not hold a worker's thread."""


class UndeliverableError(Exception):
    """The server refuses this mail; another one may well go through."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person.

    Attributes:
        mail_id: Becomes the Message-ID, so that one that is sent twice can be told to be the same.
        address: Where it goes.
        subject: One line.
        body: Plain text.
        written_at: When it was written (aware).
    """

    mail_id: UUID
    address: str
    subject: str
    body: str = field(repr=False)
    written_at: datetime


class Mailer(Protocol):
    """Sends mail."""

    async def send(self, mail: Mail) -> None:
        """Send one.

        Raises:
            UndeliverableError: The server refuses this one for good.
            OSError: The server cannot be reached, or does not take mail just now.
        """
        ...


class SmtpMailer:
    """Mail over SMTP.

    Args:
        url: ``smtp://user:password@host:587`` (with STARTTLS where the server offers it) or ``smtps://…:465``.
        sender: The address that it comes from.

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
            await asyncio.to_thread(self._send, self._message(mail), mail.address)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as refused:
            if _is_final(refused):
                raise UndeliverableError("the mail server refuses this mail") from None
            raise OSError("the mail server does not take mail just now") from None
        except smtplib.SMTPException as error:
            raise OSError(f"the mail server: {type(error).__name__}") from None

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, mail.address
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(mail.written_at.astimezone(UTC))
        domain = self._sender.rpartition("@")[2].rstrip(">") or "localhost"
        message["Message-ID"] = f"<{mail.mail_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
        message.set_content(mail.body)
        return message

    def _send(self, message: EmailMessage, address: str) -> None:
        context = ssl.create_default_context()
        with self._connection(context) as server:
            server.ehlo_or_helo_if_needed()
            is_sealed = self._is_tls
            if not is_sealed and server.has_extn("starttls"):
                server.starttls(context=context)
                is_sealed = True
            if self._user:
                if not is_sealed and self._host not in {"127.0.0.1", "::1", "localhost"}:
                    raise OSError("the mail server offers no TLS; the password is not sent in the clear")
                server.login(self._user, self._password)
            server.send_message(message, to_addrs=[address])

    def _connection(self, context: ssl.SSLContext) -> smtplib.SMTP:
        if self._is_tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=SECONDS)


def _is_final(refused: smtplib.SMTPException) -> bool:
    """A code of 500 and more is for good (RFC 5321 section 4.2.1)."""
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in refused.recipients.values())
    return isinstance(refused, smtplib.SMTPResponseException) and refused.smtp_code >= 500
