"""What all processes of an installation share of a platform's call limits; the database keeps it.

The port names no table: ``models/budgets`` keep the counts, and ``providers/kit`` asks for them.
"""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class Counter(NamedTuple):
    """One window that processes count together.

    Attributes:
        provider: The provider's name.
        scope_key: Whose calls: the app's id at the provider, for an organisation followed by a space and its id.
        unit: The window's unit, such as ``minute``.
    """

    provider: str
    scope_key: str
    unit: str


class CallBudget(Protocol):
    """Gives out calls, so that all processes together never make more than a window allows."""

    async def take(self, counter: Counter, begins: datetime, calls: int, limit: int) -> int:
        """Take calls out of a window. They count as made, whether or not they are.

        Args:
            counter: Whose window.
            begins: When the window has begun (aware). If another process has begun a later one, the calls are taken
                from that.
            calls: How many are wanted.
            limit: How many the window allows.

        Returns:
            How many were given: 0 to ``calls``.
        """
        ...

    async def hold(
        self, counter: Counter, holder: UUID, *, in_use: int, wanted: int, limit: int, seconds: float
    ) -> int:
        """Hold slots of a limit on calls at once, for a time; each call replaces what the holder held.

        Args:
            counter: Whose limit.
            holder: Which process, or which part of one.
            in_use: How many of the slots that it holds have calls under way; no other gets these.
            wanted: How many it has use for; 0 gives all back.
            limit: How many there are.
            seconds: For how long from now, unless it asks again before.

        Returns:
            How many it may use now: not more than a fair share while others want some. Where fewer than ``in_use``, no
            call may begin until enough have ended.
        """
        ...
