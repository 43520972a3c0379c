"""What whoever runs the servers has to put right before a process can work: told in one line, without a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class CannotStartError(Exception):
    """Something about the installation has to be put right; the text says what and how, and shows no secret."""


@contextmanager
def told_plainly(*others: type[Exception]) -> Iterator[None]:
    """End the process with status 1 and one sentence for such an error.

    Args:
        others: Errors of other rooms that are meant for the same people.

    Raises:
        SystemExit: There was one.
    """
    told: tuple[type[Exception], ...] = (CannotStartError, *others)
    try:
        yield
    except told as error:
        sys.exit(f"This cannot start: {error}")
