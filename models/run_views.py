"""Runs as people and the API read them: scoped by practice, in plain values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.causes import Cause
from contracts.runs import Outcome, RunKind, Verdict
from models import runs
from models.practice import Colleague
from models.run import Run, RunOrganisation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with what it found and what became of it.

    Attributes:
        run: The run.
        colleague_name: Who started it.
        counts: Organisations by outcome; with those that have none yet they add up to all.
        verdicts: Organisations by verdict.
        causes: Organisations by cause.
        organisations: The list, in order; empty where only runs are listed.
        offers: Reconnect all: organisations that the login reaches and nobody added.
    """

    run: Run
    colleague_name: str
    counts: dict[Outcome, int]
    verdicts: dict[Verdict, int]
    causes: dict[Cause, int]
    organisations: Sequence[RunOrganisation] = ()
    offers: Sequence[RunOrganisation] = ()


async def find_run(session: AsyncSession, practice_id: UUID, run_id: str) -> Run | None:
    """The practice's run, or None."""
    return (await session.exec(select(Run).where(Run.id == run_id, Run.practice_id == practice_id))).one_or_none()


async def run_view(session: AsyncSession, practice_id: UUID, run_id: str) -> RunView | None:
    """The practice's run with its whole list, or None."""
    run = await find_run(session, practice_id, run_id)
    if run is None:
        return None
    colleague = await session.get_one(Colleague, run.colleague_id)
    listed = await runs.organisations_of(session, run.id)
    offers: Sequence[RunOrganisation] = ()
    if run.kind is RunKind.RECONNECT_ALL:
        offers = [row for row in listed if row.connection_id is None]
        listed = [row for row in listed if row.connection_id is not None]
    return RunView(
        run=run,
        colleague_name=colleague.name,
        counts=_tally(organisation.outcome for organisation in listed),
        verdicts=_tally(organisation.verdict for organisation in listed),
        causes=_tally(organisation.cause for organisation in listed),
        organisations=listed,
        offers=offers,
    )


async def list_runs(
    session: AsyncSession, practice_id: UUID, *, limit: int = 50, before: datetime | None = None
) -> Sequence[RunView]:
    """The practice's runs, newest first, without their lists."""
    query = (
        select(Run, Colleague.name)
        .where(Run.practice_id == practice_id, col(Run.colleague_id) == col(Colleague.id))
        .order_by(col(Run.created_at).desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Run.created_at < before)
    views = []
    for run, colleague_name in (await session.exec(query)).all():
        counts, causes = await runs.tally(session, run.id)
        views.append(RunView(run, colleague_name, counts, {}, causes))
    return views


async def waiting_connections(session: AsyncSession, run_id: str) -> Sequence[UUID]:
    """Connections of the run that wait for their own sync."""
    query = select(RunOrganisation.connection_id).where(
        RunOrganisation.run_id == run_id, RunOrganisation.outcome == Outcome.RETRYING
    )
    return [connection_id for connection_id in (await session.exec(query)).all() if connection_id is not None]


def _tally(values: Iterable[T | None]) -> dict[T, int]:
    return dict(Counter(value for value in values if value is not None))
