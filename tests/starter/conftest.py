"""The web backend and the one door on real servers: the same stage as the journeys', and a second practice."""

from dataclasses import dataclass

import httpx2
import pytest_asyncio

from starter.actor import Actor
from tests.journeys.conftest import make_scene, scene, temporal, temporal_settings
from tests.journeys.scene import Scene, make_practice

__all__ = ["make_scene", "scene", "temporal", "temporal_settings"]


@dataclass(frozen=True)
class Neighbour:
    """Another practice in the same installation."""

    actor: Actor
    http: httpx2.AsyncClient


@pytest_asyncio.fixture
async def neighbour(scene: Scene) -> Neighbour:
    actor, token = await make_practice(scene.operations, scene.database, name="Mill Street")
    http = httpx2.AsyncClient(base_url=scene.web, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    scene.stack.push_async_callback(http.aclose)
    return Neighbour(actor, http)
