"""Creates clients from a run's chosen organisations, and finds known and unconnected clients.

Creating twice creates nothing: (practice, provider, organisation) is unique among connections, and the practice's row
is locked while allowance and codes are assigned.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Text, cast, func, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import ConnectionStatus
from contracts.words.runs import Action, Outcome
from models.clients import accounts
from models.clients.tables import Client
from models.connections import changes as connection_changes
from models.connections import disconnections, templates
from models.connections import writes as connections
from models.connections.conditions import IS_NOT_ENDED, is_held
from models.connections.tables import Connection
from models.events import writes as events
from models.kit.bulk import copy_rows
from models.kit.columns import now
from models.practices.tables import Practice
from models.runs import organisations as run_lists
from models.runs import writes as runs
from models.runs.tables import Run, RunOrganisation
from rules.clients.client_codes import free_codes
from rules.clients.matching import KnownOrganisation, UnconnectedClient


class Batch(NamedTuple):
    """The outcomes of one batch of creation, and how many organisations are left."""

    outcomes: Counter[Outcome]
    remaining: int


async def known_organisations(
    session: AsyncSession, practice_id: UUID, provider: str, organisation_ids: Sequence[str]
) -> dict[str, KnownOrganisation]:
    """Those of the organisations that are clients of the practice, by the provider's organisation id.

    An organisation from which a client was moved away counts as that client's while the move can be undone.
    """
    free = await connection_changes.free(session, practice_id, provider, organisation_ids, now())
    found = await (await session.connection()).execute(
        text(f"""
            SELECT c.organisation_id, c.id, c.client_id, k.name, p.name,
                   {IS_NOT_ENDED} OR NOT c.is_current, k.archived_at IS NOT NULL
            FROM connections c JOIN clients k ON k.id = c.client_id JOIN colleagues p ON p.id = k.owner_id
            WHERE c.practice_id = :practice_id AND c.provider = :provider
              AND c.organisation_id = ANY(CAST(:ids AS text[]))
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "provider": provider, "ids": list(organisation_ids)},
    )
    known = (KnownOrganisation(*row) for row in found)
    return {one.organisation_id: one for one in known if one.organisation_id not in free}


async def unconnected_clients(session: AsyncSession, practice_id: UUID) -> Sequence[UnconnectedClient]:
    """The practice's clients that have no connection, or a disconnected one; none that is archived."""
    held = (
        select(Connection.id)
        .where(
            Connection.client_id == Client.id,
            is_held(),
        )
        .exists()
    )
    query: Any = select(Client.id, Client.name, Client.company_number, Client.tax_number, Client.code)  # type: ignore[call-overload]  # five columns are more than its overloads know
    theirs = query.where(Client.practice_id == practice_id, col(Client.archived_at).is_(None), ~held)
    found = await session.exec(theirs.order_by(col(Client.code)))
    return [UnconnectedClient(*row) for row in found.all()]


async def count_clients(session: AsyncSession, practice_id: UUID) -> int:
    """How many clients the practice has; the archived do not count."""
    query = select(func.count()).where(Client.practice_id == practice_id, col(Client.archived_at).is_(None))
    return (await session.exec(query)).one()


async def codes_in_use(session: AsyncSession, practice_id: UUID) -> dict[str, str]:
    """The names of the practice's clients by their codes, the archived too; those of erased ones are free."""
    query = select(Client.code, Client.name).where(Client.practice_id == practice_id, col(Client.erased_at).is_(None))
    return dict((await session.exec(query)).all())


async def codes_alone_in_use(session: AsyncSession, practice_id: UUID) -> set[str]:
    """The codes of the practice's clients, without their names; in one value, which is faster than rows."""
    query = select(func.array_agg(cast(Client.code, Text))).where(
        Client.practice_id == practice_id, col(Client.erased_at).is_(None)
    )
    return set((await session.exec(query)).one() or ())


async def create_chosen(session: AsyncSession, run: Run, limit: int, at: datetime) -> Batch:
    """Create or link the clients of the next chosen organisations, and write their outcomes and events.

    Args:
        session: The transaction in which all of it is written.
        run: The run; its practice is locked here.
        limit: How many organisations at most.
        at: This moment.

    Returns:
        Outcomes that are already final (the others wait for their pull), and how many organisations are left.
    """
    practice = await runs.practice_of(session, run)
    pending = select(RunOrganisation).where(
        RunOrganisation.run_id == run.id,
        col(RunOrganisation.action).is_not(None),
        col(RunOrganisation.outcome).is_(None),
        col(RunOrganisation.client_id).is_(None),
    )
    batch = (await session.exec(pending.order_by(col(RunOrganisation.position)).limit(limit))).all()
    organisation_ids = [organisation.organisation_id for organisation in batch]
    known = await known_organisations(session, practice.id, run.provider, organisation_ids)
    creation = _Creation(session, run, practice, at)
    creation.free = await connection_changes.free(session, practice.id, run.provider, organisation_ids, at)
    creation.room = practice.client_allowance - await count_clients(session, practice.id)
    creation.codes = await codes_alone_in_use(session, practice.id)
    creation.reserved = await run_lists.wanted_codes(session, run.id)
    creation.linkable = {client.id: client for client in await unconnected_clients(session, practice.id)}
    for organisation in batch:
        await creation.take_on(organisation, known.get(organisation.organisation_id))
    await creation.write()
    left = select(func.count()).select_from(pending.subquery())
    return Batch(creation.outcomes, (await session.exec(left)).one())


class _Creation:
    """One batch of creation: rows are collected, and written in one statement for each table."""

    def __init__(self, session: AsyncSession, run: Run, practice: Practice, at: datetime) -> None:
        self.room = 0
        self.codes: set[str] = set()
        self.reserved: set[str] = set()
        self.linkable: dict[UUID, UnconnectedClient] = {}
        self.free: dict[str, UUID] = {}
        self.outcomes: Counter[Outcome] = Counter()
        self._session, self._run, self._practice, self._at = session, run, practice, at
        self._clients: list[dict[str, Any]] = []
        self._made: list[tuple[str, UUID, UUID]] = []
        self._connections: list[dict[str, Any]] = []
        self._linked: list[UUID] = []
        self._settings = templates.columns_of(run.client_settings)
        self._events: list[dict[str, Any]] = []

    async def take_on(self, organisation: RunOrganisation, known: KnownOrganisation | None) -> None:
        """Decide what to do with one organisation, and collect the rows for it."""
        if known is not None and known.is_taken:
            organisation.client_id, organisation.connection_id = known.client_id, known.connection_id
            await self._settle(
                organisation,
                Outcome.ALREADY_CLIENT,
                f"Already your client {known.client_name}, looked after by {known.owner_name}.",
            )
        elif known is not None and not (known.is_archived and self.room <= 0):
            await self._connect_again(organisation, known)
        elif known is None and organisation.action is Action.LINK:
            await self._link(organisation)
        elif known is not None or self.room <= 0:
            await self._settle(
                organisation,
                Outcome.FAILED,
                f"The practice has reached its allowance of {self._practice.client_allowance} clients. "
                "Archive clients that have left, or have the allowance raised; then retry.",
            )
        else:
            self._create(organisation)

    def _create(self, organisation: RunOrganisation) -> None:
        client_id, profile = uuid4(), organisation.profile or {}
        code, wanted = self._code(organisation), organisation.wanted_code
        self.room -= 1
        self._clients.append(
            {
                "id": client_id,
                "practice_id": self._practice.id,
                "name": organisation.name,
                "code": code,
                "owner_id": organisation.owner_id or self._run.colleague_id,
                "team_id": organisation.team_id,
                "company_number": _cut(profile.get("registration_number")),
                "tax_number": _cut(profile.get("tax_number")),
                "created_by_run": self._run.id,
                "created_at": self._at,
            }
        )
        self._event("client.created", client_id, after=organisation.name)
        if wanted not in {None, code}:
            self._event("client.code_changed", client_id, before=wanted, after=code)
        self._connect(organisation, client_id)

    def _code(self, organisation: RunOrganisation) -> str:
        """The code that was chosen; one by the pattern where none was, or where somebody has taken it since."""
        code, number = organisation.wanted_code, self._practice.next_client_number + 1
        if code is None or code in self.codes:
            taken = self.codes | self.reserved  # what others of the run are to get is not given away
            code, number = next(free_codes((organisation.name,), self._practice.next_client_number, taken))
        self._practice.next_client_number = number
        self.codes.add(code)
        return code

    async def _link(self, organisation: RunOrganisation) -> None:
        client = self.linkable.pop(organisation.link_client_id, None) if organisation.link_client_id else None
        if client is None:
            await self._settle(
                organisation,
                Outcome.FAILED,
                "The client to link to is gone or has a connection by now. Choose another in a new run.",
            )
        else:
            self._linked.append(client.id)
            self._connect(organisation, client.id)

    def _connect(self, organisation: RunOrganisation, client_id: UUID) -> None:
        connection_id = self.free.get(organisation.organisation_id) or uuid4()
        self._made.append((organisation.organisation_id, client_id, connection_id))
        self._connections.append(
            {
                "id": connection_id,
                "practice_id": self._practice.id,
                "client_id": client_id,
                "provider": self._run.provider,
                "organisation_id": organisation.organisation_id,
                "organisation_name": organisation.name,
                "grant_id": organisation.grant_id,
                "provider_connection_id": organisation.provider_connection_id,
                "status": ConnectionStatus.CONNECTED,
                "created_at": self._at,
                **self._settings,
            }
        )
        self._event("connection.connected", client_id, connection_id, after=organisation.name)

    async def _connect_again(self, organisation: RunOrganisation, known: KnownOrganisation) -> None:
        connection = await self._session.get_one(Connection, known.connection_id)
        assert organisation.grant_id is not None  # noqa: S101  # a sign-in brought it
        disconnections.begin_again(connection, organisation.grant_id, organisation.provider_connection_id, self._at)
        organisation.client_id, organisation.connection_id = known.client_id, known.connection_id
        organisation.action = Action.LINK
        self._session.add_all([connection, organisation])
        await connections.reconsider(self._session, connection.id, self._at)  # its lists' old trouble is not over
        if await accounts.restore(self._session, known.client_id):
            self.room -= 1
            self._event("client.restored", known.client_id)
        self._event("connection.connected_again", known.client_id, known.connection_id, after=organisation.name)

    async def _settle(self, organisation: RunOrganisation, outcome: Outcome, message: str) -> None:
        self.outcomes[outcome] += 1
        await runs.settle(self._session, organisation, outcome, self._at, message=message)

    def _event(self, kind: str, client_id: UUID, connection_id: UUID | None = None, **more: Any) -> None:
        self._events.append(
            {
                "practice_id": self._practice.id,
                "client_id": client_id,
                "connection_id": connection_id,
                "run_id": self._run.id,
                "colleague_id": self._run.colleague_id,
                "kind": kind,
                "at": self._at,
                **more,
            }
        )

    async def write(self) -> None:
        """Write the collected rows; changed rows of the run are written when the session is flushed."""
        connection = await self._session.connection()
        await _copy(self._session, "clients", self._clients)
        if self._linked:  # what they had before is past
            past = update(Connection).where(col(Connection.client_id).in_(self._linked))
            await connection.execute(past.values(is_current=False))
        taken = set(self.free.values())
        for row in (row for row in self._connections if row["id"] in taken):
            healthy = {"is_current": True, "cause": None, "cause_detail": None, "limited_until": None}
            await connection.execute(update(Connection).where(col(Connection.id) == row["id"]).values(row | healthy))
        await _copy(self._session, "connections", [row for row in self._connections if row["id"] not in taken])
        await run_lists.save_clients(self._session, self._run.id, self._made)
        await events.record(self._session, self._events)
        self._session.add(self._practice)
        await self._session.flush()


async def _copy(session: AsyncSession, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns, in the same order."""
    if rows:
        await copy_rows(session, table, list(rows[0]), [tuple(row.values()) for row in rows])


def _cut(value: object) -> str | None:
    return str(value)[:50] if value else None
