"""Counts the accounts that an *Add clients* has made, also those whose first pull failed."""

from dataclasses import dataclass

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Outcome, RunKind
from models.runs.tables import Run, RunOrganisation

_COMPLETE = (Outcome.CREATED, Outcome.LINKED)
_MADE = (*_COMPLETE, Outcome.RETRYING, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that a run made or linked; the three add up to all of them.

    Attributes:
        complete: Accounts with all of their lists.
        waiting: Accounts whose lists are still being tried.
        need_you: Accounts whose lists could not be read, and for which somebody has to act.
    """

    complete: int
    waiting: int
    need_you: int

    @property
    def made(self) -> int:
        """How many accounts there are in all."""
        return self.complete + self.waiting + self.need_you


async def accounts_of(session: AsyncSession, run: Run) -> Accounts | None:
    """The accounts that a run made; None for other kinds of runs, and when it made none."""
    if run.kind is not RunKind.ADD_CLIENTS:
        return None
    row = RunOrganisation
    query = (
        select(row.outcome, func.count())
        .where(
            row.run_id == run.id,
            col(row.action).is_not(None),
            col(row.client_id).is_not(None),
            col(row.outcome).in_(_MADE),
        )
        .group_by(col(row.outcome))
    )
    counts = {Outcome(outcome): count for outcome, count in (await session.exec(query)).all() if outcome}
    if not counts:
        return None
    return Accounts(
        complete=sum(counts.get(outcome, 0) for outcome in _COMPLETE),
        waiting=counts.get(Outcome.RETRYING, 0),
        need_you=counts.get(Outcome.FAILED, 0),
    )
