"""A practice sees only its own: another one's ids do not exist for it, in any call."""

from uuid import UUID, uuid4

from models.clients.tables import Client
from tests.journeys.fixtures import Neighbour
from tests.journeys.scene import Scene


async def a_client(scene: Scene, practice_id: UUID, owner_id: UUID, name: str) -> UUID:
    client = Client(id=uuid4(), practice_id=practice_id, owner_id=owner_id, name=name, code=name[:4].upper())
    async with scene.database.transaction() as session:
        session.add(client)
    return client.id


async def test_anothers_ids_answer_404(scene: Scene, neighbour: Neighbour):
    run_id, _ = await scene.start()
    client_id = await a_client(scene, scene.actor.practice_id, scene.actor.colleague_id, "Smith")
    calls = [
        ("GET", f"/api/v1/runs/{run_id}", None),
        ("POST", f"/api/v1/runs/{run_id}/selection", {"all_new": True}),
        ("POST", f"/api/v1/runs/{run_id}/consent", None),
        ("POST", f"/api/v1/runs/{run_id}/retry", None),
        ("POST", f"/api/v1/runs/{run_id}/cancel", None),
        ("GET", f"/api/v1/clients/{client_id}", None),
        ("GET", f"/api/v1/clients/{client_id}/timeline", None),
        ("GET", f"/api/v1/clients/{client_id}/lists/accounts", None),
    ]
    for method, path, body in calls:
        answer = await neighbour.http.request(method, path, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found"), path
    assert (await scene.show(run_id))["stage"] == "awaiting_consent"


async def test_lists_hold_ones_own(scene: Scene, neighbour: Neighbour):
    run_id, _ = await scene.start()
    ours = await a_client(scene, scene.actor.practice_id, scene.actor.colleague_id, "Smith")
    theirs = await a_client(scene, neighbour.actor.practice_id, neighbour.actor.colleague_id, "Jones")
    assert [run["run_id"] for run in (await scene.http.get("/api/v1/runs")).json()["runs"]] == [run_id]
    assert (await neighbour.http.get("/api/v1/runs")).json()["runs"] == []
    for http, client_id in ((scene.http, ours), (neighbour.http, theirs)):
        found = (await http.get("/api/v1/clients")).json()
        assert [client["client_id"] for client in found["clients"]] == [str(client_id)]
        assert found["total"] == 1


async def test_a_client_without_a_connection_has_empty_lists(scene: Scene):
    client_id = await a_client(scene, scene.actor.practice_id, scene.actor.colleague_id, "Smith")
    shown = (await scene.http.get(f"/api/v1/clients/{client_id}")).json()
    assert (shown["name"], shown["owner"], shown["connection"]) == ("Smith", scene.actor.colleague_name, None)
    accounts = (await scene.http.get(f"/api/v1/clients/{client_id}/lists/accounts")).json()
    assert accounts == {"list": "accounts", "receipt": None, "total": 0, "limit": 100, "offset": 0, "rows": []}
