"""How many of a practice's clients stand how: the numbers beside views, filters and buttons."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from models.clients.reads import (
    CHOICES,
    ClientFilter,
    ClientStatus,
    filtered,
    standing_of,
    with_connection,
)
from models.clients.tables import Client
from models.connections.conditions import login_ends_soon
from models.connections.tables import Connection

_EVERYBODY: Final = ClientFilter()


@dataclass(frozen=True, slots=True)
class ClientFacets:
    """How many clients have which status and cause.

    Attributes:
        total: All of them.
        by_status: Numbers by status; statuses without clients are missing. They add up to the total.
        by_cause: Numbers by cause, of clients whose connection has one.
        needs_sign_in: How many need somebody to sign in again.
        needs_something_else: How many need a person to act, but by something other than a sign-in: a step at the
            accounting software, or a choice in their settings.
        sign_ins_at: How many need somebody to sign in again, by accounting software; those without any are missing.
        by_provider: Numbers by accounting software, of clients that are or were connected.
    """

    total: int
    by_status: dict[ClientStatus, int]
    by_cause: dict[Cause, int]
    needs_sign_in: int
    needs_something_else: int
    sign_ins_at: dict[str, int]
    by_provider: dict[str, int] = field(default_factory=dict)


async def client_facets(session: AsyncSession, practice_id: UUID, at: datetime, wanted: ClientFilter) -> ClientFacets:
    """How many of the practice's clients have which status and cause.

    Args:
        session: Any session.
        practice_id: The practice.
        at: This moment.
        wanted: Which clients to count; its status and cause are ignored, because people choose among these.
            Numbers by accounting software ignore which one is wanted, too.
    """
    among = ClientFilter(search=wanted.search, owner_id=wanted.owner_id, team_id=wanted.team_id)
    kinds = _kinds(at)
    columns: Any = (*kinds, func.count())
    counts: Any = select(*columns).select_from(Client)
    grouped = filtered(with_connection(counts, practice_id), among, at).group_by(*kinds)
    return _summed((await session.exec(grouped)).all(), wanted.provider)


async def facets_with_own(
    session: AsyncSession, practice_id: UUID, at: datetime, owner_id: UUID
) -> tuple[ClientFacets, ClientFacets]:
    """The same of all clients of the practice, and of those of one owner, of one reading."""
    is_own: Any = col(Client.owner_id) == owner_id
    kinds = _kinds(at)
    columns: Any = (is_own, *kinds, func.count())
    counts: Any = select(*columns).select_from(Client)
    grouped = filtered(with_connection(counts, practice_id), _EVERYBODY, at).group_by(is_own, *kinds)
    rows: Sequence[Any] = (await session.exec(grouped)).all()
    return _summed([row[1:] for row in rows]), _summed([row[1:] for row in rows if row[0]])


def _kinds(at: datetime) -> tuple[Any, ...]:
    """By what clients are counted."""
    return col(Connection.status), col(Connection.cause), col(Connection.provider), login_ends_soon(at)


def _summed(rows: Iterable[Any], wanted_provider: str | None = None) -> ClientFacets:
    by_status: Counter[ClientStatus] = Counter()
    by_cause: Counter[Cause] = Counter()
    sign_ins_at: Counter[str] = Counter()
    by_provider: Counter[str] = Counter()
    needs_a_choice = 0
    for status, cause, provider, ends_soon, count in rows:
        if provider is not None:
            by_provider[provider] += count
        if wanted_provider not in {None, provider}:
            continue
        by_status[standing_of(status)] += count
        if ends_soon or (status is ConnectionStatus.CONNECTED and cause in CHOICES):
            needs_a_choice += count
        if status is ConnectionStatus.NEEDS_RECONNECT:
            sign_ins_at[provider] += count
        if cause is not None:
            by_cause[cause] += count
    sign_in = by_status[ClientStatus.NEEDS_RECONNECT]
    something_else = by_status[ClientStatus.NEEDS_CLIENT] + needs_a_choice
    return ClientFacets(
        total=by_status.total(),
        by_status=dict(+by_status),
        by_cause=dict(by_cause),
        needs_sign_in=sign_in,
        needs_something_else=something_else,
        sign_ins_at=dict(sign_ins_at),
        by_provider=dict(by_provider),
    )
