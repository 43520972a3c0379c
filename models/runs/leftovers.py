"""What a run left undone: lists that clients lack, connections others could repair, clients that kept their login.

It describes the present: colleagues who have left are not suggested, and connections that were repaired since are left
out. Only stored facts are used; no provider is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from models.connections.conditions import HAS_LIVING_STATUS, IS_LIVING, NEEDS_REPAIR
from models.connections.health import IS_CHOSEN, words
from models.connections.repairs import Repairer
from rules.runs.endings import LackingList


@dataclass(frozen=True, slots=True)
class Unreached:
    """The connections that a *Reconnect all* did not reach, and whose login could.

    Attributes:
        missed: Names of organisations that were removed at the provider and not allowed again, and that no other login
            reaches.
        count: How many of the others still need somebody else.
        repairers: Colleagues whose sign-in could repair some, the most first.
        beyond_reach: How many no colleague's login is known to reach.
    """

    missed: tuple[str, ...]
    count: int
    repairers: tuple[Repairer, ...]
    beyond_reach: int


class KeptLogin(NamedTuple):
    """A client with a new owner that is still read with somebody else's login.

    Attributes:
        client_id: The client.
        name: Its name.
        code: Its code.
        login: Name of the person whose login it is.
        is_connected: Whether the connection has a living status.
    """

    client_id: UUID
    name: str
    code: str
    login: str
    is_connected: bool


async def unreached(session: AsyncSession, run_id: str) -> Unreached:
    """What a run did not reach, another sign-in could repair, and nobody has repaired since.

    The caller has checked whose run it is.
    """
    missed = await (await session.connection()).execute(
        text(f"""
            SELECT c.organisation_name FROM run_organisations o JOIN connections c ON c.id = o.connection_id
            WHERE o.run_id = :run_id AND o.outcome = 'unreachable' AND o.cause = :removed AND {IS_LIVING}
              AND c.cause = :removed AND NOT EXISTS (
                SELECT FROM grant_reach r
                JOIN grants g ON g.id = r.grant_id AND g.provider = c.provider
                JOIN grant_holders h ON h.grant_id = g.id AND h.practice_id = c.practice_id
                JOIN colleagues p ON p.id = h.colleague_id AND p.deactivated_at IS NULL
                WHERE r.organisation_id = c.organisation_id)
            ORDER BY lower(c.organisation_name), c.organisation_id
        """),  # noqa: S608  # our own words
        {"run_id": run_id, "removed": Cause.DISCONNECTED_AT_PROVIDER.value},
    )
    found = await (await session.connection()).execute(
        text(f"""
            WITH missed AS (
                SELECT c.id, c.practice_id, c.provider, c.organisation_id, c.grant_id, c.cause
                FROM run_organisations o JOIN connections c ON c.id = o.connection_id
                JOIN grants g ON g.id = c.grant_id
                WHERE o.run_id = :run_id AND o.outcome = 'unreachable' AND {NEEDS_REPAIR}
                  AND NOT (c.cause IS NOT NULL AND c.cause = ANY(CAST(:something_else AS text[])))
            ), able AS (
                SELECT DISTINCT m.id, p.id AS colleague_id, p.name
                FROM missed m
                JOIN grant_reach r ON r.organisation_id = m.organisation_id
                JOIN grants g ON g.id = r.grant_id AND g.provider = m.provider
                JOIN grant_holders h ON h.grant_id = g.id AND h.practice_id = m.practice_id
                JOIN colleagues p ON p.id = h.colleague_id AND p.deactivated_at IS NULL
                WHERE NOT (g.id = m.grant_id AND m.cause IS NOT DISTINCT FROM 'access_lost')
            )
            SELECT NULL, NULL, count(*), count(*) FILTER (WHERE id NOT IN (SELECT id FROM able))
            FROM missed WHERE cause IS DISTINCT FROM :removed OR id IN (SELECT id FROM able)
            UNION ALL
            SELECT colleague_id, name, count(*), 0 FROM able GROUP BY colleague_id, name
        """),  # noqa: S608  # our own words
        {
            "run_id": run_id,
            "removed": Cause.DISCONNECTED_AT_PROVIDER.value,
            "something_else": [cause.value for cause in Cause if cause.needs_something_else],
        },
    )
    total, beyond = 0, 0
    repairers: list[Repairer] = []
    for colleague_id, name, count, without in found:
        if colleague_id is None:
            total, beyond = count, without
        else:
            repairers.append(Repairer(colleague_id, name, count))
    names = tuple(name for (name,) in missed)
    return Unreached(names, total, tuple(sorted(repairers, key=lambda one: (-one.count, one.name.lower()))), beyond)


async def kept_logins(session: AsyncSession, run_id: str) -> Sequence[KeptLogin]:
    """Clients that a run gave to a colleague whose own login does not read them.

    The caller has checked whose run it is.
    """
    found = await (await session.connection()).execute(
        text(f"""
            SELECT k.id, k.name, k.code, g.label, {HAS_LIVING_STATUS}
            FROM run_organisations o
            JOIN connections c ON c.id = o.connection_id AND c.is_current
            JOIN clients k ON k.id = c.client_id AND k.owner_id = o.owner_id
            JOIN grants g ON g.id = c.grant_id
            WHERE o.run_id = :run_id AND o.outcome = 'reassigned'
              AND NOT EXISTS (SELECT 1 FROM grant_holders h WHERE h.grant_id = c.grant_id
                              AND h.practice_id = c.practice_id AND h.colleague_id = o.owner_id)
            ORDER BY lower(k.name), k.code
        """),  # noqa: S608  # our own words
        {"run_id": run_id},
    )
    return [KeptLogin(*row) for row in found]


_LACKING = text(f"""
    SELECT r.list_name, r.cause, count(*) FROM run_organisations o
    JOIN connections c ON c.id = o.connection_id JOIN receipts r ON r.connection_id = c.id
    WHERE o.run_id = :run_id AND o.outcome IN ('created', 'linked') AND {IS_CHOSEN}
      AND r.cause IN ({words(cause for cause in Cause if cause.is_of_list)})
    GROUP BY r.list_name, r.cause
""")  # noqa: S608  # our own words


async def lacking_lists(session: AsyncSession, run_id: str) -> Sequence[LackingList]:
    """The chosen lists that clients lack which a run has added, since plan or role does not offer them; in our order.

    A list that has come since is not among them.
    """
    found = await (await session.connection()).execute(_LACKING, {"run_id": run_id})
    lists, causes = list(ListName), list(Cause)
    lacking = [LackingList(ListName(name), Cause(cause), clients) for name, cause, clients in found]
    return sorted(lacking, key=lambda one: (causes.index(one.cause), lists.index(one.list_name)))
