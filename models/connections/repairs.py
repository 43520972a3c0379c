"""Connections in trouble by cause, and which colleagues could repair how many of them by signing in.

A colleague can repair a connection if their login was last seen to reach the organisation. An ended login counts too,
because its owner only has to sign in again. A login does not count if the organisation has just refused it, or if it
was answered with another organisation. Only stored facts are used; no provider is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from models.connections.conditions import IS_LIVING
from models.connections.health import words


@dataclass(frozen=True, slots=True)
class Repairer:
    """A colleague, and how many connections a sign-in of theirs could repair.

    Attributes:
        colleague_id: Who it is.
        name: Their name.
        count: How many connections.
        providers: The accounting software that these are at.
    """

    colleague_id: UUID
    name: str
    count: int
    providers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """The connections that are in trouble for one cause.

    Attributes:
        cause: The cause.
        count: How many connections.
        repairers: Colleagues whose sign-in could repair some, the most first; empty where signing in does not help.
        beyond_reach: How many of them no colleague's login is known to reach; 0 where signing in does not help.
        provider: The accounting software that all of them are at; None where they are at several.
    """

    cause: Cause
    count: int
    repairers: tuple[Repairer, ...]
    beyond_reach: int
    provider: str | None = None

    @property
    def sentence(self) -> str:
        """What happened, in one sentence for people."""
        return self.cause.sentence

    @property
    def next_step(self) -> str:
        """What a person can do about it."""
        return self.cause.next_step


_REFUSED = words((Cause.ACCESS_LOST, Cause.ROLE_TOO_LOW, Cause.WRONG_ORGANISATION))
"""Causes that the connection's own login does not repair by signing in again."""


async def cause_groups(session: AsyncSession, practice_id: UUID) -> Sequence[CauseGroup]:
    """The practice's connections in trouble by cause: causes that need a person first, then the largest group."""
    found = await (await session.connection()).execute(
        text(f"""
            WITH able AS (
                SELECT c.id, c.cause, c.provider, p.id AS colleague_id, p.name
                FROM connections c
                JOIN grant_reach r ON r.organisation_id = c.organisation_id
                JOIN grants g ON g.id = r.grant_id AND g.provider = c.provider
                JOIN grant_holders h ON h.grant_id = g.id AND h.practice_id = c.practice_id
                JOIN colleagues p ON p.id = h.colleague_id AND p.deactivated_at IS NULL
                WHERE c.practice_id = :practice_id AND {IS_LIVING} AND c.cause IS NOT NULL
                  AND NOT (g.id = c.grant_id AND c.cause IN ({_REFUSED}))
            )
            SELECT c.cause, NULL, NULL, count(*), count(*) FILTER (WHERE reached.id IS NULL),
                   CASE WHEN count(DISTINCT c.provider) = 1 THEN min(c.provider) END
            FROM connections c LEFT JOIN (SELECT DISTINCT id FROM able) reached ON reached.id = c.id
            WHERE c.practice_id = :practice_id AND {IS_LIVING} AND c.cause IS NOT NULL
            GROUP BY c.cause
            UNION ALL
            SELECT cause, colleague_id, name, count(DISTINCT id), 0, string_agg(DISTINCT provider, ' ')
            FROM able GROUP BY cause, colleague_id, name
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id},
    )
    totals: dict[Cause, tuple[int, int, str | None]] = {}
    able: dict[Cause, list[Repairer]] = {}
    for cause, colleague_id, name, count, beyond, provider in found:
        if colleague_id is None:
            totals[Cause(cause)] = (count, beyond, provider)
        else:
            one = Repairer(colleague_id, name, count, tuple(provider.split()))
            able.setdefault(Cause(cause), []).append(one)
    groups = [_group(cause, *total, able.get(cause, [])) for cause, total in totals.items()]
    return sorted(groups, key=lambda group: (not group.cause.needs_person, -group.count, group.cause))


def _group(cause: Cause, count: int, beyond: int, provider: str | None, able: list[Repairer]) -> CauseGroup:
    if not cause.signing_in_helps:
        return CauseGroup(cause, count, (), 0, provider)
    most_first = sorted(able, key=lambda one: (-one.count, one.name.lower()))
    return CauseGroup(cause, count, tuple(most_first), beyond, provider)
