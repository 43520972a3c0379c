"""Arrays as parameters of statements: sent as ``text[]`` and cast in the statement.

asyncpg knows ``text[]`` without asking. For any other array type it asks the server once for each connection and type,
and that statement costs PostgreSQL more than pulling a client does. In SQL text, write ``CAST(:ids AS
text[])::uuid[]``.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, any_, bindparam, cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped


def texts(values: Iterable[object]) -> list[str | None]:
    """The values as text, which PostgreSQL can cast; None stays None."""
    return [None if value is None else str(value) for value in values]


def is_one_of(column: ColumnElement[UUID] | Mapped[UUID], name: str) -> ColumnElement[bool]:
    """Whether an id is in the array parameter ``name``, whose value comes from ``texts``."""
    ids: Any = cast(bindparam(name, type_=ARRAY(Text)), ARRAY(Uuid))
    return column == any_(ids)
