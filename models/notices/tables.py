"""Notices: mails to colleagues, written together with the effect that they tell of, and sent later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.kit.columns import MOMENT, created, new_id


class Notice(SQLModel, table=True):
    """A mail to one colleague. A repeat with the same ``dedupe_key`` is not written a second time.

    ``tells_of`` are the connections in trouble that it is about (ids and causes); once it is sent, their timelines say
    so. ``claimed_by`` and ``claimed_until`` are the lease of the process that is sending it. ``deferrals`` counts how
    often the server has deferred it; ``next_try_at`` is set after the first try that did not send it.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_outbox", "created_at", postgresql_where=text("sent_at IS NULL")),)

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    kind: str = Field(max_length=60)
    subject: str = Field(max_length=200)
    body: str
    dedupe_key: str = Field(max_length=200, unique=True)
    tells_of: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB)
    created_at: datetime = created()
    sent_at: datetime | None = Field(default=None, sa_type=MOMENT)
    claimed_by: str | None = Field(default=None, max_length=200)
    claimed_until: datetime | None = Field(default=None, sa_type=MOMENT)
    deferrals: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    next_try_at: datetime | None = Field(default=None, sa_type=MOMENT)
    failure_told_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When the practice was told that its colleague does not get it."""
