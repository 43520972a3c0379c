"""The link for a client's own people in front of every stand-in: whoever signs in by it connects that client alone."""

from uuid import UUID

import pytest

from emulators.kit.control.words import PersonWords
from tests.journeys.browser import agreed
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import FEW, all_of
from tests.journeys.people import everything_added, logins, person
from tests.journeys.scene import Scene

OWN = 1
"""The client's own person at the accounting software, who reaches another organisation there too."""


@pytest.mark.thorough
async def test_a_client_s_own_people_sign_in_for_it_alone(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(everything_added, organisations=FEW, people=2)
    client, *others = await all_of(scene)
    reached = [client.organisation_id, others[0].organisation_id]
    scene.control.change_person(person(scene, OWN), PersonWords(organisation_ids=reached))
    scene.signed_out()
    before, names = await logins(scene), {one.client_id: (await one.shown())["organisation_name"] for one in others}
    link = (await client.post("links")).json()["address"]
    browser = await scene.browser()
    page = await browser.get(link)
    assert not [name for name in (*names.values(), scene.actor.colleague_name) if name in page.text]
    async with scene.worker():
        chosen = [client.organisation_id] if scene.platform.picks else None
        back = await scene.sign_in(await agreed(browser, link), person=OWN, choose=chosen, browser=browser)
        assert ("Signed in" in back.text, "/activity/" in back.text) == (True, False)
        assert not [name for name in (*names.values(), scene.actor.colleague_name) if name in back.text]
        [(run_id,)] = await scene.rows("SELECT id FROM runs WHERE client_id = :id", id=UUID(client.client_id))
        run = await scene.until_stage(run_id, "finished")
    assert run["counts"] == {"repaired": 1}
    now = await logins(scene)
    assert {identity for identity in now if now[identity] != before[identity]} == {client.organisation_id}
    assert "Somebody has signed in by this link already" in (await browser.get(link)).text
