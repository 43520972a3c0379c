"""*Add clients* from the click to the report, on the real servers."""

import pytest

from contracts.lists import ListName
from tests.journeys.scene import Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_sign_in_becomes_clients_with_their_lists(scene: Scene):
    async with scene.worker():
        run = await scene.added()
    assert run["result"] == "completed"
    assert run["counts"] == {"created": 12}
    clients = (await scene.http.get("/api/v1/clients")).json()
    assert clients["total"] == 12
    for client in clients["clients"]:
        for name in ListName:
            answer = await scene.http.get(f"/api/v1/clients/{client['client_id']}/lists/{name.value}")
            assert answer.status_code == 200, answer.text
            assert answer.json()["receipt"]["cause"] is None
            assert answer.json()["receipt"]["pulled_at"]
