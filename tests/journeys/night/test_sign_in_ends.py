"""A sign-in that ends for good is shown, and whoever can act is warned a month and a week before, each once."""

from datetime import UTC, datetime, timedelta

from activities.delivery.notices import NoticeActivities
from contracts.payloads.check_connections import TellInput
from models.kit.columns import now
from tests.journeys.connections.test_two_platforms import browser_of
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import all_of
from tests.journeys.people import change, everything_added
from tests.journeys.platforms.marks import SECOND
from tests.journeys.scene import Scene

pytestmark = SECOND


async def told(scene: Scene, check: str, days: int) -> list[str]:
    """Let a night tell, so many days before the end; gives the subjects of all mails about ends until then."""
    notices = NoticeActivities(scene.database, None, None, lambda: now() + timedelta(days=60 - days))
    await notices.tell(TellInput(practice_id=scene.actor.practice_id, check_id=check))
    found = await scene.rows("SELECT subject FROM notices WHERE kind = 'sign_in_ends' ORDER BY created_at")
    return [subject for (subject,) in found]


async def test_who_can_act_is_warned_twice_and_the_client_is_found(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=3)
    client, *_ = await all_of(scene)
    assert (await client.shown())["sign_in_ends_at"] is None
    await change(scene, "UPDATE grants SET ends_at = :at", at=datetime(now().year + 5, 10, 15, tzinfo=UTC))
    page = await (await browser_of(scene)).get(f"/clients/{client.client_id}/connection")
    assert f"Ends in October {now().year + 5}" in page.text
    await change(scene, "UPDATE grants SET ends_at = :at", at=now() + timedelta(days=60))
    assert (await client.shown())["sign_in_ends_at"] is not None
    warned = f"{scene.actor.practice_name}: 3 sign-ins end soon"
    assert await told(scene, "a", 31) == []
    assert await told(scene, "b", 29) == [warned]
    assert await told(scene, "c", 20) == [warned]
    assert await told(scene, "d", 6) == [warned] * 2
    assert await told(scene, "e", 5) == [warned] * 2
    assert await told(scene, "f", -1) == [warned] * 2
    assert len(await client.events("connection.end_warned")) == 2
    assert await needing(scene) == 0
    await change(scene, "UPDATE grants SET ends_at = :at", at=now() + timedelta(days=6))
    assert await needing(scene) == 3
    assert await told(scene, "g", 60) == [warned] * 3  # of a sign-in with another end


async def needing(scene: Scene) -> int:
    """How many clients need somebody; the list and the number above it agree."""
    listed = (await scene.http.get("/api/v1/clients", params={"status": "needs_person"})).json()["clients"]
    facets = await scene.operations.clients.facets(scene.actor)
    assert facets.needs_sign_in + facets.needs_something_else == len(listed)
    return len(listed)
