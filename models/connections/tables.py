"""The tables of connections, their changes, and the receipts of their lists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, false, text, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from contracts.words.causes import Cause
from contracts.words.connection_settings import USUAL_HOURS
from contracts.words.connections import (
    ConnectionStatus,
    ContactsChoice,
    CostsDestination,
    PublishStatus,
    SalesDestination,
)
from contracts.words.lists import ListName
from models.kit.columns import MOMENT, created, enum_of, new_id


class Connection(SQLModel, table=True):
    """A client's connection to an organisation.

    (practice, provider, organisation) is unique for ever: creating twice creates nothing, and connecting again after a
    disconnect finds the same client. ``pull_holder`` and ``pull_until`` are the lease with which one pull at a time
    reads the organisation, over all workers. Until ``limited_until`` no call is made, because the organisation's calls
    are used up. A client has one current connection. A connection that the client was moved away from is kept with its
    lists, so that the move can be undone.
    """

    __tablename__ = "connections"
    __table_args__ = (
        UniqueConstraint("practice_id", "provider", "organisation_id"),
        Index("ix_connections_health", "practice_id", "status", "cause"),
        Index("ix_connections_organisation", "provider", "organisation_id"),
        Index("uq_connections_current", "client_id", unique=True, postgresql_where=text("is_current")),
    )

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id")
    client_id: UUID = Field(foreign_key="clients.id", index=True)
    provider: str = Field(max_length=20)
    organisation_id: str = Field(max_length=64)
    organisation_name: str = Field(max_length=255)
    grant_id: UUID = Field(foreign_key="grants.id", index=True)
    provider_connection_id: str | None = Field(default=None, max_length=64)
    status: ConnectionStatus = Field(default=ConnectionStatus.CONNECTED, sa_type=enum_of(ConnectionStatus))
    cause: Cause | None = Field(default=None, sa_type=enum_of(Cause))
    cause_detail: str | None = Field(default=None, max_length=200)
    limited_until: datetime | None = Field(default=None, sa_type=MOMENT)
    last_good_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When something of the organisation was last read with its login."""
    listed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When the provider last listed it among what its login reaches, which proves less than having read it."""
    look_cause: Cause | None = Field(default=None, sa_type=enum_of(Cause, is_checked=False))
    """What the last look at the login or the organisation found wrong, apart from what the lists' receipts say.
    ``cause`` and ``status`` are computed from both, in the statement that stores them (``connection_health``)."""
    look_detail: str | None = Field(default=None, max_length=200)
    lists_pulled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When all chosen lists were last pulled together."""
    pull_holder: str | None = Field(default=None, max_length=200)
    pull_until: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = created()
    is_current: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    trouble_since: datetime | None = Field(default=None, sa_type=MOMENT)
    """When its present cause first showed; None while all is well."""
    told_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When somebody was last told of its present cause."""
    next_refresh_at: datetime | None = Field(default=None, sa_type=MOMENT)
    contacts_complete_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When all lists that are usually read in part, such as contacts, were last read completely."""
    list_names: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    """Settings: which lists to pull; None means all."""
    refresh_hours: int = Field(default=USUAL_HOURS, sa_column_kwargs={"server_default": str(USUAL_HOURS)})
    contacts: ContactsChoice = Field(
        default=ContactsChoice.BOTH,
        sa_type=enum_of(ContactsChoice),
        sa_column_kwargs={"server_default": ContactsChoice.BOTH.value},
    )
    costs_destination: CostsDestination | None = Field(default=None, sa_type=enum_of(CostsDestination))
    costs_status: PublishStatus | None = Field(default=None, sa_type=enum_of(PublishStatus, "costs_status"))
    sales_destination: SalesDestination | None = Field(default=None, sa_type=enum_of(SalesDestination))
    sales_status: PublishStatus | None = Field(default=None, sa_type=enum_of(PublishStatus, "sales_status"))
    warns_of_new_suppliers: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    @property
    def is_living(self) -> bool:
        """Whether it is its client's current connection and not ended or ending; only then calls are made for it."""
        return self.is_current and not self.status.is_leaving


class ProviderEvent(SQLModel, table=True):
    """An event of which a provider told us by itself, for some days: its key is what lets none count twice."""

    __tablename__ = "provider_events"

    provider: str = Field(max_length=20, primary_key=True)
    event_id: str = Field(max_length=160, primary_key=True)
    received_at: datetime = created()


class SignInEndWarning(SQLModel, table=True):
    """A warning before a connection's sign-in ends for good; its key is what lets nobody be warned twice."""

    __tablename__ = "sign_in_end_warnings"

    connection_id: UUID = Field(primary_key=True)
    ends_at: datetime = Field(primary_key=True, sa_type=MOMENT)
    warning: str = Field(primary_key=True, max_length=10)
    warned_at: datetime = created()


class SettingsTemplate(SQLModel, table=True):
    """The settings with which a practice last made connections to an accounting software."""

    __tablename__ = "settings_templates"

    practice_id: UUID = Field(foreign_key="practices.id", primary_key=True)
    provider: str = Field(max_length=20, primary_key=True)
    settings: dict[str, Any] = Field(sa_type=JSONB)


class ConnectionChange(SQLModel, table=True):
    """The move of a client to other books, which can be undone for some time."""

    __tablename__ = "connection_changes"

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    client_id: UUID = Field(foreign_key="clients.id", index=True)
    colleague_id: UUID = Field(foreign_key="colleagues.id")
    old_connection_id: UUID = Field(foreign_key="connections.id", index=True)
    new_connection_id: UUID = Field(foreign_key="connections.id", index=True)
    changed_at: datetime = created()
    undone_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Receipt(SQLModel, table=True):
    """The receipt of one list of a connection: what the last successful pull stored, or why the last try failed.

    ``pull_id`` names the run or sync that last stored the list; a retry of the same one skips it. The rows of a list
    with an ``answer_fingerprint`` are what that answer said, as long as ``answered_at`` is ``pulled_at``: whoever
    stores others writes another or none, and workers of before this was known move ``pulled_at`` alone.
    """

    __tablename__ = "receipts"

    connection_id: UUID = Field(foreign_key="connections.id", primary_key=True)
    list_name: ListName = Field(primary_key=True, sa_type=enum_of(ListName))
    rows: int = Field(default=0)
    pulled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    added: int = Field(default=0)
    changed: int = Field(default=0)
    gone: int = Field(default=0)
    cause: Cause | None = Field(default=None, sa_type=enum_of(Cause))
    cause_detail: str | None = Field(default=None, max_length=200)
    attempted_at: datetime = created()
    pull_id: str | None = Field(default=None, max_length=160)
    answer_fingerprint: bytes | None = Field(default=None)
    answered_at: datetime | None = Field(default=None, sa_type=MOMENT)
