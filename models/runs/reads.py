"""Runs as people and the API read them: scoped by practice, in plain values."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.runs import Outcome, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection
from models.practices.tables import Colleague, Practice
from models.runs import organisations as run_lists
from models.runs import telling_apart
from models.runs.accounts import Accounts, accounts_of
from models.runs.tables import Run, RunOrganisation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its list, and numbers by outcome, verdict and cause.

    Attributes:
        run: The run.
        colleague_name: The colleague who started it.
        counts: Numbers by outcome; with the organisations without an outcome they add up to all.
        verdicts: Numbers by verdict.
        causes: Numbers by cause.
        organisations: The list, in order; empty when many runs are read at once.
        offers: Reconnect all: organisations that the login reaches and that are no client's.
        total: How many organisations the list has, without the offers.
        client_name: The client, where the run is about one client only.
        accounts: Add clients: the accounts that it made; only when one run is read.
        distinctions: For organisations with the same name, what distinguishes them, by organisation id.
    """

    run: Run
    colleague_name: str
    counts: dict[Outcome, int]
    verdicts: dict[Verdict, int]
    causes: dict[Cause, int]
    organisations: Sequence[RunOrganisation] = ()
    offers: Sequence[RunOrganisation] = ()
    total: int = 0
    client_name: str | None = None
    accounts: Accounts | None = None
    distinctions: Mapping[str, str] = field(default_factory=dict)


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
    """The practice's run with its whole list, or None."""
    run = await find_run(session, practice_id, run_id)
    if run is None:
        return None
    colleague = await session.get_one(Colleague, run.colleague_id)
    listed = await run_lists.organisations_of(session, run.id)
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
        total=len(listed),
        accounts=await accounts_of(session, run),
        distinctions=await telling_apart.distinctions(session, run.id),
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
        select(Run, Colleague.name, Client.name)
        .join(Colleague, col(Colleague.id) == col(Run.colleague_id))
        .outerjoin(Client, col(Client.id) == col(Run.client_id))
        .where(*matching)
        .order_by(col(Run.created_at).desc(), col(Run.id).desc())
        .limit(limit)
        .offset(offset)
    )
    found = (await session.exec(page)).all()
    totals, outcomes, causes = await _tallies(session, [run.id for run, _, _ in found])
    total = (await session.exec(select(func.count()).select_from(Run).where(*matching))).one()
    return [
        RunView(
            run, name, dict(outcomes[run.id]), {}, dict(causes[run.id]), total=totals[run.id], client_name=client_name
        )
        for run, name, client_name in found
    ], total


async def _tallies(
    session: AsyncSession, run_ids: Sequence[str]
) -> tuple[Counter[str], defaultdict[str, Counter[Outcome]], defaultdict[str, Counter[Cause]]]:
    """For several runs at once: the length of each list, and numbers by outcome and by cause; offers do not count."""
    row = RunOrganisation
    kinds = (col(row.run_id), col(row.outcome), col(row.cause))
    counted = (
        select(*kinds, func.count())
        .join(Run, col(Run.id) == col(row.run_id))
        .where(
            col(row.run_id).in_(run_ids),
            or_(col(Run.kind) != RunKind.RECONNECT_ALL, col(row.connection_id).is_not(None)),
        )
        .group_by(*kinds)
    )
    totals: Counter[str] = Counter()
    outcomes: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    causes: defaultdict[str, Counter[Cause]] = defaultdict(Counter)
    for run_id, outcome, cause, count in (await session.exec(counted)).all():
        totals[run_id] += count
        if outcome is not None:
            outcomes[run_id][outcome] += count
        if cause is not None:
            causes[run_id][cause] += count
    return totals, outcomes, causes


async def waiting_connections(session: AsyncSession, run_id: str) -> Sequence[UUID]:
    """Connections of the run that wait for their own sync."""
    query = select(RunOrganisation.connection_id).where(
        RunOrganisation.run_id == run_id, RunOrganisation.outcome == Outcome.RETRYING
    )
    return [connection_id for connection_id in (await session.exec(query)).all() if connection_id is not None]


def _tally(values: Iterable[T | None]) -> dict[T, int]:
    return dict(Counter(value for value in values if value is not None))


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


class WaitingClient(NamedTuple):
    """A client of a run that is tried again later.

    Attributes:
        practice_slug: Short name of its practice.
        code: The client's code.
        limited_until: When the provider takes calls for its organisation again; None when that is not known.
    """

    practice_slug: str
    code: str
    limited_until: datetime | None


async def waiting_clients(session: AsyncSession, run_id: str) -> Sequence[WaitingClient]:
    """The run's clients that are tried again later, in the run's order."""
    query = (
        select(Practice.slug, Client.code, col(Connection.limited_until))
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
    return [WaitingClient(*row) for row in (await session.exec(query)).all()]
