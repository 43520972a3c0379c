"""Column types and the naming of constraints that the tables share. Every table module imports it first."""

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
    """A text column that holds only the values of ``kind``; a check, not a PostgreSQL type, so that it can grow.

    Args:
        kind: The values.
        name: Of the check; needed where one table has two columns of a kind.
        is_checked: Whether the database checks it too; not needed where the value comes from a checked column.
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
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> Any:
    """A primary key field with a random UUID."""
    return Field(default_factory=uuid4, primary_key=True)


def created() -> Any:
    """A field with the moment at which the row was made."""
    return Field(default_factory=now, sa_type=MOMENT)


__all__ = ["MOMENT", "UUID", "created", "enum_of", "new_id", "now"]
