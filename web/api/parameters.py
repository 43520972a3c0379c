"""Parameters that several calls share."""

from typing import Annotated

from fastapi import Query

from contracts.words.client_accounts import LONGEST_SEARCH

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to leave out first.")]
Search = Annotated[
    str | None,
    Query(min_length=1, max_length=LONGEST_SEARCH, pattern=r"^[^\x00]*$", description="Text to look for, in any case."),
]
