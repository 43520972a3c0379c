"""What the API answers about one client's connection while it is managed."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.words.connections import (
    ConnectionStatus,
    ContactsChoice,
    CostsDestination,
    PublishStatus,
    Removal,
    SalesDestination,
)
from contracts.words.lists import ListName, Lists, RowKind
from contracts.words.runs import Stage
from models.connections.changes import undo_until
from models.connections.reads import Details, Managed
from models.connections.settings import chosen_lists
from models.connections.tables import Connection
from rules.lists.book_match import Match
from starter.answers.clients import ConnectionAnswer, ReceiptAnswer
from starter.connections.changes import ChangePreview
from starter.connections.disconnecting import DisconnectPreview
from starter.connections.managing import Refreshing


class SettingsAnswer(BaseModel):
    """A connection's settings; see the call that changes them for what each means."""

    list_names: list[ListName] = Field(description="The lists that are pulled.")
    refresh_hours: int
    contacts: ContactsChoice
    costs_destination: CostsDestination | None
    costs_status: PublishStatus | None
    sales_destination: SalesDestination | None
    sales_status: PublishStatus | None
    warns_of_new_suppliers: bool

    @classmethod
    def of(cls, connection: Connection, offered: Lists) -> Self:
        """The settings as the API shows them, of the lists that the accounting software has."""
        return cls(
            list_names=[name for name in chosen_lists(connection) if name in offered],
            refresh_hours=connection.refresh_hours,
            contacts=connection.contacts,
            costs_destination=connection.costs_destination,
            costs_status=connection.costs_status,
            sales_destination=connection.sales_destination,
            sales_status=connection.sales_status,
            warns_of_new_suppliers=connection.warns_of_new_suppliers,
        )


class ChangedBooksAnswer(BaseModel):
    """The change of books that led to this connection."""

    old_organisation_name: str
    changed_at: datetime
    can_be_undone_until: datetime


class ManagedConnectionAnswer(ConnectionAnswer):
    """A client's connection with its settings and receipts."""

    client_id: UUID
    next_refresh_at: datetime | None
    sign_in_ends_at: datetime | None = Field(
        description="When the sign-in ends for good, however much it is used; null where it does not."
    )
    settings: SettingsAnswer
    receipts: dict[ListName, ReceiptAnswer] = Field(description="By list: rows, when, and what changed since then.")
    absent_lists: list[ListName] = Field(description="Lists that the accounting software does not have.")
    changed_from: ChangedBooksAnswer | None

    @classmethod
    def shown(cls, found: Managed, details: Details) -> Self:
        """The connection as the API shows it."""
        connection, change = found.connection, details.change
        return cls(
            **ConnectionAnswer.of(connection, found.login_name, found.limited_until).model_dump(),
            client_id=found.client.id,
            next_refresh_at=connection.next_refresh_at,
            sign_in_ends_at=found.sign_in_ends_at,
            settings=SettingsAnswer.of(connection, details.offered),
            receipts={
                name: ReceiptAnswer.of(receipt, connection.provider)
                for name, receipt in sorted(details.receipts.items())
            },
            absent_lists=[name for name in ListName if name not in details.offered],
            changed_from=ChangedBooksAnswer(
                old_organisation_name=details.old_name or "",
                changed_at=change.changed_at,
                can_be_undone_until=undo_until(change),
            )
            if change
            else None,
        )


class RefreshAnswer(BaseModel):
    """A refresh that has started; the receipts show its result."""

    workflow_id: str
    already_running: bool = Field(description="One was at work already; it tries again at once.")
    message: str

    @classmethod
    def of(cls, refreshing: Refreshing) -> Self:
        """The refresh as the API shows it."""
        message = (
            "The lists are being refreshed."
            if refreshing.is_new
            else "This client is being refreshed already; it was told to try again at once."
        )
        return cls(workflow_id=refreshing.workflow_id, already_running=not refreshing.is_new, message=message)


class RefreshWish(BaseModel):
    """Which lists to refresh."""

    lists: list[ListName] = Field(default=[], description="All that the settings choose when empty.")


class DisconnectPreviewAnswer(BaseModel):
    """Whom disconnecting would affect. Nothing was changed."""

    client_id: UUID
    organisation_name: str
    login: str = Field(description="Whose login at the provider the connection uses.")
    affects: Literal["this_client"] = Field(
        default="this_client",
        description="Only this client: other clients that use the login stay connected.",
    )
    others_on_this_login: int = Field(description="Other clients that use the login; they stay connected.")
    removed_at_provider: bool = Field(description="Whether the provider has the connection no more afterwards.")
    at_provider: Removal = Field(
        description="`removed`: it is removed there. `shared`: it stays, since somebody else uses the same login for "
        "the same organisation. `kept`: it ends here only, since this accounting software ends the connections of a "
        "login together, with its last client. `with_login`: it is the last one of such a login, which is ended there."
    )
    message: str

    @classmethod
    def of(cls, preview: DisconnectPreview) -> Self:
        """The preview as the API shows it."""
        return cls(
            client_id=preview.found.client.id,
            organisation_name=preview.found.connection.organisation_name,
            login=preview.found.login_name,
            others_on_this_login=preview.uses.clients,
            removed_at_provider=preview.removal in {Removal.REMOVED, Removal.WITH_LOGIN},
            at_provider=preview.removal,
            message=preview.message,
        )


class DisconnectingAnswer(BaseModel):
    """A client that is being disconnected."""

    workflow_id: str
    status: ConnectionStatus = ConnectionStatus.DISCONNECTING
    message: str = "The client is being disconnected. The lists stay."


MISSING_SHOWN = 100
"""Entries of one list that are named; a list of contacts can have thousands."""


class MatchAnswer(BaseModel):
    """How one of the old lists fares in the new books; same, by_code, by_name and missing add up to old."""

    old: int = Field(description="Entries of the old list that are in use.")
    new: int = Field(description="Entries of the new list that are in use.")
    same: int = Field(description="Found with the same code and name.")
    by_code: int = Field(description="Found by code: the name is another one.")
    by_name: int = Field(description="Found by name: the code is another one, or missing.")
    missing: int = Field(description="Found by neither.")
    missing_entries: list[str] = Field(description=f"The first {MISSING_SHOWN} of them.")

    @classmethod
    def of(cls, match: Match) -> Self:
        """The match as the API shows it."""
        return cls(
            old=match.old,
            new=match.new,
            same=match.same,
            by_code=match.by_code,
            by_name=match.by_name,
            missing=len(match.missing),
            missing_entries=list(match.missing[:MISSING_SHOWN]),
        )


class ChangePreviewAnswer(BaseModel):
    """What a change of books would mean. Nothing was changed."""

    run_id: str
    stage: Stage
    old_organisation_name: str
    new_organisation_name: str
    matches: dict[RowKind, MatchAnswer]
    message: str = Field(description="What confirming does, and what becomes of the former connection.")

    @classmethod
    def of(cls, preview: ChangePreview) -> Self:
        """The preview as the API shows it."""
        return cls(
            run_id=preview.run_id,
            stage=preview.stage,
            old_organisation_name=preview.old_name,
            new_organisation_name=preview.new_name,
            matches={kind: MatchAnswer.of(match) for kind, match in preview.matches.items()},
            message=preview.message,
        )


class ChangedAnswer(BaseModel):
    """A client that was moved to other books."""

    message: str
