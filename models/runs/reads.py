"""Runs as people and the API read them: scoped by practice, in plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, and_, func, or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Action, Outcome, RunKind, Stage
from models.budgets import limits as app_limits
from models.budgets.limits import later
from models.clients.tables import Client
from models.connections.tables import Connection
from models.practices.tables import Colleague, Practice
from models.runs import choosable
from models.runs import organisations as run_lists
from models.runs.reports import NO_NAMES, NamedRow, named_rows, read_names
from models.runs.tables import Run, RunOrganisation
from models.runs.tallies import MadeAccounts, OutcomeGroup, Tally, tallied, with_parts


@dataclass(frozen=True, slots=True)
class RunView:
    """A run and what became of its list, without the list itself.

    Attributes:
        run: The run.
        colleague_name: The colleague who started it.
        client_name: The client, where the run is about one client only.
        tally: Its organisations by verdict, outcome and cause.
        names: Some of its clients, while it works; of the statement that has counted them.
    """

    run: Run
    colleague_name: str
    client_name: str | None
    tally: Tally
    names: tuple[NamedRow, ...] = ()

    @property
    def total(self) -> int:
        """How many organisations its list has, without the offers."""
        return self.tally.total

    @property
    def counts(self) -> dict[Outcome, int]:
        """Numbers by outcome; with the organisations without an outcome they add up to all."""
        return self.tally.counts

    @property
    def groups(self) -> Sequence[OutcomeGroup]:
        """What became of its organisations, what needs attention first."""
        return self.tally.groups

    @property
    def offers(self) -> int:
        """Reconnect all: how many organisations the login reaches that are no client's."""
        return self.tally.offers

    @property
    def accounts(self) -> MadeAccounts | None:
        """Add clients: the accounts that it made."""
        return self.tally.accounts


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A run with its list.

    Attributes:
        view: The run and its numbers.
        organisations: The list, in order.
        offered: Reconnect all: organisations that the login reaches and that are no client's.
        distinctions: For organisations with the same name, what distinguishes them, by organisation id.
    """

    view: RunView
    organisations: Sequence[RunOrganisation]
    offered: Sequence[RunOrganisation]
    distinctions: Mapping[str, str]

    @property
    def run(self) -> Run:
        """The run itself."""
        return self.view.run


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs to find; a field that is None does not filter.

    Attributes:
        kind: Only this kind.
        colleague_id: Only those that this colleague started.
        is_active: True for unfinished runs, False for finished ones.
        client_id: Only those about this one client.
        before: Only those that started before this moment.
    """

    kind: RunKind | None = None
    colleague_id: UUID | None = None
    is_active: bool | None = None
    client_id: UUID | None = None
    before: datetime | None = None


async def find_run(session: AsyncSession, practice_id: UUID, run_id: str) -> Run | None:
    """The practice's run, or None."""
    return (await session.exec(select(Run).where(Run.id == run_id, Run.practice_id == practice_id))).one_or_none()


async def run_view(session: AsyncSession, practice_id: UUID, run_id: str) -> RunView | None:
    """The practice's run without its list, or None; one statement, so that no number contradicts another."""
    found = await _views(session, Run.id == run_id, Run.practice_id == practice_id, names=named_rows(run_id))
    return found[0] if found else None


async def any_run_view(session: AsyncSession, run_id: str) -> RunView | None:
    """Any practice's run without its list, or None; the caller has checked whose it is."""
    found = await _views(session, Run.id == run_id, names=named_rows(run_id))
    return found[0] if found else None


async def whole_run(session: AsyncSession, practice_id: UUID, run_id: str) -> WholeRun | None:
    """The practice's run with its whole list, or None.

    Args:
        session: A transaction that sees the database as of one moment.
        practice_id: The practice.
        run_id: The run.
    """
    view = await run_view(session, practice_id, run_id)
    if view is None:
        return None
    listed = await run_lists.organisations_of(session, run_id)
    is_repair = view.run.kind is RunKind.RECONNECT_ALL
    return WholeRun(
        view=view,
        organisations=[row for row in listed if not is_repair or row.connection_id is not None],
        offered=[row for row in listed if is_repair and row.connection_id is None],
        distinctions=await choosable.distinctions(session, run_id),
    )


async def list_runs(
    session: AsyncSession, practice_id: UUID, *, limit: int = 50, before: datetime | None = None
) -> Sequence[RunView]:
    """The practice's runs, newest first, without their lists."""
    found, _ = await find_runs(session, practice_id, RunFilter(before=before), limit=limit)
    return found


async def find_runs(
    session: AsyncSession, practice_id: UUID, wanted: RunFilter, *, limit: int = 50, offset: int = 0
) -> tuple[Sequence[RunView], int]:
    """A page of the practice's runs, newest first and without their lists, and how many match in all."""
    matching: list[Any] = [Run.practice_id == practice_id]
    if wanted.kind is not None:
        matching.append(Run.kind == wanted.kind)
    if wanted.colleague_id is not None:
        matching.append(Run.colleague_id == wanted.colleague_id)
    if wanted.is_active is not None:
        matching.append((col(Run.stage) != Stage.FINISHED) == wanted.is_active)
    if wanted.client_id is not None:
        matching.append(Run.client_id == wanted.client_id)
    if wanted.before is not None:
        matching.append(Run.created_at < wanted.before)
    page = (
        select(Run.id)
        .where(*matching)
        .order_by(col(Run.created_at).desc(), col(Run.id).desc())
        .limit(limit)
        .offset(offset)
    )
    total = (await session.exec(select(func.count()).select_from(Run).where(*matching))).one()
    return await _views(session, col(Run.id).in_(page)), total


async def _views(session: AsyncSession, *matching: Any, names: TextClause = NO_NAMES) -> Sequence[RunView]:
    """The one way to read runs and their numbers: all that match, newest first, in one statement.

    ``names`` is the column of ``named_rows``, for a single run.
    """
    query: Any = (
        select(Run, Colleague.name, Client.name, names)
        .join(Colleague, col(Colleague.id) == col(Run.colleague_id))
        .outerjoin(Client, col(Client.id) == col(Run.client_id))
        .where(*matching)
        .order_by(col(Run.created_at).desc(), col(Run.id).desc())
    )
    whole: Any = with_parts(query)
    found = (await session.exec(whole)).all()
    return [
        RunView(run, colleague, client, tally, read_names(named))
        for (run, colleague, client, named), tally in tallied(found)
    ]


async def of_key(session: AsyncSession, colleague_id: UUID, key: str) -> Run | None:
    """The run that a colleague has started with this idempotency key."""
    return (
        await session.exec(select(Run).where(Run.colleague_id == colleague_id, Run.idempotency_key == key))
    ).one_or_none()


async def prepared_change(
    session: AsyncSession, practice_id: UUID, run_id: str
) -> tuple[Run, RunOrganisation | None, Connection | None] | None:
    """A run that changes a client's books, with the row of the chosen organisation and its connection, if any."""
    query = (
        select(Run, RunOrganisation, Connection)
        .outerjoin(
            RunOrganisation,
            (col(RunOrganisation.run_id) == col(Run.id)) & col(RunOrganisation.link_client_id).is_not(None),
        )
        .outerjoin(Connection, col(Connection.id) == col(RunOrganisation.connection_id))
        .where(Run.id == run_id, Run.practice_id == practice_id, Run.kind == RunKind.CHANGE_CONNECTION)
    )
    return (await session.exec(query)).first()


class SignInBehind(NamedTuple):
    """An organisation on a run's list, and the sign-in by which it got there; None where that is no longer usable."""

    provider: str
    name: str
    grant_id: UUID
    consent_id: UUID | None


async def sign_in_behind(
    session: AsyncSession, practice_id: UUID, run_id: str, organisation_id: str
) -> SignInBehind | None:
    """The sign-in by which an organisation came on the list of a run of the practice; None if it is on none."""
    found = await (await session.connection()).execute(
        text("""
            SELECT r.provider, o.name, o.grant_id,
                   (SELECT a.id FROM consent_attempts a JOIN grants g ON g.id = a.grant_id
                    WHERE a.run_id = r.id AND a.grant_id = o.grant_id AND g.status = 'active'
                    ORDER BY a.created_at DESC LIMIT 1)
            FROM runs r JOIN run_organisations o ON o.run_id = r.id
            WHERE r.id = :run_id AND r.practice_id = :practice_id AND o.organisation_id = :organisation_id
        """),
        {"run_id": run_id, "practice_id": practice_id, "organisation_id": organisation_id},
    )
    row = found.one_or_none()
    return SignInBehind(*row) if row is not None else None


class WaitingClient(NamedTuple):
    """A client of a run that is tried again later.

    Attributes:
        practice_slug: Short name of its practice.
        code: The client's code.
        limited_until: When the provider takes calls for it again, by its organisation's limit and by the app's; None
            when neither is known.
    """

    practice_slug: str
    code: str
    limited_until: datetime | None


async def would_add_clients(session: AsyncSession, run_id: str) -> bool:
    """Whether doing again what failed in a run would make a client; what failed later than that has its own."""
    made_or_linked = or_(col(RunOrganisation.client_id).is_not(None), col(RunOrganisation.action) == Action.LINK)
    query = select(RunOrganisation.organisation_id).where(
        RunOrganisation.run_id == run_id,
        RunOrganisation.outcome == Outcome.FAILED,
        made_or_linked.is_not(True),
    )
    return (await session.exec(query.limit(1))).first() is not None


async def waiting_clients(session: AsyncSession, run_id: str) -> Sequence[WaitingClient]:
    """The run's clients that are tried again later, in the run's order."""
    query = (
        select(Practice.slug, Client.code, col(Connection.limited_until), col(Connection.provider))
        .join(
            Connection,
            and_(col(Connection.client_id) == col(Client.id), col(Connection.is_current)),
            isouter=True,
        )
        .where(
            RunOrganisation.run_id == run_id,
            RunOrganisation.outcome == Outcome.RETRYING,
            col(Client.id) == col(RunOrganisation.client_id),
            col(Practice.id) == col(Client.practice_id),
        )
        .order_by(col(RunOrganisation.position))
    )
    apps, rows = await app_limits.known(session), (await session.exec(query)).all()
    return [WaitingClient(slug, code, later(until, apps.get(provider))) for slug, code, until, provider in rows]
