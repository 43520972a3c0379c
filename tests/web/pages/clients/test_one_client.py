"""One client in a browser: what there is to see of it, its lists, its history, and what somebody else gets to see."""

from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from contracts.words.lists import ListName
from emulators.xero.control.control import Control
from emulators.xero.control.words import OrganisationWords, RecordWords
from models.clients.tables import Client
from models.events import writes as events
from models.kit.columns import now
from tests.web.house import NARROW, Browsers, House, arrived
from tests.web.looking import assert_fits, looked_at
from tests.web.one_client import Few, added, there, world_person

AWKWARD = f'<img src=x onerror="document.title=1"> & "Sons" {"W" * 190}'
LONG = "A name that is as long as the accounting software lets a name be, which nobody expects " * 2


@pytest_asyncio.fixture(scope="module")
async def few(house: House) -> Few:
    """Two clients; the second one's names are awkward everywhere."""
    _, reach, _ = world_person(house.scene, 0)
    control = Control(house.scene.world)
    control.change_organisation(reach[9], OrganisationWords(name=AWKWARD))
    for name in (AWKWARD, LONG.strip(), "شركة النور للتجارة"):
        words = RecordWords(list="Contacts", fields={"Name": name, "IsSupplier": True})
        control.change_record(reach[9], words)
    return await added(house.admin, [reach[8], reach[9]])


@pytest.mark.thorough
async def test_the_open_tab_is_in_sight_in_a_narrow_window(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person, size=NARROW)
    await page.goto(few.address(0, "/lists/suppliers"))
    for place, name in (("Parts of this client", "Standard information"), ("Lists", "Suppliers")):
        tab = page.get_by_role("navigation", name=place).get_by_role("link", name=name)
        await expect(tab).to_be_in_viewport(ratio=1)


@pytest.mark.thorough
async def test_overview_and_connections(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    await page.goto(few.address(0))
    await there(page, "Ada Harbour connected the client to")
    await looked_at(page, "overview")
    await page.get_by_role("link", name="Connections", exact=True).last.click()
    await page.get_by_role("heading", name="Connections", exact=True).wait_for()
    await looked_at(page, "connections")
    await page.get_by_role("link", name="Manage").click()
    await page.get_by_role("heading", name="Settings").wait_for()


@pytest.mark.thorough
async def test_names_from_outside_are_only_text(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    for part in ("", "/connection", "/connection/disconnect", "/lists/suppliers", "/timeline"):
        await page.goto(few.address(1, part))
        assert await page.title() != "1"
        await expect(page.get_by_role("heading", level=1)).to_have_text(AWKWARD)
        assert await page.locator("img").count() == 0
        await page.set_viewport_size({"width": 380, "height": 780})
        await assert_fits(page)
        await page.set_viewport_size({"width": 1280, "height": 800})
        await assert_fits(page)
    await page.goto(few.address(1, "/lists/suppliers"))
    await looked_at(page, "suppliers-awkward")


@pytest.mark.thorough
async def test_every_list_is_a_table_in_plain_words(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    await page.goto(few.address(0, "/lists"))
    await looked_at(page, "lists")
    for name in ListName:
        await page.goto(few.address(0, f"/lists/{name.value}"))
        await page.get_by_role("heading", name=name.heading, exact=True).wait_for()
        if name in {ListName.ACCOUNTS, ListName.ORGANISATION, ListName.TAX_RATES, ListName.ITEMS}:
            await looked_at(page, f"list-{name.value}")
        cells = " ".join(await page.locator("td, dd").all_inner_texts())
        assert not {"None", "True", "False"} & set(cells.split()), cells


@pytest.mark.thorough
async def test_a_list_is_searched_paged_and_shows_what_is_gone(few: Few, browsers: Browsers):
    client = few.clients[0]
    rows = (await client.scene.list_of(client.client_id, "suppliers"))["rows"]
    gone, archived = rows[0], rows[1]
    client.record("Contacts", id=gone["key"], remove=True)
    client.record("Contacts", id=archived["key"], fields={"ContactStatus": "ARCHIVED"})
    await client.refreshed()
    page = await browsers.signed_in(few.person)
    await page.goto(few.address(0, "/lists/suppliers"))
    await expect(page.get_by_text(gone["name"], exact=True)).to_have_count(0)
    await page.get_by_label("Also show what is gone").check()
    await page.get_by_role("row", name=gone["name"]).get_by_text("Gone").wait_for()
    await page.get_by_role("row", name=archived["name"]).get_by_text("Archived").wait_for()
    await looked_at(page, "list-gone")
    await page.get_by_label("Search suppliers").fill(archived["name"][:12].lower())
    await expect(page.get_by_text(gone["name"], exact=True)).to_have_count(0)
    await page.get_by_role("row", name=archived["name"]).wait_for()
    await page.get_by_label("Search suppliers").fill("no such supplier anywhere")
    await there(page, "Nothing matches")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export as CSV").click()
    assert (await downloading.value).suggested_filename.startswith(f"{client.code.lower()}-suppliers-")
    saved = await (await arrived(few.person)).get(few.address(0, "/lists/suppliers/rows.csv"))
    assert archived["name"] in saved.text
    assert gone["name"] not in saved.text


@pytest.mark.thorough
async def test_older_events_come_on_demand_and_all_of_them_as_csv(few: Few, browsers: Browsers):
    actor, client_id = few.person.actor, UUID(few.clients[1].client_id)
    async with few.person.scene.database.transaction() as session:
        for number in range(60):
            more = {"colleague_id": actor.colleague_id, "before": f"Owner {number}", "after": f"Owner {number + 1}"}
            await events.changed(session, actor.practice_id, client_id, "client.reassigned", now(), **more)
    page = await browsers.signed_in(few.person)
    await page.goto(few.address(1, "/timeline"))
    await there(page, "Ada Harbour moved the client from Owner 59 to Owner 60.")
    assert await page.locator(".events li").count() == 50
    await page.get_by_role("link", name="Older").click()
    await there(page, f"Ada Harbour added the client from {AWKWARD}.")
    assert await page.get_by_role("link", name="Older").count() == 0
    saved = await (await arrived(few.person)).get(few.address(1, "/timeline.csv"))
    assert saved.text.count("client.reassigned") == 60


async def test_without_a_connection_the_page_says_what_to_do(few: Few, browsers: Browsers):
    actor = few.person.actor
    name = "Not Connected Yet Ltd"
    client = Client(practice_id=actor.practice_id, owner_id=actor.colleague_id, name=name, code="BARE01")
    async with few.person.scene.database.transaction() as session:
        session.add(client)
    page = await browsers.signed_in(few.person)
    for part in ("", "/connections", "/connection", "/lists", "/lists/items", "/connection/disconnect"):
        await page.goto(f"/clients/{client.id}{part}")
        await there(page, "This client is not connected")
        assert await page.get_by_role("button", name="Connect", exact=True).is_visible()
    await looked_at(page, "not-connected")
    await page.goto(f"/clients/{client.id}/timeline")
    await there(page, "Nothing has happened yet")


async def test_another_practice_and_made_up_addresses_find_nothing(few: Few, house: House):
    own, other = await arrived(house.admin), await arrived(house.neighbour)
    parts = ("", "/connections", "/connection", "/connection/disconnect", "/lists", "/lists/items", "/timeline")
    for part in (*parts, "/timeline.csv", "/lists/items/rows.csv"):
        assert (await own.get(few.address(0, part))).status_code == 200, part
        theirs = await other.get(few.address(0, part))
        assert theirs.status_code == 404, part
        assert house.admin.actor.practice_name not in theirs.text
        assert (await own.get(f"/clients/{uuid4()}{part}")).status_code == 404, part
    for address in ("/clients/not-an-id", few.address(0, "/lists/secrets"), few.address(0, "/lists/secrets/rows.csv")):
        assert (await own.get(address)).status_code == 404, address
    [(run_id,)] = await few.person.scene.rows(
        "SELECT id FROM runs WHERE practice_id = :id", id=house.admin.actor.practice_id
    )
    for part in (f"/runs/{run_id}", f"/connection/change/{run_id}"):  # of no client alone
        assert (await own.get(few.address(0, part))).status_code == 404, part
