"""What a hand-over would do: how many clients there are, and how many of them each colleague's login reaches.

Archived clients do not count. Only stored facts are used and no provider is asked; the run itself tries each login
(``activities.runs.reassigning``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.connections.conditions import IS_LIVING


class PossibleTaker(NamedTuple):
    """A colleague who could get the clients.

    Attributes:
        colleague_id: The colleague.
        name: The colleague's name.
        reaches: How many of the clients a login of theirs was last seen to reach.
    """

    colleague_id: UUID
    name: str
    reaches: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a hand-over of a colleague's clients would do.

    Attributes:
        clients: How many clients would get a new owner.
        unconnected: How many would not, because they have no connection.
        elsewhere: How many would not, because they are connected to other accounting software.
        takers: Colleagues who could get them; those whose logins reach most come first.
    """

    clients: int
    unconnected: int
    elsewhere: int
    takers: Sequence[PossibleTaker]


async def foreseen(session: AsyncSession, practice_id: UUID, provider: str, from_id: UUID) -> Foreseen:
    """What a hand-over of a colleague's clients would do, and who could get them.

    Args:
        session: Any session.
        practice_id: The practice; the caller has checked that the colleague belongs to it.
        provider: The accounting software to which the clients are connected.
        from_id: The colleague whose clients are handed over.
    """
    connection = await session.connection()
    asked = {"practice_id": practice_id, "provider": provider, "from_id": from_id}
    counts = text("""
        SELECT count(*) FILTER (WHERE c.provider = :provider), count(*) FILTER (WHERE c.id IS NULL),
               count(*) FILTER (WHERE c.provider <> :provider)
        FROM clients k
        LEFT JOIN connections c ON c.client_id = k.id AND c.is_current
        WHERE k.practice_id = :practice_id AND k.owner_id = :from_id AND k.archived_at IS NULL
    """)
    takers = text(f"""
        SELECT p.id, p.name,
               (SELECT count(DISTINCT c.id) FROM connections c
                JOIN clients k ON k.id = c.client_id AND k.owner_id = :from_id AND k.archived_at IS NULL
                JOIN grant_reach r ON r.organisation_id = c.organisation_id
                JOIN grants g ON g.id = r.grant_id AND g.status = 'active' AND g.provider = c.provider
                JOIN grant_holders h ON h.grant_id = g.id AND h.practice_id = c.practice_id
                WHERE c.practice_id = :practice_id AND c.provider = :provider AND {IS_LIVING}
                  AND h.colleague_id = p.id) AS reaches
        FROM colleagues p
        WHERE p.practice_id = :practice_id AND p.deactivated_at IS NULL AND p.id <> :from_id
        ORDER BY reaches DESC, lower(p.name), p.id
    """)  # noqa: S608  # our own words
    clients, unconnected, elsewhere = (await connection.execute(counts, asked)).one()
    return Foreseen(
        clients, unconnected, elsewhere, [PossibleTaker(*row) for row in await connection.execute(takers, asked)]
    )


async def clients_at(session: AsyncSession, practice_id: UUID, from_id: UUID) -> Mapping[str, int]:
    """How many of a colleague's clients are connected to which accounting software, by its word.

    Args:
        session: Any session.
        practice_id: The practice; the caller has checked that the colleague belongs to it.
        from_id: The colleague.
    """
    query = text("""
        SELECT c.provider, count(*)
        FROM clients k
        JOIN connections c ON c.client_id = k.id AND c.is_current
        WHERE k.practice_id = :practice_id AND k.owner_id = :from_id AND k.archived_at IS NULL
        GROUP BY c.provider
    """)
    connection = await session.connection()
    found = await connection.execute(query, {"practice_id": practice_id, "from_id": from_id})
    return {provider: clients for provider, clients in found}  # noqa: C416  # of rows, ``dict`` takes no types
