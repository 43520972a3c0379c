"""The calm after the faults: everything works again, and whatever is under way must come to a correct end.

Runs that wait for somebody are stopped, every login is checked, and every client is refreshed, through the API. All of
it is waited for, for a limited time. Work that has not ended by then is stuck, and the judge reports it.
"""

import asyncio
import time
from collections.abc import Sequence

import asyncpg

from torture.faults.chaos import Target
from torture.people.cast import Colleague
from torture.people.door import Door
from torture.stack.fleet import Fleet
from torture.stack.platform import Platform

UP_AGAIN = 600.0
"""Seconds within which every process has to work again; a start takes two, and half a minute beside much else."""

QUIET = 300.0
"""Seconds within which whatever was under way has to end, in all. A worker that is gone in the middle of a pull is
missed after a minute (``workflows/plans/policies.py``)."""

NUDGE = 10.0
"""Seconds after which what still waits for its next try is told to try now, as support staff would."""

REFRESH = 45.0
"""Seconds after which every client is refreshed, as people would who see that nothing goes on."""

LEAST = 60.0
"""Seconds for each wait, even where those before it took all the time that there was."""

LOOK = 2.0


class Calm:
    """The calm at the end of one run.

    Args:
        fleet: The processes that were hit.
        platform: The stand-in that had the faults.
        doors: Every colleague's access to the API.
        longest: The longest time, in seconds, for all waits together.
    """

    def __init__(
        self, fleet: Fleet, platform: Platform, doors: Sequence[tuple[Colleague, Door]], longest: float = QUIET
    ) -> None:
        self._fleet, self._platform, self._left = fleet, platform, longest
        self._admins = [(who, door) for who, door in doors if who.is_admin]

    async def restore(self) -> None:
        """End every fault and start every process that is stopped."""
        await self._platform.clear()
        self._fleet.letterbox.loses_answers = False
        for host in self._fleet.hosts.values():
            host.mend()
        for target in Target:
            self._fleet.let_go(target)
        await self._fleet.ready(UP_AGAIN)

    async def end(self) -> float:
        """Stop what waits for people, and wait until no work is under way.

        Returns:
            Seconds that it took; what is not quiet in time is left as it is.
        """
        return await self._quiet(is_refreshing=False)

    async def _stop_what_waits_for_people(self) -> None:
        for _, door in self._admins:
            answer = await door.get("/runs", active="true", limit="200")
            for run in answer.body["runs"] if answer.ok else ():
                if run["stage"].startswith("awaiting"):
                    await door.post(f"/runs/{run['run_id']}/cancel")

    async def look_at_everything(self) -> float:
        """Check every login, refresh every client and send the remaining mail; wait until that is done.

        Returns:
            Seconds that it took.
        """
        for _, door in self._admins:
            await door.post("/connections/check")
        took = await self._quiet(is_refreshing=False)
        await self._platform.fault({"kind": "access_expired"})  # so that every login has to show that it is alive
        await self._refresh()
        took += await self._quiet(is_refreshing=True)
        await self._fleet.send_mail(max(self._left, LEAST))
        return took

    async def _refresh(self) -> None:
        for _, door in self._admins:
            answer = await door.get("/clients", limit="500")
            for client in answer.body["clients"] if answer.ok else ():
                status = (client["connection"] or {}).get("status")
                path = f"/clients/{client['client_id']}/connection"
                if status == "disconnecting":
                    await door.post(f"{path}/disconnect")
                elif status not in {None, "disconnected"}:
                    await door.post(f"{path}/refresh")

    async def _quiet(self, *, is_refreshing: bool) -> float:
        began = refreshed = time.monotonic()
        longest = max(self._left, LEAST)
        nudged = began - NUDGE
        connection = await asyncpg.connect(self._fleet.database)
        try:
            while time.monotonic() - began < longest:
                await self._stop_what_waits_for_people()  # one that is listed just now will wait in a moment
                if not await self._under_way(connection):
                    break
                if time.monotonic() - nudged > NUDGE:
                    nudged = time.monotonic()
                    await self._fleet.wake()
                if time.monotonic() - refreshed > REFRESH:
                    refreshed = time.monotonic()
                    await self._refresh()
                await asyncio.sleep(LOOK)
        finally:
            await connection.close()
        if is_refreshing:
            await asyncio.sleep(LOOK)
        took = time.monotonic() - began
        self._left -= took
        return took

    async def _under_way(self, connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
        """Whether a run is open, or more workflows are running than there are clients that wait for a limit."""
        if await connection.fetchval("SELECT count(*) FROM runs WHERE stage <> 'finished'"):
            return True
        limited = await connection.fetchval(
            "SELECT count(*) FROM connections c WHERE limited_until > now()"
            " OR EXISTS (SELECT FROM provider_limits l WHERE l.provider = c.provider AND l.until > now())"
        )
        return await self._fleet.workflows_at_work() > int(limited or 0)
