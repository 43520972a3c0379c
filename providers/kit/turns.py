"""How many calls one process makes at once, and how many of them for one practice, whatever the platform allows.

What bounds them is this process's own work on the answers. A short answer, such as a profile, costs little of it, and
somebody often waits for hundreds: while a list to choose from is read. An answer about changes is nearly always empty,
and a night asks for thousands. So calls with short answers have turns of their own, and neither kind waits for the
other.
"""

from contextlib import AbstractAsyncContextManager
from uuid import UUID

from providers.kit.fair_semaphore import FairSemaphore
from providers.kit.shared_turns import Ask, SharedTurns

CALLS_AT_ONCE = 208
"""Calls in flight from one process that read organisations, besides those with short answers."""

OF_ONE_PRACTICE = 192
"""Of these; some are left for whoever comes next. A processor works on a good thousand usual answers a second, and each
is a sixth of a second on its way: with fewer calls, a process alone would wait for answers, and with many more, answers
would wait for the processor."""

SHORT_TO_ONE = 2
"""Turns for calls with short answers, to one for others. An answer costs half as much to work on; a thousand profiles
that somebody waits for come a fifth of a second sooner than with as many turns."""

TURN_SECONDS = 30.0
"""For a turn: every one may be waiting for a slow page."""


class Turns:
    """The turns of one app's calls in this process.

    Args:
        allowed: How many calls at once the platform allows the app, short ones among them; None for any number.
        hold: Asks for slots, where all processes share that number; None where each may make so many.
    """

    def __init__(self, allowed: int | None, hold: Ask | None) -> None:
        most = CALLS_AT_ONCE if allowed is None else min(CALLS_AT_ONCE, allowed)
        of_one = -(-most * OF_ONE_PRACTICE // CALLS_AT_ONCE)
        self._shared = None if hold is None else SharedTurns(hold, most, of_one, TURN_SECONDS)
        self._usual = self._shared or FairSemaphore(most, of_one, TURN_SECONDS)
        self._short = self._usual
        if allowed is None:
            self._short = FairSemaphore(SHORT_TO_ONE * most, SHORT_TO_ONE * of_one, TURN_SECONDS)

    def of(
        self, practice_id: UUID | None, place: int = 0, *, is_short: bool = False
    ) -> AbstractAsyncContextManager[None]:
        """Hold one turn inside the context, while the call is made; see ``FairSemaphore.of``.

        Args:
            practice_id: The practice for which it is made; None for none.
            place: Of what one practice waits for, the least comes first.
            is_short: Whether the answer is short.
        """
        return (self._short if is_short else self._usual).of(practice_id, place)

    async def close(self) -> None:
        """Give back what other processes wait for. No call may be under way."""
        if self._shared is not None:
            await self._shared.close()
