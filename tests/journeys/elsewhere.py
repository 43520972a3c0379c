"""A practice whose clients keep their books in a second accounting software, with a worker that serves it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from activities.registry import Parts, at_providers, in_full_groups
from activities.shared.interceptors import INTERCEPTORS
from activities.shared.token_store import TokenStore
from providers.port.provider import ReachableOrganisation
from runtime.temporal.workers import together, worker_on
from tests.journeys.people import change
from tests.journeys.scene import Scene
from tests.kept import TriedOnce, opened
from tests.second_provider import Second
from worker import workflow_workers


async def moved_to(scene: Scene, second: Second) -> None:
    """Say that the scene's clients, and the logins that they use, have been of this software from the beginning."""
    for table in ("connections", "grants"):
        await change(scene, f"UPDATE {table} SET provider = :name", name=second.name)  # noqa: S608  # our own words
    found = await scene.rows("SELECT organisation_id, organisation_name FROM connections ORDER BY organisation_id")
    second.reached = tuple(ReachableOrganisation(identity, name, None) for identity, name in found)
    scene.providers[second.name] = second


@asynccontextmanager
async def worker_of(scene: Scene, second: Second) -> AsyncIterator[None]:
    """A worker in this process that serves this software alone."""
    async with opened(scene.settings.required("database_url")) as database:
        sealer = scene.settings.key_ring().for_purpose("database")
        tokens = TokenStore(database, sealer)
        parts = Parts(database, {second.name: second}, tokens, sealer)
        served = [
            worker_on(scene.temporal, one.queue, one.activities, interceptors=INTERCEPTORS, at_once=one.at_once)
            for one in (*at_providers(parts, [second.name], concurrency=16), *in_full_groups(parts, [second.name]))
        ]
        async with together([*workflow_workers(scene.temporal, parts, runner=TriedOnce()), *served]):
            yield
