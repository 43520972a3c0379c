"""Attempts to sign in: each is counted before anybody looks at the password, so that guessing stays slow.

Those beyond the limit are not written down, so that nobody fills the database by going on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.words.refusals import RefusalCode, Refused
from models.access import sessions
from models.kit.database import Database
from models.practices.tables import Practice

WINDOW = timedelta(minutes=15)
MOST_WITH_ADDRESS, MOST_FROM_IP = 10, 100
"""Failed attempts within the window; a whole office may share an IP address."""

SLOW_DOWN = "Too many attempts. Wait a quarter of an hour and try again, or ask an admin for a new link."


class WhichPracticeError(Exception):
    """An address and a password are of colleagues of several practices.

    Attributes:
        practices: Those.
    """

    def __init__(self, practices: Sequence[Practice]) -> None:
        super().__init__("several practices")
        self.practices = practices


async def counted(database: Database, address: str, ip: str, at: datetime, browser_hash: bytes | None = None) -> int:
    """Count an attempt, and give its id; ``models.access.sessions.succeeded`` takes it back.

    Args:
        database: The product's.
        address: The e-mail address, in small letters.
        ip: Where from.
        at: This moment.
        browser_hash: Of a browser that is known, whose attempts are counted by themselves.

    Raises:
        Refused: ``TOO_MANY``.
    """

    async def check() -> None:
        async with database.session() as session:
            with_address, from_ip = await sessions.failures(session, address, ip, at - WINDOW, browser_hash)
        if with_address > MOST_WITH_ADDRESS or from_ip > MOST_FROM_IP:
            raise Refused(RefusalCode.TOO_MANY, SLOW_DOWN)

    await check()
    async with database.transaction() as session:  # on its own: counted even if we are stopped while hashing
        attempt = await sessions.attempt(session, address, ip, at, browser_hash)
    await check()  # many may have come at once
    return attempt
