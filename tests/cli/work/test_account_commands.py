"""Commands on client accounts: listed by a saved view, two made one, and one erased for good."""

import pytest

from models.clients.reads import ClientFilter, ClientOrder, ClientSort
from models.clients.tables import Client
from runtime.embedded.stack import environment_of
from starter.clients.saved_views import ViewQuery
from tests.cli.test_cli import data, refused, run
from tests.journeys.scene import Scene


@pytest.fixture
def environment(scene: Scene) -> dict[str, str]:
    return environment_of(scene.settings)


@pytest.mark.thorough
async def test_accounts_are_merged_and_erased(scene: Scene, environment: dict[str, str]):
    actor = scene.actor
    async with scene.database.transaction() as session:
        for code, reference in (("ALD-1", None), ("ALD-2", "Box [7]")):
            one = Client(practice_id=actor.practice_id, owner_id=actor.colleague_id, name="Alder", code=code)
            one.reference = reference
            session.add(one)
    plan = await run(environment, "clients", "merge", "ald-1", "ald-2")
    assert "Reference: Box [7] moves." in plan.stdout
    assert "Code: ALD-1 stays; ALD-2 is left in the archive." in plan.stdout
    assert "To do it, add --yes." in plan.stdout
    merged = await data(environment, "clients", "merge", "ald-1", "ald-2", "--yes")
    assert (merged["code"], merged["reference"]) == ("ALD-1", "Box [7]")

    assert "Archive Alder first" in (await run(environment, "clients", "erase", "ald-1")).stdout
    assert "Archive Alder first" in await refused(environment, "clients", "erase", "ald-1", "--yes")
    assert (await run(environment, "clients", "archive", "ald-1")).exit_code == 0
    plan = await run(environment, "clients", "erase", "ald-1")
    assert "With it goes Alder, ALD-2, which was merged into it." in plan.stdout
    done = await run(environment, "clients", "erase", "ald-1", "--yes")
    assert f"ALD-1 was erased for good by {actor.colleague_name}" in done.stdout
    again = await data(environment, "clients", "erase", merged["client_id"])
    assert again["code"] == "ALD-1"
    assert "There is no client 'ald-1'" in await refused(environment, "clients", "erase", "ald-1")


async def test_clients_are_listed_by_a_saved_view(scene: Scene, environment: dict[str, str]):
    actor = scene.actor
    async with scene.database.transaction() as session:
        for code in ("ALD-1", "ALD-2", "BEE-1"):
            session.add(Client(practice_id=actor.practice_id, owner_id=actor.colleague_id, name="Alder", code=code))
    query = ViewQuery(ClientFilter("ald-"), ClientOrder(ClientSort.CODE, is_descending=True))
    await scene.operations.saved_views.save(actor, "Alders", query)
    listed = await data(environment, "clients", "list", "--view", "alders")
    assert [client["code"] for client in listed["clients"]] == ["ALD-2", "ALD-1"]
    assert "There are: Alders." in await refused(environment, "clients", "list", "--view", "Beeches")
    said = await refused(environment, "clients", "list", "--view", "Alders", "--status", "connected")
    assert "leave out the filters" in said
