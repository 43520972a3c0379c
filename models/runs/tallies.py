"""Counts what became of a run's organisations, in one statement that every reader uses, so that all counts agree.

A *Reconnect all* also offers organisations that nobody added. They are counted apart, since they never get an outcome.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, collate, func, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.runs import Outcome, RunKind, Verdict
from models.runs.tables import Run, RunOrganisation
from rules.runs.run_results import next_step_of


@dataclass(frozen=True, slots=True)
class MadeAccounts:
    """The accounts that an *Add clients* made or linked, however their first pull went; the three add up to them.

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
        """Return how many accounts were made or linked in all."""
        return self.complete + self.waiting + self.need_you


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """Organisations of a run that have the same outcome for the same reason.

    Attributes:
        outcome: What; None while nothing has.
        cause: Why, where something went wrong.
        count: How many.
        message: What their rows say, if it is the same for all.
        next_try_at: When the first of those that wait is tried again.
        makes_clients: Whether they were to become clients.
    """

    outcome: Outcome | None
    cause: Cause | None
    count: int
    message: str | None
    next_try_at: datetime | None = None
    makes_clients: bool = False

    @property
    def sentence(self) -> str | None:
        """Say what happened, in one sentence for people."""
        return self.cause.sentence if self.cause else self.message

    @property
    def next_step(self) -> str | None:
        """Say what a person can do about it."""
        return next_step_of(self.outcome, self.cause, makes_client=self.makes_clients)


@dataclass(frozen=True, slots=True)
class Part:
    """Organisations of a run that have verdict, outcome and cause in common.

    Attributes:
        verdict: What they were listed as.
        outcome: What became of them; None while nothing has.
        cause: Why, where something went wrong.
        is_offer: Whether they are merely offered.
        count: How many.
        said: How many have a message.
        first_message: The least of their messages, as bytes.
        last_message: The greatest of them.
        next_try_at: When the first of them is tried again.
        put_off: How many of them are.
        profiles_read: Of how many the profile was read.
        chosen: How many are to be worked on.
        with_client: How many have their client.
        made: How many of the chosen have their client.
        changed_at: When one of them last changed.
    """

    verdict: Verdict | None
    outcome: Outcome | None
    cause: Cause | None
    is_offer: bool
    count: int
    said: int
    first_message: str | None
    last_message: str | None
    next_try_at: datetime | None
    put_off: int
    profiles_read: int
    chosen: int
    with_client: int
    made: int
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a run's list. The counts by outcome, with those that have none yet, add up to the total.

    Attributes:
        kind: Of the run.
        parts: The list, cut by verdict, outcome and cause; without what is merely offered.
        offers: How many organisations are merely offered.
    """

    kind: RunKind
    parts: Sequence[Part]
    offers: int

    @property
    def total(self) -> int:
        """Return how many organisations the list has."""
        return sum(part.count for part in self.parts)

    @property
    def counts(self) -> dict[Outcome, int]:
        """Count the organisations by outcome; the outcomes that need attention come first."""
        counted: Counter[Outcome] = Counter()
        for group in self.groups:
            if group.outcome is not None:
                counted[group.outcome] += group.count
        return dict(counted)

    @property
    def causes(self) -> dict[Cause, int]:
        """Count the organisations by cause."""
        counted: Counter[Cause] = Counter()
        for group in self.groups:
            if group.cause is not None:
                counted[group.cause] += group.count
        return dict(counted)

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """Count the organisations by the verdict that they were listed with."""
        counted: Counter[Verdict] = Counter()
        for part in self.parts:
            if part.verdict is not None:
                counted[part.verdict] += part.count
        return dict(counted)

    @property
    def groups(self) -> Sequence[OutcomeGroup]:
        """Return the list by outcome and cause; the groups that need attention come first."""
        cut: defaultdict[tuple[Outcome | None, Cause | None], list[Part]] = defaultdict(list)
        for part in self.parts:
            cut[part.outcome, part.cause].append(part)
        groups = [self._group(outcome, cause, parts) for (outcome, cause), parts in cut.items()]
        return sorted(groups, key=_place)

    @property
    def accounts(self) -> MadeAccounts | None:
        """Return the accounts that were made; None unless the run is an *Add clients* that has made some."""
        made: Counter[Outcome | None] = Counter()
        for part in self.parts:
            made[part.outcome] += part.made
        complete = made[Outcome.CREATED] + made[Outcome.LINKED]
        accounts = MadeAccounts(complete, waiting=made[Outcome.RETRYING], need_you=made[Outcome.FAILED])
        return accounts if self.kind is RunKind.ADD_CLIENTS and accounts.made else None

    def _group(self, outcome: Outcome | None, cause: Cause | None, parts: Sequence[Part]) -> OutcomeGroup:
        count = sum(part.count for part in parts)
        messages = {message for part in parts for message in (part.first_message, part.last_message)}
        is_same = len(messages) == 1 and sum(part.said for part in parts) == count
        return OutcomeGroup(
            outcome,
            cause,
            count,
            messages.pop() if is_same else None,
            min((part.next_try_at for part in parts if part.next_try_at), default=None),
            makes_clients=self.kind is RunKind.ADD_CLIENTS,
        )


ATTENTION = {
    outcome: place
    for place, outcome in enumerate(
        (Outcome.FAILED, Outcome.RETRYING, Outcome.UNREACHABLE, Outcome.CHANGED_MEANWHILE, None)
    )
}
"""What people look for first in a report; the rest follows by size, and what was skipped stands last."""


def _place(group: OutcomeGroup) -> tuple[int, bool, int, str]:
    return (
        ATTENTION.get(group.outcome, len(ATTENTION)),
        group.outcome is Outcome.SKIPPED,
        -group.count,
        f"{group.outcome} {group.cause}",
    )


def with_parts(query: Select[Any]) -> Select[Any]:
    """A query of runs, with the columns of one of its ``Part`` in each row; what else it selects is of the run.

    Each run's rows are added up by themselves: all runs' together would be sorted first, which takes longer than all
    the rest where a page of runs has a hundred thousand rows. For the same reason messages are compared as bytes.
    """
    row = RunOrganisation
    is_made = and_(col(row.action).is_not(None), col(row.client_id).is_not(None))
    said: Any = col(row.message)
    message = collate(said, "C")
    kinds = (col(row.verdict), col(row.outcome), col(row.cause), col(row.connection_id).is_(None))
    aggregates = (
        func.count(col(row.run_id)),
        func.count(message),
        func.min(message),
        func.max(message),
        func.min(col(row.retry_at)),
        func.count(col(row.retry_at)),
        func.count(col(row.profile_read_at)),
        func.count(col(row.action)),
        func.count(col(row.client_id)),
        func.count(case((is_made, 1))),
        func.max(col(row.updated_at)),
    )
    columns: Any = (*kinds, *aggregates)
    of_run = select(*columns).where(col(row.run_id) == col(Run.id)).group_by(*kinds)
    verdict, outcome, cause, has_no_connection, *numbers = (part := of_run.correlate(Run).lateral("part")).c
    is_offer = and_(col(Run.kind) == RunKind.RECONNECT_ALL, has_no_connection)
    return query.add_columns(verdict, outcome, cause, is_offer, *numbers).outerjoin(part, true())


WIDTH = 15
"""How many columns ``with_parts`` adds."""


def tallied(rows: Sequence[Any]) -> Iterator[tuple[tuple[Any, ...], Tally]]:
    """The runs of ``with_parts``, in the order in which they first come, each with its tally.

    Args:
        rows: What was found; the first column is the run.
    """
    facts: dict[str, tuple[Any, ...]] = {}
    parts: defaultdict[str, list[Part]] = defaultdict(list)
    for row in rows:
        of_run, part = tuple(row)[:-WIDTH], Part(*tuple(row)[-WIDTH:])
        facts.setdefault(of_run[0].id, of_run)
        if part.count:  # a run without a list has one row of nothing
            parts[of_run[0].id].append(part)
    for run_id, of_run in facts.items():
        own, offered = ([one for one in parts[run_id] if one.is_offer is apart] for apart in (False, True))
        yield of_run, Tally(of_run[0].kind, own, sum(part.count for part in offered))


async def tally_of(session: AsyncSession, run_id: str) -> Tally:
    """Count what became of a run's list.

    Raises:
        LookupError: There is no such run.
    """
    query: Any = with_parts(select(Run).where(col(Run.id) == run_id))
    found = list(tallied((await session.exec(query)).all()))
    if not found:
        raise LookupError(run_id)
    return found[0][1]
