"""Operations on client accounts: the list, one client, its standard information, its timeline."""

from collections.abc import Sequence
from uuid import UUID

from contracts.words.lists import ListName
from models.clients import reads as client_views
from models.clients.facets import ClientFacets, client_facets, facets_with_own
from models.clients.reads import BY_NAME, ClientFilter, ClientOrder, ClientView
from models.events.reads import EventView, event_views, timeline
from models.events.tables import Event
from models.kit.columns import now
from models.kit.database import Database
from models.lists import reads as lists
from models.lists.reads import ListPage
from starter.actor import Actor
from starter.clients.finding import missing

EVERYONE = ClientFilter()


class Clients:
    """The operations on clients.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, actor: Actor, wanted: ClientFilter, order: ClientOrder = BY_NAME, *, limit: int = 50, offset: int = 0
    ) -> tuple[Sequence[ClientView], int]:
        """One page of the practice's clients, and how many match in all."""
        async with self._database.reading() as session:
            return await client_views.client_views(
                session, actor.practice_id, now(), wanted, order, limit=limit, offset=offset
            )

    async def facets(self, actor: Actor, wanted: ClientFilter = EVERYONE) -> ClientFacets:
        """How many clients have which status and cause, among those that match the rest of the filter."""
        async with self._database.reading() as session:
            return await client_facets(session, actor.practice_id, now(), wanted)

    async def facets_with_own(self, actor: Actor) -> tuple[ClientFacets, ClientFacets]:
        """The same of all clients of the practice, and of the actor's own."""
        async with self._database.reading() as session:
            return await facets_with_own(session, actor.practice_id, now(), actor.colleague_id)

    async def show(self, actor: Actor, client_id: UUID) -> ClientView:
        """One client of the actor's practice.

        Raises:
            Refused: There is no such client in the practice.
        """
        async with self._database.reading() as session:
            found = await client_views.client_view(session, actor.practice_id, now(), client_id)
            if found is None:
                raise await missing(session, actor, client_id)
        return found

    async def list_rows(
        self,
        actor: Actor,
        client_id: UUID,
        name: ListName,
        *,
        limit: int,
        offset: int,
        search: str | None = None,
        include_gone: bool = False,
    ) -> ListPage:
        """A page of one list of a client's standard information, with its receipt; see ``lists.read_list``.

        Raises:
            Refused: There is no such client in the practice.
        """
        await self.show(actor, client_id)
        async with self._database.reading() as session:
            return await lists.read_list(
                session,
                actor.practice_id,
                client_id,
                name,
                limit=limit,
                offset=offset,
                search=search,
                include_gone=include_gone,
            )

    async def history(
        self, actor: Actor, client_id: UUID, *, limit: int = 100, before_id: int | None = None
    ) -> Sequence[EventView]:
        """A client's timeline with colleagues' names, newest first.

        Raises:
            Refused: There is no such client in the practice.
        """
        await self.show(actor, client_id)
        async with self._database.reading() as session:
            return await event_views(session, actor.practice_id, client_id, limit=limit, before_id=before_id)

    async def timeline(
        self, actor: Actor, client_id: UUID, *, limit: int = 100, before_id: int | None = None
    ) -> Sequence[Event]:
        """A client's events, newest first; only those older than ``before_id`` when it is given.

        Raises:
            Refused: There is no such client in the practice.
        """
        await self.show(actor, client_id)
        async with self._database.reading() as session:
            return await timeline(session, actor.practice_id, client_id, limit=limit, before_id=before_id)
