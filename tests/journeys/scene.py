"""A practice with all that is around it: real servers, the sandbox, the web backend over HTTP, a colleague's browser.

Nothing here stands in for a part of the product; it only saves the journeys from repeating themselves.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import httpx2
from sqlalchemy import text
from sqlmodel import SQLModel
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle

from activities.registry import GROUPS_AT_ONCE
from contracts.words.names import sync_client_id
from contracts.words.practices import Plan
from emulators.kit.control.control import Control
from emulators.kit.faults.faults import ACCESS_EXPIRED, REVOKE_PERSON, Fault
from emulators.kit.world import World
from models.kit.database import Database
from providers.port.provider import Provider
from runtime.embedded.processes import Child, Command, Supervisor
from runtime.embedded.stack import environment_of
from runtime.settings.settings import Settings
from runtime.temporal.workers import together
from starter.actor import Actor
from starter.operations import Operations
from tests.journeys.browser import fresh, sign_in
from tests.journeys.kit.news import news
from tests.journeys.one_by_one import brought
from tests.journeys.platforms import PLATFORMS
from tests.journeys.platforms.platform import Platform, Words
from tests.journeys.practice import make_practice
from tests.journeys.serving import http_of
from tests.kept import TriedOnce, opened
from worker import group_workers, parts_of, provider_workers, workflow_workers

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which a wait is in vain, so that a hang is a failed test."""

Json = dict[str, Any]


@dataclass
class Scene:
    """One practice in one database, with a colleague who has a bearer token.

    Attributes:
        settings: Complete settings of this installation.
        database: The product's database.
        temporal: Connected with the product's converter.
        operations: The one door, as the web backend has it.
        platform: What is to be known of the sandbox.
        control: What can be done to the sandbox.
        web: The web backend's address.
        sandbox: The sandbox's address.
        actor: The colleague.
        http: A client of the JSON API, as the colleague.
        providers: What the web backend speaks to; a test may put another one beside it.
        beside: The other sandboxes of the practice, if it has several: each one's control and address.
    """

    settings: Settings
    database: Database
    temporal: Client
    operations: Operations
    platform: Platform
    control: Control
    web: str
    sandbox: str
    actor: Actor
    http: httpx2.AsyncClient
    stack: AsyncExitStack = field(repr=False)
    providers: dict[str, Provider] = field(repr=False)
    beside: Mapping[str, tuple[Control, str]] = field(default_factory=dict, repr=False)

    @property
    def world(self) -> World:
        """What the sandbox knows."""
        return self.control.world

    def at(self, name: str) -> Self:
        """The same practice, for what its people do at another accounting software of theirs."""
        control, address = self.beside[name]
        return replace(self, platform=PLATFORMS[name], control=control, sandbox=address)

    @asynccontextmanager
    async def worker(
        self, *, concurrency: int = 16, groups_at_once: int = GROUPS_AT_ONCE, client: Client | None = None
    ) -> AsyncIterator[None]:
        """A worker in this process, with a pool and a memory of its own; a second one needs its own client."""
        temporal = client or self.temporal
        pool = opened(self.settings.required("database_url"))
        async with pool as database, parts_of(self.settings, database) as parts:
            one_by_one = provider_workers(temporal, parts, concurrency=concurrency)
            in_groups = group_workers(temporal, parts, groups_at_once=groups_at_once)
            async with together([*workflow_workers(temporal, parts, runner=TriedOnce()), *one_by_one, *in_groups]):
                yield

    def runs_of(self, kind: str) -> str:
        """The address at which runs of a kind are started."""
        return f"/api/v1/client-sync/{self.platform.name}/{kind}"

    async def asked(self, kind: str, *, query: str = "", headers: Mapping[str, str] | None = None) -> httpx2.Response:
        """Start a run, through the API; where a sign-in ends a colleague's, that is agreed."""
        return await self.http.post(f"{self.runs_of(kind)}{query}", headers=headers, json=self.platform.asked_of(kind))

    async def start(self, **headers: str) -> tuple[str, str]:
        """Start *Add clients*: the run's id and the authorize URL."""
        answer = await self.asked("add-clients", headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()["run_id"], answer.json()["authorize_url"]

    async def sign_in(
        self,
        authorize_url: str,
        *,
        person: int = 0,
        choose: list[str] | None = None,
        action: str = "allow",
        browser: httpx2.AsyncClient | None = None,
        follows_back: bool = True,
    ) -> httpx2.Response:
        """Go through our page and the provider's as a browser would, up to our callback's page.

        Args:
            authorize_url: Where the product sends the browser.
            person: Which of the sandbox's people.
            choose: Organisation ids to tick, where one ticks; all that can be ticked when None.
            action: ``allow``, ``continue`` or ``cancel``.
            browser: The one to do it in; a new one when None.
            follows_back: Whether it comes back to us.
        """
        return await sign_in(
            authorize_url, person=person, choose=choose, action=action, browser=browser, follows_back=follows_back
        )

    async def browser(self) -> httpx2.AsyncClient:
        """A browser of somebody who has been nowhere yet."""
        return await self.stack.enter_async_context(fresh())

    async def show(self, run_id: str) -> Json:
        """The run, as the API shows it."""
        answer = await self.http.get(f"/api/v1/runs/{run_id}")
        assert answer.status_code == 200, answer.text
        shown: Json = answer.json()
        return shown

    async def until(
        self,
        run_id: str,
        condition: Callable[[Json], bool],
        *,
        following: str | None = None,
        within: float = PATIENCE,
    ) -> Json:
        """Look at the run, and again whenever its workflow has done something, until it is as wanted.

        Args:
            run_id: The run to look at.
            condition: When it is as wanted.
            following: Another workflow whose steps to look after.
            within: Seconds after which the wait is in vain.
        """
        run: Json = {}
        try:
            async with asyncio.timeout(within), aclosing(news(self.handle(following or run_id))) as looks:
                async for _ in looks:
                    if condition(run := await self.show(run_id)):
                        break
        except TimeoutError:
            raise AssertionError(f"waited in vain: {run}") from None
        return run

    async def until_stage(self, run_id: str, stage: str) -> Json:
        """Ask for the run until it reaches a stage."""
        return await self.until(run_id, lambda run: run["stage"] == stage)

    async def until_listed(self, run_id: str, count: int) -> Json:
        """Ask for the run until so many organisations wait to be chosen.

        Rows may be there before the run says that it lists anew; those with a verdict are not.
        """

        def is_listed(run: Json) -> bool:
            judged = [one for one in run["organisations"] if one["verdict"]]
            return run["stage"] == "awaiting_selection" and len(judged) == len(run["organisations"]) == count

        return await self.until(run_id, is_listed)

    async def listed(self, *, person: int = 0, choose: list[str] | None = None, action: str = "allow") -> Json:
        """Start a run, sign in, and wait for the list."""
        run_id, authorize_url = await self.start()
        return await brought(self, run_id, authorize_url, person=person, choose=choose, action=action)

    async def further_sign_in(self, run_id: str) -> str:
        """Ask for one more sign-in in a run; gives the authorize URL."""
        answer = await self.http.post(f"/api/v1/runs/{run_id}/consent", json=self.platform.asked)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["authorize_url"])

    async def select(self, run_id: str, **selection: Any) -> httpx2.Response:
        """Choose, through the API."""
        return await self.http.post(f"/api/v1/runs/{run_id}/selection", json=selection)

    async def select_all(self, run: Json) -> Json:
        """Choose everything on the list, through the API; gives the answer."""
        answer = await self.select(run["run_id"], organisations=chosen(run))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def cancel(self, run_id: str) -> httpx2.Response:
        """Stop a run, through the API."""
        return await self.http.post(f"/api/v1/runs/{run_id}/cancel")

    async def retry(self, run_id: str) -> httpx2.Response:
        """Retry what failed in a run, through the API."""
        return await self.http.post(f"/api/v1/runs/{run_id}/retry")

    async def added(self, *, person: int = 0) -> Json:
        """The whole journey: everything that can be added is, and the finished run is shown."""
        run = await self.listed(person=person)
        await self.select_all(run)
        return await self.until_stage(run["run_id"], "finished")

    async def neighbour(self, name: str = "Mill Street", *, plan: Plan = Plan.ADVANCED) -> Self:
        """The same scene as a colleague of another practice sees it."""
        actor, token = await make_practice(self.operations, self.database, name=name, plan=plan)
        http = http_of(self.web, token)
        self.stack.push_async_callback(http.aclose)
        return replace(self, actor=actor, http=http)

    async def clients(self) -> list[Json]:
        """Every client of the practice, as the API shows them."""
        found: list[Json] = []
        while True:
            answer = await self.http.get("/api/v1/clients", params={"limit": 100, "offset": len(found)})
            assert answer.status_code == 200, answer.text
            found += answer.json()["clients"]
            if len(found) >= answer.json()["total"]:
                return found

    async def list_of(self, client_id: str, name: str) -> Json:
        """One list of a client, as the API shows it."""
        answer = await self.http.get(f"/api/v1/clients/{client_id}/lists/{name}")
        assert answer.status_code == 200, answer.text
        shown: Json = answer.json()
        return shown

    def handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        """A workflow by its id."""
        return self.temporal.get_workflow_handle(workflow_id)

    async def details(self, workflow_id: str) -> str:
        """The current details that support staff read in the Temporal Web UI."""
        shown = await self.handle(workflow_id).query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(shown.current_details)

    async def sync_of(self, client_id: str) -> str:
        """The id of a client's own sync."""
        code = next(client["code"] for client in await self.clients() if client["client_id"] == client_id)
        return sync_client_id(self.actor.practice_slug, code)

    def fault(self, kind: str, organisation_id: str | None = None, **words: Any) -> Fault:
        """Let something go wrong at the provider from now on."""
        told = self.control.vocabulary.fault(kind=kind, organisation_id=organisation_id, **words)
        return self.control.add_fault(told)

    def is_(self, wrong: Words, organisation_id: str | None = None, **words: Any) -> None:
        """Let something go wrong that every stand-in says in words of its own, such as ``platform.offline``."""
        self.fault(**{"organisation_id": organisation_id, **wrong, **words})

    def signed_out(self, person_id: str | None = None) -> None:
        """Somebody removes the app there; access tokens, which may live out their time, are over too."""
        self.fault(REVOKE_PERSON, person_id=person_id)
        self.fault(ACCESS_EXPIRED, person_id=person_id)

    async def worker_process(self, name: str, logs: Path, *, silence: float = 6, reading: int = 0) -> Child:
        """A worker as a process of its own, ready to work; it may be killed.

        Args:
            name: Of the process.
            logs: Where its log is.
            silence: How many times sooner than in earnest it is missed.
            reading: How many processes read full groups of clients for it; with none, it reads them itself.
        """
        supervisor = await self.stack.enter_async_context(Supervisor(logs))
        command = Command(
            name,
            [sys.executable, "-m", "tests.journeys.kit.hasty_worker", str(silence)],
            environment=environment_of(self.settings.model_copy(update={"reading_processes": reading})),
            directory=ROOT,
        )
        log = logs / f"{name}.log"

        async def is_ready() -> bool:
            return "Clientsync worker ready" in log.read_text()

        return await supervisor.start(command, is_ready)

    async def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a statement finds in the product's database."""
        async with self.database.session() as session:
            return [tuple(row) for row in await (await session.connection()).execute(text(statement), values)]

    async def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, to compare before and after; that a token was used is no change.

        Nor is that a process goes on being one of those that may call.
        """
        left_out = {"api_tokens", "call_slots"}
        tables = [table.name for table in SQLModel.metadata.sorted_tables if table.name not in left_out]
        found = {name: sorted(await self.rows(f"SELECT t::text FROM {name} t")) for name in tables}  # noqa: S608
        kept = await self.rows("SELECT id, name, scope_names, expires_at, revoked_at FROM api_tokens ORDER BY id")
        return found | {"api_tokens": kept}

    @asynccontextmanager
    async def nothing_new_in(self, table: str) -> AsyncIterator[None]:
        """Hold up whoever inserts a row there, in the middle of their transaction."""
        async with self.database.transaction() as session:
            await (await session.connection()).execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
            yield

    async def held_up(self, statement: str = "") -> int:
        """How many transactions wait for another one, in a statement that begins like this."""
        waiting = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND starts_with(query, :beginning)
        """
        return int((await self.rows(waiting, beginning=statement))[0][0])


def chosen(run: Json) -> list[Json]:
    """Everything on a run's list, as a selection has it."""
    return [{"organisation_id": row["organisation_id"]} for row in run["organisations"]]


def by_organisation(run: Json) -> dict[str, Json]:
    """A run's rows by organisation id."""
    return {row["organisation_id"]: row for row in run["organisations"]}
