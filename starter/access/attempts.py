"""Counts attempts to sign in before anybody looks at the password, so that guessing stays slow.

Attempts beyond the limit are not stored, so that nobody can fill the database with them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.naming.spans import span
from contracts.words.refusals import RefusalCode, Refused
from models.access import sessions
from models.kit.database import Database
from models.practices.tables import Practice

WINDOW = timedelta(minutes=15)
MOST_WITH_ADDRESS, MOST_FROM_IP = 10, 100
"""Failed attempts within the window; a whole office may share an IP address."""

SLOW_DOWN = f"Too many attempts. Wait {span(WINDOW)} and try again, or ask an admin for a new link."


class WhichPracticeError(Exception):
    """An address and a password belong to colleagues of several practices, so one has to be chosen.

    Attributes:
        practices: The practices to choose from.
    """

    def __init__(self, practices: Sequence[Practice]) -> None:
        super().__init__("several practices")
        self.practices = practices


async def counted(database: Database, address: str, ip: str, at: datetime, browser_hash: bytes | None = None) -> int:
    """Count an attempt and return its id; ``models.access.sessions.succeeded`` takes the count back.

    Args:
        database: The product's database.
        address: The e-mail address, in small letters.
        ip: The IP address of the request.
        at: This moment.
        browser_hash: Hash of a known browser's mark, whose attempts are counted separately; None for others.

    Raises:
        Refused: ``TOO_MANY``.
    """

    async def check() -> None:
        async with database.reading() as session:
            with_address, from_ip = await sessions.failures(session, address, ip, at - WINDOW, browser_hash)
        if with_address > MOST_WITH_ADDRESS or from_ip > MOST_FROM_IP:
            raise Refused(RefusalCode.TOO_MANY, SLOW_DOWN)

    await check()
    async with database.transaction() as session:  # on its own: counted even if we are stopped while hashing
        attempt = await sessions.attempt(session, address, ip, at, browser_hash)
    await check()  # many may have come at once
    return attempt
