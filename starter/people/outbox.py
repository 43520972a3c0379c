"""The outbox, for admins: every notice to a colleague of the practice, sent or not.

It only shows notices; the worker sends them.
"""

from collections.abc import Sequence

from models.kit.database import Database
from models.notices import writes as notices
from models.notices.writes import NoticeView
from starter.actor import Actor
from starter.people.admins import check_admin


class Outbox:
    """The operations on notices.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, actor: Actor, *, limit: int = 50, offset: int = 0) -> tuple[Sequence[NoticeView], int]:
        """One page of the practice's notices, newest first, and how many there are.

        Raises:
            Refused: Not an admin: a notice is a letter to somebody else.
        """
        check_admin(actor, "read the outbox")
        async with self._database.reading() as session:
            return await notices.notice_views(session, actor.practice_id, limit=limit, offset=offset)
