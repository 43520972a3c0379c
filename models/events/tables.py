"""The table of events: every change of state leaves one, with no token and no contact data in it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from contracts.words.causes import Cause
from models.kit.columns import created, enum_of


class Event(SQLModel, table=True):
    """One event: who did what to which client, for which cause, and the values before and after.

    ``colleague_id`` is None when the product acted by itself. ``kind`` is a dotted past-tense word such as
    ``client.created``, ``connection.needs_reconnect`` or ``grant.refreshed``.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_client", "client_id", "id"),
        Index("ix_events_practice", "practice_id", "id"),
        Index("ix_events_no_client", "practice_id", "id", postgresql_where=text("client_id IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    practice_id: UUID = Field(foreign_key="practices.id")
    client_id: UUID | None = Field(default=None, foreign_key="clients.id")
    connection_id: UUID | None = Field(default=None, foreign_key="connections.id", index=True)
    run_id: str | None = Field(default=None, max_length=120, foreign_key="runs.id")
    colleague_id: UUID | None = Field(default=None, foreign_key="colleagues.id")
    kind: str = Field(max_length=60)
    cause: Cause | None = Field(default=None, sa_type=enum_of(Cause))
    detail: str | None = Field(default=None, max_length=200)
    """Of a cause, for support: what the provider answered, with its own id of the request."""
    before: str | None = Field(default=None, max_length=300)
    after: str | None = Field(default=None, max_length=300)
    at: datetime = created()
