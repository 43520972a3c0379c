"""A client made by hand and changed, on the pages: by keyboard, with mistakes, and seen on its timeline."""

import pytest
from playwright.async_api import expect

from tests.web.house import Browsers, House
from tests.web.looking import looked_at


async def test_a_client_is_added_by_hand_and_changed(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients/new")
    await looked_at(page, "new-client")
    await page.get_by_label("Name", exact=True).fill("Alder & Finch")
    await page.get_by_label("Code", exact=True).fill("no blanks")
    await page.get_by_label("Company number").fill("01234567")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("A code has 1 to 20 letters and digits")).to_be_visible()
    await expect(page.get_by_label("Code", exact=True)).to_be_focused()
    assert await page.get_by_label("Name", exact=True).input_value() == "Alder & Finch", "what was typed stays"
    await looked_at(page, "new-client-wrong")
    await page.get_by_label("Code", exact=True).fill("alder-1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The client is added.")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Alder & Finch")
    await expect(page.get_by_text("ALDER-1").first).to_be_visible()
    added = page.url

    await page.goto("/clients/new")
    await page.get_by_label("Name", exact=True).fill("Alder Row")
    await page.get_by_label("Company number").fill("1234567")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("ALDER-1 Alder & Finch has the same company number.")).to_be_visible()
    await looked_at(page, "new-client-asked-back")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Open that client")).to_be_focused()
    await page.get_by_label("Name", exact=True).press("Enter")
    await expect(page.get_by_role("button", name="Add anyway")).to_be_visible()  # Enter asks again
    await page.get_by_role("button", name="Add anyway").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Alder Row")

    await page.goto(added)
    await page.get_by_role("link", name="Edit this client").click()
    await page.get_by_label("Your reference").fill("Box 7")
    await page.get_by_label("Name", exact=True).fill(" ")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Give the client a name.")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("Alder Ltd")
    await page.get_by_label("Owner").select_option(label=house.member.actor.colleague_name)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The client is saved.")).to_be_visible()
    await page.get_by_role("link", name="Timeline", exact=True).click()
    await expect(page.get_by_text("gave the client the reference Box 7.")).to_be_visible()
    await expect(page.get_by_text("changed the client's name from Alder & Finch to Alder Ltd.")).to_be_visible()
    await expect(page.get_by_text("added the client by hand, as Alder & Finch.")).to_be_visible()


@pytest.mark.thorough
async def test_a_client_is_archived_and_restored(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients/new")
    await page.get_by_label("Name", exact=True).fill("Beech Ltd")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Archive this client").click()
    await looked_at(page, "archive-client")
    await page.get_by_role("button", name="Archive", exact=True).click()
    await expect(page.get_by_text("The client is archived.", exact=True)).to_be_visible()
    await looked_at(page, "archived-client")
    await page.goto("/clients")
    await page.get_by_role("link", name="See the archived client").click()  # it was the only one
    await expect(page.get_by_role("row", name="Beech Ltd")).to_contain_text("Archived")
    await page.get_by_role("link", name="Beech Ltd").click()
    await page.get_by_role("button", name="Restore").click()
    await expect(page.get_by_text("The client is restored. It is not connected yet.")).to_be_visible()
    await expect(page.get_by_role("link", name="Archive this client")).to_be_visible()


@pytest.mark.thorough
async def test_an_archived_client_is_erased_for_good(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients/new")
    await page.get_by_label("Name", exact=True).fill("Cedar Ltd")
    await page.get_by_label("Code", exact=True).fill("CED-1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Cedar Ltd")
    address = page.url.partition("?")[0]
    await page.goto(f"{address}/erase")
    await expect(page.get_by_text("Archive Cedar Ltd first: only archived clients are erased.")).to_be_visible()
    await expect(page.get_by_role("button", name="Erase for good")).to_have_count(0)
    await page.goto(f"{address}/archive")
    await page.get_by_role("button", name="Archive", exact=True).click()
    await page.get_by_role("link", name="Erase for good").click()
    await looked_at(page, "erase-client")
    await page.get_by_label("Type the client's code").fill("CED")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("This is not the client's code. Nothing was erased.")).to_be_visible()
    await page.get_by_label("Type the client's code").fill("ced-1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The client is erased for good.")).to_be_visible()
    await expect(page.get_by_text("CED-1", exact=True)).to_be_visible()
    await looked_at(page, "erased-client")
    await page.goto(address)
    await expect(page.get_by_text("The client CED-1 was erased for good by")).to_be_visible()
    await page.goto("/activity/access")
    await expect(page.get_by_text("erased the client CED-1 for good.")).to_be_visible()


@pytest.mark.thorough
async def test_two_accounts_of_one_client_are_merged(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.admin)
    for code, number in (("DOG-1", ""), ("DOG-2", "7654321")):
        await page.goto("/clients/new")
        await page.get_by_label("Name", exact=True).fill("Dogwood Ltd")
        await page.get_by_label("Code", exact=True).fill(code)
        await page.get_by_label("Company number").fill(number)
        await page.keyboard.press("Enter")
        if number:  # it is asked back whether it is the same client
            await page.get_by_role("button", name="Add anyway").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Dogwood Ltd")
    await page.get_by_role("link", name="Merge with another account").click()
    await looked_at(page, "merge-choose")
    await page.get_by_role("link", name="Dogwood Ltd", exact=True).last.click()
    await expect(page.get_by_text("DOG-2 stays; DOG-1 is left in the archive")).to_be_visible()
    await page.get_by_role("link", name="Keep DOG-1 instead").click()
    await expect(page.get_by_text("company number: 7654321")).to_be_visible()
    await looked_at(page, "merge-preview")
    await page.get_by_role("button", name="Merge", exact=True).click()
    await expect(page.get_by_text("The two accounts are one now. The other one is in the archive.")).to_be_visible()
    await expect(page.get_by_text("merged the account Dogwood Ltd (DOG-2) into this one.")).to_be_visible()
    await looked_at(page, "merged-into-this")
    await page.goto("/clients?status=archived&search=DOG-2")
    await page.get_by_role("link", name="Dogwood Ltd", exact=True).click()
    await expect(page.get_by_text("This account was merged into another one")).to_be_visible()
    await looked_at(page, "merged-away")
