"""An answer that is too small is not believed at once: nothing is marked as gone that is there."""

import pytest
from temporalio.api.enums.v1 import EventType

from emulators.xero.control.control import Control
from emulators.xero.control.words import OrganisationWords
from emulators.xero.faults import Kind
from tests.journeys.conftest import MakeScene
from tests.journeys.one_client import FEW, OneClient, one_of, until_event
from tests.journeys.scene import Json, Scene

CONTACTS = 1200


async def added(make_scene: MakeScene) -> tuple[Scene, OneClient]:
    """A practice whose first client has more contacts than fit on a page."""
    scene = await make_scene(organisations=FEW)
    for organisation_id in scene.world.library.organisations:
        Control(scene.world).change_organisation(organisation_id, OrganisationWords(contacts=CONTACTS, items=40))
    async with scene.worker():
        await scene.added()
    return scene, await one_of(scene)


def counts(receipts: Json) -> dict[str, tuple[int, int, str | None]]:
    return {name: (receipt["rows"], receipt["gone"], receipt["cause"]) for name, receipt in receipts.items()}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (Kind.SHORT_PAGE, "Contacts"),
        (Kind.EMPTY_LIST, "Contacts"),
        (Kind.EMPTY_LIST, "Accounts"),
        (Kind.SHORT_PAGE, "Accounts"),
        (Kind.EMPTY_LIST, "TaxRates"),
        (Kind.EMPTY_LIST, "Currencies"),
        (Kind.SHORT_PAGE, "Items"),
    ],
)
async def test_once_too_small_is_asked_once_more(make_scene: MakeScene, kind: Kind, path: str) -> None:
    scene, client = await added(make_scene)
    before = counts((await client.shown())["receipts"])
    scene.fault(kind, client.organisation_id, path=path, times=1)
    Control(scene.world).zero_calls()
    async with scene.worker():
        after = await client.refreshed()
    assert counts(after) == before
    assert scene.world.faults.active() == []
    assert client.calls() in {9, 10}  # seven lists, contacts on two pages, and once more what was too small


async def test_what_is_really_gone_is_believed_the_second_time(make_scene: MakeScene) -> None:
    scene, client = await added(make_scene)
    items = await client.rows("items")
    for row in items[:30]:
        client.record("Items", id=row["key"], remove=True)
    async with scene.worker():
        after = await client.refreshed()
    assert (after["items"]["rows"], after["items"]["gone"]) == (len(items) - 30, 30)


async def test_a_list_that_stays_too_small_is_no_good_pull(make_scene: MakeScene) -> None:
    scene, client = await added(make_scene)
    before = counts((await client.shown())["receipts"])
    scene.fault(Kind.EMPTY_LIST, client.organisation_id, path="Accounts")
    async with scene.worker():
        answer = await client.post("refresh")
        assert answer.status_code == 202, answer.text
        await until_event(scene, answer.json()["workflow_id"], EventType.EVENT_TYPE_TIMER_STARTED)
    shown = await client.shown()
    after = counts(shown["receipts"])
    failed = {"accounts", "bank_accounts"}
    assert {name: after[name] for name in failed} == {
        name: (*before[name][:2], "provider_unavailable") for name in failed
    }
    assert (shown["status"], shown["cause"]) == ("connected", "provider_unavailable")
    assert len(await client.rows("accounts")) == before["accounts"][0]
