"""A connection's settings: every pull reads them; each change by a colleague leaves an event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import LIVING, ContactsChoice
from contracts.words.lists import ListName, Lists
from contracts.words.standard_information import Contact, Row
from models.connections import health as connection_health
from models.connections.tables import Connection, Receipt
from models.events import writes as events
from rules.lists.refresh_times import wait_for_refresh
from rules.night.diagnosing import Look


class ChosenSettings(Protocol):
    """The settings that a pull reads."""

    list_names: list[str] | None
    contacts: ContactsChoice


SETTINGS = (
    "list_names",
    "refresh_hours",
    "contacts",
    "costs_destination",
    "costs_status",
    "sales_destination",
    "sales_status",
    "warns_of_new_suppliers",
)
"""The columns that are settings; a change of books takes them along."""


def chosen_lists(settings: ChosenSettings) -> Lists:
    """The chosen lists and, always, the profile: what a complete pull reads, as far as the provider has them."""
    if settings.list_names is None:
        return tuple(ListName)
    chosen = {ListName.ORGANISATION, *settings.list_names}
    return tuple(name for name in ListName if name in chosen)


def keeps_nothing(lists: Lists, settings: ChosenSettings) -> bool:
    """Whether the settings want no row of what is read of these lists, so that nobody needs to ask for them."""
    return settings.contacts is ContactsChoice.SUPPLIERS and set(lists) == {ListName.CUSTOMERS}


def kept(lists: Lists, rows: Sequence[Row], settings: ChosenSettings, *, is_complete: bool = True) -> Sequence[Row]:
    """The rows of lists that the connection's settings want.

    With the setting *suppliers only*, no contact is stored as a customer, and contacts outside the list of suppliers
    are left out. A complete pull then marks stored ones as gone. A pull of changes only keeps such a contact, in
    neither list, so that a former supplier leaves the list.

    Args:
        lists: The lists that the rows are of.
        rows: As the provider gave them.
        settings: The connection's settings.
        is_complete: Whether the rows are all that the provider has.
    """
    if ListName.CUSTOMERS not in lists or settings.contacts is not ContactsChoice.SUPPLIERS:
        return rows
    contacts = cast("Sequence[Contact]", rows)
    wanted = (contact for contact in contacts if contact.in_suppliers or not is_complete)
    return [contact._replace(is_customer=False, in_customers=False) for contact in wanted]


async def change_settings(
    session: AsyncSession,
    connection: Connection,
    wanted: Mapping[str, object],
    *,
    colleague_id: UUID,
    at: datetime,
) -> bool:
    """Change settings of a locked connection, with an event for each value that changes.

    Returns:
        Whether the lists are due now, because a list was added or the choice of contacts changed.
    """
    before = {name: getattr(connection, name) for name in wanted}
    chosen_before = set(chosen_lists(connection))
    changed = [name for name in wanted if before[name] != wanted[name]]
    for name in changed:
        setattr(connection, name, wanted[name])
    if "refresh_hours" in changed:
        wait = wait_for_refresh(connection.id, connection.refresh_hours)
        connection.next_refresh_at = (connection.lists_pulled_at or at) + wait
    is_due = "contacts" in changed or not chosen_before.issuperset(chosen_lists(connection))
    if is_due and connection.status in LIVING:
        connection.next_refresh_at = at
    if is_due:  # who is reading just now does so by the settings as they were, and would say that nothing is due
        connection.pull_holder = connection.pull_until = None
    if "contacts" in changed:
        connection.contacts_complete_at = None  # what was left out did not change at the provider: read all again
        if connection.contacts is ContactsChoice.BOTH:
            await _customers_unread(session, connection.id)
    session.add(connection)
    if "list_names" in changed:
        await session.flush()  # the statement reads the settings that were just changed
        look = Look(connection.id, connection.look_cause, connection.look_detail, connection.limited_until)
        await connection_health.write(session, [look], at)
    await events.record(
        session,
        [
            {
                "practice_id": connection.practice_id,
                "client_id": connection.client_id,
                "connection_id": connection.id,
                "colleague_id": colleague_id,
                "kind": "connection.settings_changed",
                "before": _said(name, before[name]),
                "after": _said(name, wanted[name]),
                "at": at,
            }
            for name in changed
        ],
    )
    return is_due


async def _customers_unread(session: AsyncSession, connection_id: UUID) -> None:
    """Customers were left out until now, so what was last read of them, nothing, is no longer what its receipt says."""
    theirs = update(Receipt).where(
        col(Receipt.connection_id) == connection_id, col(Receipt.list_name) == ListName.CUSTOMERS
    )
    await session.exec(theirs.values(rows=0, pulled_at=None, added=0, changed=0, gone=0))


def _said(name: str, value: object) -> str:
    if value is None:
        shown = "all" if name == "list_names" else "none"
    elif isinstance(value, list):
        shown = ", ".join(value)
    else:
        shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{name}: {shown}"[:300]
