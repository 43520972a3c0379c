"""Settings of one connection: checked, written down with what they were, and honoured by the next pull."""

import pytest
from temporalio.service import RPCError

from contracts.words.lists import ListName
from tests.journeys.one_client import OneClient, all_of
from tests.journeys.scene import Json, Scene

STAGED = {"organisations": 7}


def keys(rows: list[Json]) -> set[str]:
    return {row["key"] for row in rows}


async def last_sync(client: OneClient) -> str | None:
    """The latest run of the client's sync; also one of another practice with such a name, from a test before."""
    try:
        return (await client.scene.handle(await client.scene.sync_of(client.client_id)).describe()).run_id
    except RPCError:
        return None


@pytest.mark.thorough
async def test_a_new_connection_has_the_usual_settings(client: OneClient):
    shown = await client.shown()
    assert shown["settings"] == {
        "list_names": [name.value for name in ListName],
        "refresh_hours": 48,
        "contacts": "both",
        "costs_destination": None,
        "costs_status": None,
        "sales_destination": None,
        "sales_status": None,
        "warns_of_new_suppliers": False,
    }
    assert set(shown["receipts"]) == {name.value for name in ListName}


async def test_each_change_is_told_with_what_it_was(client: OneClient):
    scene = client.scene
    shown = await client.set(refresh_hours=24, costs_destination="bills", costs_status="draft", contacts="both")
    assert shown["settings"]["refresh_hours"] == 24
    assert (shown["settings"]["costs_destination"], shown["settings"]["costs_status"]) == ("bills", "draft")
    told = await client.events("connection.settings_changed")
    assert {(event["before"], event["after"]) for event in told} == {
        ("refresh_hours: 48", "refresh_hours: 24"),
        ("costs_destination: none", "costs_destination: bills"),
        ("costs_status: none", "costs_status: draft"),
    }
    assert {event["colleague_id"] for event in told} == {str(scene.actor.colleague_id)}
    await client.set(costs_destination=None)
    [latest, *_] = await client.events("connection.settings_changed")
    assert (latest["before"], latest["after"]) == ("costs_destination: bills", "costs_destination: none")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"refresh_hours": 0}, "refresh_hours"),
        ({"refresh_hours": 24 * 31}, "refresh_hours"),
        ({"list_names": ["invoices"]}, "list_names.0"),
        ({"list_names": []}, "list_names"),
        ({"contacts": "customers"}, "contacts"),
        ({"costs_destination": "receive_money"}, "costs_destination"),
        ({"sales_status": "paid"}, "sales_status"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_makes_no_sense_is_refused(practice_at_work: Scene, patch, field):
    client = (await all_of(practice_at_work))[-1]
    before = await client.shown()
    answer = await client.scene.http.patch(client.path, json=patch)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert answer.json()["error"]["message"].endswith(".")
    assert await client.shown() == before


async def test_nothing_to_change_and_null_where_there_must_be_a_value(practice_at_work: Scene):
    client = (await all_of(practice_at_work))[-1]
    answers = [await client.scene.http.patch(client.path, json=patch) for patch in ({}, {"refresh_hours": None})]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [answer.json()["error"]["message"] for answer in answers] == [
        "Send at least one setting to change.",
        "Refresh_hours cannot be left empty: leave it out to keep it.",
    ]


@pytest.mark.thorough
async def test_only_chosen_lists_are_pulled(client: OneClient):
    scene = client.scene
    before = (await client.shown())["receipts"]
    shown = await client.set(list_names=["accounts"])
    assert shown["settings"]["list_names"] == ["organisation", "accounts", "bank_accounts"]
    scene.control.zero_calls()
    after = await client.refreshed()
    assert scene.world.calls.by_path.total() == scene.platform.calls["profile"] + scene.platform.calls["accounts"]
    pulled = {name for name in after if after[name]["pulled_at"] != before[name]["pulled_at"]}
    assert pulled == {"organisation", "accounts", "bank_accounts"}
    refused = await client.post("refresh", params={"list": "items"})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "lists.0")
    client.record("items", fields=scene.platform.item("New item"))
    shown = await client.set(list_names=None)
    assert shown["settings"]["list_names"] == [name.value for name in ListName]
    wider = await client.synced()
    assert wider["items"]["added"] == 1


@pytest.mark.thorough
async def test_a_setting_that_adds_nothing_calls_nobody(client: OneClient):
    scene = client.scene
    before, synced = await client.shown(), await last_sync(client)
    shown = await client.set(refresh_hours=24, list_names=["accounts"])
    assert client.calls() == 0
    assert await last_sync(client) == synced
    [(wait,)] = await scene.rows(
        "SELECT extract(epoch FROM next_refresh_at - lists_pulled_at) / 3600 FROM connections WHERE client_id = :id",
        id=client.client_id,
    )
    assert 1 <= wait <= 22  # spread over the nights, as after a refresh
    assert shown["next_refresh_at"] < before["next_refresh_at"]


@pytest.mark.thorough
async def test_suppliers_only_leaves_no_stale_customer(client: OneClient):
    suppliers = keys(await client.rows("suppliers"))
    customers = keys(await client.rows("customers"))
    assert suppliers
    assert customers
    await client.set(contacts="suppliers")
    receipts = await client.synced()
    assert keys(await client.rows("suppliers")) == suppliers
    assert await client.rows("customers") == []
    assert (receipts["customers"]["rows"], receipts["customers"]["gone"]) == (0, len(customers))
    assert receipts["suppliers"]["rows"] == len(suppliers)
    await client.set(contacts="both")
    receipts = await client.synced()
    assert keys(await client.rows("customers")) == customers
    assert receipts["customers"]["added"] == len(customers)


@pytest.mark.thorough
async def test_new_suppliers_are_told_of_once_when_wanted(client: OneClient):
    scene = client.scene
    new_supplier(client, "Unwatched Timber")
    await client.refreshed()
    assert await client.events("supplier.new") == []
    await client.set(warns_of_new_suppliers=True)
    await client.refreshed()
    assert await client.events("supplier.new") == []
    new_supplier(client, "Hidden Name One")
    new_supplier(client, "Hidden Name Two")
    await client.refreshed()
    [told] = await client.events("supplier.new")
    assert told["after"] == "2"
    [(subject, body, colleague_id)] = await scene.rows("SELECT subject, body, colleague_id FROM notices")
    assert subject.startswith(f"{scene.actor.practice_name}: 2 new contacts among the suppliers of ")
    assert "Hidden" not in body
    assert colleague_id == scene.actor.colleague_id


def new_supplier(client: OneClient, name: str) -> None:
    client.record("contacts", fields=client.scene.platform.supplier(name))
