"""Merges two accounts of one client, in one transaction: what was read and what happened moves to the one that stays.

The other account is archived. It keeps its code and its texts, and says into which account it was merged;
``rules.clients.merging`` decides what moves.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Stage
from models.clients.tables import Client
from models.connections.tables import Connection
from models.practices.tables import Colleague, Team
from models.runs.tables import Run
from rules.clients.merging import Held, Mergeable


async def account(session: AsyncSession, client: Client, current: Connection | None) -> Mergeable:
    """A client as merging sees it; ``current`` is its current connection."""
    owner = await session.get_one(Colleague, client.owner_id)
    team = await session.get_one(Team, client.team_id) if client.team_id else None
    held = Held(current.id, current.organisation_name, current.status) if current else None
    return Mergeable(
        client_id=client.id,
        name=client.name,
        code=client.code,
        is_archived=client.archived_at is not None,
        is_merged=client.merged_into_id is not None,
        owner=owner.name,
        team=team.name if team else None,
        company_number=client.company_number,
        tax_number=client.tax_number,
        reference=client.reference,
        connection=held,
    )


async def run_of_its_own(session: AsyncSession, client_ids: Sequence[UUID]) -> Run | None:
    """A run about one of the clients alone that has not ended: a reconnect, or a change of its books."""
    query = select(Run).where(col(Run.client_id).in_(client_ids), Run.stage != Stage.FINISHED)
    return (await session.exec(query.order_by(col(Run.created_at)).limit(1))).first()


async def merge(session: AsyncSession, staying: Client, going: Client, *, is_moved: bool, at: datetime) -> None:
    """Move what is ``going``'s to ``staying``, and archive ``going``. The caller writes fields and events.

    Args:
        session: The caller's transaction, which has locked both and their connections.
        staying: The account that stays.
        going: The account that goes.
        is_moved: Whether its connection becomes the current one; otherwise it is kept as one of the past.
        at: This moment.
    """
    driver = await session.connection()
    whose: dict[str, Any] = {
        "practice_id": staying.practice_id,
        "staying": staying.id,
        "going": going.id,
        "past": staying.id if is_moved else going.id,
        "staying_text": str(staying.id),
        "going_text": str(going.id),
    }
    for statement in _MOVES:
        await driver.execute(statement, whose)
    going.merged_into_id = staying.id
    going.archived_at = going.archived_at or at
    session.add(going)
    await session.flush()


_MOVES: Final = tuple(
    text(statement)
    for statement in (
        "UPDATE connections SET is_current = false WHERE client_id = :past AND is_current",
        "UPDATE connections SET client_id = :staying WHERE client_id = :going",
        "UPDATE connection_changes SET client_id = :staying WHERE client_id = :going",
        "UPDATE events SET client_id = :staying WHERE client_id = :going",
        "UPDATE runs SET client_id = :staying WHERE client_id = :going",
        "UPDATE client_links SET client_id = :staying WHERE client_id = :going",
        "UPDATE client_link_mails SET client_id = :staying WHERE client_id = :going",
        "UPDATE expected_sign_ins SET client_id = :staying WHERE client_id = :going",
        "UPDATE expected_organisations SET client_id = :staying WHERE client_id = :going",
        """
        UPDATE run_organisations o SET
            client_id = CASE o.client_id WHEN :going THEN :staying ELSE o.client_id END,
            link_client_id = CASE o.link_client_id WHEN :going THEN :staying ELSE o.link_client_id END,
            matched_client_id = CASE o.matched_client_id WHEN :going THEN :staying ELSE o.matched_client_id END
        FROM runs r WHERE r.id = o.run_id AND r.practice_id = :practice_id
          AND :going IN (o.client_id, o.link_client_id, o.matched_client_id)
        """,
        """
        UPDATE notices SET tells_of = replace(tells_of::text, :going_text, :staying_text)::jsonb
        WHERE practice_id = :practice_id AND sent_at IS NULL AND strpos(tells_of::text, :going_text) > 0
        """,
        "UPDATE clients SET merged_into_id = :staying WHERE merged_into_id = :going",
    )
)
