"""Carries out the faults and kills of a plan (its *blows*), each at its time, and records when each was over."""

import asyncio
import time
from collections.abc import Sequence

import httpx2

from torture.faults.chaos import Act, Blow, Target
from torture.ledger import Ledger
from torture.stack.fleet import Fleet
from torture.stack.platform import Platform


class Blows:
    """Carries out a plan.

    Args:
        fleet: The processes that are hit.
        platform: The stand-in that is told which faults to have.
        ledger: Where each blow is recorded.
    """

    def __init__(self, fleet: Fleet, platform: Platform, ledger: Ledger) -> None:
        self._fleet, self._platform, self._ledger = fleet, platform, ledger
        self._busy: dict[Target, asyncio.Lock] = {target: asyncio.Lock() for target in Target}
        self._older = False

    async def deal(self, blows: Sequence[Blow]) -> None:
        """Carry out all blows, several at a time where they overlap; returns when the last one is over."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for blow in blows:
                await asyncio.sleep(max(0.0, began + blow.at - time.monotonic()))
                group.create_task(self._deal(blow))

    async def _deal(self, blow: Blow) -> None:
        if blow.act in {Act.FAULT, Act.SECRETS_EXPIRE}:
            await self._go_wrong(blow)
            return
        # Of one process, one thing at a time: what is killed cannot be held.
        async with self._busy[blow.target]:
            began = time.time()
            await self._hit(blow)
            self._ledger.note(blow, began, None)

    async def _hit(self, blow: Blow) -> None:
        fleet, target = self._fleet, blow.target
        match blow.act:
            case Act.KILL:
                await fleet.kill(target)
                await asyncio.sleep(blow.seconds)
                await fleet.start(target)
            case Act.DEPLOY:
                await fleet.stop(target)
                self._older = not self._older
                await fleet.start(target, is_older=self._older)
            case Act.PAUSE:
                fleet.hold(target)
                try:
                    await asyncio.sleep(blow.seconds)
                finally:
                    fleet.let_go(target)
            case _:
                fleet.hosts[target].cut()
                try:
                    await asyncio.sleep(blow.seconds)
                finally:
                    fleet.hosts[target].mend()

    async def _go_wrong(self, blow: Blow) -> None:
        began, words = time.time(), dict(blow.words)
        about = self._platform.named(blow)
        if about is not None:
            words["person_id" if about in self._platform.people else "organisation_id"] = about
        try:
            if words["kind"] == "revoke_person" and about is not None:
                self._ledger.revoked.setdefault(about, []).append(began)
            if words["kind"] != "drop_refresh_response" or words["times"]:
                fault = await self._platform.fault(words)
            if blow.act is Act.SECRETS_EXPIRE:
                await self._platform.fault({"kind": "access_expired"})
                self._ledger.note(blow, began, None)
                return
            self._ledger.note(blow, began, about)
            await asyncio.sleep(blow.seconds)
            await self._platform.clear(fault)
        except httpx2.HTTPError:  # it is held just now, and this blow goes into the void
            self._ledger.note(blow, began, about)
