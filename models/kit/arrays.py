"""Arrays as parameters of statements: sent as ``text[]``, which the statement casts to what it needs.

asyncpg knows ``text[]`` by heart. About any other array type it asks the server once for each connection and type, in a
statement that costs PostgreSQL more than pulling a client does. In SQL text: ``CAST(:ids AS text[])::uuid[]``.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, any_, bindparam, cast
from sqlalchemy.dialects.postgresql import ARRAY


def texts(values: Iterable[object]) -> list[str | None]:
    """The values as PostgreSQL reads them out of text; None stays None."""
    return [None if value is None else str(value) for value in values]


def is_one_of(column: ColumnElement[UUID], name: str) -> ColumnElement[bool]:
    """Whether an id is in the parameter ``name``, an array by ``texts``."""
    ids: Any = cast(bindparam(name, type_=ARRAY(Text)), ARRAY(Uuid))
    return column == any_(ids)
