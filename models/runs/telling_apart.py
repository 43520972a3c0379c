"""What distinguishes organisations with the same name in a run's list, so that people can choose among them."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

DISTINCTIONS: Final = """
    SELECT o.organisation_id, CASE
        WHEN known.number <> ''
            THEN 'Company number ' || known.number || coalesce(', short code ' || known.code, '')
        ELSE coalesce('Short code ' || known.code, 'Id ending in ' || right(o.organisation_id, 8)) END AS distinction
    FROM (SELECT *, count(*) OVER (PARTITION BY lower(name)) AS of_its_name
          FROM run_organisations WHERE run_id = :run_id) o
    JOIN runs r ON r.id = o.run_id
    LEFT JOIN connections c ON c.practice_id = r.practice_id AND c.provider = r.provider
        AND c.organisation_id = o.organisation_id
    LEFT JOIN organisation_profiles p ON p.connection_id = c.id
    LEFT JOIN clients k ON k.id = c.client_id
    CROSS JOIN LATERAL (
        SELECT coalesce(o.profile ->> 'registration_number', p.registration_number, k.company_number) AS number,
               nullif(coalesce(o.profile ->> 'short_code', p.short_code), '') AS code
    ) known
    WHERE o.of_its_name > 1"""
"""A query of the run ``:run_id``: organisations whose name stands more than once in its list, each with the text."""


async def distinctions(session: AsyncSession, run_id: str, among: Sequence[str] | None = None) -> dict[str, str]:
    """A text for each organisation whose name stands more than once in the run's list, by organisation id.

    It has the company number and the provider's short code, as far as a profile is known; else the end of the
    provider's id.

    Args:
        session: Any session.
        run_id: The run.
        among: Tell only of these organisations; of all when None.
    """
    found = await (await session.connection()).execute(
        text(f"{DISTINCTIONS} AND (CAST(:among AS text[]) IS NULL OR o.organisation_id = ANY(CAST(:among AS text[])))"),
        {"run_id": run_id, "among": None if among is None else list(among)},
    )
    return {row[0]: row[1] for row in found.all()}
