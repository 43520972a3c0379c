"""A client's own people sign in by a link that a colleague sent them, without an account here."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from providers.port.provider import ReachableOrganisation
from tests.journeys.browser import agreed
from tests.journeys.elsewhere import moved_to
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import OneClient, all_of
from tests.journeys.people import change, everything_added
from tests.journeys.platforms.marks import SECOND
from tests.journeys.promises import OPEN_RUN
from tests.journeys.scene import Json, Scene
from tests.second_provider import A_COMPANYS, Second

pytestmark = [SECOND, pytest.mark.leaves(OPEN_RUN, because="no worker goes on with the runs that links begin")]

OTHER = ReachableOrganisation("9341453172056789", "Somebody Else's Books", None)


@pytest_asyncio.fixture
async def at(make_prepared: MakePrepared) -> tuple[OneClient, Second]:
    """A client whose software brings one organisation a sign-in."""
    client, *_ = await all_of(await make_prepared(everything_added, organisations=3))
    second = Second(A_COMPANYS)
    await moved_to(client.scene, second)
    second.reached = (*second.reached, OTHER)
    return client, second


async def made(client: OneClient) -> Json:
    answer = await client.post("links")
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def states(client: OneClient) -> list[str]:
    answer = await client.scene.http.get(f"{client.path}/links")
    return [one["state"] for one in answer.json()["links"]]


async def back(scene: Scene, browser: httpx2.AsyncClient, address: str, realm: str) -> httpx2.Response:
    """Come back from the provider, where ``realm`` was chosen."""
    state = parse_qs(urlsplit(address).query)["state"][0]
    return await browser.get(f"{scene.web}/connect/second/callback?state={state}&code=c&realmId={realm}")


async def grants(scene: Scene) -> list[tuple[object, ...]]:
    return await scene.rows("SELECT id, account_key, sealed_secret FROM grants ORDER BY id")


async def test_only_the_client_s_own_books_are_taken_and_only_once(at: tuple[OneClient, Second]):
    client, second = at
    scene = client.scene
    link, browser = (await made(client))["address"], await scene.browser()
    before = await grants(scene)
    page = await browser.get(link)
    name = (await client.shown())["organisation_name"]
    assert page.status_code == 200
    assert name in page.text
    assert scene.actor.practice_name in page.text
    assert scene.actor.colleague_name not in page.text
    address, later = await agreed(browser, link), await agreed(browser, link)  # who presses twice begins twice
    assert second.begun == [client.organisation_id] * 2
    assert await scene.rows("SELECT count(*) FROM runs WHERE client_id IS NOT NULL") == [(1,)]
    wrong = await back(scene, browser, address, OTHER.organisation_id)
    assert f"You chose {OTHER.name}; this link is for {name} alone." in wrong.text.replace("&#39;", "'")
    assert await grants(scene) == before
    assert [one.account_key for one in second.revoked] == [OTHER.organisation_id]
    everything = str(await scene.everything())
    assert (OTHER.name in everything, OTHER.organisation_id in everything) == (False, False)
    assert await states(client) == ["open"]
    right = await back(scene, browser, await agreed(browser, link), client.organisation_id)
    assert ("Signed in" in right.text, "/activity/" in right.text) == (True, False)
    assert await states(client) == ["used"]
    new = [row for row in await grants(scene) if row not in before]
    assert [row[1] for row in new] == [client.organisation_id]
    held = await scene.rows("SELECT colleague_id, practice_id FROM grant_holders WHERE grant_id = :id", id=new[0][0])
    assert held == [(scene.actor.colleague_id, scene.actor.practice_id)]
    for answer in (await browser.get(link), await browser.post(link, headers={"Origin": scene.web})):
        assert (answer.status_code, "Somebody has signed in by this link already" in answer.text) == (409, True)
    finished = len(second.finished)
    late = await back(scene, browser, later, client.organisation_id)
    assert (late.status_code, len(second.finished)) == (409, finished)  # its code was not exchanged
    assert len(await client.events("client.signed_in_by_link")) == 1


async def test_a_link_ends_when_it_is_withdrawn_and_another_browser_cannot_finish(at: tuple[OneClient, Second]):
    client, second = at
    scene, link = client.scene, await made(client)
    browser = await scene.browser()
    address = await agreed(browser, link["address"])
    assert (await back(scene, await scene.browser(), address, client.organisation_id)).status_code == 403
    withdrawn = await scene.http.delete(f"{client.path}/links/{link['link_id']}")
    assert (withdrawn.status_code, await states(client)) == (204, ["withdrawn"])
    late = await back(scene, browser, address, client.organisation_id)
    assert (late.status_code, second.finished) == (409, [])
    assert (await browser.get(link["address"])).status_code == 409
    assert (await browser.get(f"{scene.web}/client-sign-in/{'x' * 43}")).status_code == 404
    await change(scene, "UPDATE clients SET archived_at = now() WHERE id = :id", id=UUID(client.client_id))
    assert (await client.post("links")).status_code == 409
