"""kill -9 of the worker while one practice's clients are being created and another's 160 are being pulled."""

import asyncio
from typing import NamedTuple

import pytest
import pytest_asyncio

from contracts.words.lists import ListName
from tests.journeys.scene import PATIENCE, Json, Scene

pytestmark = pytest.mark.thorough

MANY = 160
STAGED = {"organisations": MANY, "latency_ms": 120, "limits": False, "small_books": True}
RECOVERY = 150.0
"""Seconds: the server notices a dead worker by its silence."""


class Recovered(NamedTuple):
    """Both runs after the crash.

    Attributes:
        pulling: The run of 160 that was being pulled.
        creating: The run of twelve that was being created.
        before: Of the 160, how many were done when the worker was killed.
    """

    scene: Scene
    neighbour: Scene
    pulling: Json
    creating: Json
    before: int


@pytest_asyncio.fixture(scope="module")
async def recovered(shared_scene: Scene, tmp_path_factory) -> Recovered:
    scene, logs = shared_scene, tmp_path_factory.mktemp("workers")
    neighbour = await scene.neighbour()
    worker = await scene.worker_process("first", logs)
    pulling = await scene.listed()
    second_person = list(scene.world.library.people.values())[1]
    twelve = [row.organisation_id for row in scene.world.may_connect(second_person)][:12]
    creating = await neighbour.listed(person=1, choose=twelve)
    await scene.select_all(pulling)
    await scene.until(pulling["run_id"], lambda run: run["counts"].get("created", 0) >= 40)
    async with scene.nothing_new_in("clients"):
        await neighbour.select(creating["run_id"], organisations=[{"organisation_id": one} for one in twelve])
        middle = await scene.show(pulling["run_id"])
        async with asyncio.timeout(PATIENCE):
            while not await scene.held_up('COPY "clients"'):  # the names that a pull reads wait, too
                middle = await scene.show(pulling["run_id"])
        await worker.kill()
    await scene.worker_process("second", logs)
    pulling = await scene.until(pulling["run_id"], lambda run: run["stage"] == "finished", within=RECOVERY)
    creating = await neighbour.until(creating["run_id"], lambda run: run["stage"] == "finished", within=RECOVERY)
    return Recovered(scene, neighbour, pulling, creating, middle["counts"]["created"])


async def test_it_was_in_the_middle(recovered):
    assert 40 <= recovered.before < MANY


async def test_every_client_is_there_once(recovered):
    assert (recovered.pulling["result"], recovered.pulling["counts"]) == ("completed", {"created": MANY})
    clients = await recovered.scene.clients()
    assert len(clients) == MANY
    assert len({client["code"] for client in clients}) == MANY
    assert len({client["connection"]["organisation_id"] for client in clients}) == MANY


async def test_a_transaction_that_died_is_done_once(recovered):
    assert (recovered.creating["result"], recovered.creating["counts"]["created"]) == ("completed", 12)
    clients = await recovered.neighbour.clients()
    assert (len(clients), len({client["code"] for client in clients})) == (12, 12)


async def test_every_client_has_all_of_its_lists(recovered):
    short = await recovered.scene.rows(
        """
        SELECT n.id FROM connections n LEFT JOIN receipts r ON r.connection_id = n.id AND r.pulled_at IS NOT NULL
        GROUP BY n.id HAVING count(r.list_name) <> :all
        """,
        all=len(ListName),
    )
    assert short == []


async def test_the_stored_rows_are_the_provider_s_own(recovered):
    library = recovered.scene.world.library
    stored = await recovered.scene.rows(
        "SELECT n.organisation_id, count(*), count(DISTINCT a.key) FROM connections n "
        "JOIN accounts a ON a.connection_id = n.id WHERE n.practice_id = :id GROUP BY n.organisation_id",
        id=recovered.scene.actor.practice_id,
    )
    assert len(stored) == MANY
    for organisation_id, rows, keys in stored:
        assert rows == keys == len(library.records(organisation_id, recovered.scene.platform.books["accounts"]))


async def test_every_creation_is_told_once(recovered):
    twice = await recovered.scene.rows(
        "SELECT client_id, kind FROM events WHERE kind IN ('client.created', 'connection.connected') "
        "GROUP BY client_id, kind HAVING count(*) > 1"
    )
    assert twice == []
