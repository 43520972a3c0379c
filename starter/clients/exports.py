"""What the exports contain: the client list (CSV or XLSX), a run's report, a list of a client, a client's timeline.

The client list has the columns that an import takes, named as the import knows them, so that it comes back in.

Whether the actor may have the data is checked before the first byte is sent. Then rows are read as they are sent, so
that a slow line holds no database connection.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from contracts.words.lists import ListName
from contracts.words.names import slug
from contracts.words.refusals import RefusalCode, Refused
from models.clients import reads as client_views
from models.clients.imports import people_of
from models.clients.reads import BY_NAME, ClientFilter, ClientOrder, ClientStatus, ClientView
from models.connections.settings import chosen_lists, keeps_nothing
from models.connections.tables import Receipt
from models.events.reads import EventView, event_views
from models.kit.columns import now
from models.kit.database import Database
from models.lists import reads as lists
from models.runs.reports import OrganisationView
from starter.actor import Actor
from starter.clients.clients import EVERYONE, Clients
from starter.clients.imports.workbooks import written
from starter.clients.spreadsheet import as_csv, cell
from starter.runs.runs import Runs
from starter.software import Software, named_of

Row = Sequence[object]

CLIENT = ("client_id", "code", "name", "owner", "owner_email", "team", "company_number", "tax_number", "reference")
CREATED = ("created_at",)
CONNECTION = ("provider", "organisation_id", "organisation_name", "login", "status", "cause", "lists_pulled_at")
WORDS = ("last_good_at", "what_happened", "next_step")
ORGANISATION = ("organisation_id", "organisation", "listed_as", "about", "client_code", "client", "owner", "team")
OUTCOME = ("outcome", "cause", "what_happened", "next_step", "message", "retry_at")
EVENT = ("at", "what", "who", "cause", "before", "after", "run_id")

_STRETCH = 500
"""Events that are read at once."""


@dataclass(frozen=True, slots=True)
class Export:
    """A table to be sent as a file.

    Attributes:
        name: The file's name, in plain ASCII letters.
        columns: The names in the first line.
        rows: The rows; they can be read once.
        zone: The practice's time zone, for times in cells.
    """

    name: str
    columns: Sequence[str]
    rows: AsyncIterator[Row]
    zone: tzinfo

    def content(self, *, is_marked: bool = True) -> AsyncIterator[bytes]:
        """The file's bytes; see ``spreadsheet.as_csv``."""
        return as_csv(self.columns, self.rows, self.zone, is_marked=is_marked)

    @property
    def workbook_name(self) -> str:
        """The file's name as XLSX."""
        return f"{self.name.removesuffix('.csv')}.xlsx"

    async def workbook(self) -> bytes:
        """The table as XLSX: one sheet, whose cells are text and hold what those of the CSV hold."""
        rows = [[str(cell(value, self.zone)) for value in row] async for row in self.rows]
        return await asyncio.to_thread(written, self.columns, rows, title=self.name.partition("-")[0].capitalize())


class Exports:
    """Operations that export data.

    Args:
        database: The product's database.
        clients: Checks which clients the actor may see.
        runs: Checks which runs the actor may see.
        software: Says which lists an accounting software has.
    """

    def __init__(self, database: Database, clients: Clients, runs: Runs, software: Software) -> None:
        self._database = database
        self._clients = clients
        self._software = software
        self._runs = runs

    async def clients(self, actor: Actor, wanted: ClientFilter = EVERYONE, order: ClientOrder = BY_NAME) -> Export:
        """The practice's clients that match, in this order, as they are now."""
        return await self._written(actor, [wanted], order)

    async def chosen_clients(self, actor: Actor, client_ids: Collection[UUID]) -> Export:
        """Those of the clients that are the practice's, by name; archived ones come last."""
        statuses = None, ClientStatus.ARCHIVED
        return await self._written(actor, [ClientFilter(ids=client_ids, status=status) for status in statuses])

    async def _written(self, actor: Actor, wanted: Sequence[ClientFilter], order: ClientOrder = BY_NAME) -> Export:
        found, at = list[ClientView](), now()
        async with self._database.reading() as session:
            for one in wanted:
                found += (await client_views.client_views(session, actor.practice_id, at, one, order, limit=None))[0]
            emails = {one.id: one.email for one in await people_of(session, actor.practice_id)}
        rows = [_client(view, emails[view.client.owner_id]) for view in found]
        return self._export(actor, ["clients"], (*CLIENT, *CREATED, *CONNECTION, *WORDS), each(rows))

    async def run(self, actor: Actor, run_id: str) -> Export:
        """A run's report: every organisation of its list with its outcome, as it is now.

        Raises:
            Refused: There is no such run in the practice.
        """
        found, _ = await self._runs.organisations(actor, run_id, limit=None)
        provider = (await self._runs.report(actor, run_id)).run.provider
        rows = each([_organisation(view, provider) for view in found])
        return self._export(actor, [run_id], (*ORGANISATION, *OUTCOME), rows)

    async def client_list(self, actor: Actor, client_id: UUID, name: ListName) -> Export:
        """One list of a client's standard information, sorted by name.

        A file with only a header would say that the list is empty, so a list that was never read is refused.

        Raises:
            Refused: There is no such client in the practice, or its list was not read.
        """
        view = await self._clients.show(actor, client_id)
        page = await self._clients.list_rows(actor, client_id, name, limit=1, offset=0, include_gone=True)
        if not page.total:
            self._check_was_read(view, name, page.receipt)
        rows = self._list_rows(actor, client_id, name)
        return self._export(actor, [view.client.code, name.value], lists.columns_of(name), rows)

    async def timeline(self, actor: Actor, client_id: UUID) -> Export:
        """A client's events, newest first.

        Raises:
            Refused: There is no such client in the practice.
        """
        view = await self._clients.show(actor, client_id)
        return self._export(actor, [view.client.code, "timeline"], EVENT, self._events(actor, client_id))

    @staticmethod
    def _export(actor: Actor, words: Sequence[str], columns: Sequence[str], rows: AsyncIterator[Row]) -> Export:
        today = now().astimezone(actor.time_zone).date()
        name = "-".join(slug(word, longest=120) for word in words)
        return Export(f"{name}-{today}.csv", columns, rows, actor.time_zone)

    def _check_was_read(self, view: ClientView, name: ListName, receipt: Receipt | None) -> None:
        """Refuse a list without rows, unless it was read and is empty.

        Raises:
            Refused: It was not read, is left out, or is none that the accounting software has.
        """
        connection, client = view.connection, view.client.name
        if connection is None:
            message = f"{client} has no connection, so there is no list to take along. Add it with Add clients."
            raise Refused(RefusalCode.NOT_CONNECTED, message)
        if not any(name in lists for lists in self._software.lists(connection.provider)):
            title = self._software.title(connection.provider)
            message = f"{title} has no {name.heading.lower()}, so there is nothing to take along."
        elif name not in chosen_lists(connection) or keeps_nothing((name,), connection):
            message = f"The settings of {client} leave this list out, so there is nothing to take along."
        elif receipt is None or receipt.pulled_at is None:
            cause = receipt.cause if receipt else None
            if connection.status.is_leaving:
                next_step = "The client is disconnected, so nothing reads it."
            else:
                next_step = f"{cause.sentence} {cause.next_step}" if cause else "It comes with the first refresh."
                next_step = self._software.named(next_step, connection.provider)
            message = f"This list of {client} was not read yet, so there is nothing to take along. {next_step}"
        else:
            return
        raise Refused(RefusalCode.NOT_READ_YET, message)

    async def _list_rows(self, actor: Actor, client_id: UUID, name: ListName) -> AsyncIterator[Row]:
        after: lists.Place | None = None
        while True:
            async with self._database.reading() as session:
                rows, after = await lists.stretch_of_list(session, actor.practice_id, client_id, name, after=after)
            for row in rows:
                yield row
            if after is None:
                return

    async def _events(self, actor: Actor, client_id: UUID) -> AsyncIterator[Row]:
        before_id: int | None = None
        while True:
            async with self._database.reading() as session:
                found = await event_views(session, actor.practice_id, client_id, limit=_STRETCH, before_id=before_id)
            for view in found:
                yield _event(view)
            if len(found) < _STRETCH:
                return
            before_id = found[-1].event.id


async def each(rows: Sequence[Row]) -> AsyncIterator[Row]:
    """Rows that are there already, as an export takes them."""
    for row in rows:
        yield row


def _client(view: ClientView, owner_email: str) -> Row:
    client, connection, cause = view.client, view.connection, view.cause
    of_client = [client.id, client.code, client.name, view.owner_name, owner_email, view.team_name]
    of_client += [client.company_number, client.tax_number, client.reference, client.created_at]
    if connection is None:
        return [*of_client, *[None] * (len(CONNECTION) + len(WORDS))]
    of_organisation = [connection.provider, connection.organisation_id, connection.organisation_name, view.login_name]
    of_health = [connection.status, cause, connection.lists_pulled_at, connection.last_good_at]
    said = (
        [named_of(text, connection.provider) for text in (cause.sentence, cause.next_step)] if cause else [None, None]
    )
    return [*of_client, *of_organisation, *of_health, *said]


def _organisation(view: OrganisationView, provider: str) -> Row:
    row, cause = view.organisation, view.organisation.cause
    listed = [row.organisation_id, row.name, row.verdict, row.verdict_message]
    client = [view.client_code, view.client_name, view.owner_name, view.team_name]
    said = [named_of(text, provider) for text in (cause and cause.sentence, row.next_step, row.message)]
    became = [row.outcome, cause, *said, row.retry_at]
    return [*listed, *client, *became]


def _event(view: EventView) -> Row:
    event = view.event
    return [event.at, event.kind, view.colleague_name, event.cause, event.before, event.after, event.run_id]
