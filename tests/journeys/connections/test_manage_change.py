"""Moving a client to other books on purpose: preview, confirm, undo, and everything that is refused."""

import asyncio
from uuid import UUID

import pytest

from contracts.words.causes import Cause
from emulators.kit.control.words import RecordWords
from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_by_one import brought
from tests.journeys.one_client import OneClient, one_of
from tests.journeys.people import adds
from tests.journeys.platforms.marks import DAYS, OWN_ANSWERS
from tests.journeys.scene import PATIENCE, Json, Scene


async def two_added(scene: Scene) -> None:
    """The first two organisations are clients."""
    first, second, *_ = scene.world.library.organisations
    async with scene.worker():
        await adds(scene, 0, [first, second])


async def two_of_four(make_prepared: MakePrepared) -> tuple[Scene, OneClient, list[str]]:
    """A practice that added the first two of four organisations; the client of one, and the ids of the other two."""
    scene = await make_prepared(two_added, organisations=4)
    return scene, await one_of(scene), list(scene.world.library.organisations)[2:]


async def begun(scene: Scene, client: OneClient) -> Json:
    """Start a change, sign in, and wait for the list."""
    answer = await client.post("change")
    assert answer.status_code == 201, answer.text
    return await brought(scene, answer.json()["run_id"], answer.json()["authorize_url"], action="continue")


async def prepared(scene: Scene, client: OneClient, organisation_id: str) -> str:
    """Begin a change and choose; gives the run's id once there is a preview."""
    run_id: str = (await begun(scene, client))["run_id"]
    answer = await scene.select(run_id, organisations=[{"organisation_id": organisation_id}])
    assert answer.status_code == 200, answer.text
    await scene.until_stage(run_id, "awaiting_confirmation")
    return run_id


async def preview(scene: Scene, client: OneClient, run_id: str) -> Json:
    answer = await scene.http.get(f"{client.path}/change/{run_id}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def of_connections(scene: Scene) -> list[tuple[object, ...]]:
    return await scene.rows(
        "SELECT organisation_id, client_id, is_current, status FROM connections ORDER BY organisation_id"
    )


async def test_preview_confirm_undo(make_prepared):
    scene, client, [new, _] = await two_of_four(make_prepared)
    await client.set(refresh_hours=12)
    old_accounts = await client.rows("accounts")
    before = await of_connections(scene)
    async with scene.worker():
        run = await begun(scene, client)
        verdicts = {row["organisation_id"]: row["verdict"] for row in run["organisations"]}
        assert sorted(verdicts.values()) == ["already_client", "already_client", "new", "new"]
        await scene.select(run["run_id"], organisations=[{"organisation_id": new}])
        await scene.until_stage(run["run_id"], "awaiting_confirmation")
        shown = await preview(scene, client, run["run_id"])
        assert await client.rows("accounts") == old_accounts
        assert await client.events("connection.refreshed") == []  # what was read for the preview is not the client's
        assert "one organisation is chosen, by its id" not in await scene.details(run["run_id"])  # it is chosen
        for source in ("accounts", "tax_rates", "tracking_categories", "items", "contacts"):
            match = shown["matches"][source]
            assert match["same"] + match["by_code"] + match["by_name"] + match["missing"] == match["old"]
        assert shown["matches"]["contacts"]["missing"] > 0
        accounts = shown["matches"]["accounts"]
        assert accounts["missing"] < accounts["old"]
        answer = await client.post(f"change/{run['run_id']}/confirm")
        assert answer.status_code == 200, answer.text
        again = await client.post(f"change/{run['run_id']}/confirm")
        run = await scene.until_stage(run["run_id"], "finished")
        await scene.handle(run["run_id"]).result()  # the run has ended before its workflow says so
        details = await scene.details(run["run_id"])
        assert "can be undone on the client's page" in details
        assert "one organisation is chosen" not in details
    assert again.json() == answer.json() or again.json()["error"]["code"] == "wrong_stage"  # it may have ended
    assert (run["result"], run["counts"]) == ("completed", {"linked": 1, "skipped": 3})
    assert run["message"] == answer.json()["message"]
    changed = await client.shown()
    assert (changed["organisation_id"], changed["settings"]["refresh_hours"]) == (new, 12)
    assert changed["changed_from"]["old_organisation_name"]
    assert await client.rows("accounts") != old_accounts  # ids may be the same in other books
    [told] = await client.events("connection.changed")
    assert (told["before"], told["after"]) == (shown["old_organisation_name"], shown["new_organisation_name"])
    undone = await client.post("change/undo")
    assert (undone.status_code, undone.json()["organisation_id"]) == (200, client.organisation_id)
    assert await client.rows("accounts") == old_accounts
    client.record("accounts", fields=scene.platform.account(9990, "Opened meanwhile"))
    async with scene.worker():
        assert (await client.synced())["accounts"]["added"] == 1  # what changed meanwhile comes at once
    assert [row for row in await of_connections(scene) if row[0] != new] == before
    twice = await client.post("change/undo")
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "wrong_stage")


@pytest.mark.thorough
@OWN_ANSWERS
async def test_what_is_archived_is_neither_looked_up_nor_found(make_prepared):
    scene, client, [new, _] = await two_of_four(make_prepared)
    ours = {(row["code"], row["name"]) for row in await client.rows("accounts") if row["code"]}
    both = [
        record
        for record in scene.world.library.records(new, "Accounts")
        if (record.get("Code"), record["Name"]) in ours and record["Status"] == "ACTIVE"
    ]
    gone, unused = both[:2]
    rate = next(one for one in scene.world.library.records(new, "TaxRates") if one["Status"] == "ACTIVE")
    control = scene.control
    archived = {"Status": "ARCHIVED"}
    for record in (gone, unused):
        control.change_record(new, RecordWords(list="Accounts", id=str(record["AccountID"]), fields=archived))
    deleted = {"Status": "DELETED"}
    control.change_record(new, RecordWords(list="TaxRates", id=str(rate["TaxType"]), fields=deleted))
    mine = next(
        one
        for one in scene.world.library.records(client.organisation_id, "Accounts")
        if one.get("Code") == unused["Code"]
    )
    client.record("Accounts", id=str(mine["AccountID"]), fields=archived)
    async with scene.worker():
        await client.refreshed()
        shown = await preview(scene, client, await prepared(scene, client, new))
    accounts, rates = shown["matches"]["accounts"], shown["matches"]["tax_rates"]
    assert f"{gone['Code']} {gone['Name']}" in accounts["missing_entries"]
    assert f"{unused['Code']} {unused['Name']}" not in accounts["missing_entries"]
    assert accounts["old"] == sum(not row["is_archived"] for row in await client.rows("accounts"))
    assert any(rate["TaxType"] in entry for entry in rates["missing_entries"])


@pytest.mark.thorough
async def test_there_and_back_again_by_change(make_prepared):
    """Books that the client had before can be chosen again, and are not read as another connection."""
    scene, client, [new, _] = await two_of_four(make_prepared)
    async with scene.worker():
        for organisation_id in (new, client.organisation_id):
            run_id = await prepared(scene, client, organisation_id)
            assert (await client.post(f"change/{run_id}/confirm")).status_code == 200
            await scene.until_stage(run_id, "finished")
    assert (await client.shown())["organisation_id"] == client.organisation_id
    assert len(await of_connections(scene)) == 3


@pytest.mark.thorough
async def test_what_cannot_be_chosen_is_refused(make_prepared):
    scene, client, [new, other] = await two_of_four(make_prepared)
    taken = (await one_of(scene, 1)).organisation_id
    before = await of_connections(scene)
    async with scene.worker():
        run = await begun(scene, client)
        for organisations, code in (
            ([taken], "client_already_connected"),
            ([client.organisation_id], "invalid"),
            ([new, other], "invalid"),
            (["made-up"], "unknown_organisation"),
        ):
            answer = await scene.select(
                run["run_id"], organisations=[{"organisation_id": one} for one in organisations]
            )
            assert (answer.status_code, answer.json()["error"]["code"]) == (answer.status_code, code), organisations
            assert answer.status_code in {409, 422}
            assert answer.json()["error"]["field"].startswith("organisations")
        early = await client.post(f"change/{run['run_id']}/confirm")
        assert (early.status_code, early.json()["error"]["code"]) == (409, "wrong_stage")
        assert (await scene.http.get(f"{client.path}/change/{run['run_id']}")).status_code == 409
    assert await of_connections(scene) == before


@pytest.mark.thorough
async def test_a_change_that_nobody_confirms_leaves_nothing(make_prepared):
    scene, client, [new, _] = await two_of_four(make_prepared)
    kept = ("clients", "connections", "receipts", "accounts", "contacts", "connection_changes", "notices")
    before = await scene.everything()
    async with scene.worker():
        run_id = await prepared(scene, client, new)
        assert len(await of_connections(scene)) == 3
        await scene.cancel(run_id)
        run = await scene.until_stage(run_id, "finished")
    assert (run["result"], run["counts"]) == ("cancelled", {"skipped": 4})
    after = await scene.everything()
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.thorough
async def test_new_books_that_cannot_be_read_change_nothing(make_prepared):
    scene, client, [new, _] = await two_of_four(make_prepared)
    before = await of_connections(scene)
    async with scene.worker():
        run = await begun(scene, client)
        scene.fault(Kind.SUBSCRIPTION_ENDED, organisation_id=new)
        await scene.select(run["run_id"], organisations=[{"organisation_id": new}])
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["result"] == "failed"
    assert run["message"].endswith("Nothing was changed.")
    assert await of_connections(scene) == before


@pytest.mark.thorough
async def test_new_books_that_do_not_answer_yet_are_told_of_and_trouble_no_client(make_prepared):
    scene, client, [new, _] = await two_of_four(make_prepared)
    async with scene.worker():
        run_id = (await begun(scene, client))["run_id"]
        scene.is_(scene.platform.offline, organisation_id=new)
        await scene.select(run_id, organisations=[{"organisation_id": new}])
        async with asyncio.timeout(PATIENCE):
            while "Next try at" not in await scene.details(run_id):
                await scene.show(run_id)
        found = await scene.operations.changes.trouble(scene.actor, UUID(client.client_id), run_id)
        assert found is Cause.PROVIDER_UNAVAILABLE
        assert await client.events("connection.trouble") == []
        scene.world.faults.clear()
        await scene.handle(run_id).signal("retry_now")
        await scene.until_stage(run_id, "awaiting_confirmation")
        assert "Next try at" not in await scene.details(run_id)
        await scene.cancel(run_id)
        run = await scene.until_stage(run_id, "finished")
    assert run["message"] == "The change was stopped. Nothing was changed."
    assert await client.events("connection.refreshed") == []


@pytest.mark.thorough
async def test_two_changes_at_once_only_the_first_counts(make_prepared):
    scene, client, [new, other] = await two_of_four(make_prepared)
    async with scene.worker():
        first, second = await prepared(scene, client, new), await prepared(scene, client, other)
        assert (await client.post(f"change/{first}/confirm")).status_code == 200
        answer = await client.post(f"change/{second}/confirm")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_stage")
        await scene.cancel(second)
        await scene.until_stage(second, "finished")
    assert (await client.shown())["organisation_id"] == new
    assert len(await of_connections(scene)) == 3


@pytest.mark.thorough
async def test_a_worker_that_dies_between_confirming_and_the_end(make_prepared):
    scene, client, [new, _] = await two_of_four(make_prepared)
    async with scene.worker():
        run_id = await prepared(scene, client, new)
    await scene.handle(run_id).signal("confirm_change")  # nobody is there to hear it
    async with scene.worker():
        run = await scene.until_stage(run_id, "finished")
    assert run["result"] == "completed"
    assert (await client.shown())["organisation_id"] == new


async def test_it_is_started_from_its_client_alone(make_scene):
    scene = await make_scene(organisations=1)
    answer = await scene.asked("change-connection")
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "kind")
    assert (await scene.http.get("/api/v1/runs")).json()["runs"] == []


@pytest.mark.thorough
async def test_books_that_a_client_left_for_good_can_be_another_clients(make_prepared):
    """While the move can be undone they are kept for it; after undoing, the other books are free."""
    scene, client, [new, _] = await two_of_four(make_prepared)
    async with scene.worker():
        run_id = await prepared(scene, client, new)
        assert (await client.post(f"change/{run_id}/confirm")).status_code == 200
        await scene.until_stage(run_id, "finished")
        run = await scene.listed(action="continue")
        kept = {row["organisation_id"]: row["verdict"] for row in run["organisations"]}
        assert kept[client.organisation_id] == kept[new] == "already_client"
        await scene.cancel(run["run_id"])
        assert (await client.post("change/undo")).status_code == 200
        run = await scene.listed(action="continue")
        assert {row["organisation_id"]: row["verdict"] for row in run["organisations"]}[new] == "new"
        await scene.select(run["run_id"], organisations=[{"organisation_id": new}])
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"]["created"] == 1
    found = {one["connection"]["organisation_id"]: one for one in await scene.clients()}
    assert len(found) == 3
    assert found[new]["client_id"] != client.client_id
    assert found[new]["connection"]["status"] == "connected"
    assert found[client.organisation_id]["client_id"] == client.client_id


@pytest.mark.thorough
@DAYS
async def test_new_books_whose_calls_are_used_up_for_longer_than_it_waits_say_what_to_do(make_prepared):
    scene, client, [new, _] = await two_of_four(make_prepared)
    two_days = 172_800
    async with scene.worker():
        run = await begun(scene, client)
        scene.fault(Kind.RATE_LIMITED, new, problem="day", seconds=two_days)
        await scene.select(run["run_id"], organisations=[{"organisation_id": new}])
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["result"] == "expired"
    assert run["message"] == (
        f"This organisation has reached {scene.platform.title}'s limit for now. "
        "Nothing was changed; start the change again later."
    )
