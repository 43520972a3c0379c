"""The tables of a practice's client accounts, of lists that are uploaded, and of views of the client list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from contracts.words.client_accounts import LONGEST_CODE, LONGEST_NAME, LONGEST_NUMBER, LONGEST_REFERENCE
from models.kit.columns import MOMENT, created, new_id


class Client(SQLModel, table=True):
    """A client account.

    Its ``code`` is unique in the practice, and ids of workflows are built from it: it changes while none is at work.
    ``reference`` is the practice's own. An erased client's row is the record that there was one with this code: it is
    archived, and has no name, no numbers and no events; see ``models.clients.erasing``. A client that was merged into
    another account is archived too, and what was read of it belongs to that account; see ``models.clients.merging``.
    """

    __tablename__ = "clients"
    __table_args__ = (
        Index("uq_clients_code", "practice_id", "code", unique=True, postgresql_where=text("erased_at IS NULL")),
        CheckConstraint(
            "archived_at IS NOT NULL OR (erased_at IS NULL AND merged_into_id IS NULL)", name="ended_is_archived"
        ),
    )

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    name: str = Field(max_length=LONGEST_NAME)
    code: str = Field(max_length=LONGEST_CODE)
    owner_id: UUID = Field(foreign_key="colleagues.id", index=True)
    team_id: UUID | None = Field(default=None, foreign_key="teams.id", index=True)
    company_number: str | None = Field(default=None, max_length=LONGEST_NUMBER)
    tax_number: str | None = Field(default=None, max_length=LONGEST_NUMBER)
    reference: str | None = Field(default=None, max_length=LONGEST_REFERENCE)
    archived_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """Since when it is kept for the record alone: not connected, not counted, on no list but that of the archived."""
    merged_into_id: UUID | None = Field(default=None, foreign_key="clients.id", index=True)
    """The account that has all that was read of it since they were merged."""
    erased_at: datetime | None = Field(default=None, sa_type=MOMENT)
    erased_by_id: UUID | None = Field(default=None, foreign_key="colleagues.id")
    created_by_run: str | None = Field(default=None, max_length=120)
    created_at: datetime = created()


class ClientImport(SQLModel, table=True):
    """A list that somebody has uploaded, until it is imported or its time is over; see ``kept_imports``."""

    __tablename__ = "client_imports"

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    file_name: str = Field(max_length=255)
    sealed_list: bytes | None = Field(default=None)
    """What was read; None once it is imported."""
    imported_at: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = created()


class SavedView(SQLModel, table=True):
    """A view of the client list that somebody has kept: what it asks for, never an address."""

    __tablename__ = "saved_views"

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    owner_id: UUID = Field(foreign_key="colleagues.id")
    """Who made it. When they leave, it stays if it is shared."""
    name: str = Field(max_length=40)
    is_shared: bool = Field(default=False)
    """Whether the whole practice has it."""
    query: dict[str, Any] = Field(sa_type=JSONB)
    """Filter and order by name, as the API's list of clients takes them. What it names may be gone by now."""
    created_at: datetime = created()


_VIEWS = SavedView.__table__.c  # type: ignore[attr-defined]  # SQLModel hides the table
Index("uq_saved_views_owner_name", _VIEWS.owner_id, func.lower(_VIEWS.name), unique=True)
Index(
    "uq_saved_views_shared_name",
    _VIEWS.practice_id,
    func.lower(_VIEWS.name),
    unique=True,
    postgresql_where=text("is_shared"),
)
