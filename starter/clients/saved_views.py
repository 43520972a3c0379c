"""Views of the client list that colleagues keep under a name, for themselves or for the whole practice.

What a view asks for is kept as values, never as an address, and read again whenever it is opened: what is gone by then
is left out and named.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.client_accounts import LONGEST_SEARCH
from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from models.clients import saved_views as stored_views
from models.clients.reads import ClientFilter, ClientOrder, ClientSort, ClientStatus
from models.clients.saved_views import StoredView
from models.clients.tables import SavedView
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from providers.registry import NAMES
from rules.clients.saved_views import WHOEVER_LOOKS, check_room, may_change, name_of, stored_owner, usable
from starter.actor import Actor

_NOT_THERE: Final = "There is no such view. It may have been deleted."


@dataclass(frozen=True, slots=True)
class ViewQuery:
    """What a view asks for: which clients, in which order."""

    wanted: ClientFilter
    order: ClientOrder


@dataclass(frozen=True, slots=True)
class OpenedView:
    """A saved view, as one colleague has it.

    Attributes:
        view_id: The view.
        name: What it is called.
        owner_id: Who made it.
        owner_name: Their name.
        has_owner_left: Whether they have left the practice.
        is_own: Whether it is the colleague's own.
        is_shared: Whether the whole practice has it.
        may_change: Whether the colleague may change it.
        query: What it asks for, without what is gone.
        is_of_whoever_looks: Whether it shows everybody their own clients, as *Mine* does.
        left_out: The parts that are gone, as the API names them, such as ``team_id``.
    """

    view_id: UUID
    name: str
    owner_id: UUID
    owner_name: str
    has_owner_left: bool
    is_own: bool
    is_shared: bool
    may_change: bool
    query: ViewQuery
    is_of_whoever_looks: bool
    left_out: tuple[str, ...]


class SavedViews:
    """The operations on saved views.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen_by(self, actor: Actor) -> Sequence[OpenedView]:
        """The actor's own views, then those that colleagues share, each by name."""
        async with self._database.reading() as session:
            found = await stored_views.seen_by(session, actor.practice_id, actor.colleague_id)
            return [_opened(stored, actor) for stored in found]

    async def one(self, actor: Actor, view_id: UUID) -> OpenedView:
        """One view.

        Raises:
            Refused: There is none that the actor may see.
        """
        async with self._database.reading() as session:
            return _opened(await _found(session, actor, view_id), actor)

    async def named(self, actor: Actor, name: str) -> OpenedView:
        """The actor's view of this name, in any case; else the one that a colleague shares.

        Raises:
            Refused: There is none; the message names those that there are.
        """
        views = await self.seen_by(actor)
        found = next((view for view in views if view.name.casefold() == name.strip().casefold()), None)
        if found is None:
            there = ", ".join(view.name for view in views) or "none"
            raise Refused(
                RefusalCode.NOT_FOUND, f"There is no saved view of this name. There are: {there}.", field="view"
            )
        return found

    async def save(self, actor: Actor, name: str, query: ViewQuery, *, is_shared: bool = False) -> UUID:
        """Keep a view under a name, and return its id.

        Raises:
            Refused: The name cannot be used or is taken, it asks for what is not there, or there are too many.
        """
        view = SavedView(
            practice_id=actor.practice_id,
            owner_id=actor.colleague_id,
            name=name_of(name),
            is_shared=is_shared,
            query=_stored(query, actor),
        )
        async with self._changing(actor) as session:
            await _check(session, view)
            session.add(view)
            await session.flush()
            _check_known(_opened(await _found(session, actor, view.id), actor).left_out)
            if is_shared:
                await _tell(session, actor, "view.shared", after=view.name)
        return view.id

    async def change(
        self,
        actor: Actor,
        view_id: UUID,
        *,
        name: str | None = None,
        is_shared: bool | None = None,
        query: ViewQuery | None = None,
    ) -> OpenedView:
        """Change what is given of a view, and return it as it is then; who stops sharing another's has it no more.

        Raises:
            Refused: There is no such view, it is another colleague's, or as ``save``.
        """
        async with self._changing(actor) as session:
            stored = await _changeable(session, actor, view_id)
            view, before = stored.view, (stored.view.name, stored.view.is_shared, stored.view.query)
            if is_shared is False and stored.maker_left_at is not None:
                message = f"{stored.maker_name} has left, so nobody would have this view. Delete it instead."
                raise Refused(RefusalCode.INVALID, message, field="shared")
            view.name = view.name if name is None else name_of(name)
            view.is_shared = view.is_shared if is_shared is None else is_shared
            if (view.name, view.is_shared) != before[:2]:
                await _check(session, view)
            if query is not None:
                view.query = _stored(query, actor)
            session.add(view)
            await session.flush()
            (changed,) = await stored_views.seen_by(session, actor.practice_id, view.owner_id, view.id)
            opened = _opened(changed, actor)
            if query is not None:
                _check_known(opened.left_out)
            after = (view.name, view.is_shared, view.query)
            if before != after and (before[1] or after[1]):
                kind = "view.changed" if before[1] == after[1] else "view.shared" if after[1] else "view.unshared"
                await _tell(session, actor, kind, before=before[0], after=after[0])
            return opened

    async def delete(self, actor: Actor, view_id: UUID) -> None:
        """Delete a view.

        Raises:
            Refused: There is no such view, or it is another colleague's.
        """
        async with self._changing(actor) as session:
            view = (await _changeable(session, actor, view_id)).view
            await session.delete(view)
            if view.is_shared:
                await _tell(session, actor, "view.deleted", before=view.name)

    @asynccontextmanager
    async def _changing(self, actor: Actor) -> AsyncIterator[AsyncSession]:
        async with self._database.transaction() as session:
            await stored_views.lock_all(session, actor.practice_id)
            yield session


def _stored(query: ViewQuery, actor: Actor) -> dict[str, Any]:
    wanted, order = query.wanted, query.order
    search = (wanted.search or "").strip() or None
    if search and (len(search) > LONGEST_SEARCH or not search.isprintable()):
        raise Refused(RefusalCode.INVALID, "This search cannot be kept. Shorten it.", field="search")
    values = {
        "search": search,
        "owner_id": stored_owner(wanted.owner_id, actor.colleague_id),
        "team_id": str(wanted.team_id) if wanted.team_id else None,
        "status": wanted.status,
        "cause": wanted.cause,
        "provider": wanted.provider,
        "sort": order.column,
        "descending": order.is_descending,
    }
    return {name: value for name, value in values.items() if value is not None}


_KNOWN: Final[Mapping[str, Collection[object]]] = {
    "search": ("",),
    "status": frozenset(status.value for status in ClientStatus),
    "cause": frozenset(cause.value for cause in Cause),
    "provider": frozenset(NAMES),
    "sort": frozenset(sort.value for sort in ClientSort),
    "descending": frozenset({True, False}),
}
"""What a stored query may ask for, besides a colleague and a team."""


def _opened(stored: StoredView, actor: Actor) -> OpenedView:
    view = stored.view
    there = {"owner_id": (WHOEVER_LOOKS, *_ids(stored.asked_owner_id)), "team_id": _ids(stored.asked_team_id)}
    found = usable(view.query, {**_KNOWN, **there})
    kept: Mapping[str, Any] = found.kept
    is_own = view.owner_id == actor.colleague_id
    is_of_whoever_looks = kept.get("owner_id") == WHOEVER_LOOKS
    wanted = ClientFilter(
        search=kept.get("search"),
        owner_id=actor.colleague_id if is_of_whoever_looks else stored.asked_owner_id,
        team_id=stored.asked_team_id,
        status=ClientStatus(kept["status"]) if "status" in kept else None,
        cause=Cause(kept["cause"]) if "cause" in kept else None,
        provider=kept.get("provider"),
    )
    order = ClientOrder(ClientSort(kept.get("sort", ClientSort.ATTENTION)), bool(kept.get("descending")))
    return OpenedView(
        view_id=view.id,
        name=view.name,
        owner_id=view.owner_id,
        owner_name=stored.maker_name,
        has_owner_left=stored.maker_left_at is not None,
        is_own=is_own,
        is_shared=view.is_shared,
        may_change=may_change(is_own=is_own, is_shared=view.is_shared, is_admin=actor.role is Role.ADMIN),
        query=ViewQuery(wanted, order),
        is_of_whoever_looks=is_of_whoever_looks,
        left_out=found.left_out,
    )


def _ids(identity: UUID | None) -> tuple[str, ...]:
    return (str(identity),) if identity else ()


async def _found(session: AsyncSession, actor: Actor, view_id: UUID) -> StoredView:
    found = await stored_views.seen_by(session, actor.practice_id, actor.colleague_id, view_id)
    if not found:
        raise Refused(RefusalCode.NOT_FOUND, _NOT_THERE)
    return found[0]


async def _changeable(session: AsyncSession, actor: Actor, view_id: UUID) -> StoredView:
    stored = await _found(session, actor, view_id)
    if not _opened(stored, actor).may_change:
        message = f"{stored.maker_name} shares this view. Only they or an admin can change it."
        raise Refused(RefusalCode.FORBIDDEN, message)
    return stored


async def _check(session: AsyncSession, view: SavedView) -> None:
    beside = await stored_views.counted(session, view)
    check_room(own=beside.own, shared=beside.shared, is_shared=view.is_shared)
    if beside.is_named:
        message = f"There is a view called {view.name} already. Choose another name, or replace that view."
        raise Refused(RefusalCode.DUPLICATE, message, field="name")
    if view.is_shared and beside.is_shared_name:
        message = f"The practice shares a view called {view.name} already. Choose another name."
        raise Refused(RefusalCode.DUPLICATE, message, field="name")


def _check_known(left_out: Collection[str]) -> None:
    if "owner_id" in left_out:
        message = "There is no such colleague in your practice."
        raise Refused(RefusalCode.UNKNOWN_COLLEAGUE, message, field="query.owner_id")
    if "team_id" in left_out:
        raise Refused(RefusalCode.UNKNOWN_TEAM, "There is no such team in your practice.", field="query.team_id")


async def _tell(
    session: AsyncSession, actor: Actor, kind: str, *, before: str | None = None, after: str | None = None
) -> None:
    event = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id, "kind": kind, "at": now()}
    await events.record(session, [event | {"before": before, "after": after}])
