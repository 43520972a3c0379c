"""What stands round a page while it is rendered: the zone, the moment, the session's secret.

Filters and functions of the templates read it here, since a macro that was imported does not see its page's values.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Round one page.

    Attributes:
        zone: Whose clock times are told by.
        now: The moment of rendering.
        csrf: Belongs into the page's forms; None when nobody is signed in.
    """

    zone: tzinfo
    now: datetime
    csrf: str | None


_CURRENT: ContextVar[Surroundings] = ContextVar("surroundings")


def current() -> Surroundings:
    """Round the page that is being rendered."""
    return _CURRENT.get()


@contextmanager
def surrounded(by: Surroundings) -> Iterator[None]:
    """Render within these."""
    token = _CURRENT.set(by)
    try:
        yield
    finally:
        _CURRENT.reset(token)
