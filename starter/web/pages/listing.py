"""What the addresses of lists say: filters, order and page. The address is the whole state: it can be kept and sent.

Forms without scripts send every field, the empty ones too; an empty value is no value here.
"""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from pydantic import BeforeValidator, StringConstraints

PAGE: Final = 50
SIZES: Final = (PAGE, 100, 250, 500)
"""Rows of a page that people can choose from."""


def _none_when_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _page_when_empty(value: object) -> object:
    return PAGE if value == "" else value


EMPTY = BeforeValidator(_none_when_empty)

Search = Annotated[Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] | None, EMPTY, Query()]
Id = Annotated[UUID | None, EMPTY, Query()]
Limit = Annotated[int, BeforeValidator(_page_when_empty), Query(ge=1, le=max(SIZES))]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Descending = Annotated[str, Query(alias="direction", max_length=20)]

DESCENDING: Final = "descending"


def address(path: str, words: Mapping[str, object | None]) -> str:
    """``/clients?search=bakery&``: an address that more words can follow.

    Args:
        path: The list's.
        words: What is chosen; those that are None are left out.
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
