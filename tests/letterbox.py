"""A real SMTP server in the test's own event loop, with what it was given."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
LOGIN, PASSWORD = "clientsync", "p@ss/word"


class Letterbox:
    """What the server was given, and what it answers to a recipient.

    Attributes:
        url: Where it listens, as the settings take it.
        received: Mails, oldest first.
        recipients: Where they were to go.
        refusal: Its answer to every recipient from now on; None takes them.
        refusals: Its answers to single recipients, as well.
        hangs_up_on: Recipients at whom it ends the conversation without a word.
        goodbye: Its answer to who takes leave.
        asked: The recipients that it was asked about, also those that it refused.
        meanwhile: Done while a sender waits for the answer to a mail.
    """

    def __init__(self) -> None:
        self.url = ""
        self.received: list[Message] = []
        self.recipients: list[str] = []
        self.refusal: str | None = None
        self.refusals: dict[str, str] = {}
        self.hangs_up_on: set[str] = set()
        self.goodbye = "221 bye"
        self.asked: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def handle_RCPT(  # noqa: N802  # the server's word
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        self.asked.append(address)
        if address in self.hangs_up_on:
            assert server.transport is not None
            server.transport.close()
        if refusal := self.refusal or self.refusals.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # likewise
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        if self.meanwhile is not None:
            await self.meanwhile()
        self.received.append(message_from_bytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        return "250 taken"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802  # likewise
        """Be taken leave of."""
        return self.goodbye

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        """Know one login."""
        is_ours = isinstance(given, LoginPassword) and (given.login, given.password) == (
            LOGIN.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=is_ours, handled=False)


@asynccontextmanager
async def letterbox(*, knows_every_letter: bool = False) -> AsyncIterator[Letterbox]:
    """A mail server that asks for a password, for as long as the block lasts.

    Args:
        knows_every_letter: Whether it takes addresses that are not in ASCII (SMTPUTF8).
    """
    box = Letterbox()

    def protocol() -> SMTP:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # no TLS: it is the loopback
            return SMTP(
                box,
                auth_required=True,
                auth_require_tls=False,
                authenticator=box.authenticate,
                enable_SMTPUTF8=knows_every_letter,
            )

    server = await asyncio.get_running_loop().create_server(protocol, HOST, 0)
    async with server:
        box.url = f"smtp://{LOGIN}:p%40ss%2Fword@{HOST}:{server.sockets[0].getsockname()[1]}"
        yield box
