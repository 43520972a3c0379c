"""What a hand-over would do: how many clients there are, and how many of them each colleague's login is known to reach.

It reads what is known and asks no provider; the run itself tries each login (``activities.runs.reassigning``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.connections.conditions import IS_LIVING


class Taker(NamedTuple):
    """A colleague who could get the clients.

    Attributes:
        colleague_id: Who.
        name: For people.
        reaches: How many of the clients a login of theirs was last seen to reach.
    """

    colleague_id: UUID
    name: str
    reaches: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a hand-over of a colleague's clients would move.

    Attributes:
        clients: How many clients would get a new owner.
        unconnected: How many clients would not, since they were never connected to this accounting software.
        takers: Who could get them, whose logins reach most first.
    """

    clients: int
    unconnected: int
    takers: Sequence[Taker]


async def foreseen(session: AsyncSession, practice_id: UUID, provider: str, from_id: UUID) -> Foreseen:
    """What a hand-over of a colleague's clients would move, and to whom.

    Args:
        session: Any session.
        practice_id: Whose; the caller has checked that the colleague is one of it.
        provider: Clients at this accounting software.
        from_id: Whose clients.
    """
    connection = await session.connection()
    asked = {"practice_id": practice_id, "provider": provider, "from_id": from_id}
    counts = text("""
        SELECT count(c.id), count(*) - count(c.id)
        FROM clients k
        LEFT JOIN connections c ON c.client_id = k.id AND c.is_current AND c.provider = :provider
        WHERE k.practice_id = :practice_id AND k.owner_id = :from_id
    """)
    takers = text(f"""
        SELECT p.id, p.name,
               (SELECT count(DISTINCT c.id) FROM connections c
                JOIN clients k ON k.id = c.client_id AND k.owner_id = :from_id
                JOIN grant_reach r ON r.organisation_id = c.organisation_id
                JOIN grants g ON g.id = r.grant_id AND g.status = 'active' AND g.provider = c.provider
                JOIN grant_holders h ON h.grant_id = g.id AND h.practice_id = c.practice_id
                WHERE c.practice_id = :practice_id AND c.provider = :provider AND {IS_LIVING}
                  AND h.colleague_id = p.id) AS reaches
        FROM colleagues p
        WHERE p.practice_id = :practice_id AND p.deactivated_at IS NULL AND p.id <> :from_id
        ORDER BY reaches DESC, lower(p.name), p.id
    """)  # noqa: S608  # our own words
    clients, unconnected = (await connection.execute(counts, asked)).one()
    return Foreseen(clients, unconnected, [Taker(*row) for row in await connection.execute(takers, asked)])
