"""A day's calls that are used up: the limit lasts as long as the provider says, and nobody guesses its end."""

from datetime import datetime

import pytest
from temporalio.api.enums.v1 import EventType

from tests.journeys.one_client import OneClient, until_event
from tests.journeys.platforms.marks import OWN_LIMITS

pytestmark = OWN_LIMITS

STAGED = {"organisations": 2}
DAY = 86_400


@pytest.mark.thorough
async def test_the_last_call_of_a_day_limits_nothing_yet(client: OneClient) -> None:
    scene = client.scene
    limits = scene.world.limits
    used = limits.usage(client.organisation_id).used["day"]
    limits.allowed["day"] = used + 7
    await client.refreshed()
    assert limits.left("day", limits.usage(client.organisation_id)) == 0
    assert (await client.shown())["limited_until"] is None
    limits.enforce(True)  # the day has ended, at no midnight
    receipts = await client.refreshed()
    assert {receipt["cause"] for receipt in receipts.values()} == {None}


@pytest.mark.thorough
async def test_a_day_limit_lasts_as_long_as_the_provider_says(client: OneClient) -> None:
    scene = client.scene
    usage = scene.world.limits.usage(client.organisation_id)
    scene.world.limits.exhaust(usage, "day")
    now = scene.world.clock.now()
    ends_at = now + DAY - (now - usage.begins) % DAY
    answer = await client.post("refresh")
    assert answer.status_code == 202, answer.text
    await until_event(scene, answer.json()["workflow_id"], EventType.EVENT_TYPE_TIMER_STARTED)
    until = datetime.fromisoformat((await client.shown())["limited_until"])
    assert abs(until.timestamp() - ends_at) < 10
