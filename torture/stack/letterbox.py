"""A mail server that takes every mail and records it; some of its answers do not arrive."""

import asyncio
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from pathlib import Path
from random import Random

from aiosmtpd.smtp import SMTP, Envelope, Session

from runtime.embedded.ports import HOST
from torture.ledger import Taken

SLOWEST = 0.5
"""Seconds until a mail is answered, at most: enough for a blow to find a conversation under way."""

LOST = 0.15
"""Which share of answers does not arrive: whoever sent such a mail cannot know that it was taken."""


class Letterbox:
    """Takes mails.

    Args:
        seed: Decides which answers are lost.
        log: A file to which mails are written, so that it can be searched like a log.

    Attributes:
        taken: The mails, in order.
        loses_answers: Whether some answers are lost.
    """

    def __init__(self, seed: int, log: Path) -> None:
        self.taken: list[Taken] = []
        self.loses_answers = True
        self._chance = Random(f"{seed} mail")  # noqa: S311  # a plan, no secret
        self._log = log

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # its word
        """Take a mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail, is_answered = message_from_bytes(content), not self.loses_answers or self._chance.random() >= LOST
        mail_id = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        self.taken.append(Taken(mail_id, envelope.rcpt_tos[0], time.time(), is_answered))
        with self._log.open("ab") as log:
            log.write(content)
        await asyncio.sleep(self._chance.uniform(0, SLOWEST))
        if not is_answered and server.transport is not None:
            server.transport.close()
        return "250 taken"


@asynccontextmanager
async def letterbox(port: int, seed: int, log: Path) -> AsyncIterator[Letterbox]:
    """Run the mail server until the end of the block.

    Args:
        port: The port on which it listens.
        seed: The run's seed.
        log: A file to which mails are written.
    """
    box = Letterbox(seed, log)

    def protocol() -> SMTP:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # no TLS: it is the loopback
            return SMTP(box, enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(protocol, HOST, port)
    async with server:
        yield box
