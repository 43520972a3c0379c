"""A run's list as people read it: searched, filtered and paged in the database, and grouped by outcome.

Offers of a *Reconnect all* (organisations that are no client's) are kept apart, because they never get an outcome.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, and_, case, false, func, or_, text
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from contracts.words.causes import Cause
from contracts.words.runs import Action, Outcome, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.practices.tables import Colleague, Team
from models.runs import choosable
from models.runs.tables import Run, RunOrganisation
from models.runs.tallies import ATTENTION
from rules.runs.endings import DONE, STUCK
from rules.runs.run_results import next_step_of


class ListedOrganisation(NamedTuple):
    """An organisation in a run's list, as far as people read it; the columns of ``RunOrganisation``."""

    organisation_id: str
    name: str
    is_just_allowed: bool
    verdict: Verdict | None
    verdict_message: str | None
    action: Action | None
    client_id: UUID | None
    owner_id: UUID | None
    shown_owner_id: UUID | None
    outcome: Outcome | None
    cause: Cause | None
    message: str | None
    retry_at: datetime | None

    @property
    def next_step(self) -> str | None:
        """What a person can do about it; None if nothing is wrong."""
        return next_step_of(self.outcome, self.cause, makes_client=self.action in {Action.CREATE, Action.LINK})


class OrganisationView(NamedTuple):
    """An organisation in a run, with its client and the colleagues concerned.

    Attributes:
        organisation: What the run has about it.
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

    organisation: ListedOrganisation
    client_id: UUID | None
    client_name: str | None
    client_code: str | None
    owner_name: str | None
    team_name: str | None
    shown_owner_name: str | None
    shown_owner_left_at: datetime | None
    client_team_name: str | None
    distinction: str | None = None


class HowFar(StrEnum):
    """How far a run has come with a client."""

    NOT_DONE = "not_done"
    DONE = "done"
    TO_COME = "to_come"
    FOUND = "found"  # while it lists


MOST_NAMED = {HowFar.NOT_DONE: 6, HowFar.DONE: 12, HowFar.TO_COME: 6, HowFar.FOUND: 12}
"""Clients that are named while a run works, in each of these states; there may be thousands."""

_WORKING = (Stage.CREATING, Stage.REPAIRING, Stage.REASSIGNING, Stage.PULLING)
_LISTING = (Stage.LISTING,)


class NamedRow(NamedTuple):
    """A client that is named while a run works.

    Attributes:
        standing: How far the run has come with it.
        organisation_id: Its organisation, by the provider's id.
        name: The client's name; the organisation's as long as it is no client.
        outcome: What became of it; None while nothing has.
        cause: Why, where something went wrong.
    """

    standing: HowFar
    organisation_id: str
    name: str
    outcome: Outcome | None
    cause: Cause | None


def _few(standing: HowFar, condition: str, order: str, stages: Sequence[Stage] = _WORKING) -> str:
    return f"""
        (SELECT '{standing.value}' AS standing, organisation_id, client_id, name, outcome, cause,
                row_number() OVER (ORDER BY {order}) AS place
         FROM run_organisations
         WHERE run_id = :named_run AND {condition}
           AND (SELECT stage FROM runs WHERE id = :named_run) IN ({_listed(stages)})
         ORDER BY place LIMIT {MOST_NAMED[standing]})"""  # noqa: S608  # words of our own


def _listed(words: Sequence[StrEnum]) -> str:
    return ", ".join(f"'{word.value}'" for word in words)


_NAMED = f"""
    (SELECT json_agg(json_build_array(n.standing, n.organisation_id, coalesce(nullif(k.name, ''), n.name), n.outcome,
                                      n.cause) ORDER BY n.place)
     FROM ({_few(HowFar.NOT_DONE, f"outcome IN ({_listed((*STUCK, Outcome.RETRYING))})", "updated_at DESC, position")}
           UNION ALL {_few(HowFar.DONE, f"outcome IN ({_listed(DONE)})", "updated_at DESC, position")}
           UNION ALL {_few(HowFar.TO_COME, "outcome IS NULL AND action IS NOT NULL", "position")}
           UNION ALL {_few(HowFar.FOUND, "outcome IS NULL", "position", _LISTING)}) n
     LEFT JOIN clients k ON k.id = n.client_id)
"""  # noqa: S608  # likewise


NO_NAMES: Final = text("NULL")


def named_rows(run_id: str) -> TextClause:
    """A column for a query of one run: the clients to name while it works, as JSON; see ``read_names``.

    As part of the statement that counts, so that what is named as done is counted as done.
    """
    return text(_NAMED).bindparams(named_run=run_id)


def read_names(found: Sequence[Sequence[Any]] | None) -> tuple[NamedRow, ...]:
    """What ``named_rows`` has found: within each standing the latest first, or what comes next first."""
    return tuple(
        NamedRow(HowFar(standing), identity, name, outcome and Outcome(outcome), cause and Cause(cause))
        for standing, identity, name, outcome, cause in found or ()
    )


class RowOrder(StrEnum):
    """The orders in which a run's list can be read."""

    LISTED = "listed"
    BY_NAME = "by_name"
    ATTENTION = "attention"  # as the groups of a report, and by name within each
    NEW_BOOKS = "new_books"  # of a run for one client: what may be its new books first, other clients' last


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    """Which of a run's organisations to find; a field that is None does not filter.

    Attributes:
        search: Text in the organisation's name, or in the client's name or code.
        verdict: Only those with this verdict.
        outcome: Only those with this outcome.
        cause: Only those with this cause.
        is_stuck: Only those that are not done, and are not tried again by themselves.
        is_open: True for those without an outcome, False for those with one.
        organisation_id: Only this one, by the provider's id.
        is_offer: Reconnect all: True for the offers, instead of the run's own list.
        order: The order in which they come.
    """

    search: str | None = None
    verdict: Verdict | None = None
    outcome: Outcome | None = None
    cause: Cause | None = None
    is_stuck: bool = False
    is_open: bool | None = None
    organisation_id: str | None = None
    is_offer: bool = False
    order: RowOrder = RowOrder.LISTED


EVERYTHING = OrganisationFilter()
OFFERS = OrganisationFilter(is_offer=True)


async def organisation_views(
    session: AsyncSession,
    run: Run,
    wanted: OrganisationFilter = EVERYTHING,
    *,
    limit: int | None = 100,
    offset: int = 0,
    is_told_apart: bool = True,
    is_counted: bool = True,
) -> tuple[Sequence[OrganisationView], int]:
    """A page of a run's list, and how many match in all.

    Args:
        session: Any session.
        run: The run; the caller has checked whose it is.
        wanted: Which ones to find.
        limit: How many at most; all of them when None.
        offset: How many to skip first.
        is_told_apart: Whether to say what distinguishes organisations of the same name; that is a query of its own.
        is_counted: Whether to count all that match, and not only those of the page.
    """
    owner, shown, its_team = aliased(Colleague), aliased(Colleague), aliased(Team)
    columns: list[Any] = [getattr(RunOrganisation, name) for name in ListedOrganisation._fields]
    end = len(columns)
    columns += [Client.id, Client.name, Client.code, owner.name, Team.name]
    columns += [shown.name, shown.deactivated_at, its_team.name]
    is_page = is_counted and (limit is not None or offset > 0)
    if is_page:
        columns.append(func.count().over())
    views = (
        _with_client(select(*columns), run)  # a list may have thousands of rows: no object is made of each
        .outerjoin(owner, col(owner.id) == col(RunOrganisation.owner_id))
        .outerjoin(shown, col(shown.id) == col(RunOrganisation.shown_owner_id))
        .outerjoin(Team, col(Team.id) == col(RunOrganisation.team_id))
        .outerjoin(its_team, col(its_team.id) == col(Client.team_id))
    )
    page = _filtered(views, run, wanted).order_by(*_ordered(wanted.order, run)).limit(limit).offset(offset)
    rows: Sequence[Any] = (await (await session.connection()).execute(page)).all()
    total: Any = len(rows)
    if is_page and rows:
        total, rows = rows[0][-1], [row[:-1] for row in rows]
    elif is_page and offset:
        counted: Any = select(func.count())
        total = (await session.exec(_filtered(_with_client(counted, run), run, wanted))).one()
    apart: Mapping[str, str] = {}
    if is_told_apart:
        among = None if limit is None else [row[0] for row in rows]
        apart = await choosable.distinctions(session, run.id, among)
    made, view = ListedOrganisation._make, OrganisationView._make
    return [view((made(row[:end]), *row[end:], apart.get(row[0]))) for row in rows], total


def _ordered(order: RowOrder, run: Run) -> tuple[Any, ...]:
    row, name = RunOrganisation, func.lower(col(RunOrganisation.name))
    if order is RowOrder.LISTED:
        return (col(row.position),)
    if order is RowOrder.BY_NAME:
        return (name, col(row.position))
    if order is RowOrder.NEW_BOOKS:
        is_free, alike = col(row.verdict) == Verdict.NEW, col(row.matched_client_id)
        its_own, nobodys = and_(is_free, alike == run.client_id), and_(is_free, alike.is_(None))
        return (case((its_own, 0), (nobodys, 1), (is_free, 2), else_=3), name, col(row.position))
    places = ATTENTION | {Outcome.SKIPPED: len(ATTENTION) + 1}
    place = case(
        *((col(row.outcome).is_not_distinct_from(one), place) for one, place in places.items()), else_=len(ATTENTION)
    )
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
    if wanted.is_stuck:
        query = query.where(col(RunOrganisation.outcome).in_(STUCK))
    for column, value in (
        (RunOrganisation.verdict, wanted.verdict),
        (RunOrganisation.outcome, wanted.outcome),
        (RunOrganisation.cause, wanted.cause),
        (RunOrganisation.organisation_id, wanted.organisation_id),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    found: Select[Any] = query
    return found
