"""What the journeys of one connection share: a practice with a few clients, and one of them to manage."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx2
from temporalio.api.enums.v1 import EventType

from emulators.kit.control.words import RecordWords
from tests.journeys.people import change
from tests.journeys.scene import PATIENCE, Json, Scene
from workflows.sync_client import SyncClient

FEW = 3
"""Organisations of a scene that is about one of them."""


@dataclass
class OneClient:
    """One client of a scene, through the API.

    Attributes:
        scene: Where it lives.
        client_id: Which client.
        code: Its code.
        organisation_id: Its books at the provider.
    """

    scene: Scene
    client_id: str
    code: str
    organisation_id: str

    @property
    def path(self) -> str:
        return f"/api/v1/clients/{self.client_id}/connection"

    async def shown(self) -> Json:
        """The connection."""
        answer = await self.scene.http.get(self.path)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def set(self, **settings: Any) -> Json:
        """Change settings; gives the connection."""
        answer = await self.scene.http.patch(self.path, json=settings)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def post(self, call: str, **words: Any) -> httpx2.Response:
        """One of the connection's calls, such as ``refresh``."""
        return await self.scene.http.post(f"{self.path}/{call}", **words)

    async def refreshed(self, **words: Any) -> Json:
        """Refresh and wait for the end; gives the receipts."""
        answer = await self.post("refresh", **words)
        assert answer.status_code == 202, answer.text
        await asyncio.wait_for(self.scene.handle(answer.json()["workflow_id"]).result(), PATIENCE)
        receipts: Json = (await self.shown())["receipts"]
        return receipts

    async def synced(self) -> Json:
        """Wait for the end of the sync that a change has started by itself; gives the receipts."""
        sync = self.scene.handle(await self.scene.sync_of(self.client_id))
        await asyncio.wait_for(sync.result(), PATIENCE)
        receipts: Json = (await self.shown())["receipts"]
        return receipts

    async def rows(self, name: str) -> list[Json]:
        """The rows of one of its lists."""
        path = f"/api/v1/clients/{self.client_id}/lists/{name}"
        found: list[Json] = (await self.scene.http.get(path, params={"limit": 500})).json()["rows"]
        return found

    async def events(self, kind: str) -> list[Json]:
        """Its events of a kind, newest first."""
        answer = await self.scene.http.get(f"/api/v1/clients/{self.client_id}/timeline", params={"limit": 500})
        return [event for event in answer.json()["events"] if event["kind"] == kind]

    def record(self, list_name: str, **words: Any) -> None:
        """Change a record of its books at the provider; a list is named as in ``Platform.books``, or as there.

        An ``id`` is the key of our row, or the record's own.
        """
        if "id" in words:
            words["id"] = self.scene.platform.record_id(words["id"])
        there = self.scene.platform.books.get(list_name, list_name)
        self.scene.control.change_record(self.organisation_id, RecordWords(list=there, **words))

    def calls(self) -> int:
        """Calls about its books since the counters were zeroed."""
        return self.scene.world.calls.by_organisation[self.organisation_id]

    def is_left_alone(self) -> bool:
        """Whether nothing of it has been ended at the provider: neither its connection nor the login."""
        platform, world = self.scene.platform, self.scene.world
        if platform.ends_alone:
            return self.organisation_id in {one.organisation_id for one in world.connections.all()}
        return not world.calls.by_path[f"POST {platform.revocation}"]


async def all_of(scene: Scene) -> list[OneClient]:
    """The scene's clients, in the order of the list."""
    return [
        OneClient(scene, client["client_id"], client["code"], client["connection"]["organisation_id"])
        for client in await scene.clients()
    ]


async def one_of(scene: Scene, place: int = 0) -> OneClient:
    """One of the scene's clients, by its place in the list."""
    return (await all_of(scene))[place]


async def until_event(scene: Scene, workflow_id: str, kind: EventType.ValueType, *, count: int = 1) -> None:
    """Wait until a workflow's history has so many events of a kind."""
    async with asyncio.timeout(PATIENCE):
        async for event in scene.handle(workflow_id).fetch_history_events(wait_new_event=True):
            count -= event.event_type == kind
            if not count:
                return
    raise AssertionError(f"{workflow_id} ended without {EventType.Name(kind)}")


async def tokens_have_ended(scene: Scene) -> None:
    """Every access token is over."""
    await change(scene, "UPDATE grants SET access_expires_at = now()")


async def disconnecting(client: OneClient) -> str:
    """Ask for it; gives the workflow's id."""
    answer = await client.post("disconnect")
    assert answer.status_code == 202, answer.text
    workflow_id: str = answer.json()["workflow_id"]
    return workflow_id


async def waiting(client: OneClient) -> str:
    """Refresh a client that comes to wait; gives the sync's id."""
    answer = await client.post("refresh")
    assert answer.status_code == 202, answer.text
    sync: str = answer.json()["workflow_id"]
    await until_event(client.scene, sync, EventType.EVENT_TYPE_TIMER_STARTED)
    return sync


async def goes_on(client: OneClient, sync: str) -> Json:
    """Let a waiting sync try again; gives the receipts at its end."""
    handle = client.scene.handle(sync)
    await handle.signal(SyncClient.retry_now)
    await asyncio.wait_for(handle.result(), PATIENCE)
    receipts: Json = (await client.shown())["receipts"]
    return receipts


__all__ = [
    "FEW",
    "PATIENCE",
    "OneClient",
    "all_of",
    "disconnecting",
    "goes_on",
    "one_of",
    "tokens_have_ended",
    "until_event",
    "waiting",
]
