"""Refreshing one client: receipts say what changed; reconnecting one: its own books, or nothing changes."""

import pytest

from contracts.words.lists import ListName
from emulators.kit.control.words import OrganisationWords
from emulators.xero.faults import Kind
from tests.journeys.one_client import OneClient, all_of
from tests.journeys.platforms.marks import PICKED
from tests.journeys.scene import Scene

STAGED = {"organisations": 12}


def numbers(receipt: dict[str, int]) -> tuple[int, int, int]:
    return receipt["added"], receipt["changed"], receipt["gone"]


@pytest.mark.thorough
async def test_receipts_say_what_changed_since_last_time(client: OneClient):
    scene = client.scene
    suppliers, accounts = await client.rows("suppliers"), await client.rows("accounts")
    client.record("contacts", fields=scene.platform.supplier("Quay Timber"))
    client.record("contacts", id=suppliers[0]["key"], fields=scene.platform.supplier("Renamed"))
    client.record("contacts", id=suppliers[1]["key"], remove=True)
    client.record("accounts", id=next(row["key"] for row in accounts if not row["is_bank_account"]), remove=True)
    before = (await client.shown())["receipts"]
    after = await client.refreshed()
    assert numbers(after["suppliers"]) == (1, 1, 1)
    assert after["suppliers"]["rows"] == len(suppliers)
    assert numbers(after["accounts"]) == (0, 0, 1)
    assert numbers(after["items"]) == (0, 0, 0)
    assert all(after[name]["pulled_at"] > before[name]["pulled_at"] for name in ListName)
    assert "Renamed" in {row["name"] for row in await client.rows("suppliers")}
    (told,) = await client.events("connection.refreshed")
    assert told["colleague_id"] == str(scene.actor.colleague_id)
    assert {"accounts 1 gone", "suppliers 1 added, 1 changed, 1 gone"} <= set(told["after"].split("; "))


async def test_one_list_alone(client: OneClient):
    before = (await client.shown())["receipts"]
    after = await client.refreshed(params={"list": "items"})
    assert client.calls() == client.scene.platform.calls["items"]
    assert {name for name in after if after[name] != before[name]} == {"items"}
    (told,) = await client.events("connection.refreshed")
    assert (told["before"], told["after"]) == ("items", "nothing changed")  # the event says which list alone


@pytest.mark.thorough
async def test_a_refresh_under_way_is_told_to_try_at_once(client: OneClient):
    scene = client.scene
    scene.fault(Kind.SERVER_ERROR, organisation_id=client.organisation_id, status=503)
    first = await client.post("refresh")
    again = await client.post("refresh")
    assert (first.status_code, again.status_code) == (202, 202)
    assert (first.json()["already_running"], again.json()["already_running"]) == (False, True)
    assert first.json()["workflow_id"] == again.json()["workflow_id"]
    assert first.json()["message"] == "The lists are being refreshed."


@pytest.mark.thorough
@PICKED
async def test_reconnect_repairs_this_client_alone(client: OneClient):
    scene = client.scene
    scene.is_(scene.platform.removed, organisation_id=client.organisation_id)
    await client.refreshed()
    assert (await client.shown())["status"] == "needs_reconnect"
    answer = await client.post("reconnect")
    assert answer.status_code == 201, answer.text
    await scene.sign_in(answer.json()["authorize_url"], choose=[client.organisation_id])
    run = await scene.until_stage(answer.json()["run_id"], "finished")
    assert (run["counts"], run["heading"]) == ({"repaired": 1}, "Reconnect")
    assert (await client.shown())["status"] == "connected"
    (signed_in,) = await client.events("connection.signed_in_by_link")
    login = next(iter(scene.world.library.people.values())).name
    assert (signed_in["colleague_id"], signed_in["after"], signed_in["run_id"]) == (
        str(scene.actor.colleague_id),
        login,
        run["run_id"],
    )


@pytest.mark.thorough
async def test_other_books_of_the_same_name_change_nothing(practice_at_work: Scene):
    """Person 1 reaches other organisations than person 0 alone; they are made namesakes."""
    scene = practice_at_work
    reached = reach(scene, 1)
    client = next(one for one in await all_of(scene) if one.organisation_id not in reached)
    name = (await client.shown())["organisation_name"]
    for organisation_id in reached:
        scene.control.change_organisation(organisation_id, OrganisationWords(name=name))
    before = await scene.rows("SELECT to_jsonb(c) FROM connections c ORDER BY id")
    answer = await client.post("reconnect")
    await scene.sign_in(answer.json()["authorize_url"], person=1)
    run = await scene.until_stage(answer.json()["run_id"], "finished")
    assert run["counts"] == {"unreachable": 1}
    [row] = run["organisations"]
    assert row["cause"] == "wrong_organisation"
    assert row["message"].count(name) == (2 if scene.platform.brings_one else 4)  # its own, and three of the login's
    assert await scene.rows("SELECT to_jsonb(c) FROM connections c ORDER BY id") == before


def reach(scene: Scene, person: int) -> list[str]:
    """What one of the sandbox's people may connect."""
    people = list(scene.world.library.people.values())
    return [organisation.organisation_id for organisation in scene.world.may_connect(people[person])]
