"""*Reassign clients*: owner and login move together, where the new login reads the organisation now."""

import httpx2
from sqlmodel import col, select

from contracts.runs import RunKind
from models import practices
from models.client import Client
from models.connection import Connection
from models.grant import Grant
from models.notice import Notice
from models.practice import Colleague
from tests.journeys.scene import Json, Scene


async def colleague(scene: Scene, name: str) -> tuple[Colleague, httpx2.AsyncClient]:
    """A further colleague of the practice, with a client of the API as them."""
    async with scene.database.transaction() as session:
        email = f"{name.lower()}@harbour-lane.example.com"
        made = await practices.create_colleague(session, scene.actor.practice_id, email=email, name=name)
        token = await practices.issue_token(session, made.id)
    http = httpx2.AsyncClient(base_url=scene.web, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    scene.stack.push_async_callback(http.aclose)
    return made, http


async def test_clients_move_with_their_login_or_not_at_all(scene: Scene):
    ben, http = await colleague(scene, "Ben")
    async with scene.worker():
        await scene.added()
        scene.http, before = http, scene.http
        answer = await http.post(f"/api/v1/client-sync/xero/{RunKind.REASSIGN_CLIENTS.value}")
        run_id = answer.json()["run_id"]
        await scene.sign_in(answer.json()["authorize_url"], person=1)
        run = await scene.until_stage(run_id, "awaiting_selection")
        listed: list[Json] = run["organisations"]
        assert 3 <= len(listed) < 12
        lost, taken, *moving = [row["organisation_id"] for row in listed]
        async with scene.database.transaction() as session:
            client = await session.get_one(Client, listed[1]["client_id"])
            client.owner_id = ben.id  # taken by somebody since the list was shown
            session.add(client)
        async with httpx2.AsyncClient(base_url=scene.sandbox) as control:
            fault = {"kind": "access_removed", "organisation_id": lost}
            (await control.post("/sandbox/api/faults", json=fault)).raise_for_status()
        rows = [{"organisation_id": organisation_id} for organisation_id in (lost, taken, *moving)]
        answer = await scene.select(run_id, organisations=rows)
        assert answer.status_code == 200, answer.text
        run = await scene.until_stage(run_id, "finished")
    assert run["counts"] == {"reassigned": len(moving), "unreachable": 1, "changed_meanwhile": 1}
    assert "Ben" in next(row["message"] for row in run["organisations"] if row["outcome"] == "changed_meanwhile")
    scene.http = before
    async with scene.database.session() as session:
        owners = select(Connection.organisation_id, Client.owner_id, Connection.grant_id).where(
            col(Connection.client_id) == col(Client.id)
        )
        found = {
            organisation_id: (owner, grant) for organisation_id, owner, grant in (await session.exec(owners)).all()
        }
        ben_s = {found[organisation_id][1] for organisation_id in moving}
        assert {found[organisation_id][0] for organisation_id in moving} == {ben.id}
        assert found[lost][0] == scene.actor.colleague_id
        assert len(ben_s) == 1
        assert found[lost][1] not in ben_s
        assert len((await session.exec(select(Grant))).all()) == 2
        (notice,) = (await session.exec(select(Notice))).all()
    assert notice.colleague_id == scene.actor.colleague_id
    assert notice.body.count("\n- ") == len(moving)
