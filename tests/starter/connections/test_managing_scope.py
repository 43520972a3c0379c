"""Another practice's clients have no connection to manage, in any call, and no run of theirs can be confirmed."""

from uuid import UUID, uuid4

from fastapi.routing import APIRoute

from models.clients.tables import Client
from tests.journeys.fixtures import Neighbour
from tests.journeys.one_client import one_of
from tests.journeys.scene import Scene


def calls(
    client_id: object, run_id: str, link_id: object = UUID(int=1)
) -> list[tuple[str, str, dict[str, object] | None]]:
    """Every call about one connection."""
    path = f"/api/v1/clients/{client_id}/connection"
    return [
        ("GET", path, None),
        ("PATCH", path, {"refresh_hours": 12}),
        ("POST", f"{path}/refresh", None),
        ("POST", f"{path}/reconnect", None),
        ("GET", f"{path}/links", None),
        ("POST", f"{path}/links", None),
        ("DELETE", f"{path}/links/{link_id}", None),
        ("GET", f"{path}/disconnect", None),
        ("POST", f"{path}/disconnect", None),
        ("POST", f"{path}/change", None),
        ("GET", f"{path}/change/{run_id}", None),
        ("POST", f"{path}/change/{run_id}/confirm", None),
        ("POST", f"{path}/change/undo", None),
    ]


def test_every_route_of_a_connection_is_asked_here():
    """A route that is added later has to be added above, or this fails."""
    from web.api import change, client_links, connection

    known = {(method, path) for method, path, _ in calls("{client_id}", "{run_id}", "{link_id}")}
    ours = [*connection.router.routes, *client_links.router.routes, *change.router.routes]
    routes = [route for route in ours if isinstance(route, APIRoute)]
    assert len(routes) == len(ours)
    assert {(method, route.path) for route in routes for method in route.methods or ()} == known


async def test_anothers_connections_answer_404(scene: Scene, neighbour: Neighbour):
    async with scene.worker():
        await scene.added()
    client = await one_of(scene)
    started = (await client.post("change")).json()
    before = await scene.everything()
    for method, path, body in calls(client.client_id, started["run_id"]):
        answer = await neighbour.http.request(method, path, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found"), (method, path)
    assert await scene.everything() == before


async def test_a_run_of_another_client_or_practice_is_not_found(scene: Scene, neighbour: Neighbour):
    async with scene.worker():
        await scene.added()
    client = await one_of(scene)
    run_id = (await client.post("change")).json()["run_id"]
    bulk, _ = await scene.start()
    for method, path, _ in calls(client.client_id, bulk)[10:12]:
        answer = await scene.http.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found"), path
    theirs = Client(
        id=uuid4(),
        practice_id=neighbour.actor.practice_id,
        owner_id=neighbour.actor.colleague_id,
        name="Jones",
        code="JONE0001",
    )
    async with scene.database.transaction() as session:
        session.add(theirs)
    for method, path, body in calls(theirs.id, run_id):
        answer = await neighbour.http.request(method, path, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_connected"), (method, path)
