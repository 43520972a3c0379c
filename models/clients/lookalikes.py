"""Connected clients whose books an organisation may be under another id: after a reset, a new trial or a conversion.

They are connected already, so the organisation is not linked to them: somebody moves the client by a change of
connection, with a preview.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.connections.conditions import IS_HELD
from rules.clients.matching import ConnectedClient


async def connected_clients(session: AsyncSession, practice_id: UUID, provider: str) -> Sequence[ConnectedClient]:
    """The practice's clients with a connection at a provider, ordered by code; only the columns needed for matching."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT k.id, k.name, c.organisation_name, k.company_number, p.registration_number,
                   k.tax_number, p.tax_number
            FROM clients k
            JOIN connections c ON c.client_id = k.id AND {IS_HELD}
            LEFT JOIN organisation_profiles p ON p.connection_id = c.id AND p.gone_at IS NULL
            WHERE k.practice_id = :practice_id AND c.provider = :provider
            ORDER BY k.code
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "provider": provider},
    )
    return [ConnectedClient(*row) for row in found]
