"""One connection on the command line: settings, refresh, reconnect, disconnect, change."""

import pytest
import pytest_asyncio
from sqlalchemy import text

from runtime.embedded.stack import environment_of
from tests.cli.test_cli import data, refused, run
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import one_of
from tests.journeys.people import everything_added
from tests.journeys.promises import HEALTH
from tests.journeys.scene import Scene

AS = ("--as", "admin@harbour-lane.example.com")


@pytest_asyncio.fixture
async def scene(make_prepared: MakePrepared) -> Scene:
    """Everything is added."""
    return await make_prepared(everything_added)


@pytest.fixture
def environment(scene: Scene) -> dict[str, str]:
    return environment_of(scene.settings)


@pytest.mark.thorough
@pytest.mark.leaves(HEALTH, because="a receipt is written by hand, to be shown")
async def test_settings_and_a_refresh_that_is_waited_for(scene: Scene, environment: dict[str, str]):
    async with scene.worker():
        client = await one_of(scene)
        connection = ("connections", "settings", client.client_id, *AS)
        changed = await data(environment, *connection, "--refresh-hours", "24", "--list", "items")
        assert changed["settings"]["refresh_hours"] == 24
        assert changed["settings"]["list_names"] == ["organisation", "items"]
        assert "Refresh_hours cannot be left empty" in await refused(
            environment, *connection, "--clear", "refresh_hours"
        )
        assert "(refresh_hours)" in await refused(environment, *connection, "--refresh-hours", "0")
        cleared = await data(environment, *connection, "--clear", "list_names")
        assert len(cleared["settings"]["list_names"]) == 9
        await client.synced()  # what came back is pulled at once
        client.record("Items", fields={"Code": "NEW-1", "Name": "New"})
        refresh = ("connections", "refresh", client.client_id, "--list", "items", "--wait", *AS)
        refreshed = await data(environment, *refresh)
        assert refreshed["message"] == "The lists that were asked for are stored."
        assert refreshed["connection"]["receipts"]["items"]["added"] == 1
        told = await run(environment, *refresh)
    assert "The lists that were asked for are stored." in told.stdout
    assert "Tracking categories" in told.stdout
    shown = await run(environment, "connections", "show", client.code.lower(), *AS)
    assert "Refresh hours" in shown.stdout
    async with scene.database.transaction() as session:
        receipts = "UPDATE receipts SET rows = 0, pulled_at = NULL, cause = 'permission_missing'"
        await (await session.connection()).execute(text(f"{receipts} WHERE list_name = 'customers'"))
    shown = await run(environment, "connections", "show", client.code, *AS)
    (line,) = [line for line in shown.stdout.splitlines() if "Customers" in line]
    assert "never" in line
    assert "0" not in line  # how many there are is not known
    assert "no client 'NOBO0001'" in await refused(environment, "connections", "show", "NOBO0001", *AS)
    assert client.client_id in (await run(environment, "clients", "show", client.code, *AS)).stdout


async def test_disconnect_asks_for_a_yes(scene: Scene, environment: dict[str, str]):
    async with scene.worker():
        client = await one_of(scene)
        asked = await run(environment, "connections", "disconnect", client.client_id, *AS)
        assert "4 other clients use the login of" in " ".join(asked.stdout.split())
        assert "add --yes" in asked.stdout
        assert (await client.shown())["status"] == "connected"
        started = await data(environment, "connections", "disconnect", client.client_id, *AS, "--yes")
        await scene.handle(started["workflow_id"]).result()
    assert (await client.shown())["status"] == "disconnected"
    assert "is disconnected already" in await refused(
        environment, "connections", "disconnect", client.client_id, *AS, "--yes"
    )


@pytest.mark.thorough
async def test_reconnect_and_change_give_an_address(scene: Scene, environment: dict[str, str]):
    client = await one_of(scene)
    for command in (("reconnect",), ("change", "start")):
        started = await data(environment, "connections", *command, client.client_id, *AS)
        assert started["authorize_url"].startswith(f"{scene.web}/sign-in-link/")
    run_id = started["run_id"]
    assert "awaiting consent" in await refused(
        environment, "connections", "change", "preview", client.client_id, run_id, *AS
    )
    assert "no change of this client's connection to undo" in await refused(
        environment, "connections", "change", "undo", client.client_id, *AS
    )
