"""The stand-in for benchmarks: its counters, and a person who signs in and allows everything."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import httpx2

from bench.baselines.scripts import reads_of
from bench.harness.databases import PROVIDER
from bench.reporting.results import Calls

_ADVISER = 0
"""The person who reaches every organisation."""

READS = reads_of(PROVIDER)
"""What the bare script asks for; a run does not begin where it would meet a limit of a fixed minute, since that script
plans for none. Ours does, but what is compared is work, not waiting."""


class Sandbox:
    """A running stand-in; an async context manager.

    Args:
        url: Its address.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.AsyncClient(base_url=url, timeout=60)
        self._has_limits = True
        self._minute, self._used, self._usual = 0, 0, 0
        self._used_of_one, self._usual_of_one = 0, 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def forget(self) -> None:
        """Remove every connection, so that each run begins with the same consent; and reset the counters.

        If the present minute has no room for another run, it first waits for the next minute.
        """
        of_app, of_one = READS.IN_A_MINUTE or (sys.maxsize, sys.maxsize)
        has_room = self._used + self._usual <= of_app and self._used_of_one + self._usual_of_one <= of_one
        if self._has_limits and self._minute == _minute() and not has_room:
            await asyncio.sleep((self._minute + 1) * 60 - time.time())
        answer = await self._http.post("/sandbox/api/faults", json={"kind": READS.FORGET})
        answer.raise_for_status()
        (await self._http.delete("/sandbox/api/calls")).raise_for_status()

    @asynccontextmanager
    async def without_limits(self) -> AsyncIterator[None]:
        """Enforce no limits until the end of the block."""
        await self._enforce(limits=False)
        yield
        await self._enforce(limits=True)

    async def _enforce(self, *, limits: bool) -> None:
        (await self._http.post("/sandbox/api/limits", json={"enforced": limits})).raise_for_status()
        self._has_limits = limits

    async def calls(self) -> Calls:
        """The counters since they were reset; call it once, at the end of a run."""
        answer = await self._http.get("/sandbox/api/calls")
        answer.raise_for_status()
        counted = answer.json()
        api = sum(number for path, number in counted["by_path"].items() if READS.TOKEN_PATH not in path)
        # A warm-up reads some of the organisations once more, and zeroes the counters after that.
        self._usual, self._usual_of_one = api, 2 * max(counted["by_organisation"].values(), default=0)
        if self._minute != _minute():
            self._minute, self._used, self._used_of_one = _minute(), 0, 0
        self._used, self._used_of_one = self._used + self._usual, self._used_of_one + self._usual_of_one
        return Calls(api=api, too_many=sum(counted["rejected_429"].values()))

    async def people(self, organisations: int, people: int) -> None:
        """Start with new data, the organisations divided evenly among people.

        Args:
            organisations: How many organisations there are.
            people: How many people; each reaches only their own share.
        """
        words = {"organisations": organisations, "people": people}
        (await self._http.post("/sandbox/api/reset", json=words)).raise_for_status()
        state = (await self._http.get("/sandbox/api/state")).raise_for_status().json()
        ids = [one["organisation_id"] for one in state["organisations"]]
        for place, person in enumerate(state["people"]):
            share = {"organisation_ids": ids[place::people]}
            (await self._http.post(f"/sandbox/api/people/{person['id']}", json=share)).raise_for_status()

    async def zero(self) -> None:
        """Reset the counters."""
        (await self._http.delete("/sandbox/api/calls")).raise_for_status()

    async def calls_by_path(self) -> dict[str, int]:
        """Calls since the counters were reset, by method and path."""
        counted: dict[str, int] = (await self._http.get("/sandbox/api/calls")).raise_for_status().json()["by_path"]
        return counted

    async def consent(
        self, authorize_url: str, person: int = _ADVISER, organisations: int | None = None, first: int = 0
    ) -> str:
        """Sign in, and allow access to organisations that this person reaches.

        Args:
            authorize_url: The address to which the product sent the browser.
            person: The person's number on the sign-in page; by default, the one who reaches everything.
            organisations: How many organisations to allow; all by default.
            first: The place of the first of them.

        Returns:
            Where the browser would go next, back at the app, with the code; holds a secret.
        """
        page = await self._http.get(authorize_url, follow_redirects=True)
        form = _Form(page.text)
        fields = [
            *form.hidden,
            ("person", form.choices["person"][person]),
            ("password", form.values["password"]),
            ("action", "sign_in"),
        ]
        page = await self._press(page, form, fields)
        if page.is_redirect:  # nothing is asked of who has agreed before
            return str(page.headers["location"])
        form = _Form(page.text)
        ticked = [
            ("organisation", identity) for identity in form.choices.get("organisation", [])[first:][:organisations]
        ]
        answer = await self._press(page, form, [*form.hidden, *ticked, ("action", "allow")])
        return str(answer.headers["location"])

    async def _press(self, page: httpx2.Response, form: "_Form", fields: list[tuple[str, str]]) -> httpx2.Response:
        """Send a form, and follow redirects as long as they stay at the stand-in."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self._http.post(page.url.join(form.action), content=urlencode(fields), headers=kind)
        while answer.is_redirect and (target := page.url.join(answer.headers["location"])).port == page.url.port:
            answer = await self._http.get(target)
        return answer


def _minute() -> int:
    return int(time.time()) // 60


class _Form(HTMLParser):
    """The form on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: list[tuple[str, str]] = []
        self.values: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and "name" in given and "disabled" not in given:
            name, value = given["name"], given.get("value", "")
            if given.get("type") in {"checkbox", "radio"}:
                self.choices.setdefault(name, []).append(value)
            elif given.get("type") == "hidden":
                self.hidden.append((name, value))
            else:
                self.values[name] = value
