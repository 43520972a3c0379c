"""Checks whether our database is back; workflows ask this again and again while it is away."""

from temporalio import activity

from models.kit.database import Database, only_reads
from models.kit.database_away import DatabaseAway


class OutageActivities:
    """Activities that check the database.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def see_database(self) -> None:
        """Check that the database answers and takes changes.

        Raises:
            DatabaseAway: It only reads, as a server does whose place another is about to take; or it is away.
        """
        async with self._database.session() as session:
            if await only_reads(session):
                raise DatabaseAway("the database only reads")
