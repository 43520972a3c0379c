"""The practice next door: what there may be of a client, and every row of it.

A test with ``next_door`` fails where what it is about has written to somebody else's rows, too.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection, Receipt
from models.grants.tables import Grant
from models.kit.database import Database
from models.notices.tables import Notice
from models.practices.tables import Colleague
from models.runs.tables import Run, RunOrganisation

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


async def a_life(session: AsyncSession, whose: tuple[Grant, Client, Connection], colleague: Colleague) -> None:
    """What can be met of a client: a list that failed, of which people know, a pull at work, a waiting run, a mail."""
    grant, client, connection = whose
    connection.pull_holder, connection.pull_until, connection.told_at = "next-door", NOON, NOON
    of: dict[str, Any] = {"connection_id": connection.id, "pulled_at": NOON}
    session.add(Receipt(list_name=ListName.ITEMS, cause=Cause.SIGNED_OUT, **of))
    session.add(Receipt(list_name=ListName.CUSTOMERS, rows=3, **of))
    run = Run(
        id="next-door",
        practice_id=client.practice_id,
        colleague_id=colleague.id,
        provider="xero",
        kind=RunKind.ADD_CLIENTS,
        stage=Stage.FINISHED,
        result=Result.COMPLETED_WITH_FAILURES,
        created_at=NOON,
    )
    session.add(run)
    session.add(
        Notice(
            practice_id=client.practice_id,
            colleague_id=colleague.id,
            kind="digest",
            subject="Next door",
            body="",
            dedupe_key="next-door",
            sent_at=NOON,
        )
    )
    await session.flush()
    session.add(
        RunOrganisation(
            run_id=run.id,
            organisation_id=connection.organisation_id,
            position=0,
            name=client.name,
            grant_id=grant.id,
            verdict=Verdict.NEW,
            action=Action.CREATE,
            client_id=client.id,
            connection_id=connection.id,
            outcome=Outcome.RETRYING,
            updated_at=NOON,
        )
    )


async def rows_of(database: Database, practice_id: UUID) -> list[str]:
    """Every row of the other practice's client, as text."""
    async with database.session() as session:
        found = await (await session.connection()).execute(text(_ROWS), {"id": practice_id})
        return sorted(found.scalars())


_OF = "SELECT t::text FROM {} t WHERE practice_id = :id"
_ROWS = " UNION ALL ".join(
    [
        *map(_OF.format, ("clients", "connections", "runs", "notices", "events")),
        "SELECT t::text FROM receipts t JOIN connections c ON c.id = t.connection_id WHERE c.practice_id = :id",
        "SELECT t::text FROM run_organisations t WHERE t.run_id = 'next-door'",
        "SELECT t::text FROM grants t WHERE t.account_key = 'user-next-door'",
    ]
)
