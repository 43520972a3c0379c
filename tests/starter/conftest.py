"""The web backend and the one door on real servers: the same stage as the journeys', and a second practice."""

from dataclasses import dataclass

import httpx2
import pytest_asyncio

from starter.actor import Actor
from tests.journeys.conftest import make_prepared, make_scene, scene, temporal, temporal_settings
from tests.journeys.practice import make_practice
from tests.journeys.scene import Scene
from tests.journeys.serving import http_of

__all__ = ["make_prepared", "make_scene", "scene", "temporal", "temporal_settings"]


@dataclass(frozen=True)
class Neighbour:
    """Another practice in the same installation."""

    actor: Actor
    http: httpx2.AsyncClient


@pytest_asyncio.fixture
async def neighbour(scene: Scene) -> Neighbour:
    actor, token = await make_practice(scene.operations, scene.database, name="Mill Street")
    http = http_of(scene.web, token)
    scene.stack.push_async_callback(http.aclose)
    return Neighbour(actor, http)
