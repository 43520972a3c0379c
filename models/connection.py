"""Connections: client and organisation through a grant, with the receipts of its lists."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from contracts.causes import Cause
from contracts.lists import ListName
from contracts.runs import ConnectionStatus
from models.columns import MOMENT, created, enum_of, new_id


class Connection(SQLModel, table=True):
    """A client's connection to an organisation.

    (practice, provider, organisation) is unique for ever: creating twice creates nothing, and connecting again after
    a disconnect finds the same client. ``pull_holder`` and ``pull_until`` are the lease that lets one pull at a time
    read the organisation, over all workers; ``limited_until`` suspends it while a limit lasts.
    """

    __tablename__ = "connections"
    __table_args__ = (
        UniqueConstraint("practice_id", "provider", "organisation_id"),
        Index("ix_connections_health", "practice_id", "status", "cause"),
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
    lists_pulled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    pull_holder: str | None = Field(default=None, max_length=200)
    pull_until: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = created()


class Receipt(SQLModel, table=True):
    """Of one list of one connection: what the last good pull stored, or the cause why the last try did not.

    ``pull_id`` names the run or sync that stored it last: a retry of the same one skips the list.
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
