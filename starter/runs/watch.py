"""Lets people watch a running run: one query for all who watch it, twice a second at most, eight times while it lists.

It only reads; the caller has checked who may watch. There is no background task: each watcher asks, and gets the answer
of another watcher who has asked a moment ago.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from weakref import WeakValueDictionary

from contracts.words.runs import Stage
from models.kit.database import Database
from models.runs import progress as run_progress
from models.runs.progress import RunSnapshot

LOOK_EVERY = 0.5
"""Seconds between two queries about one run while it changes."""

LISTED_EVERY = 0.125
"""The same until its list can be chosen from: somebody who has just signed in waits for it, and it takes a second."""

_UNTIL_LISTED = frozenset({Stage.AWAITING_CONSENT, Stage.LISTING})

SLOWEST = 2.0
"""Seconds between two queries about one in which nothing happens."""

KEEP_ALIVE = 15.0
"""Seconds after which a watcher hears that there is nothing new, so that a broken line is noticed."""

LONGEST_WATCH = 600.0
"""Seconds after which a watch ends; who still looks on begins another, and is asked again who they are."""


class RunWatch:
    """Watches runs for any number of people.

    Args:
        database: The product's database.
        clock: A monotonic clock, in seconds.
        wait: Waits for a number of seconds.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], float] = monotonic,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._wait = wait
        self._views: WeakValueDictionary[str, _SharedView] = WeakValueDictionary()

    async def watch(self, run_id: str) -> AsyncIterator[RunSnapshot]:
        """The run's numbers now and after each change, until it is over or ``LONGEST_WATCH`` has passed.

        Yields:
            Snapshots. After ``KEEP_ALIVE`` without a change, the last one comes again. None at all if there is no such
                run.
        """
        view = self._views.setdefault(run_id, _SharedView(self._database, run_id, self._clock))
        begun = told_at = self._clock()
        told: RunSnapshot | None = None
        least = pause = LISTED_EVERY
        while (found := await view.at_most(least)) is not None:
            now = self._clock()
            least = LISTED_EVERY if found.stage in _UNTIL_LISTED else LOOK_EVERY
            if found != told or now - told_at >= KEEP_ALIVE:
                pause = least if found != told else pause
                told, told_at = found, now
                yield found
            else:
                pause = min(pause * 2, SLOWEST)
            if found.is_over or self._clock() - begun >= LONGEST_WATCH:
                return
            await self._wait(pause)


class _SharedView:
    """The latest snapshot of one run, shared by all who watch it."""

    def __init__(self, database: Database, run_id: str, clock: Callable[[], float]) -> None:
        self._database = database
        self._run_id = run_id
        self._clock = clock
        self._lock = asyncio.Lock()
        self._latest: RunSnapshot | None = None
        self._looked_at = float("-inf")

    async def at_most(self, age: float) -> RunSnapshot | None:
        """A snapshot that is at most ``age`` seconds old; callers that come while one is being read get that one."""
        async with self._lock:
            if self._clock() - self._looked_at >= age:
                asked_at = self._clock()
                async with self._database.reading() as session:
                    self._latest = await run_progress.run_snapshot(session, self._run_id)
                self._looked_at = asked_at
            return self._latest
