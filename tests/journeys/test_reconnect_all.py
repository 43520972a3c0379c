"""*Reconnect all*: one sign-in repairs what it reaches, and the report adds up to every connection."""

import httpx2

from contracts.runs import RunKind
from tests.journeys.scene import Json, Scene


async def fault(scene: Scene, kind: str, **where: object) -> None:
    async with httpx2.AsyncClient(base_url=scene.sandbox) as control:
        (await control.post("/sandbox/api/faults", json={"kind": kind, **where})).raise_for_status()


async def mend(scene: Scene) -> None:
    async with httpx2.AsyncClient(base_url=scene.sandbox) as control:
        (await control.delete("/sandbox/api/faults")).raise_for_status()


async def reconnected(scene: Scene, *, person: int = 0, query: str = "", action: str = "continue") -> Json:
    """Sign in once for *Reconnect all*, and wait for the report."""
    answer = await scene.http.post(f"/api/v1/client-sync/xero/{RunKind.RECONNECT_ALL.value}{query}")
    assert answer.status_code == 201, answer.text
    page = await scene.sign_in(answer.json()["authorize_url"], person=person, action=action)
    assert page.status_code == 200, page.text
    return await scene.until_stage(answer.json()["run_id"], "finished")


async def test_everything_healthy_is_left_alone(scene: Scene):
    async with scene.worker():
        await scene.added()
        run = await reconnected(scene)
    assert run["counts"] == {"healthy": 12}
    assert run["result"] == "completed"


async def test_what_is_broken_is_repaired_and_pulled_again(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        rows = [{"organisation_id": row["organisation_id"]} for row in run["organisations"]]
        broken = rows[3]["organisation_id"]
        await fault(scene, "subscription_ended", organisation_id=broken)
        await scene.select(run["run_id"], organisations=rows)
        added = await scene.until_stage(run["run_id"], "finished")
        assert added["counts"] == {"created": 11, "failed": 1}
        await mend(scene)
        run = await reconnected(scene)
    assert run["counts"] == {"healthy": 11, "repaired": 1}
    assert [row["outcome"] for row in run["organisations"] if row["organisation_id"] == broken] == ["repaired"]
    clients = (await scene.http.get("/api/v1/clients")).json()["clients"]
    assert {client["connection"]["status"] for client in clients} == {"connected"}
