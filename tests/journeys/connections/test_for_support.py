"""What an accounting software answered when something failed stands on the client's timeline, for whoever asks it."""

import re

import pytest

from tests.journeys import nights
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import one_of
from tests.journeys.people import everything_added

pytestmark = pytest.mark.thorough


async def test_the_timeline_says_what_was_answered_with_the_answer_s_own_id(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=3)
    client = await one_of(scene)
    scene.is_(scene.platform.offline, client.organisation_id, path=scene.platform.accounts)
    await nights.a_night_later(scene, are_lists_due=True)
    async with scene.worker():
        await nights.check(scene)
        scene.world.faults.clear()
        await client.refreshed()
    [event, *_] = await client.events("connection.trouble")
    assert re.fullmatch(r"HTTP 503, (.+, )?(correlation|request|intuit_tid) [\w-]{8,}", event["detail"])
