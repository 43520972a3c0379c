"""An answer that is too small is not believed at once: nothing is marked as gone that is there."""

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType

from emulators.kit.control.words import OrganisationWords
from emulators.xero.faults import Kind
from tests.journeys.one_client import OneClient, until_event
from tests.journeys.platforms.marks import OWN_ANSWERS
from tests.journeys.scene import Json

pytestmark = OWN_ANSWERS

STAGED = {"organisations": 9}
ON_TWO_PAGES = 1200
"""Contacts."""


@pytest_asyncio.fixture
async def grown(client: OneClient, request: pytest.FixtureRequest) -> OneClient:
    """A client with many items, and with as many contacts as are wanted; all of it is read."""
    words = OrganisationWords(contacts=getattr(request, "param", None), items=40)
    client.scene.control.change_organisation(client.organisation_id, words)
    await client.refreshed()
    client.scene.control.zero_calls()
    return client


def counts(receipts: Json) -> dict[str, tuple[int, int, str | None]]:
    return {name: (receipt["rows"], receipt["gone"], receipt["cause"]) for name, receipt in receipts.items()}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("grown", "kind", "path"),
    [
        (ON_TWO_PAGES, Kind.SHORT_PAGE, "Contacts"),
        (ON_TWO_PAGES, Kind.EMPTY_LIST, "Contacts"),
        (None, Kind.EMPTY_LIST, "Accounts"),
        (None, Kind.SHORT_PAGE, "Accounts"),
        (None, Kind.EMPTY_LIST, "TaxRates"),
        (None, Kind.EMPTY_LIST, "Currencies"),
        (None, Kind.SHORT_PAGE, "Items"),
    ],
    indirect=["grown"],
)
async def test_once_too_small_is_asked_once_more(grown: OneClient, kind: Kind, path: str) -> None:
    scene = grown.scene
    before = counts((await grown.shown())["receipts"])
    scene.fault(kind, grown.organisation_id, path=path, times=1)
    after = await grown.refreshed()
    assert counts(after) == before
    assert scene.world.faults.active() == []
    # Seven lists, contacts on two pages if there are many, and once more what was too small.
    assert grown.calls() in ({9, 10} if path == "Contacts" else {8})


@pytest.mark.thorough
async def test_what_is_really_gone_is_believed_the_second_time(grown: OneClient) -> None:
    items = await grown.rows("items")
    for row in items[:30]:
        grown.record("Items", id=row["key"], remove=True)
    after = await grown.refreshed()
    assert (after["items"]["rows"], after["items"]["gone"]) == (len(items) - 30, 30)


@pytest.mark.thorough
async def test_a_list_that_stays_too_small_is_no_good_pull(grown: OneClient) -> None:
    before = counts((await grown.shown())["receipts"])
    grown.scene.fault(Kind.EMPTY_LIST, grown.organisation_id, path=grown.scene.platform.accounts)
    answer = await grown.post("refresh")
    assert answer.status_code == 202, answer.text
    await until_event(grown.scene, answer.json()["workflow_id"], EventType.EVENT_TYPE_TIMER_STARTED)
    shown = await grown.shown()
    after = counts(shown["receipts"])
    failed = {"accounts", "bank_accounts"}
    assert {name: after[name] for name in failed} == {
        name: (*before[name][:2], "provider_unavailable") for name in failed
    }
    assert (shown["status"], shown["cause"]) == ("connected", "provider_unavailable")
    assert len(await grown.rows("accounts")) == before["accounts"][0]
