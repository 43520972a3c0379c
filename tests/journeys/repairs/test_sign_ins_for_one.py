"""A sign-in that is for one organisation says so to the provider from the first one on."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from contracts.words.runs import RunKind
from starter.actor import Actor
from tests.journeys.elsewhere import moved_to
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import OneClient, all_of
from tests.journeys.people import change, everything_added
from tests.journeys.platforms.marks import SECOND
from tests.journeys.promises import HEALTH, STATUS_EVENT
from tests.journeys.scene import Scene
from tests.second_provider import A_COMPANYS, A_PERSONS, Second

pytestmark = [
    SECOND,
    pytest.mark.leaves(HEALTH, STATUS_EVENT, because="connections are broken by hand"),
]


@pytest_asyncio.fixture
async def clients(make_prepared: MakePrepared) -> list[OneClient]:
    return await all_of(await make_prepared(everything_added, organisations=3))


def at_the_pages(scene: Scene) -> Actor:
    """The colleague, in a browser that goes to the provider at once."""
    return replace(scene.actor, session_id=uuid4())


async def expected(scene: Scene) -> list[str | None]:
    """What the sign-ins that were begun are for, as it is kept, oldest first."""
    found = await scene.rows("SELECT expected_organisation_id FROM consent_attempts ORDER BY created_at")
    return [organisation_id for (organisation_id,) in found]


async def broken(scene: Scene, *clients: OneClient) -> None:
    for client in clients:
        await change(
            scene,
            "UPDATE connections SET status = 'needs_reconnect', cause = 'access_lost' WHERE client_id = :id",
            id=UUID(client.client_id),
        )


@pytest.mark.thorough
async def test_a_client_s_reconnect_is_for_its_organisation(clients: list[OneClient]) -> None:
    scene, second = clients[1].scene, Second()
    await moved_to(scene, second)
    before = await expected(scene)
    await scene.operations.managing.reconnect(at_the_pages(scene), UUID(clients[1].client_id))
    assert second.begun == [clients[1].organisation_id]
    assert await expected(scene) == [*before, clients[1].organisation_id]


@pytest.mark.thorough
async def test_a_queue_s_first_sign_in_is_for_the_first_of_it(clients: list[OneClient]) -> None:
    scene, second, actor = clients[0].scene, Second(A_COMPANYS), at_the_pages(clients[0].scene)
    await moved_to(scene, second)
    await broken(scene, clients[2], clients[1])
    started = await scene.operations.runs.start(actor, RunKind.RECONNECT_ALL, second.name)
    queue = await scene.operations.sign_ins.expected(actor, started.run_id)
    assert {one.organisation_id for one in queue} == {clients[1].organisation_id, clients[2].organisation_id}
    await scene.operations.consents.begin(actor, started.run_id)  # the first one did not come back
    assert second.begun == [queue[0].organisation_id] * 2
    assert (await expected(scene))[-2:] == second.begun


@pytest.mark.thorough
async def test_what_is_for_no_single_one_names_none(clients: list[OneClient]) -> None:
    """One sign-in that repairs all, further clients, and a change to books that nobody knows yet."""
    scene, second, actor = clients[0].scene, Second(A_PERSONS), at_the_pages(clients[0].scene)
    await moved_to(scene, second)
    await broken(scene, clients[0])
    await scene.operations.runs.start(actor, RunKind.RECONNECT_ALL, second.name)
    await scene.operations.runs.start(actor, RunKind.ADD_CLIENTS, second.name)
    await scene.operations.changes.start(actor, UUID(clients[0].client_id))
    assert second.begun == [None, None, None]
