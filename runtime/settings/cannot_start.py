"""Errors that whoever runs the servers has to correct before a process can start: one line, without a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class CannotStartError(Exception):
    """Something about the installation has to be corrected; the text says what and how, and shows no secret."""


@contextmanager
def told_plainly(*others: type[Exception]) -> Iterator[None]:
    """End the process with status 1 and one sentence if such an error is raised inside.

    Args:
        others: Further types of errors that are treated the same.

    Raises:
        SystemExit: There was one.
    """
    told: tuple[type[Exception], ...] = (CannotStartError, *others)
    try:
        yield
    except told as error:
        sys.exit(f"This cannot start: {error}")
