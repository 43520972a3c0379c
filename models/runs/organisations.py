"""Queries on a run's list of organisations: listed, profiled, judged, chosen, and turned into clients.

Each is one statement for many rows and idempotent, so that an activity may be tried again after any crash.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import func, text
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Action, Mark, Outcome, Verdict
from contracts.words.standard_information import ENDED, NAMELESS
from models.clients.tables import Client
from models.connections.conditions import IS_NOT_ENDED
from models.kit.arrays import texts
from models.runs.tables import RunOrganisation
from rules.clients.matching import Candidate, Judgement
from rules.runs.choosing import ChosenOrganisation

_IS_CLIENT = "r.kind = 'add-clients' AND o.verdict = 'already_client'"
UNCHOSEN = f"CASE WHEN {_IS_CLIENT} THEN 'already_client' ELSE 'skipped' END"
"""What becomes of what nobody chose, as SQL: nobody could have chosen what is a client already."""
WHY_UNCHOSEN = f"CASE WHEN {_IS_CLIENT} THEN o.verdict_message END"


class FoundOrganisation(NamedTuple):
    """An organisation that a login reaches; ``is_just_allowed`` if the person allowed it in this sign-in."""

    organisation_id: str
    name: str
    provider_connection_id: str | None
    is_just_allowed: bool = False
    marks: Collection[Mark] = ()


async def list_into(
    session: AsyncSession, run_id: str, grant_id: UUID, found: Sequence[FoundOrganisation], at: datetime
) -> int:
    """Add organisations to the run's list, numbered without gaps; one that is listed already keeps its place.

    Returns:
        How many organisations the list has now.
    """
    listed = select(func.count()).select_from(RunOrganisation).where(RunOrganisation.run_id == run_id)
    already = (await session.exec(listed)).one()
    await (await session.connection()).execute(
        text("""
            INSERT INTO run_organisations
                (run_id, organisation_id, position, name, grant_id, provider_connection_id, is_just_allowed, marks,
                 updated_at)
            SELECT :run_id, found.id,
                   :already - 1 + count(*) FILTER (WHERE listed.run_id IS NULL) OVER (ORDER BY found.place),
                   left(coalesce(nullif(found.name, :nameless), connected.organisation_name, found.name), 255),
                   :grant_id, found.pair, found.is_just_allowed, string_to_array(found.marks, ','), :at
            FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:pairs AS text[]),
                        CAST(:just_allowed AS boolean[]), CAST(:marks AS text[]))
                WITH ORDINALITY AS found (id, name, pair, is_just_allowed, marks, place)
            JOIN runs r ON r.id = :run_id
            LEFT JOIN run_organisations listed ON listed.run_id = r.id AND listed.organisation_id = found.id
            LEFT JOIN connections connected ON connected.practice_id = r.practice_id
                AND connected.provider = r.provider AND connected.organisation_id = found.id
            ON CONFLICT (run_id, organisation_id) DO UPDATE
                SET grant_id = excluded.grant_id, provider_connection_id = excluded.provider_connection_id,
                    name = CASE excluded.name WHEN :nameless THEN run_organisations.name ELSE excluded.name END,
                    is_just_allowed = run_organisations.is_just_allowed OR excluded.is_just_allowed,
                    marks = ARRAY(SELECT DISTINCT unnest(run_organisations.marks || excluded.marks) ORDER BY 1),
                    updated_at = excluded.updated_at
        """),
        {
            "run_id": run_id,
            "grant_id": grant_id,
            "already": already,
            "at": at,
            "ids": [organisation.organisation_id for organisation in found],
            "names": [organisation.name for organisation in found],
            "pairs": [organisation.provider_connection_id for organisation in found],
            "just_allowed": [organisation.is_just_allowed for organisation in found],
            "marks": [",".join(sorted(organisation.marks)) for organisation in found],
            "nameless": NAMELESS,
        },
    )
    return (await session.exec(listed)).one()


async def without_profile(session: AsyncSession, run_id: str, first: int, end: int) -> Sequence[tuple[str, UUID]]:
    """Organisations at positions ``first`` to ``end`` (exclusive) without a profile that are not a client's already.

    Returns:
        Pairs of organisation id and grant id.
    """
    rows = await (await session.connection()).execute(
        text(f"""
            SELECT o.organisation_id, o.grant_id
            FROM run_organisations o JOIN runs r ON r.id = o.run_id
            WHERE o.run_id = :run_id AND o.position >= :first AND o.position < :end AND o.profile IS NULL
              AND NOT EXISTS (
                SELECT FROM connections c
                WHERE c.practice_id = r.practice_id AND c.provider = r.provider
                  AND c.organisation_id = o.organisation_id AND {IS_NOT_ENDED})
            ORDER BY o.position
        """),  # noqa: S608  # our own words
        {"run_id": run_id, "first": first, "end": end},
    )
    return [(organisation_id, grant_id) for organisation_id, grant_id in rows]


async def save_profiles(
    session: AsyncSession, run_id: str, profiles: Mapping[str, Mapping[str, Any]], at: datetime
) -> None:
    """Store the profiles that listing read, unless the run has ended; organisations without a name get theirs."""
    await (await session.connection()).execute(
        text("""
            UPDATE run_organisations o
            SET profile = read.profile, profile_read_at = :at,
                name = CASE o.name WHEN :nameless
                       THEN left(coalesce(nullif(read.profile ->> 'name', ''), o.name), 255) ELSE o.name END
            FROM unnest(CAST(:ids AS text[]), CAST(:profiles AS text[])::jsonb[]) AS read (id, profile), runs r
            WHERE o.run_id = :run_id AND o.organisation_id = read.id AND r.id = o.run_id AND r.stage <> 'finished'
        """),
        {
            "run_id": run_id,
            "at": at,
            "ids": list(profiles),
            "profiles": [orjson.dumps(profile).decode() for profile in profiles.values()],
            "nameless": NAMELESS,
        },
    )


async def mark(session: AsyncSession, run_id: str, organisation_ids: Sequence[str], word: Mark) -> None:
    """Mark listed organisations, whatever they are marked as besides."""
    await (await session.connection()).execute(
        text("""
            UPDATE run_organisations SET marks = ARRAY(SELECT DISTINCT unnest(marks || CAST(:word AS text)) ORDER BY 1)
            WHERE run_id = :run_id AND organisation_id = ANY(CAST(:ids AS text[]))
        """),
        {"run_id": run_id, "ids": list(organisation_ids), "word": word.value},
    )


async def organisations_of(session: AsyncSession, run_id: str) -> Sequence[RunOrganisation]:
    """The run's whole list in order, without the profiles, which are most of its bytes."""
    query = select(RunOrganisation).where(RunOrganisation.run_id == run_id)
    query = query.options(defer(RunOrganisation.profile, raiseload=True))  # type: ignore[arg-type]  # SQLModel types the column as its value
    return (await session.exec(query.order_by(col(RunOrganisation.position)))).all()


async def candidates_of(session: AsyncSession, run_id: str) -> Sequence[Candidate]:
    """The run's whole list for the verdicts: what was just allowed comes first, otherwise in the run's order.

    Only the columns needed are read, because there may be thousands of rows.
    """
    rows = await (await session.connection()).execute(
        text("""
            SELECT organisation_id, name, profile ->> 'registration_number', profile ->> 'tax_number',
                   coalesce((profile ->> 'is_demo')::boolean, false) OR 'demo' = ANY(marks),
                   coalesce((profile ->> 'is_trial')::boolean, false), 'lead' = ANY(marks),
                   coalesce(profile ->> 'status', '') = :ended OR 'ended' = ANY(marks)
            FROM run_organisations WHERE run_id = :run_id ORDER BY is_just_allowed DESC, position
        """),
        {"run_id": run_id, "ended": ENDED},
    )
    return [Candidate(*row) for row in rows]


class Decided(NamedTuple):
    """What is known of one organisation in the list when a choice is made."""

    organisation_id: str
    verdict: Verdict | None
    matched_client_id: UUID | None
    action: Action | None
    outcome: Outcome | None


async def decided_of(session: AsyncSession, run_id: str) -> Sequence[Decided]:
    """The run's whole list for a choice, in order; only the columns needed are read."""
    of = RunOrganisation
    query = select(of.organisation_id, of.verdict, of.matched_client_id, of.action, of.outcome)  # type: ignore[call-overload]  # SQLModel types four columns at most
    rows = await session.exec(query.where(of.run_id == run_id).order_by(col(of.position)))
    return [Decided(*row) for row in rows.all()]


async def save_verdicts(session: AsyncSession, run_id: str, judged: Sequence[Judgement]) -> None:
    """Write the verdicts of the whole list."""
    await (await session.connection()).execute(
        text("""
            UPDATE run_organisations o
            SET verdict = judged.verdict, verdict_message = judged.message, matched_client_id = judged.client_id
            FROM unnest(CAST(:ids AS text[]), CAST(:verdicts AS text[]), CAST(:messages AS text[]),
                        CAST(:clients AS text[])::uuid[]) AS judged (id, verdict, message, client_id)
            WHERE o.run_id = :run_id AND o.organisation_id = judged.id
        """),
        {
            "run_id": run_id,
            "ids": [judgement.organisation_id for judgement in judged],
            "verdicts": [judgement.verdict.value for judgement in judged],
            "messages": [judgement.message and judgement.message[:300] for judgement in judged],
            "clients": texts(judgement.client_id for judgement in judged),
        },
    )


async def save_selection(
    session: AsyncSession, run_id: str, choices: Sequence[ChosenOrganisation], at: datetime
) -> int:
    """Store what was chosen; every other organisation gets the outcome *skipped* or *already a client*.

    Returns:
        How many were skipped.
    """
    await (await session.connection()).execute(
        text("""
            UPDATE run_organisations o
            SET action = chosen.action, link_client_id = chosen.link_to, owner_id = chosen.owner,
                team_id = chosen.team, wanted_code = chosen.code, updated_at = :at
            FROM unnest(CAST(:ids AS text[]), CAST(:actions AS text[]), CAST(:links AS text[])::uuid[],
                        CAST(:owners AS text[])::uuid[], CAST(:teams AS text[])::uuid[], CAST(:codes AS text[]))
                AS chosen (id, action, link_to, owner, team, code)
            WHERE o.run_id = :run_id AND o.organisation_id = chosen.id
        """),
        {
            "run_id": run_id,
            "at": at,
            "ids": [choice.organisation_id for choice in choices],
            "actions": [choice.action.value for choice in choices],
            "links": texts(choice.link_client_id for choice in choices),
            "owners": texts(choice.owner_id for choice in choices),
            "teams": texts(choice.team_id for choice in choices),
            "codes": [choice.code for choice in choices],
        },
    )
    skipped = await (await session.connection()).execute(
        text(f"""
            UPDATE run_organisations o SET outcome = {UNCHOSEN}, message = {WHY_UNCHOSEN}, updated_at = :at
            FROM runs r
            WHERE o.run_id = :run_id AND r.id = o.run_id AND o.action IS NULL AND o.outcome IS NULL
            RETURNING o.outcome
        """),  # noqa: S608  # put together from our own words
        {"run_id": run_id, "at": at},
    )
    return sum(outcome == Outcome.SKIPPED for (outcome,) in skipped)


async def wanted_codes(session: AsyncSession, run_id: str) -> set[str]:
    """The codes that were chosen for clients of the run."""
    of = RunOrganisation
    query = select(of.wanted_code).where(of.run_id == run_id, col(of.wanted_code).is_not(None))
    return {code for code in (await session.exec(query)).all() if code is not None}


async def save_clients(session: AsyncSession, run_id: str, made: Sequence[tuple[str, UUID, UUID]]) -> None:
    """Store which clients and connections were made: triples of organisation, client and connection.

    Their outcomes are written when they are pulled.
    """
    await (await session.connection()).execute(
        text("""
            UPDATE run_organisations o SET client_id = made.client, connection_id = made.connection
            FROM unnest(CAST(:ids AS text[]), CAST(:clients AS text[])::uuid[], CAST(:connections AS text[])::uuid[])
                AS made (id, client, connection)
            WHERE o.run_id = :run_id AND o.organisation_id = made.id
        """),
        {
            "run_id": run_id,
            "ids": [organisation_id for organisation_id, _, _ in made],
            "clients": texts(client_id for _, client_id, _ in made),
            "connections": texts(connection_id for _, _, connection_id in made),
        },
    )


async def still_to_pull(
    session: AsyncSession, run_id: str, *, after: int, limit: int
) -> Sequence[tuple[RunOrganisation, str, str]]:
    """The next rows whose clients wait for their first pull, in the run's order, with the client's name and code."""
    query = (
        select(RunOrganisation, Client.name, Client.code)
        .where(
            RunOrganisation.run_id == run_id,
            col(RunOrganisation.client_id) == col(Client.id),
            col(RunOrganisation.outcome).is_(None),
            RunOrganisation.position > after,
        )
        .order_by(col(RunOrganisation.position))
        .limit(limit)
    )
    return (await session.exec(query)).all()


async def still_to_reassign(session: AsyncSession, run_id: str, *, after: int, limit: int) -> Sequence[RunOrganisation]:
    """The next rows whose clients are still to be moved, in the run's order."""
    query = select(RunOrganisation).where(
        RunOrganisation.run_id == run_id,
        RunOrganisation.action == Action.REASSIGN,
        col(RunOrganisation.outcome).is_(None),
        RunOrganisation.position > after,
    )
    return (await session.exec(query.order_by(col(RunOrganisation.position)).limit(limit))).all()
