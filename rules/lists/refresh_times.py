"""When a client's lists are due again; pure."""

from datetime import timedelta
from uuid import UUID


def wait_for_refresh(connection_id: UUID, hours: int) -> timedelta:
    """How long after a refresh the next one is due: 2 to 21 hours less than ``hours``, always the same for one id.

    Refreshes happen at night. Clients that were added together are so spread over two nights; two hours at either
    end of the day keep a night that begins late from putting a client off to the next.
    """
    return timedelta(hours=max(hours - hours_sooner(connection_id), 1))


def hours_sooner(connection_id: UUID) -> int:
    """How many hours before its time a connection is due: 2 to 21, always the same for one id."""
    return 2 + connection_id.int % 20
