"""The list of a run as people choose from it, and what distinguishes organisations with the same name in it.

The whole list is read at once: thousands of rows, of plain values.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Verdict
from models.connections.conditions import IS_HELD


class Choosable(NamedTuple):
    """An organisation to choose.

    Attributes:
        organisation_id: The provider's id.
        name: Its name.
        is_just_allowed: Whether the latest sign-in has allowed it.
        verdict: What it is; None as long as nobody has judged it.
        verdict_message: More about that.
        client_id: The client that it is or looks like, as a text.
        client_name: That client's name.
        client_code: That client's code.
        client_is_connected: Whether that client has a connection, which may be changed.
        distinction: What distinguishes it from others of the same name in the list; None where the name is unique.
    """

    organisation_id: str
    name: str
    is_just_allowed: bool
    verdict: Verdict | None
    verdict_message: str | None
    client_id: str | None
    client_name: str | None
    client_code: str | None
    client_is_connected: bool
    distinction: str | None

    @property
    def can_be_chosen(self) -> bool:
        """Whether it may be ticked; the order of ``_QUERY`` has to agree."""
        return self.verdict is not Verdict.ALREADY_CLIENT


def _distinctions(rows: str) -> str:
    """A query of organisations whose name stands more than once in the run's list, each with what distinguishes it."""
    return f"""
    SELECT o.organisation_id, CASE
        WHEN known.number <> ''
            THEN 'Company number ' || known.number || coalesce(', short code ' || known.code, '')
        ELSE coalesce('Short code ' || known.code, 'Id ending in ' || right(o.organisation_id, 8)) END AS distinction
    FROM ({rows}) o
    JOIN runs r ON r.id = o.run_id
    LEFT JOIN connections c ON c.practice_id = r.practice_id AND c.provider = r.provider
        AND c.organisation_id = o.organisation_id
    LEFT JOIN organisation_profiles p ON p.connection_id = c.id
    LEFT JOIN clients k ON k.id = c.client_id
    CROSS JOIN LATERAL (
        SELECT coalesce(o.profile ->> 'registration_number', p.registration_number, k.company_number) AS number,
               nullif(coalesce(o.profile ->> 'short_code', p.short_code), '') AS code
    ) known"""  # noqa: S608  # our own words


_DISTINCTIONS: Final = _distinctions("""
    SELECT run_id, organisation_id, profile FROM (
        SELECT run_id, organisation_id, profile, count(*) OVER (PARTITION BY lower(name)) AS of_its_name
        FROM run_organisations WHERE run_id = :run_id) n
    WHERE n.of_its_name > 1""")
"""Of the whole list of the run ``:run_id``."""

_DISTINCTIONS_AMONG: Final = _distinctions("""
    SELECT run_id, organisation_id, profile FROM run_organisations
    WHERE run_id = :run_id AND organisation_id = ANY(CAST(:among AS text[])) AND lower(name) IN (
        SELECT lower(name) FROM run_organisations WHERE run_id = :run_id GROUP BY lower(name) HAVING count(*) > 1)""")
"""Of some of it: a page's, for a fraction of what the whole costs."""

_VERDICTS: dict[str | None, Verdict | None] = {None: None, **{verdict.value: verdict for verdict in Verdict}}

_QUERY = text(f"""
    SELECT o.organisation_id, o.name, o.is_just_allowed, o.verdict, o.verdict_message, CAST(k.id AS text), k.name,
           k.code, EXISTS (SELECT FROM connections c WHERE c.client_id = k.id AND {IS_HELD}), apart.distinction
    FROM run_organisations o
    JOIN runs r ON r.id = o.run_id
    LEFT JOIN clients k ON k.id = coalesce(o.client_id, o.link_client_id, o.matched_client_id)
    LEFT JOIN ({_DISTINCTIONS}) apart ON apart.organisation_id = o.organisation_id
    WHERE r.id = :run_id AND r.practice_id = :practice_id
    ORDER BY o.verdict IS NOT DISTINCT FROM '{Verdict.ALREADY_CLIENT.value}', o.is_just_allowed DESC,
             lower(o.name) COLLATE "C", o.position
""")  # noqa: S608  # our own words
"""What cannot be chosen comes last: its order says once more, in SQL, what ``Choosable.can_be_chosen`` decides."""


async def to_choose(session: AsyncSession, practice_id: UUID, run_id: str) -> Sequence[Choosable]:
    """A run's whole list; empty where the run is another practice's.

    What can be chosen comes first, and of that what was just allowed; then by name.
    """
    found = await (await session.connection()).execute(_QUERY, {"run_id": run_id, "practice_id": practice_id})
    return [Choosable(a, b, c, _VERDICTS[verdict], *rest) for a, b, c, verdict, *rest in found.all()]


async def distinctions(session: AsyncSession, run_id: str, among: Sequence[str] | None = None) -> dict[str, str]:
    """A text for each organisation whose name stands more than once in the run's list, by organisation id.

    It has the company number and the provider's short code, as far as a profile is known; else the end of the
    provider's id.

    Args:
        session: Any session.
        run_id: The run.
        among: Tell only of these organisations; of all when None.
    """
    query, asked = (_DISTINCTIONS, {}) if among is None else (_DISTINCTIONS_AMONG, {"among": list(among)})
    found = await (await session.connection()).execute(text(query), {"run_id": run_id, **asked})
    return {row[0]: row[1] for row in found.all()}
