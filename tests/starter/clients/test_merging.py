"""Two accounts of one client become one: all of it is with the account that stays, and the other says where it went."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import FEW, all_of, one_of
from tests.journeys.people import change, everything_added
from tests.journeys.practice import make_practice
from tests.journeys.scene import PATIENCE, Scene
from tests.journeys.serving import http_of

CLIENTS = "/api/v1/clients"


async def added(scene: Scene, name: str, **fields: Any) -> dict[str, Any]:
    answer = await scene.http.post(CLIENTS, json={"name": name, "anyway": True} | fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def merged(scene: Scene, staying: str, going: str, **query: str) -> tuple[int, Any]:
    answer = await scene.http.post(f"{CLIENTS}/{staying}/merge/{going}", params=query)
    return answer.status_code, answer.json()


async def refused(scene: Scene, staying: str, going: str, **query: str) -> str:
    before = await scene.everything()
    status, body = await merged(scene, staying, going, **query)
    assert status == 409, body
    assert await scene.everything() == before, "nothing was changed"
    return str(body["error"]["message"])


async def kinds(scene: Scene, client_id: str) -> list[str]:
    answer = await scene.http.get(f"{CLIENTS}/{client_id}/timeline", params={"limit": 500})
    return [event["kind"] for event in answer.json()["events"]]


async def test_a_connected_account_goes_into_one_that_was_made_by_hand(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=FEW)
    books = await one_of(scene)
    hand = await added(scene, "Alder by hand", reference="Box 7", tax_number="GB1")
    await change(
        scene, "UPDATE clients SET company_number = '0815', tax_number = 'GB2' WHERE id = :id", id=UUID(books.client_id)
    )
    had, count = await books.rows("accounts"), len(await scene.rows("SELECT 1 FROM events"))
    happened = await kinds(scene, books.client_id)
    path = f"{CLIENTS}/{hand['client_id']}/merge/{books.client_id}"
    plan = (await scene.http.get(path)).json()
    assert (plan["connection"], plan["refused"], plan["events"]) == ("moves", None, len(happened))
    assert {(one["field"], one["fate"]) for one in plan["fields"]} == {
        ("name", "left"),
        ("code", "left"),
        ("company_number", "moves"),
        ("tax_number", "left"),
    }
    _, token = await make_practice(scene.operations, scene.database, name="Mill Street")
    async with http_of(scene.web, token) as next_door:
        assert (await next_door.post(path)).status_code == 404
    await scene.http.patch(f"{CLIENTS}/{books.client_id}", json={"reference": "Box 8"})
    assert "has changed since this was shown" in await refused(
        scene, hand["client_id"], books.client_id, expected=plan["plan"]
    )

    plan = (await scene.http.get(path)).json()
    status, stays = await merged(scene, hand["client_id"], books.client_id, expected=plan["plan"])
    assert status == 200, stays
    assert (stays["name"], stays["code"], stays["reference"]) == ("Alder by hand", hand["code"], "Box 7")
    assert (stays["company_number"], stays["tax_number"]) == ("0815", "GB1")
    assert stays["connection"]["organisation_id"] == books.organisation_id
    shown = await scene.http.get(f"{CLIENTS}/{hand['client_id']}/lists/accounts", params={"limit": 500})
    assert shown.json()["rows"] == had
    goes = (await scene.http.get(f"{CLIENTS}/{books.client_id}")).json()
    assert (goes["merged_into"], goes["connection"], goes["tax_number"]) == (hand["client_id"], None, "GB2")
    assert goes["archived_at"]
    assert await kinds(scene, books.client_id) == ["client.merged_into"]
    told = await kinds(scene, hand["client_id"])
    left, moved = "client.merge_left", "client.company_number_changed"
    assert told[:6] == [left, left, moved, left, left, "client.merged"]
    assert set(told) >= set(happened)
    before = await scene.everything()
    assert (await merged(scene, hand["client_id"], books.client_id))[0] == 200
    assert await scene.everything() == before, "once more is the same"
    assert len(await scene.rows("SELECT 1 FROM events")) > count
    rows = await scene.rows(
        "SELECT 1 FROM run_organisations WHERE :id IN (client_id, matched_client_id, link_client_id)",
        id=UUID(books.client_id),
    )
    assert rows == [], "runs name the account that stays"
    back = await scene.http.post(f"{CLIENTS}/{books.client_id}/restore")
    assert "was merged into another account" in back.json()["error"]["message"]
    async with scene.worker():  # the connection goes on where it is now
        answer = await scene.http.post(f"{CLIENTS}/{hand['client_id']}/connection/refresh")
        await asyncio.wait_for(scene.handle(answer.json()["workflow_id"]).result(), PATIENCE)
    assert (await kinds(scene, hand["client_id"]))[0] == "connection.refreshed"


async def ended(scene: Scene, client_id: str) -> None:
    statement = "UPDATE connections SET status = 'disconnected', provider_connection_id = NULL WHERE client_id = :id"
    await change(scene, statement, id=UUID(client_id))


@pytest.mark.thorough
async def test_of_two_connected_ones_one_is_disconnected_first(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=FEW)
    first, second, third = await all_of(scene)
    assert (await refused(scene, first.client_id, second.client_id)).startswith("Both are connected: ")
    await ended(scene, second.client_id)
    sync = (await third.post("refresh")).json()["workflow_id"]  # nobody takes it up
    assert "is being synchronised or disconnected" in await refused(scene, second.client_id, third.client_id)
    await scene.handle(sync).terminate()
    status, stays = await merged(scene, second.client_id, third.client_id)
    assert (status, stays["connection"]["organisation_id"]) == (200, third.organisation_id), "the living one stays"
    assert (await refused(scene, first.client_id, second.client_id)).startswith("Both are connected: ")
    await ended(scene, second.client_id)
    status, stays = await merged(scene, first.client_id, second.client_id)
    assert (status, stays["connection"]["organisation_id"]) == (200, first.organisation_id)
    kept = await scene.rows(
        "SELECT count(DISTINCT c.id) FROM accounts a JOIN connections c ON c.id = a.connection_id"
        " WHERE c.client_id = :id AND NOT c.is_current",
        id=UUID(first.client_id),
    )
    assert kept == [(2,)], "lists of ended connections are kept"


@pytest.mark.thorough
async def test_a_merged_account_goes_with_the_one_that_stays(scene: Scene):
    first, second, third = [await added(scene, name) for name in ("Alder", "Alder Ltd", "Alder plc")]
    assert (await merged(scene, second["client_id"], third["client_id"]))[0] == 200
    assert (await merged(scene, first["client_id"], second["client_id"]))[0] == 200
    assert (await scene.http.get(f"{CLIENTS}/{third['client_id']}")).json()["merged_into"] == first["client_id"]
    fourth = await added(scene, "Alder & Co")
    assert "was merged into another account already" in await refused(scene, fourth["client_id"], third["client_id"])
    await scene.http.post(f"{CLIENTS}/{first['client_id']}/archive")
    plan = (await scene.http.get(f"{CLIENTS}/{first['client_id']}/erase")).json()
    assert len(plan["merged"]) == 2
    answer = await scene.http.post(f"{CLIENTS}/{first['client_id']}/erase", json={"code": first["code"]})
    assert answer.status_code == 200, answer.text
    assert await scene.rows("SELECT name FROM clients WHERE erased_at IS NULL") == [("Alder & Co",)]
    assert len(await scene.rows("SELECT 1 FROM clients WHERE name = 'Erased client'")) == 3
