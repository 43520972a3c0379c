"""What the API answers about clients: accounts, lists with their receipts, and history."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName
from models.clients.reads import ClientView
from models.connections.tables import Connection, Receipt
from models.events.tables import Event
from models.lists.reads import OURS, ListPage
from models.lists.tables import ContactRow, StandardRow
from starter.software import named_of, step_of_list

_OURS = frozenset({"connection_id", "fingerprint", *OURS})
"""Columns that are bookkeeping of ours."""


class ConnectionAnswer(BaseModel):
    """A client's connection to its organisation."""

    provider: str
    organisation_id: str = Field(description="The provider's id of the organisation.")
    organisation_name: str
    login: str | None = Field(description="Whose login at the provider it uses.")
    status: ConnectionStatus
    cause: Cause | None
    message: str | None
    next_step: str | None = Field(description="What a person can do about the cause.")
    limited_until: datetime | None = Field(
        description="No call is made before: the organisation's calls, or the whole app's, are used up until then."
    )
    last_good_at: datetime | None = Field(description="When something of the organisation was last read.")
    listed_at: datetime | None = Field(
        description="When a check last found it listed among what the login reaches; that proves less than reading it."
    )
    lists_pulled_at: datetime | None

    @classmethod
    def of(cls, connection: Connection, login: str | None, limited_until: datetime | None) -> Self:
        """The connection as the API shows it."""
        cause = connection.cause
        return cls(
            provider=connection.provider,
            organisation_id=connection.organisation_id,
            organisation_name=connection.organisation_name,
            login=login,
            status=connection.status,
            cause=cause,
            message=named_of(cause.sentence, connection.provider) if cause else None,
            next_step=named_of(cause.next_step, connection.provider) if cause else None,
            limited_until=limited_until,
            last_good_at=connection.last_good_at,
            listed_at=connection.listed_at,
            lists_pulled_at=connection.lists_pulled_at,
        )


class ClientAnswer(BaseModel):
    """A client account."""

    client_id: UUID
    code: str
    name: str
    owner_id: UUID
    owner: str
    team_id: UUID | None
    team: str | None
    company_number: str | None
    tax_number: str | None
    reference: str | None = Field(description="The practice's own reference.")
    archived_at: datetime | None = Field(description="Since when it is archived; nothing while it is not.")
    merged_into: UUID | None = Field(default=None, description="The account that it was merged into.")
    created_by_run: str | None
    created_at: datetime
    connection: ConnectionAnswer | None

    @classmethod
    def of(cls, view: ClientView) -> Self:
        """The client as the API shows it."""
        client, connection = view.client, view.connection
        return cls(
            client_id=client.id,
            code=client.code,
            name=client.name,
            owner_id=client.owner_id,
            owner=view.owner_name,
            team_id=client.team_id,
            team=view.team_name,
            company_number=client.company_number,
            tax_number=client.tax_number,
            reference=client.reference,
            archived_at=client.archived_at,
            merged_into=client.merged_into_id,
            created_by_run=client.created_by_run,
            created_at=client.created_at,
            connection=ConnectionAnswer.of(connection, view.login_name, view.limited_until) if connection else None,
        )


class ClientsAnswer(BaseModel):
    """A page of clients."""

    clients: list[ClientAnswer]
    total: int = Field(description="How many match over all pages.")
    limit: int
    offset: int


class ReceiptAnswer(BaseModel):
    """What the last pull of a list stored, or why the last try did not."""

    rows: int = Field(description="0, too, when it was never pulled: then how many there are is not known.")
    pulled_at: datetime | None = Field(description="Nothing when no try has brought the list yet.")
    added: int
    changed: int
    gone: int
    cause: Cause | None
    message: str | None
    next_step: str | None = Field(description="What a person can do about the cause; it names the role to ask for.")
    attempted_at: datetime

    @classmethod
    def of(cls, receipt: Receipt, provider: str) -> Self:
        """The receipt as the API shows it, in the words of the accounting software."""
        return cls(
            rows=receipt.rows,
            pulled_at=receipt.pulled_at,
            added=receipt.added,
            changed=receipt.changed,
            gone=receipt.gone,
            cause=receipt.cause,
            message=named_of(receipt.cause.sentence, provider) if receipt.cause else None,
            next_step=step_of_list(provider, receipt.list_name, receipt.cause) if receipt.cause else None,
            attempted_at=receipt.attempted_at,
        )


class ListAnswer(BaseModel):
    """A page of one list of standard information."""

    model_config = ConfigDict(validate_by_name=True)  # so that what reads the API can use this class too

    list_name: ListName = Field(alias="list")
    receipt: ReceiptAnswer | None = Field(
        description="Nothing when the list was never tried, or is none that the accounting software has."
    )
    total: int = Field(description="How many rows match over all pages.")
    limit: int
    offset: int
    rows: list[dict[str, Any]] = Field(
        description="The fields depend on the list; `record` is the provider's own. Prices, rates and amounts are "
        "texts, so that no decimal is lost."
    )

    @classmethod
    def of(cls, name: ListName, page: ListPage, *, limit: int, offset: int) -> Self:
        """The page as the API shows it."""
        return cls(
            list_name=name,
            receipt=ReceiptAnswer.of(page.receipt, page.provider) if page.receipt else None,
            total=page.total,
            limit=limit,
            offset=offset,
            rows=[_row(row) for row in page.rows],
        )


class EventAnswer(BaseModel):
    """Something that happened to a client."""

    event_id: int
    kind: str
    at: datetime
    run_id: str | None
    colleague_id: UUID | None = Field(description="Nothing when the product acted by itself.")
    cause: Cause | None
    detail: str | None = Field(description="For support: what was answered, with the answer's own id.")
    before: str | None
    after: str | None

    @classmethod
    def of(cls, event: Event) -> Self:
        """The event as the API shows it."""
        return cls(
            event_id=event.id or 0,
            kind=event.kind,
            at=event.at,
            run_id=event.run_id,
            colleague_id=event.colleague_id,
            cause=event.cause,
            detail=event.detail,
            before=event.before,
            after=event.after,
        )


class TimelineAnswer(BaseModel):
    """A client's history, newest first."""

    events: list[EventAnswer]


def _row(row: StandardRow) -> dict[str, Any]:
    shown = row.model_dump(exclude=set(_OURS))
    if isinstance(row, ContactRow):
        shown["is_unused"] = row.is_unused
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in shown.items()}
