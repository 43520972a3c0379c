"""Connected clients whose books an organisation may be under another id: after a reset, a new trial or a conversion.

They are connected already, so the organisation is not linked to them: somebody moves the client by a change of
connection, with a preview.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from models.connections.conditions import IS_HELD
from rules.clients.matching import ConnectedClient


async def connected_clients(session: AsyncSession, practice_id: UUID, provider: str) -> Sequence[ConnectedClient]:
    """The practice's clients with a connection at a provider, ordered by code; only the columns needed for matching."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT k.id, k.name, c.organisation_name, k.company_number, p.registration_number,
                   k.tax_number, p.tax_number, k.code, c.cause,
                   EXISTS (SELECT FROM grant_reach a WHERE a.grant_id = c.grant_id)
                   AND NOT EXISTS (SELECT FROM grant_reach a
                                   WHERE a.grant_id = c.grant_id AND a.organisation_id = c.organisation_id)
            FROM clients k
            JOIN connections c ON c.client_id = k.id AND {IS_HELD}
            LEFT JOIN organisation_profiles p ON p.connection_id = c.id AND p.gone_at IS NULL
            WHERE k.practice_id = :practice_id AND c.provider = :provider
            ORDER BY k.code
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "provider": provider},
    )
    return [ConnectedClient(*row)._replace(cause=Cause(row.cause) if row.cause else None) for row in found]


class PossibleNewBooks(NamedTuple):
    """An organisation that looks like a connected client, in a run that awaits a choice.

    Attributes:
        run_id: The run.
        name: The organisation's name.
        colleague_name: Who started the run.
    """

    run_id: str
    name: str
    colleague_name: str


async def listed_books(session: AsyncSession, practice_id: UUID, client_id: UUID) -> PossibleNewBooks | None:
    """What may be the new books of one of the practice's connected clients, of the latest run that lists any."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT r.id, o.name, p.name FROM runs r
            JOIN run_organisations o ON o.run_id = r.id
            JOIN colleagues p ON p.id = r.colleague_id
            JOIN connections c ON c.client_id = o.matched_client_id AND {IS_HELD}
            WHERE r.practice_id = :practice_id AND r.kind = 'add-clients' AND r.stage = 'awaiting_selection'
              AND o.matched_client_id = :client_id AND o.verdict = 'looks_like_client'
            ORDER BY r.created_at DESC, o.position LIMIT 1
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "client_id": client_id},
    )
    row = found.one_or_none()
    return PossibleNewBooks(*row) if row else None
