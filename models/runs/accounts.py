"""What an *Add clients* has made: accounts, however their first pull went, which a list of failures would hide."""

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
        complete: With all of their lists.
        waiting: Their lists are still being tried for.
        need_you: Their lists could not be had, and somebody has to do something.
    """

    complete: int
    waiting: int
    need_you: int

    @property
    def made(self) -> int:
        """All of them."""
        return self.complete + self.waiting + self.need_you


async def accounts_of(session: AsyncSession, run: Run) -> Accounts | None:
    """The accounts that a run made; None where it is no *Add clients*, or has made none."""
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
