"""A practice with everything around it: the real servers, the sandbox, the web backend over HTTP, a colleague's browser.

Nothing here stands in for a part of the product; it only saves the journeys from repeating themselves.
"""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import httpx2
from sqlmodel import select
from temporalio.client import Client, WorkflowHandle

from activities.grants import Tokens
from contracts.runs import Plan
from models import practices
from models.connection import Receipt
from models.database import Database
from runtime.settings import Settings
from starter.actor import Actor
from starter.operations import Operations
from worker import Parts, providers_of, workers
from xero_sandbox.world import World

Json = dict[str, Any]


class _Form(HTMLParser):
    """The one form of a page: where it goes, what is ticked or filled in, and what could be ticked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self.boxes: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and "disabled" not in given and "name" in given:
            if given.get("type") in {"checkbox", "radio"}:
                if given["name"] == "organisation":
                    self.boxes.append(given["value"])
                if "checked" not in given:
                    return
            self.fields.append((given["name"], given.get("value", "")))


@dataclass
class Scene:
    """One practice in one database, with a colleague who has a bearer token.

    Attributes:
        settings: Complete settings of this installation.
        database: The product's database.
        temporal: Connected with the product's converter.
        operations: The one door, as the web backend has it.
        world: What the sandbox knows, for injecting faults.
        web: The web backend's address.
        actor: The colleague.
        http: A client of the JSON API, as the colleague.
    """

    settings: Settings
    database: Database
    temporal: Client
    operations: Operations
    world: World
    web: str
    sandbox: str
    actor: Actor
    http: httpx2.AsyncClient
    stack: AsyncExitStack = field(repr=False)

    @asynccontextmanager
    async def worker(self, *, concurrency: int = 16) -> AsyncIterator[None]:
        """A worker in this process, with a pool and a memory of its own."""
        async with AsyncExitStack() as stack:
            database = Database(self.settings.required("database_url"), pool_size=10, max_overflow=10)
            stack.push_async_callback(database.close)
            providers, xero = providers_of(self.settings, database)
            stack.push_async_callback(xero.close)
            tokens = Tokens(database, self.settings.key_ring().for_purpose("database"))
            for worker in workers(self.temporal, Parts(database, providers, tokens), concurrency=concurrency):
                await stack.enter_async_context(worker)
            yield

    async def start(self, **headers: str) -> tuple[str, str]:
        """Start *Add clients*: the run's id and the authorize URL."""
        answer = await self.http.post("/api/v1/client-sync/xero/add-clients", headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()["run_id"], answer.json()["authorize_url"]

    async def sign_in(
        self, authorize_url: str, *, person: int = 0, choose: list[str] | None = None, action: str = "allow"
    ) -> httpx2.Response:
        """Go through the provider's pages as a browser would, up to our callback's page.

        Args:
            authorize_url: Where the product sends the browser.
            person: Which of the sandbox's people.
            choose: Organisation ids to tick; all that can be ticked when None.
            action: ``allow``, ``continue`` or ``cancel``.
        """
        async with httpx2.AsyncClient(follow_redirects=True, timeout=30) as browser:
            page = await browser.get(authorize_url)
            form = _Form(page.text)
            fields = [(name, value) for name, value in form.fields if name != "person"]
            people = re.findall(r'name="person" value="([^"]+)"', page.text)
            page = await _submit(browser, page, form, [*fields, ("person", people[person]), ("action", "sign_in")])
            form = _Form(page.text)
            kept = [(name, value) for name, value in form.fields if name != "organisation"]
            ticked = form.boxes if choose is None else choose
            rows = [("organisation", identity) for identity in ticked] if action == "allow" else []
            return await _submit(browser, page, form, [*kept, *rows, ("action", action)])

    async def show(self, run_id: str) -> Json:
        """The run, as the API shows it."""
        answer = await self.http.get(f"/api/v1/runs/{run_id}")
        assert answer.status_code == 200, answer.text
        shown: Json = answer.json()
        return shown

    async def until(self, run_id: str, condition: Callable[[Json], bool]) -> Json:
        """Ask for the run until it is as wanted; the test's own timeout ends a vain wait."""
        while not condition(run := await self.show(run_id)):
            pass
        return run

    async def until_stage(self, run_id: str, stage: str) -> Json:
        """Ask for the run until it reaches a stage."""
        return await self.until(run_id, lambda run: run["stage"] == stage)

    async def listed(self, *, person: int = 0, choose: list[str] | None = None, action: str = "allow") -> Json:
        """Start a run, sign in, and wait for the list."""
        run_id, authorize_url = await self.start()
        page = await self.sign_in(authorize_url, person=person, choose=choose, action=action)
        assert page.status_code == 200, page.text
        return await self.until_stage(run_id, "awaiting_selection")

    async def select(self, run_id: str, **selection: Any) -> httpx2.Response:
        """Choose, through the API."""
        return await self.http.post(f"/api/v1/runs/{run_id}/selection", json=selection)

    async def added(self, *, person: int = 0) -> Json:
        """The whole journey: everything that can be added is, and the finished run is shown."""
        run = await self.listed(person=person)
        rows = [{"organisation_id": row["organisation_id"]} for row in run["organisations"]]
        answer = await self.select(run["run_id"], organisations=rows)
        assert answer.status_code == 200, answer.text
        return await self.until_stage(run["run_id"], "finished")

    def handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        """A workflow by its id."""
        return self.temporal.get_workflow_handle(workflow_id)

    async def receipts(self, connection_ids: list[UUID]) -> dict[UUID, list[Receipt]]:
        """The receipts by connection."""
        async with self.database.session() as session:
            found: dict[UUID, list[Receipt]] = {connection_id: [] for connection_id in connection_ids}
            for receipt in (await session.exec(select(Receipt))).all():
                found.setdefault(receipt.connection_id, []).append(receipt)
        return found


async def _submit(
    browser: httpx2.AsyncClient, page: httpx2.Response, form: _Form, fields: list[tuple[str, str]]
) -> httpx2.Response:
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return await browser.post(page.url.join(form.action), data=data)


async def make_practice(
    operations: Operations,
    database: Database,
    *,
    allowance: int = 500,
    plan: Plan = Plan.ADVANCED,
    name: str = "Harbour Lane",
) -> tuple[Actor, str]:
    """A practice with an admin: who that is, and a bearer token."""
    email = f"admin@{name.lower().replace(' ', '-')}.example.com"
    async with database.transaction() as session:
        practice = await practices.create_practice(session, name, plan=plan, client_allowance=allowance)
        colleague = await practices.create_colleague(session, practice.id, email=email, name=f"Admin of {name}")
        token = await practices.issue_token(session, colleague.id)
    return await operations.colleagues.by_email(email), token
