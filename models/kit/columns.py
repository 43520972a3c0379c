"""Column types that the tables share, and names of constraints. Every module of tables imports it first."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Enum
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""One name for each constraint, on every machine: migrations name what they change. Set before any table exists."""


def enum_of(kind: type[StrEnum], name: str | None = None, *, is_checked: bool = True) -> Enum:
    """A text column for the values of ``kind``.

    A CHECK constraint limits the values, not a PostgreSQL type, so that values can be added later.

    Args:
        kind: The enum.
        name: Name of the constraint; needed where one table has two columns of the same kind.
        is_checked: Whether the database checks the values; not needed where they come from a checked column.
    """
    return Enum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=is_checked,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


MOMENT: Any = DateTime(timezone=True)
"""A moment in time: always aware, always UTC in our code."""


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> Any:
    """A primary key field with a random UUID."""
    return Field(default_factory=uuid4, primary_key=True)


def created() -> Any:
    """A field that holds the moment at which the row was created."""
    return Field(default_factory=now, sa_type=MOMENT)


__all__ = ["MOMENT", "UUID", "created", "enum_of", "new_id", "now"]
