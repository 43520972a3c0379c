"""Changes a run: its stage, its outcomes, its end. Its list is in ``models.runs.organisations``.

Each statement is idempotent, so that an activity may be tried again after any crash. Reads for pages and the API are in
``models.runs.reads``.

Rows are locked in this order: the connections, the run, its practice, its rows, the grants. A run that creates, lists
or changes connections has none of them pulled yet, and locks itself first. The locks are ``FOR NO KEY UPDATE``, so that
rows which refer to a locked one, such as events, can still be inserted.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Result, RunKind, Stage
from models.kit.columns import now
from models.practices.tables import Practice
from models.runs.tables import ChoiceDraft, Run, RunOrganisation


async def locked_run(session: AsyncSession, run_id: str) -> Run:
    """The run, locked against other changes.

    Raises:
        LookupError: There is no such run.
    """
    run = (await session.exec(select(Run).where(Run.id == run_id).with_for_update(key_share=True))).one_or_none()
    if run is None:
        raise LookupError(f"run {run_id} is not in the database")
    return run


async def keep_choice(session: AsyncSession, run_id: str, colleague_id: UUID, form: dict[str, Any]) -> None:
    """Keep what a colleague has chosen so far on the page of a run that awaits it; otherwise nothing is kept."""
    if not await is_open(session, run_id):
        return
    kept = {"form": form, "updated_at": now()}
    insertion = insert(ChoiceDraft).values(run_id=run_id, colleague_id=colleague_id, **kept)
    await session.exec(insertion.on_conflict_do_update(index_elements=["run_id", "colleague_id"], set_=kept))


async def forget_choice(session: AsyncSession, run_id: str) -> None:
    """Delete what was chosen so far on a run's page: it was sent."""
    await session.exec(delete(ChoiceDraft).where(col(ChoiceDraft.run_id) == run_id))


class RunOver(Exception):
    """The run has ended or has gone on to a later stage, so it takes no more of what was to be written."""


async def open_run(session: AsyncSession, run_id: str) -> Run:
    """A run that has not ended, locked against other changes, its end included.

    Raises:
        LookupError: There is no such run.
        RunOver: It has ended.
    """
    run = await locked_run(session, run_id)
    if run.stage is Stage.FINISHED:
        raise RunOver
    return run


def enter(session: AsyncSession, run: Run, stage: Stage) -> bool:
    """Record the stage that a locked run has reached; False, and nothing, where it would take the run back."""
    if not stage.may_follow(run.stage):
        return False
    run.stage = stage
    session.add(run)
    return True


async def listing_run(session: AsyncSession, run_id: str) -> Run:
    """A run whose list can still be extended, locked; see ``open_run``.

    Raises:
        LookupError: There is no such run.
        RunOver: It has ended, or was chosen from and has gone on.
    """
    run = await locked_run(session, run_id)
    if not run.stage.is_listing:
        raise RunOver
    return run


async def is_open(session: AsyncSession, run_id: str) -> bool:
    """Whether a run has not ended; if so, it cannot end before the caller's transaction.

    Lock its rows after this call.
    """
    query = select(Run.id).where(Run.id == run_id, Run.stage != Stage.FINISHED)
    return (await session.exec(query.with_for_update(read=True))).one_or_none() is not None


async def practice_of(session: AsyncSession, run: Run) -> Practice:
    """The run's practice, locked, so that allowance and client numbers are assigned by one transaction at a time."""
    query = select(Practice).where(Practice.id == run.practice_id).with_for_update(key_share=True)
    return (await session.exec(query)).one()


async def settle(
    session: AsyncSession,
    organisation: RunOrganisation,
    outcome: Outcome | None,
    at: datetime,
    *,
    cause: Cause | None = None,
    message: str | None = None,
    retry_at: datetime | None = None,
) -> None:
    """Give one organisation its outcome, in the transaction that holds the effect."""
    organisation.outcome, organisation.cause, organisation.message = outcome, cause, message
    organisation.retry_at, organisation.updated_at = retry_at, at
    session.add(organisation)


async def settle_open(
    session: AsyncSession, organisation: RunOrganisation, outcome: Outcome, at: datetime, *, cause: Cause, message: str
) -> None:
    """Give one organisation an outcome, unless its run has ended and given it one."""
    if await is_open(session, organisation.run_id):
        await settle(session, organisation, outcome, at, cause=cause, message=message)


async def lock_waiting_for(session: AsyncSession, connection_id: UUID) -> None:
    """Lock the runs in which a connection waits for its own sync; call it before their rows are locked."""
    query = select(Run.id).where(
        col(Run.id).in_(
            select(RunOrganisation.run_id).where(
                RunOrganisation.connection_id == connection_id, RunOrganisation.outcome == Outcome.RETRYING
            )
        )
    )
    await session.exec(query.order_by(Run.id).with_for_update(key_share=True))


async def pause(session: AsyncSession, run_id: str, until: datetime) -> None:
    """Record until when the run waits for the app's limit; an earlier moment than the recorded one changes nothing."""
    is_news = or_(col(Run.paused_until).is_(None), col(Run.paused_until) < until)
    is_open = col(Run.stage) != Stage.FINISHED
    await session.exec(update(Run).where(col(Run.id) == run_id, is_open, is_news).values(paused_until=until))


async def without_good_pull(session: AsyncSession, run_id: str, connection_ids: Collection[UUID]) -> Sequence[UUID]:
    """Those of the connections that the run has not pulled successfully; a failed one may have lists left to read."""
    query = select(col(RunOrganisation.connection_id)).where(
        RunOrganisation.run_id == run_id,
        col(RunOrganisation.connection_id).in_(connection_ids),
        or_(col(RunOrganisation.outcome).is_(None), col(RunOrganisation.outcome) == Outcome.FAILED),
    )
    return [identity for identity in await session.exec(query) if identity is not None]


async def reopen(session: AsyncSession, run: Run, at: datetime) -> int:
    """Put the failed organisations back to be done again; those that wait for their own sync go on waiting.

    Returns:
        How many were put back.
    """
    reopened = await (await session.connection()).execute(
        text("""
            UPDATE run_organisations
            SET outcome = NULL, cause = NULL, message = NULL, retry_at = NULL, updated_at = :at
            WHERE run_id = :run_id AND outcome = 'failed' RETURNING organisation_id
        """),
        {"run_id": run.id, "at": at},
    )
    run.stage, run.result, run.finished_at, run.message = Stage.CREATING, None, None, None
    session.add(run)
    return len(reopened.all())


async def close_books(session: AsyncSession, run: Run, at: datetime) -> None:
    """Give an outcome to every organisation without one: made or repaired but not pulled, or not begun.

    Offers of a *Reconnect all* (organisations that are no client's) get none.
    """
    await (await session.connection()).execute(
        text("""
            UPDATE run_organisations o
            SET outcome = CASE WHEN o.action IS NULL AND r.kind = 'add-clients' AND o.verdict = 'already_client'
                                   THEN 'already_client'
                               WHEN o.action = 'repair' AND o.profile_read_at IS NOT NULL THEN 'repaired'
                               WHEN o.client_id IS NULL OR o.action IS NULL OR o.action IN ('repair', 'reassign')
                                   THEN 'skipped'
                               WHEN o.action = 'link' THEN 'linked' ELSE 'created' END,
                message = CASE WHEN o.action IS NULL AND r.kind = 'add-clients' AND o.verdict = 'already_client'
                                   THEN o.verdict_message
                               WHEN o.client_id IS NULL THEN 'The run ended before this client was created.'
                               WHEN o.action IS NULL OR o.action = 'reassign'
                                   OR o.action = 'repair' AND o.profile_read_at IS NULL
                                   THEN 'The run ended before its turn came. Nothing was changed.'
                               ELSE 'The run ended before its standard information was pulled. Refresh the client.'
                          END,
                cause = CASE WHEN o.action = 'reassign' THEN NULL ELSE o.cause END, retry_at = NULL, updated_at = :at
            FROM runs r
            WHERE o.run_id = :run_id AND r.id = o.run_id AND o.outcome IS NULL
              AND (:offers_stay = false OR o.connection_id IS NOT NULL)
        """),
        {"run_id": run.id, "at": at, "offers_stay": run.kind is RunKind.RECONNECT_ALL},
    )


async def say_while_waiting(session: AsyncSession, run_id: str, message: str | None) -> None:
    """Set or (None) remove the message for the colleague while the run waits for the first sign-in.

    The run's page shows it, such as why the last sign-in failed, also to people who open the page later.
    """
    run = await locked_run(session, run_id)
    if run.stage is Stage.AWAITING_CONSENT:
        run.message = message
        session.add(run)


def end(run: Run, result: Result, message: str, at: datetime) -> None:
    """Mark an open run as finished."""
    run.stage, run.result, run.message, run.finished_at = Stage.FINISHED, result, message[:500], at
