"""Commands on client accounts: listed by a saved view, two made one, and one erased for good."""

from pathlib import Path

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


async def test_who_is_asked_whether_it_is_another_client_is_told_the_option(
    environment: dict[str, str], tmp_path: Path
):
    assert (await run(environment, "clients", "create", "Alder Ltd", "--company-number", "01234567")).exit_code == 0
    beech = "clients", "create", "Beech Ltd", "--company-number", "1234567"
    said = await refused(environment, *beech)
    assert (
        "Alder Ltd has the same company number. Open it, or go on if this is another client. --anyway goes on." in said
    )
    assert (await run(environment, *beech, "--anyway")).exit_code == 0
    listed = tmp_path / "list.csv"
    listed.write_text("code,name\nA2,Alder Limited\n")
    done = await run(environment, "clients", "import", str(listed))
    assert (done.exit_code, "--same-names allows the same name twice." in done.stdout) == (2, True)
    assert (await run(environment, "clients", "import", str(listed), "--same-names")).exit_code == 0


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
