"""A run's list as people read it: searched, filtered and paged in the database, and grouped by outcome.

Offers of a *Reconnect all* (organisations that are no client's) are kept apart, because they never get an outcome.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import case, false, func, or_
from sqlalchemy.orm import aliased, defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from contracts.words.causes import Cause
from contracts.words.runs import Outcome, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.practices.tables import Colleague, Team
from models.runs import telling_apart
from models.runs.accounts import Accounts, accounts_of
from models.runs.tables import Run, RunOrganisation
from rules.runs.run_results import next_step_of


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation in a run, with its client and the colleagues concerned.

    Attributes:
        organisation: The row; its profile is not loaded.
        client_id: The client that was made of it, or that it is to be linked to, or that it is or looks like.
        client_name: That client's name.
        client_code: That client's code.
        owner_name: The colleague who gets the client.
        team_name: The team that the client gets.
        shown_owner_name: Reassigning: the owner when the list was shown.
        shown_owner_left_at: When that colleague left, if they have.
        client_team_name: The client's present team.
        distinction: What distinguishes it from others of the same name in the list; None where the name is unique.
    """

    organisation: RunOrganisation
    client_id: UUID | None
    client_name: str | None
    client_code: str | None
    owner_name: str | None
    team_name: str | None
    shown_owner_name: str | None
    shown_owner_left_at: datetime | None
    client_team_name: str | None
    distinction: str | None = None


class RowOrder(StrEnum):
    """The orders in which a run's list can be read."""

    LISTED = "listed"
    BY_NAME = "by_name"
    ATTENTION = "attention"  # as the groups of a report, and by name within each


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    """Which of a run's organisations to find; a field that is None does not filter.

    Attributes:
        search: Text in the organisation's name, or in the client's name or code.
        verdict: Only those with this verdict.
        outcome: Only those with this outcome.
        cause: Only those with this cause.
        is_open: True for those without an outcome, False for those with one.
        is_offer: Reconnect all: True for the offers, instead of the run's own list.
        order: The order in which they come.
    """

    search: str | None = None
    verdict: Verdict | None = None
    outcome: Outcome | None = None
    cause: Cause | None = None
    is_open: bool | None = None
    is_offer: bool = False
    order: RowOrder = RowOrder.LISTED


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """Those of a run's organisations that share an outcome and a cause.

    Attributes:
        outcome: The outcome; None while they have none.
        cause: Why something went wrong; None otherwise.
        count: How many.
        message: The message of their rows, if it is the same for all.
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
        """What happened, in one sentence for people."""
        return self.cause.sentence if self.cause else self.message

    @property
    def next_step(self) -> str | None:
        """What a person can do about it."""
        return next_step_of(self.outcome, self.cause, makes_client=self.makes_clients)


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run and the outcomes of its list, without the list itself.

    Attributes:
        run: The run.
        colleague_name: The colleague who started it.
        groups: Its organisations by outcome; groups that need attention come first.
        offers: Reconnect all: how many organisations the login reaches that are no client's.
        accounts: Add clients: the accounts that it made.
    """

    run: Run
    colleague_name: str
    groups: Sequence[OutcomeGroup]
    offers: int
    accounts: Accounts | None = None

    @property
    def total(self) -> int:
        """How many organisations its list has."""
        return sum(group.count for group in self.groups)

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many of them have which outcome."""
        counted: Counter[Outcome] = Counter()
        for group in self.groups:
            if group.outcome is not None:
                counted[group.outcome] += group.count
        return dict(counted)

    @property
    def can_retry(self) -> bool:
        """Whether something failed that can be done again, or waits for a later try that could be now."""
        is_finished = self.run.stage is Stage.FINISHED
        return is_finished and any(group.outcome in {Outcome.FAILED, Outcome.RETRYING} for group in self.groups)


EVERYTHING = OrganisationFilter()
OFFERS = OrganisationFilter(is_offer=True)

_ATTENTION = {
    outcome: place
    for place, outcome in enumerate(
        (Outcome.FAILED, Outcome.RETRYING, Outcome.UNREACHABLE, Outcome.CHANGED_MEANWHILE, None)
    )
}
"""What people look for first in a report; the rest follows by size, and what was skipped stands last."""
_LAST = len(_ATTENTION)


async def organisation_views(
    session: AsyncSession,
    run: Run,
    wanted: OrganisationFilter = EVERYTHING,
    *,
    limit: int | None = 100,
    offset: int = 0,
) -> tuple[Sequence[OrganisationView], int]:
    """A page of a run's list, and how many match in all.

    Args:
        session: Any session.
        run: The run; the caller has checked whose it is.
        wanted: Which ones to find.
        limit: How many at most; all of them when None.
        offset: How many to skip first.
    """
    owner, shown, its_team = aliased(Colleague), aliased(Colleague), aliased(Team)
    views: Any = select(  # type: ignore[call-overload]  # nine columns are more than its overloads know
        RunOrganisation,
        Client.id,
        Client.name,
        Client.code,
        owner.name,
        Team.name,
        shown.name,
        shown.deactivated_at,
        its_team.name,
    ).options(defer(RunOrganisation.profile, raiseload=True))  # type: ignore[arg-type]  # typed as its value
    views = (
        _with_client(views, run)
        .outerjoin(owner, col(owner.id) == col(RunOrganisation.owner_id))
        .outerjoin(shown, col(shown.id) == col(RunOrganisation.shown_owner_id))
        .outerjoin(Team, col(Team.id) == col(RunOrganisation.team_id))
        .outerjoin(its_team, col(its_team.id) == col(Client.team_id))
    )
    page = _filtered(views, run, wanted).order_by(*_ordered(wanted.order)).limit(limit).offset(offset)
    counted: Any = select(func.count())
    total: Any = (await session.exec(_filtered(_with_client(counted, run), run, wanted))).one()
    rows: Sequence[Any] = (await session.exec(page)).all()
    apart = await telling_apart.distinctions(session, run.id)
    told: Sequence[Any] = [(*row, apart.get(row[0].organisation_id)) for row in rows]
    return [OrganisationView(*one) for one in told], total


async def run_report(session: AsyncSession, run: Run) -> RunReport:
    """The report of a run; the caller has checked whose it is."""
    colleague = await session.get_one(Colleague, run.colleague_id)
    counted: Any = select(func.count()).where(RunOrganisation.run_id == run.id)
    offers: Any = (await session.exec(_filtered(counted, run, OFFERS))).one()
    groups = await outcome_groups(session, run)
    return RunReport(run, colleague.name, groups, offers, await accounts_of(session, run))


async def outcome_groups(session: AsyncSession, run: Run) -> Sequence[OutcomeGroup]:
    """A run's list grouped by outcome and cause, groups that need attention first; counts add up to the list."""
    kinds = (col(RunOrganisation.outcome), col(RunOrganisation.cause))
    message = col(RunOrganisation.message)
    said = (func.min(message), func.max(message), func.count(message), func.min(col(RunOrganisation.retry_at)))
    query: Any = select(*kinds, func.count(), *said)  # type: ignore[call-overload]  # seven columns are more than its overloads know
    grouped = _filtered(query.where(RunOrganisation.run_id == run.id), run, EVERYTHING).group_by(*kinds)
    rows: Sequence[Any] = (await session.exec(grouped)).all()
    adds = run.kind is RunKind.ADD_CLIENTS
    groups = [
        OutcomeGroup(outcome, cause, count, first if first == last and messages == count else None, next_try_at, adds)
        for outcome, cause, count, first, last, messages, next_try_at in rows
    ]
    return sorted(groups, key=_place)


def _place(group: OutcomeGroup) -> tuple[int, bool, int, str]:
    return (
        _ATTENTION.get(group.outcome, _LAST),
        group.outcome is Outcome.SKIPPED,
        -group.count,
        f"{group.outcome} {group.cause}",
    )


def _ordered(order: RowOrder) -> tuple[Any, ...]:
    row, name = RunOrganisation, func.lower(col(RunOrganisation.name))
    if order is RowOrder.LISTED:
        return (col(row.position),)
    if order is RowOrder.BY_NAME:
        return (name, col(row.position))
    places = _ATTENTION | {Outcome.SKIPPED: _LAST + 1}
    place = case(*((col(row.outcome).is_not_distinct_from(one), place) for one, place in places.items()), else_=_LAST)
    return (place, name, col(row.position))


def _with_client(query: Any, run: Run) -> Any:
    row = RunOrganisation
    its_client = func.coalesce(row.client_id, row.link_client_id, row.matched_client_id)
    return query.select_from(row).outerjoin(Client, col(Client.id) == its_client).where(row.run_id == run.id)


def _filtered(query: Any, run: Run, wanted: OrganisationFilter) -> Select[Any]:
    if run.kind is RunKind.RECONNECT_ALL:
        query = query.where(col(RunOrganisation.connection_id).is_(None) == wanted.is_offer)
    elif wanted.is_offer:
        query = query.where(false())
    if wanted.search:
        texts = (RunOrganisation.name, Client.name, Client.code)
        query = query.where(or_(*(col(text).icontains(wanted.search, autoescape=True) for text in texts)))
    if wanted.is_open is not None:
        query = query.where(col(RunOrganisation.outcome).is_(None) == wanted.is_open)
    for column, value in (
        (RunOrganisation.verdict, wanted.verdict),
        (RunOrganisation.outcome, wanted.outcome),
        (RunOrganisation.cause, wanted.cause),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    found: Select[Any] = query
    return found
