"""What a client's lists say of their rows, and of having none: on the page, in the API and in the export."""

import csv
from io import StringIO

import pytest
import pytest_asyncio

from contracts.naming.software import named
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from emulators.xero.control.control import Control
from emulators.xero.control.words import FaultWords, RecordWords
from emulators.xero.faults import Kind
from tests.journeys.one_client import OneClient
from tests.journeys.people import change
from tests.web.house import House, arrived
from tests.web.one_client import Few, added, world_person

REGION = [
    {"TrackingOptionID": "north", "Name": "North", "Status": "ACTIVE"},
    {"TrackingOptionID": "east", "Name": "East", "Status": "ARCHIVED"},
    {"TrackingOptionID": "west", "Name": "West", "Status": "DELETED"},
]
FUELS = {"Name": "Birchwood Fuels", "IsSupplier": False, "IsCustomer": False}


@pytest_asyncio.fixture(scope="module")
async def few(house: House) -> Few:
    """Two clients: of the first, no contact can be read; the second has books with much that is not simply there."""
    _, reach, _ = world_person(house.scene, 0)
    without_contacts, peculiar = reach[10], reach[11]
    control = Control(house.scene.world)
    for list_name, fields in (
        ("Contacts", FUELS),
        ("TrackingCategories", {"Name": "Region", "Status": "ACTIVE", "Options": REGION}),
        ("Accounts", {"Code": "205", "Name": "Old income", "Type": "REVENUE", "Status": "ARCHIVED"}),
        ("TaxRates", {"TaxType": "TAX020", "Name": "Old rate", "Status": "DELETED"}),
    ):
        control.change_record(peculiar, RecordWords(list=list_name, fields=fields))
    words = FaultWords(kind=Kind.SCOPE_MISSING, organisation_id=without_contacts, path="Contacts")
    fault = control.add_fault(words)
    found = await added(house.admin, [without_contacts, peculiar])
    house.scene.world.faults.clear(fault.fault_id)
    return found


async def page_of(few: Few, place: int, part: str) -> str:
    answer = await (await arrived(few.person)).get(few.address(place, part))
    assert answer.status_code == 200, answer.text
    return answer.text


async def exported(client: OneClient, name: ListName) -> list[dict[str, str]]:
    answer = await client.scene.http.get(f"/api/v1/clients/{client.client_id}/lists/{name}.csv")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.thorough
async def test_a_list_that_could_never_be_read_is_not_called_empty(few: Few):
    for part in ("/lists/suppliers", "/lists/suppliers?search=Birch", "/lists/customers?gone=on"):
        text = await page_of(few, 0, part)
        assert "Not open to this login" in text
        assert "what is in it is not known" in text
        assert not [words for words in ("is empty", "nothing in it", "Nothing matches", "rows.csv") if words in text]
    file = await (await arrived(few.person)).get(few.address(0, "/lists/suppliers/rows.csv"))
    assert (file.status_code, "text/html" in file.headers["content-type"]) == (409, True)
    assert "was not read yet, so there is nothing to take along." in file.text
    assert '<span>Suppliers</span><span class="count">' not in await page_of(few, 0, "/lists/accounts")


async def test_a_list_that_the_settings_leave_out_is_not_called_empty(few: Few):
    client = few.clients[0]
    weekly = "needs it: organisation profile, tax rates, tracking categories, currencies. All other"
    assert weekly in await page_of(few, 0, "/lists")
    await client.set(list_names=["accounts"])
    assert "needs it: organisation profile. All other" in await page_of(few, 0, "/lists")
    assert "The settings of this connection leave this list out." in await page_of(few, 0, "/lists/suppliers")
    assert "Left out by the settings" in await page_of(few, 0, "/lists")


@pytest.mark.thorough
async def test_a_list_without_rows_that_is_left_out_is_not_offered_as_a_file(few: Few):
    assert "/lists/customers/rows.csv" in await page_of(few, 1, "/lists/customers")
    client = few.clients[1]
    await client.set(contacts="suppliers")
    await client.refreshed()
    assert "/lists/customers/rows.csv" not in await page_of(few, 1, "/lists/customers")
    assert "/lists/suppliers/rows.csv" in await page_of(few, 1, "/lists/suppliers")
    await client.set(contacts="both")
    await client.refreshed()


@pytest.mark.thorough
@pytest.mark.parametrize("is_read", [True, False])
async def test_a_list_that_nothing_reads_any_more_promises_no_other_try(few: Few, *, is_read: bool):
    client, scene = few.clients[1], few.person.scene
    lists = None if is_read else ["accounts"]
    of_client = "connection_id = (SELECT id FROM connections WHERE client_id = :id) AND list_name = 'items'"
    await change(
        scene, "UPDATE connections SET list_names = :lists WHERE client_id = :id", lists=lists, id=client.client_id
    )
    failed = f"UPDATE receipts SET cause = 'provider_unavailable' WHERE {of_client}"  # noqa: S608
    await change(scene, failed, id=client.client_id)
    text = await page_of(few, 1, "/lists/items")
    await change(scene, "UPDATE connections SET list_names = NULL WHERE client_id = :id", id=client.client_id)
    await change(scene, f"UPDATE receipts SET cause = NULL WHERE {of_client}", id=client.client_id)  # noqa: S608
    assert named(Cause.PROVIDER_UNAVAILABLE.sentence, "Xero") in text
    assert (Cause.PROVIDER_UNAVAILABLE.next_step in text) is is_read


@pytest.mark.thorough
async def test_a_page_behind_the_last_one_is_not_called_empty(few: Few):
    text = await page_of(few, 1, "/lists/accounts?offset=5000")
    assert "There is no such page" in text
    assert "is empty" not in text


@pytest.mark.thorough
async def test_a_contact_that_is_neither_is_in_both_lists_and_marked(few: Few):
    client = few.clients[1]
    for name in (ListName.SUPPLIERS, ListName.CUSTOMERS):
        text = await page_of(few, 1, f"/lists/{name}?search=Birchwood")
        assert "Birchwood Fuels" in text
        assert "Not used yet" in text
        rows = {row["name"]: row for row in await client.rows(name)}
        assert rows["Birchwood Fuels"]["is_unused"] is True
        assert not {"in_suppliers", "in_customers"} & set(rows["Birchwood Fuels"])
        assert {row["is_unused"] for row in rows.values()} == {True, False}
        receipt = (await client.shown())["receipts"][name]
        assert receipt["rows"] == len(rows) == len(await exported(client, name))
        marks = {row["name"]: row["is_unused"] for row in await exported(client, name)}
        assert marks["Birchwood Fuels"] == "yes"
        assert marks == {name: "yes" if row["is_unused"] else "no" for name, row in rows.items()}


@pytest.mark.thorough
async def test_what_is_used_no_more_says_so_everywhere(few: Few):
    client = few.clients[1]
    text = await page_of(few, 1, "/lists/tracking_categories")
    assert "North, East (archived), West (deleted)" in text
    statuses = [(option["name"], option["status"]) for option in await options_of(client, "Region")]
    assert statuses == [("North", "ACTIVE"), ("East", "ARCHIVED"), ("West", "DELETED")]
    for name, word, status in (("accounts", "Archived", "ARCHIVED"), ("tax_rates", "Deleted", "DELETED")):
        assert word in await page_of(few, 1, f"/lists/{name}?search=Old")
        for rows, said in ((await client.rows(name), True), (await exported(client, ListName(name)), "yes")):
            (old,) = [row for row in rows if row["name"].startswith("Old ")]
            assert (old["status"], old["is_archived"]) == (status, said)


async def options_of(client: OneClient, name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = next(
        row["options"] for row in await client.rows("tracking_categories") if row["name"] == name
    )
    return found
