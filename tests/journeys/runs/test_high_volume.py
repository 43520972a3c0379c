"""More contacts than the provider gives in one order: they are read in another, or people are told plainly."""

import pytest

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from emulators.kit.control.words import OrganisationWords
from emulators.xero.control.words import SettingWords
from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakeScene
from tests.journeys.one_client import OneClient, one_of
from tests.journeys.platforms.marks import OWN_ANSWERS
from tests.journeys.scene import Scene

pytestmark = [pytest.mark.thorough, OWN_ANSWERS]

CONTACTS = 2300
OF_CONTACTS = {ListName.SUPPLIERS, ListName.CUSTOMERS}


async def added(make_scene: MakeScene, most_contacts: int) -> tuple[Scene, OneClient]:
    scene = await make_scene(organisations=1)
    scene.control.change_settings(SettingWords(most_contacts=most_contacts))
    for organisation_id in scene.world.library.organisations:
        scene.control.change_organisation(organisation_id, OrganisationWords(contacts=CONTACTS))
    async with scene.worker():
        await scene.added()
    return scene, await one_of(scene)


async def test_too_many_for_the_usual_order_are_all_read(make_scene: MakeScene) -> None:
    scene, _ = await added(make_scene, CONTACTS - 1)
    assert scene.world.calls.by_status[400] == 1
    kept = await scene.rows("SELECT connection_id, count(*) FROM contacts WHERE gone_at IS NULL GROUP BY 1")
    assert [count for _, count in kept] == [CONTACTS]
    assert {client["connection"]["cause"] for client in await scene.clients()} == {None}


async def test_what_no_order_gives_is_said_and_the_rest_is_read(make_scene: MakeScene) -> None:
    scene, client = await added(make_scene, CONTACTS)
    before = (await client.shown())["receipts"]
    scene.fault(Kind.HIGH_VOLUME, client.organisation_id, path=scene.platform.contacts)
    async with scene.worker():
        receipts = await client.refreshed()
        causes = {name: receipt["cause"] for name, receipt in receipts.items()}
        assert causes == {name: Cause.TOO_MANY_RECORDS if name in OF_CONTACTS else None for name in ListName}
        assert {name: receipts[name]["rows"] for name in ListName} == {name: before[name]["rows"] for name in ListName}
        shown = await client.shown()
        assert (shown["status"], shown["cause"]) == ("connected", Cause.TOO_MANY_RECORDS)
        assert "more records than Xero gives out" in shown["message"]
        await client.set(list_names=[name for name in ListName if name not in OF_CONTACTS])
        assert (await client.shown())["cause"] is None  # as the next step says
        scene.world.faults.clear()
        await client.set(list_names=None)
        receipts = await client.synced()
    assert {receipt["cause"] for receipt in receipts.values()} == {None}
