"""Saved views of the client list, stored and read. Who may see or change one is checked by whoever calls."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, cast, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.clients.tables import SavedView
from models.practices.tables import Colleague, Practice, Team


class StoredView(NamedTuple):
    """A view with whose it is, and whether what it names is there.

    Attributes:
        view: The view.
        maker_name: The colleague who made it.
        maker_left_at: When they left the practice; None while they are here.
        asked_owner_id: The owner whose clients it asks for; None where the practice has no such colleague.
        asked_team_id: The team that it asks for; None where the practice has no such team.
    """

    view: SavedView
    maker_name: str
    maker_left_at: datetime | None
    asked_owner_id: UUID | None
    asked_team_id: UUID | None


@cache
def _seen() -> Any:
    """The statement, built once: it is asked at each look at the client list."""
    owner, maker, query = aliased(Colleague), aliased(Colleague), col(SavedView.query)
    practice: Any = bindparam("practice", type_=Uuid())
    is_own = col(SavedView.owner_id) == bindparam("colleague", type_=Uuid())
    is_theirs = cast(col(owner.id), String) == query["owner_id"].astext
    is_teams = cast(col(Team.id), String) == query["team_id"].astext
    columns: list[Any] = [SavedView, maker.name, maker.deactivated_at, owner.id, Team.id]
    return (
        select(*columns)
        .join(maker, col(maker.id) == col(SavedView.owner_id))
        .outerjoin(owner, is_theirs & (col(owner.practice_id) == practice))
        .outerjoin(Team, is_teams & (col(Team.practice_id) == practice))
        .where(SavedView.practice_id == practice, or_(is_own, col(SavedView.is_shared)))
        .order_by(is_own.desc(), func.lower(SavedView.name), col(SavedView.id))
    )


async def seen_by(
    session: AsyncSession, practice_id: UUID, colleague_id: UUID, view_id: UUID | None = None
) -> Sequence[StoredView]:
    """The colleague's own views, then those that others share with the practice, each by name; one of them if asked."""
    query = _seen() if view_id is None else _seen().where(SavedView.id == view_id)
    found = await session.exec(query, params={"practice": practice_id, "colleague": colleague_id})
    return [StoredView(*row) for row in found.all()]


async def lock_all(session: AsyncSession, practice_id: UUID) -> None:
    """Let nobody else change views of the practice until the transaction ends, so that they can be counted."""
    await session.get_one(Practice, practice_id, with_for_update={"key_share": True})


class ViewCounts(NamedTuple):
    """How many views there are beside one.

    Attributes:
        own: Its owner's.
        shared: Those that the practice shares.
        is_named: Its owner has one of its name.
        is_shared_name: The practice shares one of its name.
    """

    own: int
    shared: int
    is_named: bool
    is_shared_name: bool


async def counted(session: AsyncSession, view: SavedView) -> ViewCounts:
    """What stands beside a view that is to be kept, new or changed; the views are locked."""
    is_own, is_shared = col(SavedView.owner_id) == view.owner_id, col(SavedView.is_shared)
    is_named = func.lower(SavedView.name) == func.lower(view.name)
    counts: Any = (
        func.count().filter(is_own),
        func.count().filter(is_shared),
        func.count().filter(is_own, is_named),
        func.count().filter(is_shared, is_named),
    )
    query: Any = select(*counts).where(SavedView.practice_id == view.practice_id, SavedView.id != view.id)
    with session.no_autoflush:
        own, shared, named, shared_named = (await session.exec(query)).one()
    return ViewCounts(own, shared, bool(named), bool(shared_named))


async def forget_own(session: AsyncSession, colleague_id: UUID) -> None:
    """Delete the views of a colleague who leaves, but those that are shared."""
    theirs = delete(SavedView).where(col(SavedView.owner_id) == colleague_id, col(SavedView.is_shared).is_(False))
    await session.exec(theirs)
