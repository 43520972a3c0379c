"""Random numbers that are the same every time, and the years in which generated records were last changed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

T = TypeVar("T")

BOOKS_OPENED = int(datetime(2019, 4, 1, tzinfo=UTC).timestamp())
BOOKS_UNTIL = int(datetime(2026, 6, 30, tzinfo=UTC).timestamp())
"""Generated records were last changed between these two, in seconds since the epoch."""


def generator(*words: object) -> Random:
    """A random generator that gives the same numbers for the same words."""
    return Random(":".join(map(str, words)))  # noqa: S311  # invented data, no secret


def updated_at(rng: Random) -> float:
    """When a generated record was last changed, in seconds since the epoch."""
    return BOOKS_OPENED + rng.random() * (BOOKS_UNTIL - BOOKS_OPENED)


def pick(rng: Random, options: Sequence[T]) -> T:
    """One of the options; faster than ``rng.choice``, for hundreds of thousands of calls."""
    return options[int(rng.random() * len(options))]
