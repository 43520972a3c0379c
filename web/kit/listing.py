"""Reads filters, order and page of a list from its address, which holds all of this state and can be kept and sent.

Forms without scripts send every field; an empty value counts as not given. So does a value that is no longer known (a
status of an earlier version, an id from elsewhere): the page says so instead of failing.
"""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from starlette.datastructures import QueryParams

from contracts.words.client_accounts import LONGEST_SEARCH

PAGE: Final = 50
SIZES: Final = (PAGE, 100, 250, 500)
"""Rows of a page that people can choose from."""


def _none_when_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _known(otherwise: object) -> WrapValidator:
    def validate(value: object, handler: ValidatorFunctionWrapHandler) -> object:
        try:
            return handler(value)
        except ValidationError:
            return otherwise

    return WrapValidator(validate)


KNOWN: Final = (BeforeValidator(_none_when_empty), _known(None))
"""Of a parameter with a closed set of values, or None: whatever else stands there is dropped."""

Search = Annotated[
    Annotated[str, StringConstraints(max_length=LONGEST_SEARCH, pattern=r"^[^\x00]*$")] | None, *KNOWN, Query()
]
Id = Annotated[UUID | None, *KNOWN, Query()]
Limit = Annotated[Annotated[int, Field(ge=1, le=max(SIZES))], _known(PAGE), Query()]
Offset = Annotated[Annotated[int, Field(ge=0, le=1_000_000)], _known(0), Query()]
Text = Annotated[Annotated[str, StringConstraints(max_length=120)], _known(""), Query()]
Descending = Annotated[Text, Query(alias="direction")]

DESCENDING: Final = "descending"


def address(path: str, words: Mapping[str, object | None]) -> str:
    """An address to which further parameters can be added, such as ``/clients?search=bakery&``.

    Args:
        path: The list's path.
        words: The parameters; those that are None are left out.
    """
    said = urlencode({name: str(value) for name, value in words.items() if value is not None})
    return f"{path}?{said}&" if said else f"{path}?"


def last_page(total: int, limit: int) -> int:
    """The offset of the last page that has rows.

    Args:
        total: Rows over all pages.
        limit: Rows of a page.
    """
    return max(0, (total - 1) // limit * limit)


def is_dropped(query: QueryParams, kept: Mapping[str, object | None]) -> bool:
    """Whether an address asks for a value that is not known.

    Args:
        query: The address's parameters.
        kept: The values in use, by name; None where a parameter is not used.
    """
    return any(value is None and query.get(name, "").strip() for name, value in kept.items())
