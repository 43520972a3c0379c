"""A client that is erased for good: nothing of it is left but the record, and what counts it stays true."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.words.names import disconnect_client_id, sync_client_id
from contracts.words.runs import RunKind
from models.kit.sealing import open_secret
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import FEW, OneClient, one_of
from tests.journeys.people import change, everything_added
from tests.journeys.practice import make_practice
from tests.journeys.scene import PATIENCE, Scene
from tests.journeys.serving import http_of

CLIENTS = "/api/v1/clients"
UNTOLD = {"notices"}
"""Tables that may go on naming it: mails are what they were when they were sent."""


async def erased(scene: Scene, client_id: str, code: str) -> tuple[int, Any]:
    answer = await scene.http.post(f"{CLIENTS}/{client_id}/erase", json={"code": code})
    return answer.status_code, answer.json()


async def message(scene: Scene, client_id: str, code: str) -> str:
    before = await scene.everything()
    status, body = await erased(scene, client_id, code)
    assert status >= 400, body
    assert await scene.everything() == before, "nothing was changed"
    return str(body["error"]["message"])


async def tables_with(scene: Scene, said: set[str]) -> set[str]:
    """Tables in which one of the texts stands anywhere."""
    rows = await scene.everything()
    return {table for table in rows.keys() - UNTOLD if any(word in str(row) for row in rows[table] for word in said)}


async def outcomes(scene: Scene) -> list[tuple[Any, ...]]:
    return await scene.rows("SELECT run_id, outcome, count(*) FROM run_organisations GROUP BY 1, 2 ORDER BY 1, 2")


async def archived(client: OneClient) -> None:
    """Archive it, and let its disconnecting end."""
    assert (await client.scene.http.post(f"{CLIENTS}/{client.client_id}/archive")).status_code == 200
    ending = client.scene.handle(disconnect_client_id(client.scene.actor.practice_slug, client.code))
    async with client.scene.worker():
        await asyncio.wait_for(ending.result(), PATIENCE)


async def until_forgotten(scene: Scene, code: str) -> None:
    """Wait until Temporal shows nothing of a client's own workflows."""
    slug = scene.actor.practice_slug
    ids = (sync_client_id(slug, code), disconnect_client_id(slug, code))
    query = f"WorkflowId IN ({', '.join(map(repr, ids))})"
    async with asyncio.timeout(PATIENCE):
        while (await scene.temporal.count_workflows(query)).count:
            pass


async def test_nothing_is_left_of_an_erased_client_but_the_record(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=FEW)
    client, other = await one_of(scene), await one_of(scene, 1)
    path, client_id = f"{CLIENTS}/{client.client_id}", UUID(client.client_id)
    await change(scene, "UPDATE clients SET reference = 'Box 4711' WHERE id = :id", id=client_id)
    theirs = await other.rows("accounts")
    shown = (await scene.http.get(path)).json()
    said = {shown["name"], shown["connection"]["organisation_name"], client.organisation_id, "Box 4711"}
    assert (await message(scene, client.client_id, client.code)).startswith(f"Archive {shown['name']} first")

    await archived(client)
    had = await outcomes(scene)
    lists = {"clients", "connections", "run_organisations", "organisation_profiles"}
    assert await tables_with(scene, said) >= lists
    assert await message(scene, client.client_id, "WRONG") == "This is not the client's code. Nothing was erased."
    _, token = await make_practice(scene.operations, scene.database, name="Mill Street")
    async with http_of(scene.web, token) as next_door:
        assert (await next_door.post(f"{path}/erase", json={"code": client.code})).status_code == 404
    plan = (await scene.http.get(f"{path}/erase")).json()
    assert (plan["code"], plan["refused"], plan["runs"], plan["merged"]) == (client.code, None, 1, [])
    assert plan["rows"] > len(theirs)
    assert plan["events"] > 0

    status, record = await erased(scene, client.client_id, client.code.lower())
    assert (status, record["code"], record["erased_by"]) == (200, client.code, scene.actor.colleague_name)
    assert await tables_with(scene, said) == set()
    assert await erased(scene, client.client_id, client.code) == (200, record), "once more is the same"
    assert await outcomes(scene) == had, "the numbers of runs stay"
    gone = (await scene.http.get(path)).json()["error"]
    assert gone["code"] == "not_found"
    assert gone["message"].startswith(f"The client {client.code} was erased for good by {scene.actor.colleague_name}")
    for wanted in ({}, {"status": "archived"}):
        found = (await scene.http.get(CLIENTS, params=wanted)).json()["clients"]
        assert client.client_id not in {one["client_id"] for one in found}
    told = await scene.rows("SELECT before, colleague_id FROM events WHERE kind = 'client.erased'")
    assert told == [(client.code, scene.actor.colleague_id)]
    assert await other.rows("accounts") == theirs, "another client keeps what it has"
    assert (await scene.http.post(CLIENTS, json={"name": "New", "code": client.code})).status_code == 201
    await until_forgotten(scene, client.code)


@pytest.mark.thorough
async def test_what_is_at_work_is_waited_for(scene: Scene):
    made = (await scene.http.post(CLIENTS, json={"name": "Alder"})).json()
    client_id, code = made["client_id"], made["code"]
    assert (await scene.http.post(f"{CLIENTS}/{client_id}/archive")).status_code == 200
    run_id, _ = await scene.start()
    await change(scene, "UPDATE runs SET client_id = :client WHERE id = :run", client=UUID(client_id), run=run_id)
    why = await message(scene, client_id, code)
    assert (
        why.startswith("A run lists Alder and has not ended: Reconnect, begun on ")
        or RunKind.ADD_CLIENTS.heading in why
    )
    assert (await scene.http.get(f"{CLIENTS}/{client_id}/erase")).json()["refused"] == why
    await change(scene, "UPDATE runs SET client_id = NULL WHERE id = :run", run=run_id)
    both = await asyncio.gather(*(erased(scene, client_id, code) for _ in range(2)))
    assert [status for status, _ in both] == [200, 200]
    assert len(await scene.rows("SELECT 1 FROM events WHERE kind = 'client.erased'")) == 1, "twice at once is once"
    assert (await erased(scene, str(uuid4()), code))[0] == 404


async def test_the_tokens_of_a_login_of_its_own_go_with_it(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=1)
    client = await one_of(scene)
    told = f'[{{"client_id": "{client.client_id}", "connection_id": "{uuid4()}", "cause": null}}]'
    await change(
        scene,
        "INSERT INTO notices (id, practice_id, colleague_id, kind, subject, body, dedupe_key, created_at, tells_of)"
        " VALUES (gen_random_uuid(), :practice, :whose, 'digest', 'S', 'B', 'K', now(), CAST(:told AS jsonb))",
        practice=scene.actor.practice_id,
        whose=scene.actor.colleague_id,
        told=told,
    )
    ((label, key),) = await scene.rows("SELECT label, account_key FROM grants")
    assert label != "Erased client"
    assert (await scene.http.get(f"{CLIENTS}/{client.client_id}/erase")).json()["logins"] == [label]
    await archived(client)
    assert (await erased(scene, client.client_id, client.code))[0] == 200
    ((grant_id, new_label, new_key, status, sealed),) = await scene.rows(
        "SELECT id, label, account_key, status, sealed_secret FROM grants"
    )
    assert (new_label, status) == ("Erased client", "signed_out")
    assert new_key != key
    assert new_key.startswith("erased:")
    assert open_secret(scene.settings.key_ring().for_purpose("database"), grant_id, sealed) == b""
    assert await scene.rows("SELECT tells_of FROM notices WHERE dedupe_key = 'K'") == [([],)]
