"""Time zone, moment and session secret of the page that is being rendered.

Filters and functions of the templates read them here, because an imported macro does not see its page's values.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, tzinfo

from starter.software import Software


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The values for one page.

    Attributes:
        zone: The time zone in which times are shown.
        now: The moment of rendering.
        csrf: The secret for the page's forms; None when nobody is signed in.
        software: The accounting software that is on; None for a piece of a page that names none.
        may_add_clients: Whether the viewer may add clients.
    """

    zone: tzinfo
    now: datetime
    csrf: str | None
    software: Software | None = None
    may_add_clients: bool = False


_CURRENT: ContextVar[Surroundings] = ContextVar("surroundings")


def current() -> Surroundings:
    """The values for the page that is being rendered."""
    return _CURRENT.get()


@contextmanager
def surrounded(by: Surroundings) -> Iterator[None]:
    """Render with these values."""
    token = _CURRENT.set(by)
    try:
        yield
    finally:
        _CURRENT.reset(token)
