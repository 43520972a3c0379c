"""Queries of the sign-ins that a run expects, one for each organisation; see ``rules.runs.sign_in_queue``."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.runs import RunKind, SignInState
from models.connections.conditions import IS_LIVING, NEEDS_REPAIR
from models.connections.tables import Connection
from models.grants.sign_ins import taken_over_in
from models.grants.tables import ConsentAttempt
from models.runs.tables import ExpectedSignIn, Run
from rules.runs.sign_in_queue import CameBack, Expected, came_back, next_of

_TO_REPAIR = f"""
    FROM connections c JOIN grants g ON g.id = c.grant_id
    WHERE c.practice_id = :practice_id AND c.provider = :provider AND {NEEDS_REPAIR}
      AND NOT coalesce(c.cause = ANY(CAST(:no_sign_in_helps AS text[])), false)
"""
"""A practice's connections that a sign-in repairs."""

_BY_NAME = "ORDER BY lower(c.organisation_name), c.id"


def _whose(run: Run) -> dict[str, object]:
    no_sign_in_helps = [cause.value for cause in Cause if cause.is_transient or cause.needs_something_else]
    return {"practice_id": run.practice_id, "provider": run.provider, "no_sign_in_helps": no_sign_in_helps}


async def expect_repairs(session: AsyncSession, run: Run, at: datetime) -> int:
    """Expect a sign-in for each of the practice's connections that one repairs, by name.

    Args:
        session: The transaction that stores the run.
        run: A *Reconnect all* of the whole practice.
        at: This moment.

    Returns:
        How many are expected.
    """
    found = await (await session.connection()).execute(
        text(f"""
            INSERT INTO expected_sign_ins (run_id, organisation_id, position, name, client_id, state, updated_at)
            SELECT :run_id, c.organisation_id, row_number() OVER ({_BY_NAME}) - 1,
                   c.organisation_name, c.client_id, 'to_do', :at {_TO_REPAIR}
        """),  # our own words
        _whose(run) | {"run_id": run.id, "at": at},
    )
    return found.rowcount


async def expect_takeovers(session: AsyncSession, run: Run, organisation_ids: Sequence[str], at: datetime) -> None:
    """Expect a sign-in for each of some organisations of clients, which are to be taken over.

    Args:
        session: The transaction that stores the run.
        run: A *Reassign clients*.
        organisation_ids: Of the practice's clients, in the order of the sign-ins.
        at: This moment.
    """
    await (await session.connection()).execute(
        text(f"""
            INSERT INTO expected_sign_ins (run_id, organisation_id, position, name, client_id, state, updated_at)
            SELECT :run_id, c.organisation_id, o.place - 1, c.organisation_name, c.client_id, 'to_do', :at
            FROM unnest(CAST(:organisation_ids AS text[])) WITH ORDINALITY AS o (id, place)
            JOIN connections c ON c.organisation_id = o.id
            WHERE c.practice_id = :practice_id AND c.provider = :provider AND {IS_LIVING}
        """),  # noqa: S608  # our own words
        {
            "run_id": run.id,
            "practice_id": run.practice_id,
            "provider": run.provider,
            "organisation_ids": list(organisation_ids),
            "at": at,
        },
    )


async def expected_of(session: AsyncSession, run_id: str) -> Sequence[ExpectedSignIn]:
    """The sign-ins that a run expects, in their order; none where one sign-in is for all."""
    query = select(ExpectedSignIn).where(ExpectedSignIn.run_id == run_id).order_by(col(ExpectedSignIn.position))
    return (await session.exec(query)).all()


async def queue_of(session: AsyncSession, run_id: str) -> Sequence[Expected]:
    """Return the same sign-ins in the form that the rules take."""
    return [Expected(one.organisation_id, one.name, one.state) for one in await expected_of(session, run_id)]


async def organisation_expected(session: AsyncSession, run: Run) -> str | None:
    """The organisation that a stored run's next sign-in is for; None where it is for no single one."""
    if first := next_of(await queue_of(session, run.id)):
        return first.organisation_id
    return await _of_its_client(session, run)


async def first_expected(session: AsyncSession, run: Run, *, has_queue: bool) -> str | None:
    """The organisation that a run's first sign-in is for, before the run is stored; None where it is for no single one.

    Args:
        session: Any session.
        run: The run.
        has_queue: Whether it will expect a sign-in for each connection that needs one.
    """
    if not has_queue:
        return await _of_its_client(session, run)
    query = text(f"SELECT c.organisation_id {_TO_REPAIR} {_BY_NAME} LIMIT 1")  # our own words
    return (await (await session.connection()).execute(query, _whose(run))).scalar_one_or_none()


async def _of_its_client(session: AsyncSession, run: Run) -> str | None:
    """Of a reconnect of one client, its organisation. A change of books is for another one, which nobody knows yet."""
    if run.client_id is None or run.kind is not RunKind.RECONNECT_ALL:
        return None
    query = select(Connection.organisation_id).where(Connection.client_id == run.client_id, col(Connection.is_current))
    return (await session.exec(query)).one_or_none()


async def mark(
    session: AsyncSession,
    run_id: str,
    organisation_ids: Collection[str],
    state: SignInState,
    at: datetime,
    came_instead: str | None = None,
) -> None:
    """Set the state of some of the sign-ins that a run expects.

    Args:
        session: The transaction in which the run is locked.
        run_id: The run.
        organisation_ids: For which organisations they are.
        state: What they are now.
        at: This moment.
        came_instead: What the latest sign-in allowed instead.
    """
    await session.exec(
        update(ExpectedSignIn)
        .where(col(ExpectedSignIn.run_id) == run_id, col(ExpectedSignIn.organisation_id).in_(organisation_ids))
        .values(state=state, came_instead=came_instead, updated_at=at)
    )


async def note_arrival(
    session: AsyncSession,
    run: Run,
    consent: ConsentAttempt,
    reached: Collection[str],
    allowed: Sequence[str],
    at: datetime,
) -> CameBack | None:
    """Compare what a sign-in has brought with those that the run expects, and tell the run's people; a repeat agrees.

    Args:
        session: The transaction in which the run is locked.
        run: The run.
        consent: The sign-in.
        reached: Ids of all organisations that its login reaches now.
        allowed: Names of those that were allowed in it, as far as the provider says.
        at: This moment.

    Returns:
        What it changes; None where the run expects no sign-in for a single organisation.
    """
    queue = await queue_of(session, run.id)
    if not queue:
        return None
    came = came_back(queue, consent.expected_organisation_id, reached, allowed)
    await mark(session, run.id, came.done, SignInState.DONE, at)
    if came.came_instead is not None and consent.expected_organisation_id is not None:
        missed = [consent.expected_organisation_id]
        await mark(session, run.id, missed, SignInState.TO_DO, at, came.came_instead[:300])
    run.message = " ".join(filter(None, [came.message, await taken_over_in(session, consent)]))[:500]
    session.add(run)
    return came


async def has_signed_in(session: AsyncSession, run_id: str) -> bool:
    """Whether a sign-in for the run has succeeded."""
    query = select(ConsentAttempt.id).where(ConsentAttempt.run_id == run_id, col(ConsentAttempt.grant_id).is_not(None))
    return (await session.exec(query.limit(1))).first() is not None
