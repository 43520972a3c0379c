"""The lower bound: the same job as an asyncio script, as fast as possible, and without anything that makes it safe.

It makes the same calls, uses the same parsers, and writes the same tables and rows. It has no workflow, no lease, no
comparison with stored rows, no events and no limits shared between processes, and a crash loses everything. It is a
process of its own, so that it is measured like a worker. ``python -m bench.baselines.bare`` reads its order as one line
of JSON and prints ``ready``; after the word ``go`` it works, prints its times as a line of JSON, and ends when its
input ends. The order holds secrets, so it is not passed as arguments.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import orjson
import uvloop
from pydantic import BaseModel

from bench.baselines.bare_store import Found, Store
from bench.baselines.scripts import reads_of
from bench.harness.databases import PROVIDER

STORING_AT_ONCE = 2
READS = reads_of(PROVIDER)
_REFUSALS = frozenset({401, 403, 404})


class Order(BaseModel):
    """What the script has to do.

    Attributes:
        token_url: Where to exchange codes.
        token_forms: The form to send there for each sign-in: one, or one for each organisation.
        realms: The organisation of each sign-in, where it brings one.
        api_url: Address of the stand-in.
        database_url: For asyncpg.
        practice_id: The practice.
        colleague_id: Owner of every client.
        grant_id: The grant of every connection.
        calls_at_once: How many calls it makes at once.
        only_lists: Whether nothing is added.
    """

    token_url: str
    token_forms: list[dict[str, str]]
    realms: list[str]
    api_url: str
    database_url: str
    practice_id: UUID
    colleague_id: UUID
    grant_id: UUID
    calls_at_once: int
    only_lists: bool = False


class Times(BaseModel):
    """Seconds of listing and of adding."""

    listing: float
    adding: float


class Script:
    """One pass over all organisations."""

    def __init__(self, order: Order, http: aiohttp.ClientSession, store: Store) -> None:
        self._order = order
        self._http = http
        self._store = store
        self._headers = {"accept": "application/json"}
        self._signed_in: dict[str, str] = {}
        self._found: Sequence[Found] | None = None

    @property
    def realms(self) -> Sequence[str]:
        """The organisations that were signed in for, where a sign-in brings one."""
        return self._order.realms

    async def prepare(self) -> None:
        """Sign in for each organisation and list it, where a sign-in brings one: no time is taken of that."""
        if READS.ONE_EACH:
            self._found = await self._listed()

    async def run(self) -> Times:
        """List and add all organisations."""
        began = time.perf_counter()
        found = await self._listed() if self._found is None else self._found
        listed = time.perf_counter()
        if self._order.only_lists:
            return Times(listing=listed - began, adding=0)
        storing = [asyncio.create_task(self._store.keep_storing()) for _ in range(STORING_AT_ONCE)]
        await asyncio.gather(*map(self._pull, found))
        self._store.end()
        await asyncio.gather(*storing)
        return Times(listing=listed - began, adding=time.perf_counter() - listed)

    async def _listed(self) -> Sequence[Found]:
        tokens = await asyncio.gather(*map(self._token, self._order.token_forms))
        self._signed_in = dict(zip(self._order.realms or [""], tokens, strict=True))
        return await READS.found(self)

    async def _token(self, form: dict[str, str]) -> str:
        async with self._http.post(self._order.token_url, data=form, headers=self._headers) as answer:
            return str(orjson.loads(await answer.read())["access_token"])

    async def _pull(self, organisation: Found) -> None:
        await READS.pull(self, organisation)
        self._store.add(organisation)

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        may_refuse: bool = False,
        realm: str = "",
    ) -> Any:
        """What is at a path of the API; None for a refusal that is to be expected."""
        url = f"{self._order.api_url}{path}"
        async with self._http.get(url, params=params, headers={**self._sent(realm), **(headers or {})}) as answer:
            if may_refuse and answer.status in _REFUSALS:
                return None
            answer.raise_for_status()
            return orjson.loads(await answer.read())

    async def post(self, path: str, body: object, *, realm: str) -> Any:
        """The answer to a body that is sent to a path of the API."""
        url, headers = f"{self._order.api_url}{path}", {**self._sent(realm), "content-type": "application/json"}
        async with self._http.post(url, data=orjson.dumps(body), headers=headers) as answer:
            answer.raise_for_status()
            return orjson.loads(await answer.read())

    def _sent(self, realm: str) -> dict[str, str]:
        return {**self._headers, "authorization": f"Bearer {self._signed_in[realm]}"}


async def work(order: Order) -> None:
    """Prepare, wait for the word, do the job, print the times."""
    connector = aiohttp.TCPConnector(limit=order.calls_at_once)
    jar = aiohttp.DummyCookieJar()
    async with (
        asyncpg.create_pool(order.database_url, min_size=STORING_AT_ONCE, max_size=STORING_AT_ONCE) as pool,
        aiohttp.ClientSession(connector=connector, cookie_jar=jar) as http,
    ):
        store = Store(pool, order.practice_id, order.colleague_id, order.grant_id)
        script = Script(order, http, store)
        await script.prepare()
        _say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        times = await script.run()
    _say(times.model_dump_json())
    await asyncio.to_thread(sys.stdin.readline)  # it is looked at before it may go


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Entry point."""
    # Rows live until the end and have no cycles: looking for garbage among them is wasted.
    gc.freeze()
    gc.disable()
    uvloop.run(work(Order.model_validate_json(sys.stdin.readline())))


if __name__ == "__main__":
    main()
