"""Colleagues at work: each repeats all kinds of journeys, chosen by a random generator of their own.

They do what people do: leave a sign-in unfinished, press twice, come back late, decline, and change their minds. What
the product answers as accepted is recorded in the ledger as a promise.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from random import Random
from typing import Any

from torture.ledger import Chosen, Ledger
from torture.people.browser import Browser, WayLostError
from torture.people.cast import Colleague
from torture.people.door import Door
from torture.stack.hosts import PROVIDER

LISTING = 40.0
"""Seconds for which somebody waits for a list before they go and do something else."""

CHOICE = "awaiting_selection"
Journey = Callable[[], Awaitable[None]]
Night = Callable[[str], Awaitable[None]]


class Person:
    """One colleague at work.

    Args:
        who: The colleague.
        door: Their access to the API.
        ledger: Where promises are written down.
        reach: The organisations that their login can open.
        seed: The run's seed; together with the colleague's name, it decides what they do.
        night: Starts the nightly check of a practice, named by its short name.
    """

    def __init__(
        self, who: Colleague, door: Door, ledger: Ledger, reach: Sequence[str], seed: int, night: Night
    ) -> None:
        self._who, self._door, self._ledger, self._reach, self._night = who, door, ledger, list(reach), night
        self._chance = Random(f"{seed} {who.name}")  # noqa: S311  # a script, no secret
        self._keys = 0
        self._has_begun = False
        self._late: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Add the first clients."""
        self._has_begun = True
        await self.add_clients()

    async def work(self) -> None:
        """Do one journey after the other, until cancelled."""
        if not self._has_begun:
            await self.begin()
        while True:
            await asyncio.sleep(self._chance.uniform(0.2, 2.5))
            journey = self._chance.choices(*zip(*self._journeys(), strict=True))[0]
            self._ledger.journeys[journey.__name__] += 1
            await journey()

    async def go_home(self) -> None:
        """Cancel everything that they were going to do later."""
        for task in list(self._late):
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    def _journeys(self) -> list[tuple[Journey, int]]:
        return [
            (self.add_clients, 12),
            (self.reconnect_all, 8),
            (self.reassign_clients, 6),
            (self.hand_over, 1),
            (self.reconnect_one, 8),
            (self.change_books, 7),
            (self.disconnect_one, 5),
            (self.refresh_one, 16),
            (self.change_settings, 8),
            (self.check_now, 3),
            (self.fall_asleep, 4),
            (self.retry_a_run, 6),
            (self.stop_a_run, 5),
            (self.look_around, 10),
        ]

    async def add_clients(self) -> None:
        """*Add clients*: choose all new organisations, or some of them."""
        run_id = await self._sign_in_for(f"/client-sync/{PROVIDER}/add-clients")
        if run_id is None or (listed := await self._stage(run_id, CHOICE)) is None:
            return
        new = [
            one["organisation_id"] for one in listed["organisations"] if one["verdict"] in {"new", "looks_like_client"}
        ]
        known = [one["organisation_id"] for one in listed["organisations"] if one["verdict"] == "already_client"]
        wanted = [one for one in new if self._chance.random() < 0.8] + known[:1]
        if self._chance.random() < 0.4:
            await self._sign_in_once_more(run_id)
        if wanted:
            await self._choose(run_id, wanted)

    async def reassign_clients(self) -> None:
        """*Reassign clients*: take over some of a colleague's clients."""
        run_id = await self._sign_in_for(f"/client-sync/{PROVIDER}/reassign-clients")
        if run_id is not None and (listed := await self._stage(run_id, CHOICE)) is not None:
            wanted = [one["organisation_id"] for one in listed["organisations"] if one["outcome"] is None]
            if wanted := [one for one in wanted if self._chance.random() < 0.5]:
                await self._choose(run_id, wanted)

    async def reconnect_all(self) -> None:
        """*Reconnect all*, sometimes with the healthy ones."""
        everything = "?all=true" if self._chance.random() < 0.3 else ""
        await self._sign_in_for(f"/client-sync/{PROVIDER}/reconnect-all{everything}")

    async def hand_over(self) -> None:
        """An admin hands a colleague's clients to another, without a sign-in."""
        answer = await self._door.get("/colleagues")
        others = [] if not answer.ok else [one["colleague_id"] for one in answer.body["colleagues"]]
        if len(others) > 1 and self._who.is_admin:
            giver, taker = self._chance.sample(others, 2)
            await self._door.post(f"/colleagues/{giver}/hand-over", {"to": taker})

    async def reconnect_one(self) -> None:
        """Reconnect one client by a new sign-in."""
        if client := await self._a_client():
            await self._sign_in_for(f"/clients/{client}/connection/reconnect")

    async def change_books(self) -> None:
        """Move a client to other books, look at the preview, confirm or not, and perhaps undo."""
        client = await self._a_client()
        if client is None or (run_id := await self._sign_in_for(f"/clients/{client}/connection/change")) is None:
            return
        if (listed := await self._stage(run_id, CHOICE)) is None or not listed["organisations"]:
            return
        other = self._chance.choice(listed["organisations"])["organisation_id"]
        await self._door.post(f"/runs/{run_id}/selection", {"organisations": [{"organisation_id": other}]})
        if await self._stage(run_id, "awaiting_confirmation") is not None and self._chance.random() < 0.7:
            path = f"/clients/{client}/connection/change"
            await self._doubled(lambda: self._door.post(f"{path}/{run_id}/confirm"))
            if self._chance.random() < 0.5:
                await self._door.post(f"{path}/undo")

    async def disconnect_one(self) -> None:
        """Disconnect a client; some time later it may be added again."""
        if client := await self._a_client():
            answers = await self._doubled(lambda: self._door.post(f"/clients/{client}/connection/disconnect"))
            if any(answer.ok for answer in answers):
                self._ledger.disconnected[client] = asyncio.get_running_loop().time()

    async def refresh_one(self) -> None:
        """Refresh a client, all lists or some."""
        if client := await self._a_client():
            some = self._chance.choice(("", "", "?list=accounts", "?list=items&list=suppliers"))
            await self._doubled(lambda: self._door.post(f"/clients/{client}/connection/refresh{some}"))

    async def change_settings(self) -> None:
        """Change which lists and contacts are pulled, and how often."""
        if client := await self._a_client():
            patch = self._chance.choice(
                (
                    {"list_names": ["accounts", "tax_rates"]},
                    {"list_names": None},
                    {"contacts": "suppliers"},
                    {"contacts": "both"},
                    {"refresh_hours": 24},
                )
            )
            await self._door.call("PATCH", f"/clients/{client}/connection", body=patch)

    async def check_now(self) -> None:
        """A check of all connections, now."""
        await self._door.post("/connections/check")

    async def fall_asleep(self) -> None:
        """Start the practice's nightly check by its schedule."""
        await self._night(self._who.slug)

    async def retry_a_run(self) -> None:
        """Retry what failed in a recent run."""
        if run := await self._a_run(active="false"):
            await self._door.post(f"/runs/{run}/retry")

    async def stop_a_run(self) -> None:
        """Stop a run that is under way."""
        if run := await self._a_run(active="true"):
            await self._stop(run)

    async def _stop(self, run_id: str) -> None:
        answers = await self._doubled(lambda: self._door.post(f"/runs/{run_id}/cancel"))
        if any(answer.ok for answer in answers):
            self._ledger.cancelled.add(run_id)

    async def look_around(self) -> None:
        """Read what pages show."""
        for path in ("/clients", "/runs", "/connections", "/connections/check", "/tokens"):
            await self._door.call("GET", path, tries=1)
        if client := await self._a_client():
            for path in ("", "/connection", "/timeline", "/lists/suppliers", "/lists/accounts"):
                await self._door.call("GET", f"/clients/{client}{path}", tries=1)

    async def _sign_in_for(self, path: str) -> str | None:
        """Start a run and sign in for it, with a person's mistakes; None when the run cannot go on."""
        self._keys += 1
        key = f"{self._who.name} {self._keys}"
        answers = await self._doubled(lambda: self._door.post(path, key=key))
        started = [answer.body for answer in answers if answer.ok]
        for body in started:
            self._ledger.started(self._who.name, key, body["run_id"])
        if not started or started[0]["authorize_url"] is None or self._chance.random() < 0.05:
            return None
        run_id, is_willing = str(started[0]["run_id"]), self._chance.random() > 0.06
        wanted = self._reach if self._chance.random() < 0.7 else self._chance.sample(self._reach, len(self._reach) // 2)
        try:
            browser = Browser(self._who.email)
            callback = await browser.sign_in(started[-1]["authorize_url"], wanted, is_willing=is_willing)
            if self._chance.random() < 0.1:
                self._later(browser, callback)
                return None
            await self._doubled(lambda: self._come_back(browser, callback))
            if self._chance.random() < 0.15:
                self._later(browser, callback)
            if self._chance.random() < 0.1:  # changed their mind while the list is being read
                await self._stop(run_id)
        except WayLostError:
            return None
        return run_id if is_willing else None

    async def _sign_in_once_more(self, run_id: str) -> None:
        """Sign in again for a run that waits for a choice, and choose while its list is being extended."""
        answer = await self._door.post(f"/runs/{run_id}/consent")
        if answer.ok:
            browser = Browser(self._who.email)
            with contextlib.suppress(WayLostError):
                callback = await browser.sign_in(answer.body["authorize_url"], self._reach)
                await self._come_back(browser, callback)
                if self._chance.random() < 0.5:
                    await self._stop(run_id)

    def _later(self, browser: Browser, callback: str) -> None:
        """Open a callback late, when the run may have gone on."""

        async def come() -> None:
            await asyncio.sleep(self._chance.uniform(5, 25))
            with contextlib.suppress(WayLostError):
                await self._come_back(browser, callback)

        task = asyncio.get_running_loop().create_task(come())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _come_back(self, browser: Browser, callback: str) -> None:
        """Open a callback.

        If the product does not answer with success, its token set may differ from the stand-in's, and the ledger notes
        that.
        """
        began, back = time.time(), None
        try:
            back = await browser.come_back(callback)
        finally:
            if back is None or back.status != HTTPStatus.OK or "Signed in" not in back.page:
                lost = self._ledger.lost_consents.setdefault(self._who.person_id, [])
                lost += [began, time.time()]
        if back.status >= HTTPStatus.INTERNAL_SERVER_ERROR and back.status != HTTPStatus.SERVICE_UNAVAILABLE:
            self._ledger.wrong_answers.append(f"the way back from a sign-in: {back.status}")

    async def _choose(self, run_id: str, wanted: Sequence[str]) -> None:
        body = {"organisations": [{"organisation_id": one} for one in wanted]}
        answers = await self._doubled(lambda: self._door.post(f"/runs/{run_id}/selection", body))
        if any(answer.ok for answer in answers):
            self._ledger.chosen.append(Chosen(run_id, tuple(wanted)))

    async def _doubled(self, call: Callable[[], Awaitable[Any]]) -> list[Any]:
        """Make a call once, or in one case of five twice at the same time."""
        times = 2 if self._chance.random() < 0.2 else 1
        found = await asyncio.gather(*(call() for _ in range(times)), return_exceptions=True)
        failed = [one for one in found if isinstance(one, BaseException)]
        if failed and (len(failed) == len(found) or not isinstance(failed[0], WayLostError)):
            raise failed[0]
        return [one for one in found if not isinstance(one, BaseException)]

    async def _stage(self, run_id: str, stage: str) -> dict[str, Any] | None:
        """A run once it has reached a stage; None when it ended before, or took too long."""
        deadline = asyncio.get_running_loop().time() + LISTING
        while asyncio.get_running_loop().time() < deadline:
            answer = await self._door.get(f"/runs/{run_id}")
            if answer.ok and answer.body["stage"] == stage:
                found: dict[str, Any] = answer.body
                return found
            if answer.status == HTTPStatus.NOT_FOUND or (answer.ok and answer.body["stage"] == "finished"):
                return None
            await asyncio.sleep(0.7)
        return None

    async def _a_client(self) -> str | None:
        answer = await self._door.get("/clients", limit="100")
        clients = answer.body["clients"] if answer.ok else []
        return str(self._chance.choice(clients)["client_id"]) if clients else None

    async def _a_run(self, active: str) -> str | None:
        answer = await self._door.get("/runs", active=active, limit="8")
        runs = answer.body["runs"] if answer.ok else []
        return str(self._chance.choice(runs)["run_id"]) if runs else None
