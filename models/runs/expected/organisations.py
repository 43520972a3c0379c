"""Queries of the organisations that a run expects by name; see ``rules.runs.expected_organisations``."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import SignInState, Verdict
from models.grants.sign_ins import taken_over_in
from models.grants.tables import ConsentAttempt
from models.runs.tables import ExpectedOrganisation, Run, RunOrganisation
from rules.clients.matching import Judgement
from rules.runs.expected_organisations import LONGEST, Arrival, Came, Wanted, arrived


class Named(NamedTuple):
    """An organisation to be expected: its name, and the client without a connection that it is, where it is one."""

    name: str
    client_id: UUID | None = None


async def expect(session: AsyncSession, run_id: str, named: Sequence[Named], at: datetime) -> None:
    """Expect organisations, after those that the run expects already.

    Args:
        session: The transaction that stores the run, or in which it is locked.
        run_id: The run.
        named: The organisations.
        at: This moment.
    """
    first = len(await expected_of(session, run_id))
    session.add_all(
        ExpectedOrganisation(
            run_id=run_id, position=place, name=one.name[:LONGEST], client_id=one.client_id, updated_at=at
        )
        for place, one in enumerate(named, first)
    )
    await session.flush()


async def expected_of(session: AsyncSession, run_id: str) -> Sequence[ExpectedOrganisation]:
    """The organisations that a run expects, in their order; none where nobody has said any."""
    of = ExpectedOrganisation
    return (await session.exec(select(of).where(of.run_id == run_id).order_by(col(of.position)))).all()


async def queue_of(session: AsyncSession, run_id: str) -> Sequence[Wanted]:
    """The same in the form that the rules take."""
    return [
        Wanted(one.position, one.name, one.client_id, one.state, one.organisation_id)
        for one in await expected_of(session, run_id)
    ]


async def next_position(session: AsyncSession, run_id: str) -> int | None:
    """The place of the organisation that a run's next sign-in is for; None where it is for none."""
    of = ExpectedOrganisation
    query = select(of.position).where(of.run_id == run_id, of.state == SignInState.TO_DO).order_by(col(of.position))
    return (await session.exec(query.limit(1))).one_or_none()


async def note_arrival(
    session: AsyncSession,
    run: Run,
    consent_id: UUID,
    allowed: Collection[str],
    judged: Sequence[Judgement],
    at: datetime,
) -> str | None:
    """Compare what a sign-in has brought with what the run expects, and tell the run's people; a repeat agrees.

    Args:
        session: The transaction in which the run is locked.
        run: The run.
        consent_id: The sign-in.
        allowed: Ids of the organisations that were allowed in it.
        judged: The verdicts on the whole list.
        at: This moment.

    Returns:
        What people are told; None where there is nothing to tell.
    """
    queue, consent = await queue_of(session, run.id), await session.get_one(ConsentAttempt, consent_id)
    ended = await taken_over_in(session, consent)
    if not queue:
        run.message = ended[:500] or run.message
        session.add(run)
        return ended or None
    of = RunOrganisation
    rows = select(of.organisation_id, of.name).where(of.run_id == run.id, col(of.organisation_id).in_(allowed))
    names = dict((await session.exec(rows.order_by(col(of.position)))).all())
    verdicts = {one.organisation_id: one for one in judged}
    told = arrived(
        queue,
        consent.expected_position,
        [_came(identity, name, verdicts.get(identity)) for identity, name in names.items()],
    )
    await _store(session, run, told, at)
    run.message = " ".join(filter(None, [told.message, ended]))[:500]
    session.add(run)
    return run.message


def _came(organisation_id: str, name: str, judged: Judgement | None) -> Came:
    if judged is None:
        return Came(organisation_id, name)
    return Came(
        organisation_id,
        name,
        judged.client_id,
        is_client=judged.verdict is Verdict.ALREADY_CLIENT,
        is_own=judged.verdict is Verdict.PRACTICES_OWN,
    )


async def _store(session: AsyncSession, run: Run, told: Arrival, at: datetime) -> None:
    for position, organisation_id in told.done.items():
        await put(session, run.id, position, SignInState.DONE, at, organisation_id=organisation_id)
    if told.missed is not None and told.came_instead is not None:
        await put(session, run.id, told.missed, SignInState.TO_DO, at, came_instead=told.came_instead[:300])


async def put(
    session: AsyncSession,
    run_id: str,
    position: int,
    state: SignInState,
    at: datetime,
    *,
    organisation_id: str | None = None,
    came_instead: str | None = None,
) -> None:
    """Set what one of the expected organisations is now.

    Args:
        session: The transaction in which the run is locked.
        run_id: The run.
        position: Which one.
        state: Whether its sign-in is to do, done, or left out.
        at: This moment.
        organisation_id: What came for it.
        came_instead: What its latest sign-in allowed instead, by name.
    """
    of = ExpectedOrganisation
    await session.exec(
        update(of)
        .where(col(of.run_id) == run_id, col(of.position) == position)
        .values(state=state, organisation_id=organisation_id, came_instead=came_instead, updated_at=at)
    )


async def take_off(session: AsyncSession, run: Run, organisation_id: str, at: datetime) -> bool:
    """Take an organisation off the list of a run that awaits its choice, so that it is as if it had never come.

    What it came for is to do again.

    Args:
        session: The transaction in which the run is locked.
        run: The run.
        organisation_id: The provider's id.
        at: This moment.

    Returns:
        Whether it was in the list.
    """
    of, want = RunOrganisation, ExpectedOrganisation
    gone = delete(of).where(col(of.run_id) == run.id, col(of.organisation_id) == organisation_id)
    if (place := (await session.exec(gone.returning(col(of.position)))).scalar_one_or_none()) is None:
        return False
    await (await session.connection()).execute(
        text("UPDATE run_organisations SET position = position - 1 WHERE run_id = :run_id AND position > :place"),
        {"run_id": run.id, "place": place},
    )
    await session.exec(
        update(want)
        .where(col(want.run_id) == run.id, col(want.organisation_id) == organisation_id)
        .values(state=SignInState.TO_DO, organisation_id=None, updated_at=at)
    )
    return True
