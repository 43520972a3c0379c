"""Parameters that several calls share."""

from typing import Annotated

from fastapi import Query

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to leave out first.")]
Search = Annotated[
    str | None, Query(min_length=1, max_length=100, pattern=r"^[^\x00]*$", description="Text to look for, in any case.")
]
